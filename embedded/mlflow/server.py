"""The processes that serve MLflow, one for each app or tracking server that somebody uses.

A server starts when a job begins that may keep a run, or somebody asks for its address. It takes
some seconds, for which they wait. It is MLflow's own, with runs in SQLite and artifacts in the
embedded S3, and ends with the embedded AWS.

https://mlflow.org/docs/latest/self-hosting/architecture/tracking-server/
"""

import http.client
import importlib.metadata
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from embedded import workplace

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
START_SECONDS = 180
POLL_SECONDS = 0.1
STOP_SECONDS = 5
TAIL_CHARACTERS = 500
LOG = "log"
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}
"""Nothing is told to MLflow's makers: https://mlflow.org/docs/latest/community/usage-tracking/"""
TRACKING = "MLFLOW_TRACKING_URI"
CUSTOM = "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT"
"""Where the plugin sagemaker-mlflow turns to, whatever the ARN: https://github.com/aws/sagemaker-mlflow"""
INSTALL = "make sagemaker"
"""What installs MLflow beside the embedded AWS."""


class NotServed(Exception):
    """Nothing serves it; the message says why."""


@dataclass(frozen=True)
class Place:
    """Where an app or a tracking server keeps its artifacts."""

    artifacts: str
    """S3 URI that they lie below."""
    environment: Mapping[str, str]
    """Variables by which its clients of AWS find the embedded one."""


@dataclass(frozen=True)
class _Running:
    process: "subprocess.Popen[bytes]"
    url: str
    folder: "tempfile.TemporaryDirectory[str]"

    @property
    def log(self) -> str:
        """The end of what it has said."""
        return (Path(self.folder.name) / LOG).read_text(errors="replace").strip()[-TAIL_CHARACTERS:]


_places: dict[str, Place] = {}
_servers: dict[str, _Running] = {}
_changing = threading.Lock()


def installed_version() -> str | None:
    """The version of the MLflow that is installed here; its clients alone are not it."""
    try:
        return importlib.metadata.version("mlflow")
    except importlib.metadata.PackageNotFoundError:
        return None


def keep(arn: str, place: Place) -> None:
    """Take note of an app or a tracking server; one that is served goes on as it began."""
    _places[arn] = place


def url(arn: str) -> str:
    """Where an app or a tracking server answers, by its ARN, or will in some seconds.

    Raises NotServed, OSError and workplace.Closed.
    """
    with _changing:
        server = _servers.get(arn)
        if server and server.process.poll() is not None:
            raise NotServed(f"MLflow has ended: {server.log}")
        if server is None:
            server = _servers[arn] = _start(arn)
        return server.url


def ready(arn: str) -> str:
    """The same, once it answers. Raises NotServed where it does not in time, too."""
    there, deadline = url(arn), time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(
            url(arn).removeprefix("http://"), timeout=START_SECONDS
        )
        with suppress(OSError), closing(connection):
            connection.request("GET", "/health")
            if connection.getresponse().status == http.client.OK:
                return there
        time.sleep(POLL_SECONDS)
    raise NotServed(f"MLflow does not answer: {_servers[arn].log}")


def running(arn: str) -> str | None:
    """Where it answers, if it has been started."""
    server = _servers.get(arn)
    return server.url if server and server.process.poll() is None else None


def job_variables(
    asked: Mapping[str, str], otherwise: str, *, waits: bool = True
) -> dict[str, str]:
    """What a job is told beside `asked`, the variables of its request, to keep its run here.

    A job that `waits` begins once its run can be kept; another lets the server start beside it.
    Where nothing serves its app or tracking server it is turned to `otherwise`, a URL that answers
    no run: never to AWS.
    """
    arn = asked.get(TRACKING, "")
    if not arn.startswith("arn:"):
        return {}
    try:
        there = ready(arn) if waits else url(arn)
    except (NotServed, OSError) as error:
        log.info("%s: %s", arn, error)
        there = otherwise
    return {CUSTOM: there, **QUIET}


def forget(arn: str) -> None:
    """End what serves it, and what it knew of runs."""
    _places.pop(arn, None)
    server = _servers.pop(arn, None)
    if server is None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        # It serves from a process of its own.
        with suppress(ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
            os.killpg(server.process.pid, number)
            server.process.wait(STOP_SECONDS)
    workplace.forget(server.process)
    server.folder.cleanup()


def close() -> None:
    """Forget all of them."""
    for arn in {*_places, *_servers}:
        forget(arn)


def _start(arn: str) -> _Running:
    if installed_version() is None:
        raise NotServed(f"the package mlflow is not installed: {INSTALL}")
    if arn not in _places:
        raise NotServed(f"there is no {arn}")
    place, kept = _places[arn], workplace.folder("mlflow-")
    folder = Path(kept.name)
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with (folder / LOG).open("wb") as output:
        process = workplace.start(
            [
                *(sys.executable, "-m", "mlflow", "server", "--workers", "1"),
                *("--host", HOST, "--port", str(port)),
                *("--backend-store-uri", f"sqlite:///{folder / 'runs.db'}"),
                *("--default-artifact-root", place.artifacts, "--no-serve-artifacts"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            # Its lock on the database would stay where other programs have their files.
            env={**os.environ, **place.environment, **QUIET, "TMPDIR": str(folder)},
        )
    return _Running(process, f"http://{HOST}:{port}", kept)
