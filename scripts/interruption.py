"""Ctrl-C, SIGTERM and a closed terminal: what each command makes of them."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interruptible() -> Iterator[None]:
    """Have the signals raise KeyboardInterrupt, and give them back their meaning at the end.

    A shell that starts a job in the background has it ignore Ctrl-C, but it can be sent all the
    same. A SIGHUP that is ignored stays so: that is what nohup is for.
    """
    before = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        for number, handler in before.items():
            if number != signal.SIGHUP or handler != signal.SIG_IGN:
                signal.signal(number, signal.default_int_handler)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def hold_off() -> None:
    """Let the signals pass without effect from now on: what cleans up must come to its end.

    The handler is one of Python's, since SIG_IGN would be inherited by child processes.
    """
    for number in SIGNALS:
        signal.signal(number, lambda *_: None)
