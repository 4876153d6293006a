"""Where the embedded AWS works on this machine: one temporary folder, and the processes in it.

What jobs and models need lies below that folder, and every process that they run in is known, so
that all of it is gone when the cloud is, whatever its threads are at just then.
"""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

REMOVE_SECONDS = 2
"""For how long a folder is removed again that a process writes to while it dies."""
RETRY_SECONDS = 0.02

Made = TypeVar("Made")

_changing = threading.Lock()
_processes: set["subprocess.Popen[bytes]"] = set()
_root: "tempfile.TemporaryDirectory[str] | None" = None
_closed = False


class Closed(Exception):
    """The cloud is stopping: nothing new is begun."""

    def __init__(self) -> None:
        super().__init__("the embedded AWS is stopping")


def folder(prefix: str) -> "tempfile.TemporaryDirectory[str]":
    """A new temporary folder. Raises Closed."""

    def make() -> "tempfile.TemporaryDirectory[str]":
        global _root  # noqa: PLW0603  there is one cloud a process
        with _changing:
            if _closed:
                raise Closed
            _root = _root or _temporary("maslow-")
            return _temporary(prefix, _root.name)

    return _undisturbed(make)


def lasting(name: str) -> Path:
    """The folder of that name in the workplace, which stays for as long as it. Raises Closed."""

    def make() -> Path:
        global _root  # noqa: PLW0603
        with _changing:
            if _closed:
                raise Closed
            _root = _root or _temporary("maslow-")
            place = Path(_root.name) / name
            place.mkdir(exist_ok=True)
            return place

    return _undisturbed(make)


def start(command: Sequence[str], **options: Any) -> "subprocess.Popen[bytes]":
    """Start a process with Popen's options, as the leader of a session of its own.

    That keeps the terminal's Ctrl-C from it. Raises Closed, and OSError for what does not start.
    """

    def begin() -> "subprocess.Popen[bytes]":
        with _changing:
            if _closed:
                raise Closed
            process = subprocess.Popen(command, start_new_session=True, **options)
            _processes.add(process)
            return process

    return _undisturbed(begin)


def forget(process: "subprocess.Popen[bytes]") -> None:
    """Take note that a process and its group have ended."""
    with _changing:
        _processes.discard(process)


def is_closed() -> bool:
    """Whether the cloud is stopping."""
    return _closed


def close() -> None:
    """Kill every process with all that it started, and begin no other until `remove`."""
    global _closed  # noqa: PLW0603
    with _changing:
        _closed = True
        for process in _processes:
            # macOS refuses what has ended already.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)


def remove() -> None:
    """Remove the folder, and all that threads still make there for a moment."""
    global _root, _closed  # noqa: PLW0603
    with _changing:
        if _root:
            _clear(_root)
        _root = None
        _processes.clear()
        _closed = False


def abandon() -> None:
    """Close and remove, for a process that ends without waiting for its threads."""
    close()
    with _changing:
        if _root:
            _clear(_root)


def _temporary(prefix: str, where: str | None = None) -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix=prefix, dir=where, ignore_cleanup_errors=True)


def _clear(root: "tempfile.TemporaryDirectory[str]") -> None:
    deadline = time.monotonic() + REMOVE_SECONDS
    root.cleanup()
    while Path(root.name).exists() and time.monotonic() < deadline:
        time.sleep(RETRY_SECONDS)
        root.cleanup()


def _undisturbed(do: Callable[[], Made]) -> Made:
    """Do it outside of the main thread.

    There, a signal may raise between any two steps, such as the start of a process and what keeps
    track of it.
    """
    if threading.current_thread() is not threading.main_thread():
        return do()
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(do).result()
