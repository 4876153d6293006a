"""What the commands share that do their work on an embedded AWS in this process."""

import gc
import importlib.util
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from botocore.exceptions import BotoCoreError, ClientError

from embedded.cloud import Cloud, PortTaken
from infra.errors import InputError, WorkError
from infra.hosts.checks import register_monitors
from infra.interruption import check, ending, hold_off
from infra.settings import StackFile
from scripts.console import Follower, out, row

PROMISE = "Nothing leaves this machine, and nothing is left on it at the end."
STOP_SECONDS = 2.5
"""How long an interrupted turn may take to clean up, before it is left as it is."""
PACKAGES = ("moto", "sklearn")

Say = Callable[[str], None]


def require_packages() -> None:
    """Raise WorkError where the embedded AWS's packages are not installed."""
    if any(importlib.util.find_spec(package) is None for package in PACKAGES):
        raise WorkError("The embedded AWS needs the packages of the extra `local`: make setup")


@contextmanager
def running(stack: StackFile, port: int) -> Iterator[Cloud]:
    """An embedded AWS for a stack, ended with the block or by an interruption.

    Raises InputError for a port that cannot be had.
    """
    register_monitors()
    cloud = Cloud(stack.region, account_id=stack.account, port=port)
    try:
        cloud.start()
        with ending(cloud.stop):
            yield cloud
    except PortTaken as taken:
        reason = getattr(taken.__cause__, "strerror", "it is taken")
        raise InputError(
            f"--port {port}: {reason}. Choose another port, or leave the option out for any "
            "free one."
        ) from taken
    finally:
        cloud.stop()


@contextmanager
def stage(name: str, follower: Follower) -> Iterator[Say]:
    """One line of the story: what was done, and how long it took."""
    said: list[str] = []
    began = time.monotonic()
    follower.begin(name)
    yield said.append
    gc.freeze()  # it stays: to look through all of it later would hold up an interruption
    check()
    follower.end()
    line = f"{' '.join(said)}  [dim]{time.monotonic() - began:.0f} s[/]"
    out.print(row(f"[cyan]{name}[/]", line, width=9))


@contextmanager
def before_clean_up(follower: Follower) -> Iterator[None]:
    """Work whose clean-up, after the block, no second Ctrl-C cuts short.

    What fails because all of it is stopped raises KeyboardInterrupt.
    """
    try:
        yield
    except Exception:
        check()
        raise
    finally:
        hold_off()
        with suppress(OSError):  # a closed terminal
            follower.begin("Clean up")


@contextmanager
def reported() -> Iterator[None]:
    """Turn what AWS's clients raise into WorkError."""
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise WorkError(str(error)) from error
