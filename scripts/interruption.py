"""Ctrl-C, SIGTERM and a closed terminal: what a command makes of them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def listen() -> None:
    """Have the signals raise KeyboardInterrupt.

    A shell that starts a job in the background has it ignore Ctrl-C, but it can be sent all the
    same. A SIGHUP that is ignored stays so: that is what nohup is for.
    """
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)


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
