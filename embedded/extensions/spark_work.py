"""One job run of Spark, from its place in the queue to its end, whichever of EMR's APIs asks."""

import gzip
import logging
import subprocess
import threading
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.core.base_backend import BaseBackend

from embedded import workplace
from embedded.extensions.run_logs import keep_lines
from embedded.sagemaker.job import clients
from embedded.spark.installed import NotInstalled, require_spark
from embedded.spark.run import (
    CATALOG,
    Ended,
    Run,
    Script,
    Stopped,
    Unsupported,
    my_turn,
    settings_of,
)
from embedded.spark.submit import GLUE
from embedded.turns import turn

log = logging.getLogger(__name__)

STOP_SECONDS = 10
FOREVER = 366 * 86_400
"""Seconds after which a run is ended that has no limit of its own."""


def spark_driver(
    driver: Mapping[str, Any] | None, member: str
) -> tuple[Mapping[str, Any], dict[str, str]]:
    """What a driver submits, and Spark's settings in it; `member` is how its API calls Spark's.

    Raises Unsupported for what is not run here.
    """
    submit: Mapping[str, Any] = (driver or {}).get(member) or {}
    if not submit:
        raise Unsupported(f"The embedded AWS runs jobs of Spark alone: give {member}.")
    entry = submit["entryPoint"]
    if not entry.endswith(".py") or not entry.startswith(("s3://", "s3a://")):
        raise Unsupported(f"The embedded AWS runs Python scripts in S3, and not {entry}.")
    try:
        require_spark()
    except NotInstalled as error:
        raise Unsupported(str(error)) from error
    return submit, settings_of(submit.get("sparkSubmitParameters", ""))


class SparkWork(threading.Thread):
    """A run. What it is kept as, and what is told of it, is its API's."""

    done = "SUCCESS"
    """The state of a run that has succeeded."""

    def __init__(
        self,
        id_: str,
        region: str,
        submit: Mapping[str, Any],
        settings: Mapping[str, str],
        *,
        attempts: int,
        minutes: int | None = None,
    ) -> None:
        super().__init__(name=f"spark-run-{id_}", daemon=True)
        self._id, self._submit, self._settings = id_, submit, settings
        self._attempts, self._minutes = attempts, minutes
        self._run: Run | None = None
        self._stopped = threading.Event()
        client, self._variables = clients(region)
        self._s3 = client("s3")

    def run(self) -> None:
        """Work to whichever end."""
        try:
            with my_turn(self._stopped):
                self._show("RUNNING")
                for left in reversed(range(self._attempts)):
                    state, details = self._attempt()
                    if state != "FAILED" or not left:
                        break
        except Stopped:
            state, details = "CANCELLED", "it was cancelled"
        self._show(state, details)

    def stop(self) -> None:
        """Tell it to stop."""
        self._stopped.set()
        if self._run is not None:
            self._run.stop()

    def _show(self, state: str, details: str = "") -> None:
        """Show a state."""
        if not workplace.is_closed():
            with turn():
                self._told(state, details)

    def _told(self, state: str, details: str) -> None:
        """Keep a state, and tell of it. It is for who has the turn."""
        raise NotImplementedError

    def _keep(self, ended: Ended) -> None:
        """Keep what it printed."""
        raise NotImplementedError

    def _attempt(self) -> tuple[str, str]:
        """Its state after one attempt, and the details of it."""
        self._run = Run()
        if self._stopped.is_set():
            self._run.stop()
        try:
            ended = self._run(
                self._s3,
                Script(
                    self._submit["entryPoint"],
                    self._submit.get("entryPointArguments", []),
                    self._settings,
                    has_tables=self._settings.get(CATALOG) == GLUE,
                ),
                self._variables,
                self._minutes * 60 if self._minutes else FOREVER,
            )
            self._keep(ended)
        except Exception as error:  # noqa: BLE001  a thread has nobody to raise it to
            return self._why(error)
        return ("FAILED", f"Job failed: {ended.reason}") if ended.status else (self.done, "")

    def _why(self, error: Exception) -> tuple[str, str]:
        """How it ends that has met an error; while the cloud stops, any may be met."""
        if isinstance(error, Stopped) or workplace.is_closed():
            return "CANCELLED", "it was cancelled"
        if isinstance(error, subprocess.TimeoutExpired):
            return "FAILED", f"it did not end within {self._minutes} minutes"
        if isinstance(error, ValueError | ClientError | BotoCoreError):
            return "FAILED", str(error)
        log.error("the run %s broke", self._id, exc_info=error)
        return "FAILED", f"{type(error).__name__}: {error}"


def keep_printed(
    backend: BaseBackend,
    s3: Any,
    ended: Ended,
    place: str,
    *,
    group: str | None,
    prefix: str | None,
    uri: str | None,
) -> None:
    """Keep what a driver printed at a place of a log group and of a bucket, as far as given.

    `prefix` begins the names of log streams, and `uri` those of objects.
    """
    for stream, text in (("stdout", ended.out), ("stderr", ended.error)):
        if group:
            keep_lines(backend, group, f"{f'{prefix}/' if prefix else ''}{place}/{stream}", text)
        if uri:
            bucket, _, head = uri.removeprefix("s3://").rstrip("/").partition("/")
            key = f"{head}/{place}/{stream}.gz".lstrip("/")
            s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(text.encode()))


def stop_all(runs: dict[str, Any]) -> None:
    """Stop every run, and wait until they are gone."""
    for work in list(runs.values()):
        work.stop()
    for work in list(runs.values()):
        work.join(STOP_SECONDS)
    runs.clear()
