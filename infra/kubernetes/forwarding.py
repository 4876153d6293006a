"""A kubectl that brings a port of the cluster to this machine, for as long as a block lasts."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from infra.errors import WorkError
from infra.interruption import hold_off, postponed

LISTENS = re.compile(r"Forwarding from .*:(\d+) -> \d+")
"""What kubectl prints once it listens."""
STOP_SECONDS = 2


@dataclass(frozen=True)
class Forwarding:
    """A kubectl that listens."""

    port: int
    """The port of this machine."""
    process: "subprocess.Popen[str]"

    def last(self) -> None:
        """Wait until kubectl ends, which it does not by itself. Raises WorkError once it has."""
        # It tells of each connection, and would wait for a reader once the pipe is full.
        for _ in self.process.stdout or ():
            pass
        raise WorkError(f"kubectl ended, with status {self.process.wait()}.")


@contextmanager
def forwarding(command: Sequence[str]) -> Iterator[Forwarding]:
    """Run a `kubectl port-forward` until the block ends, which begins once it listens.

    What kubectl complains of goes to this process's standard error. Raises WorkError where it ends
    before it listens.
    """
    process = None
    try:
        with postponed():  # or a signal that comes before it is known leaves kubectl behind
            process = subprocess.Popen(
                [*command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                text=True,
                process_group=0,  # Ctrl-C is for this process, which ends it
            )
        yield Forwarding(_port(process), process)
    finally:
        hold_off()
        if process:
            _stop(process)


def _port(process: "subprocess.Popen[str]") -> int:
    for line in process.stdout or ():
        if found := LISTENS.match(line):
            return int(found[1])
    raise WorkError(f"kubectl did not open it, and ended with status {process.wait()}.")


def _stop(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
