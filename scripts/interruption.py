"""Ctrl-C, SIGTERM and a closed terminal: what a command makes of them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


_came: list[int] = []


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
    for number in _came:
        raise KeyboardInterrupt(number)


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


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Not signal.default_int_handler: asyncio puts one that waits for the program in its place."""
    _came.append(number)
    raise KeyboardInterrupt(number)
