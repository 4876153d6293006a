"""Ctrl-C, SIGTERM and a closed terminal: what a command makes of them."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
TOGETHER_SECONDS = 0.5
"""Signals that come within this time of each other are one interruption."""

_came: list[float] = []
"""When each interruption came, in seconds of the monotonic clock."""


def listen() -> None:
    """Have the signals raise KeyboardInterrupt.

    A shell that starts a job in the background has it ignore Ctrl-C, but it can be sent all the
    same. A SIGHUP that is ignored stays so: that is what nohup is for.
    """
    _came.clear()
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def check() -> None:
    """Raise KeyboardInterrupt if a signal has come whose own one was lost.

    The signal's handler runs wherever the main thread happens to be, and some code, such as what
    asks an object for an attribute in C, clears any exception.
    """
    if _came:
        raise KeyboardInterrupt


@contextmanager
def postponed() -> Iterator[None]:
    """Have the signals wait for the end of the block."""
    before = {number: signal.getsignal(number) for number in SIGNALS}
    came: list[int] = []
    for number in SIGNALS:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for first in came[:1]:
        signal.raise_signal(first)


def hold_off() -> None:
    """Ignore the signals from now on: what cleans up must come to its end.

    A process started after this would ignore them too.
    """
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Not signal.default_int_handler: asyncio puts one that waits for the program in its place.

    A supervisor may send two signals at once. Python raises for the second as soon as it has
    raised for the first, before any clean-up can hold it off.
    """
    now = time.monotonic()
    if _came and now - _came[-1] < TOGETHER_SECONDS:
        return
    _came.append(now)
    raise KeyboardInterrupt
