"""The process of a function, from its first invocation on.

https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
"""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded import workplace
from embedded.lambdas import worker
from embedded.sagemaker.isolation import own_variables

LOAD_SECONDS = 60
"""For the import of the code, which AWS gives ten seconds: this machine may be a small one."""


@dataclass(frozen=True)
class Code:
    """What is run."""

    archive: bytes
    """The ZIP archive of the code."""
    handler: str
    """`module.function`."""
    variables: tuple[tuple[str, str], ...]
    """The function's environment."""
    timeout: int
    """Seconds that an invocation may take."""


@dataclass(frozen=True)
class Ended:
    """How an invocation ended."""

    payload: str
    """JSON: what the handler returned, or the error."""
    failed: bool
    printed: str
    """What the function has printed since the invocation before."""


class Process:
    """A function at work: one invocation after the other."""

    def __init__(self, code: Code) -> None:
        self.code = code
        self._working = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._folder: Any = None
        self._read = 0

    def invoke(self, event: Any, request_id: str) -> Ended:
        """Have it handle an event.

        A function that ends, or takes too long, has failed, and begins anew with the next one.
        Raises zipfile.BadZipFile for code that is no archive, and workplace.Closed.
        """
        with self._working:
            answer = self._started()
            if answer is None:
                answer = self._ask({"id": request_id, "event": event})
            if error := answer.get("error"):
                return Ended(json.dumps(error), True, self._printed())
            return Ended(answer["payload"], False, self._printed())

    def stop(self) -> None:
        """End it, with all that it has started. Safe to repeat."""
        process, self._process = self._process, None
        if process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            workplace.forget(process)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.cleanup()
        self._read = 0

    def _started(self) -> dict[str, Any] | None:
        """Start it unless it is; the answer of one whose code does not load."""
        if self._process is not None:
            return None
        self._folder = workplace.folder("function-")
        folder = Path(self._folder.name)
        code = folder / "code"
        with zipfile.ZipFile(io.BytesIO(self.code.archive)) as archive:
            archive.extractall(code)
        with self._log.open("wb") as log:
            self._process = workplace.start(
                [sys.executable, "-P", worker.__file__, str(code), self.code.handler],
                cwd=code,
                env=own_variables(folder, Path(sys.executable).parent) | dict(self.code.variables),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        loaded = self._answer(LOAD_SECONDS)
        return loaded if "error" in loaded else None

    def _ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is not None and self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.write(json.dumps(asked).encode() + b"\n")
                self._process.stdin.flush()
        return self._answer(self.code.timeout)

    def _answer(self, seconds: float) -> dict[str, Any]:
        process = self._process
        if process is None or process.stdout is None:
            return _error("Runtime.ExitError", "the function was stopped")
        timer = threading.Timer(seconds, process.kill)
        timer.daemon = True
        timer.start()
        try:
            line = process.stdout.readline()
        finally:
            late = not timer.is_alive()
            timer.cancel()
        if line.endswith(b"\n"):
            answer: dict[str, Any] = json.loads(line)
            return answer
        printed = self._printed()
        self.stop()
        if late:
            return _error("Sandbox.Timedout", f"Task timed out after {seconds:.2f} seconds")
        return _error("Runtime.ExitError", f"the function ended without an answer: {printed}")

    def _printed(self) -> str:
        try:
            with self._log.open("rb") as log:
                log.seek(self._read)
                text = log.read()
        except OSError:
            return ""
        self._read += len(text)
        return text.decode(errors="replace").strip()

    @property
    def _log(self) -> Path:
        return Path(self._folder.name if self._folder else os.devnull, "log")


def _error(kind: str, message: str) -> dict[str, Any]:
    return {"error": {"errorType": kind, "errorMessage": message}}
