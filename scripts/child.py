"""A person's own command, run as a child that is gone before this process goes."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping

from infra.interruption import hold_off, postponed

STOP_SECONDS = 1
"""How long a command may take to end when it is told to, before it is killed."""
SIGNALLED = 128
"""What a shell adds to a signal's number to tell that a command ended by it."""


def run(command: str, environment: Mapping[str, str]) -> int:
    """The exit status of a shell command, with `environment` added to this process's own.

    In a terminal, Ctrl-C is the command's own: an interactive shell takes it and goes on. What
    interrupts this process otherwise ends the command, with all that it started.
    """
    interactive = sys.stdin is not None and sys.stdin.isatty()
    before = signal.getsignal(signal.SIGINT)
    process = None
    try:
        with postponed():  # or a signal that comes before it is known leaves the command behind
            process = subprocess.Popen(  # noqa: S602  a command line, which may well be a pipe
                command,
                shell=True,
                env={**os.environ, **environment},
                # Only the foreground group may read from the terminal: there, it stays in ours.
                process_group=None if interactive else 0,
            )
        if interactive:
            signal.signal(signal.SIGINT, lambda *_: None)
        status = process.wait()
    except BaseException:
        hold_off()
        if process:
            _end(process, by_group=not interactive)
        raise
    _end(process, by_group=not interactive)
    signal.signal(signal.SIGINT, before)
    return status if status >= 0 else SIGNALLED - status


def _end(process: "subprocess.Popen[bytes]", *, by_group: bool) -> None:
    """End the command if it still runs, and what it has left in a group of its own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            if by_group:
                os.killpg(process.pid, number)
            else:
                process.send_signal(number)
            process.wait(STOP_SECONDS)
        except (ProcessLookupError, PermissionError):
            return
        except subprocess.TimeoutExpired:
            continue
