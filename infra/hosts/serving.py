"""An embedded AWS that keeps running, found and brought up to date from another terminal.

Whoever serves leaves a note beside the temporary files of this user: where it listens, and a token
without which nothing is done. It goes with the process; a note whose process is gone counts for
nothing.
"""

import hashlib
import hmac
import http.client
import json
import os
import queue
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

from infra.errors import InputError, WorkError

HOST = "127.0.0.1"
TOKEN = "X-Maslow-Token"  # noqa: S105  the header's name
ANSWER_SECONDS = 600
INPUT, WORK = 422, 500
"""Statuses of an answer: the stack file is wrong, or the work failed."""

Answer = dict[str, Any]


@dataclass(frozen=True)
class Running:
    """An embedded AWS that another process of this user serves."""

    pid: int
    port: int
    """Where it takes requests to be brought up to date."""
    token: str
    url: str
    """The endpoint of every service."""
    environment: Mapping[str, str]
    """Environment variables that turn any AWS client to it."""

    def client(self, service: str) -> Any:
        """A boto3 client of it, blind to the user's own AWS settings."""
        import boto3

        return boto3.client(
            service,
            region_name=self.environment["AWS_REGION"],
            endpoint_url=self.url,
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    def up(self) -> Answer:
        """Have it bring its stack to what the stack file says and what is approved.

        Returns `changes` and `outputs` of the pass. Raises InputError for a mistake in the file,
        and WorkError for what fails and where it stops meanwhile.
        """
        return self._asked("POST", "/up")

    def outputs(self) -> dict[str, Any]:
        """The stack's outputs, of its last pass. Raises as `up` does."""
        found: dict[str, Any] = self._asked("GET", "/outputs")
        return found

    def manifests(self) -> Path | None:
        """The folder with a folder of objects for each cluster of Kubernetes; None without one.

        Raises as `up` does.
        """
        folder = self._asked("GET", "/manifests")["folder"]
        return None if folder is None else Path(folder)

    def _asked(self, method: str, path: str) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_SECONDS)
        try:
            connection.request(method, path, headers={TOKEN: self.token})
            response = connection.getresponse()
            answer: Answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise WorkError(
                f"The embedded AWS at {self.url} (process {self.pid}) stopped answering."
            ) from error
        finally:
            connection.close()
        if response.status == INPUT:
            raise InputError(answer["error"])
        if response.status == WORK:
            raise WorkError(answer["error"])
        return answer


def find(root: Path, environment: str) -> Running | None:
    """What serves an environment of the project in `root`; None where nothing does."""
    note = _note(root, environment)
    try:
        running = Running(**json.loads(note.read_text(encoding="utf-8")))
        with suppress(PermissionError):
            os.kill(running.pid, 0)
        running.outputs()
    except (OSError, ValueError, TypeError, WorkError):
        return None
    return running


@contextmanager
def announced(
    root: Path, environment: str, url: str, clients: Mapping[str, str]
) -> Iterator["Requests"]:
    """Take requests about an environment that runs at `url`, until the block ends."""
    note = _note(root, environment)
    with Requests() as requests:
        running = Running(os.getpid(), requests.port, requests.token, url, clients)
        note.parent.mkdir(mode=0o700, exist_ok=True)
        note.unlink(missing_ok=True)
        try:
            note.touch(mode=0o600)
            note.write_text(json.dumps(vars(running)), encoding="utf-8")
            yield requests
        finally:
            note.unlink(missing_ok=True)
            with suppress(OSError):  # another environment has its note there
                note.parent.rmdir()


class Requests:
    """Takes requests on a port of its own, for one thread to see to, one after the other."""

    def __init__(self) -> None:
        self.token = os.urandom(16).hex()
        self.outputs: dict[str, Any] = {}
        """What is answered to who asks for the stack's outputs."""
        self.manifests: Path | None = None
        """Where the objects of Kubernetes are, which is answered to who asks for that."""
        self._asked: queue.Queue[queue.Queue[tuple[int, Answer]]] = queue.Queue()
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def serve(self, up: Callable[[], Answer]) -> None:
        """See to requests by `up`, for ever; what it raises as an error is answered."""
        while True:
            reply = self._asked.get()
            try:
                reply.put((200, up()))
            except InputError as error:
                reply.put((INPUT, {"error": str(error)}))
            except WorkError as error:
                reply.put((WORK, {"error": str(error)}))

    def answered(self) -> tuple[int, Answer]:
        """The answer to a request to bring the stack up, once it has had its turn."""
        reply: queue.Queue[tuple[int, Answer]] = queue.Queue()
        self._asked.put(reply)
        return reply.get()


def _handler(requests: Requests) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self._answer("/up", requests.answered)

        def do_GET(self) -> None:
            folder = str(requests.manifests) if requests.manifests else None
            told = {"/outputs": requests.outputs, "/manifests": {"folder": folder}}
            self._answer(self.path, lambda: (200, told[self.path]), known=self.path in told)

        def _answer(
            self, path: str, answer: Callable[[], tuple[int, Answer]], *, known: bool = True
        ) -> None:
            known &= hmac.compare_digest(self.headers.get(TOKEN, ""), requests.token)
            status, body = answer() if known and self.path == path else (403, {})
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Keep quiet: the terminal belongs to who serves."""

    return Handler


def _note(root: Path, environment: str) -> Path:
    project = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"maslow-{os.getuid()}" / f"{project}-{environment}.json"
