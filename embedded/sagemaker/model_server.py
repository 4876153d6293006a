"""The serving processes of the embedded SageMaker: one a container, from its deployment on."""

import os
import signal
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from embedded import workplace
from embedded.sagemaker import serving
from embedded.sagemaker.algorithms import xgboost_process
from embedded.sagemaker.images import image_of
from embedded.sagemaker.isolation import own_python, own_variables
from embedded.sagemaker.serving import Answer, read_frame, write_frame

LOAD_SECONDS = 120
REQUEST_SECONDS = 60
LOG_TAIL_BYTES = 2000


class Died(Exception):
    """The process ended, or was ended for its slowness, before it had answered."""


@dataclass(frozen=True)
class Container:
    """What a process is started for: the model's tarball in S3, and its environment."""

    data_url: str
    environment: tuple[tuple[str, str], ...] = ()
    image: str = ""
    """The URI of its image, which tells what serves; empty for what serves a script."""


@dataclass
class ModelServer:
    """The process of one container, with its folder."""

    tarball: Callable[[], bytes]
    environment: dict[str, str]
    image: str = ""
    source: Callable[[], bytes] | None = None
    """Fetches the tarball of the script, where that is not in the model's own."""
    process: subprocess.Popen[bytes] | None = None
    _folder: tempfile.TemporaryDirectory[str] | None = None
    _stopped: bool = False
    _cleared: bool = False
    _read: int = 0
    _unread: list[str] = field(default_factory=list)
    _serving: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, body: bytes, content_type: str, accept: str) -> Answer:
        """Have the process answer, starting it before its first request.

        AWS gives a container 60 seconds for an answer:
        https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html

        Raises Died, and what the tarball's download and unpacking raise.
        """
        with self._serving:
            return self._unready() or self._ask(
                {"content_type": content_type, "accept": accept}, body
            )

    def unready(self) -> Answer | None:
        """Start the process unless it runs; what it says where the model can't be loaded.

        Raises Died, and what the tarball's download and unpacking raise.
        """
        with self._serving:
            return self._unready()

    def stop(self) -> None:
        """End the process with all that it started, and remove its folder. Safe to repeat."""
        with self._stopping:
            self._stopped = True
            if self._cleared:
                return
            if self.process is not None:
                with suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                workplace.forget(self.process)
                for stream in (self.process.stdin, self.process.stdout):
                    if stream is not None:
                        with suppress(OSError):
                            stream.close()
            self._listen()
            if self._folder is not None:
                self._folder.cleanup()
            self._cleared = True

    def said(self) -> list[str]:
        """The lines that the process has printed since this was asked last; blank ones are none."""
        with self._stopping:
            self._listen()
            said, self._unread = self._unread, []
        return said

    def _listen(self) -> None:
        """Take note of the lines that are whole by now, or of all once the process has ended."""
        ended = self.process is not None and self.process.poll() is not None
        with suppress(OSError), self._log.open("rb") as log:
            log.seek(self._read)
            text = log.read()
            whole = text if ended else text[: text.rfind(b"\n") + 1]
            self._read += len(whole)
            lines = whole.decode(errors="replace").splitlines()
            self._unread += [line for line in lines if line.strip()]

    @property
    def stopped(self) -> bool:
        """Whether it will answer no more."""
        return self._stopped

    def _unready(self) -> Answer | None:
        if self.process is not None:
            return None
        try:
            loaded = self._start()
        except workplace.Closed as closed:
            raise Died(str(closed)) from closed
        if loaded.status == HTTPStatus.OK:
            return None
        self.stop()
        return loaded

    def _start(self) -> Answer:
        tarball, script = self.tarball(), self.source() if self.source else b""
        with self._stopping:
            if self._stopped:
                raise Died("the model server was stopped")
            self._folder = workplace.folder("model-")
            model = Path(self._folder.name, "model")
            for packed, target in ((tarball, model), (script, model / "code")):
                if packed:
                    with tarfile.open(fileobj=BytesIO(packed)) as archive:
                        archive.extractall(target, filter="data")
            folder = Path(self._folder.name)
            programs = own_python(folder / "python")
            with self._log.open("wb") as log:
                self.process = workplace.start(
                    [str(programs / "python"), *self._program, str(model), str(folder)],
                    cwd=model,
                    env=own_variables(folder, programs)
                    | self._own_variables
                    | self.environment
                    | {"SM_MODEL_DIR": str(model)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                )
        return self._receive(LOAD_SECONDS)

    def _ask(self, header: dict[str, str], body: bytes) -> Answer:
        if self.process is None or self.process.stdin is None:
            raise Died("the model server was stopped")
        try:
            write_frame(self.process.stdin, header, body)
        except (OSError, ValueError):
            return self._gone("the model server has ended")
        return self._receive(REQUEST_SECONDS)

    def _receive(self, seconds: float) -> Answer:
        if self.process is None or self.process.stdout is None:
            raise Died("the model server was stopped")
        timer = threading.Timer(seconds, self.process.kill)
        timer.daemon = True
        timer.start()
        try:
            frame = read_frame(self.process.stdout)
        except (OSError, ValueError):
            frame = None
        finally:
            expired = not timer.is_alive()
            timer.cancel()
        if frame is None:
            late = f"the model server did not answer within {seconds:.0f} seconds"
            return self._gone(late if expired else "the model server ended without an answer")
        header, body = frame
        return Answer(header["status"], header["content_type"], body)

    def _gone(self, what: str) -> Answer:
        try:
            said = self._log.read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
        except OSError:
            said = ""
        self.stop()
        status = self.process.returncode if self.process else None
        raise Died(f"{what} (exit status {status}){': ' if said else ''}{said}")

    @property
    def _program(self) -> list[str]:
        if image_of(self.image).is_xgboost:
            return xgboost_process.SERVING
        return ["-P", serving.__file__]

    @property
    def _own_variables(self) -> dict[str, str]:
        image = self.image
        return xgboost_process.variables(image) if image_of(image).is_xgboost else {}

    @property
    def _log(self) -> Path:
        return Path(self._folder.name if self._folder else os.devnull, "log")


class ModelServers:
    """The running servers by container."""

    def __init__(self) -> None:
        self._servers: dict[Container, ModelServer] = {}
        self._changing = threading.Lock()
        self._open = False

    def open(self) -> None:
        """Let servers be started."""
        self._open = True

    def of(self, container: Container, begin: Callable[[], ModelServer]) -> ModelServer:
        """The container's server; a new one where there is none, or where it has ended.

        Raises Died once all servers were stopped.
        """
        with self._changing:
            if not self._open:
                raise Died("the embedded AWS is stopping")
            server = self._servers.get(container)
            if server is None or server.stopped:
                server = self._servers[container] = begin()
            return server

    def said(self, containers: Iterable[Container]) -> list[str]:
        """What the servers of containers have printed since this was asked last."""
        with self._changing:
            servers = [self._servers[one] for one in containers if one in self._servers]
        return [line for server in servers for line in server.said()]

    def keep_only(self, containers: Iterable[Container]) -> None:
        """Stop the servers of every other container."""
        wanted = set(containers)
        with self._changing:
            ended = [self._servers.pop(other) for other in set(self._servers) - wanted]
        for server in ended:
            server.stop()

    def close(self) -> None:
        """Stop every server, and start none until opened again."""
        self._open = False
        self.keep_only(())

    def processes(self) -> list[int]:
        """The process ids of the running servers."""
        with self._changing:
            servers = list(self._servers.values())
        return [server.process.pid for server in servers if server.process and not server.stopped]
