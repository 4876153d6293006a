"""Ctrl-C, SIGTERM and a closed terminal: what a command makes of them.

The first one is answered at once, whatever the main thread is at. It raises there, again if that is
lost, and ends what an exception does not reach: the waits of other threads.

The handlers run wherever the main thread happens to be, and some code, such as what asks an object
for an attribute in C, clears any exception.
"""

import gc
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import cast

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130
"""The exit status of a command that was interrupted, as a shell has it for SIGINT."""
TOGETHER_SECONDS = 0.5
"""Signals that come within this time of each other are one interruption."""
WAKE_SECONDS = 0.02
HEED_SECONDS = 1.0
"""After how long an exception is taken for lost that nothing has heeded."""
TALK_SECONDS = 0.5
"""How long a process that is to end waits for a terminal that takes no more output."""

End = Callable[[], None]

_came: list[float] = []
"""When each interruption came, in seconds of the monotonic clock."""
_ends: list[End] = []
_bounds: list[tuple[float, End]] = []
_noticed: list[int] = []
"""Which signals came. Handlers take no lock: one may come in the midst of another."""
_said = threading.Event()
_heeded = threading.Event()
_unraisable = sys.unraisablehook
_pipe: list[int] = []
"""Where the interpreter writes the number of each signal, and where it is read."""


def listen() -> None:
    """Have the signals raise KeyboardInterrupt, and the first say that the command is stopping.

    A shell that starts a job in the background has it ignore Ctrl-C, but it can be sent all the
    same. A SIGHUP that is ignored stays so: that is what nohup is for.
    """
    _came.clear()
    _bounds.clear()
    _noticed.clear()
    _said.clear()
    _heeded.clear()
    if not _pipe:
        _pipe.extend(os.pipe())
        os.set_blocking(_pipe[1], False)
        threading.Thread(target=_answer, name="interruption", daemon=True).start()
    signal.set_wakeup_fd(_pipe[1], warn_on_full_buffer=False)
    if sys.unraisablehook is not _lost:
        global _unraisable  # noqa: PLW0603
        _unraisable = sys.unraisablehook
        sys.unraisablehook = _lost
    for number in SIGNALS:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _interrupt)


def check() -> None:
    """Raise KeyboardInterrupt if a signal has come whose own one was lost."""
    if _came:
        raise KeyboardInterrupt


def heed() -> None:
    """Tell that the interruption has come to where it ends the command: it is not raised again."""
    _heeded.set()


@contextmanager
def ending(end: End) -> Iterator[None]:
    """Have the first signal within the block call `end` at once, from a thread of its own.

    The block may call it too, at the same time. What it raises is left to the block's own call.
    """
    _ends.append(end)
    try:
        yield
    finally:
        _ends.remove(end)


def bound(seconds: float, leave: End) -> None:
    """Have the process end within `seconds` of the first signal, until the next `listen`.

    `leave` is called, from a thread of its own, where the clean-up has not come to its end by then:
    it leaves nothing behind and waits for nobody. Raises KeyboardInterrupt after a signal.
    """
    check()
    _bounds.append((seconds, leave))


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
    """Have no signal raise from now on: what cleans up must come to its end."""
    heed()
    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, _notice)


def ignore() -> None:
    """Have no signal change how the process ends, which it is about to, once any is answered.

    Python gives up its own handlers before it has ended. A process started after this would ignore
    the signals too.
    """
    if _noticed:
        _said.wait(TALK_SECONDS)
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def conclude() -> None:
    """Say that the command was interrupted, after all clean-up, and let the process end quickly."""
    hold_off()
    ignore()
    _say("Interrupted.")
    gc.freeze()  # or the interpreter would collect once more at its end, which takes a second
    # Python ends by SIGINT if an `exec` was interrupted, such as that of a dataclass, and no other
    # has come to its end since.
    exec("")  # noqa: S102


def _interrupt(number: int, _frame: FrameType | None) -> None:
    """Not signal.default_int_handler: asyncio puts one that waits for the program in its place.

    A supervisor may send two signals at once. Python raises for the second as soon as it has
    raised for the first, before any clean-up can hold it off.
    """
    now = time.monotonic()
    if _came and now - _came[-1] < TOGETHER_SECONDS:
        return
    _came.append(now)
    _noticed.append(number)
    raise KeyboardInterrupt


def _lost(lost: "sys.UnraisableHookArgs") -> None:
    """Print no traceback of an interruption in what cannot raise: it will be raised again."""
    if not (_came and lost.exc_type is KeyboardInterrupt):
        _unraisable(lost)


def _notice(number: int, _frame: FrameType | None) -> None:
    """Leave it to `_answer`."""
    _noticed.append(number)


def _answer() -> None:
    """Answer the first signal of each command.

    The main thread, where the handlers run, may be in the midst of anything, as of a print.
    """
    while number := os.read(_pipe[0], 1):
        handler = signal.getsignal(number[0])
        if handler in (_interrupt, _notice) and not _said.is_set():
            _begin_to_stop(number[0])


def _begin_to_stop(number: int) -> None:
    for seconds, leave in _bounds:
        late = threading.Timer(seconds, _leave, (leave,))
        late.daemon = True
        late.start()
    # Whichever thread the system gives a signal to, it is the main one that has to leave its wait.
    while signal.getsignal(number) is _interrupt and not _came:
        _wake(number)
        time.sleep(WAKE_SECONDS)
    _say("Stopping…")
    _said.set()
    for end in reversed(_ends):
        with suppress(Exception):
            end()
    while not _heeded.wait(HEED_SECONDS) and signal.getsignal(number) is _interrupt:
        _wake(number)


def _wake(number: int) -> None:
    signal.pthread_kill(cast("int", threading.main_thread().ident), number)


def _leave(leave: End) -> None:
    try:
        leave()
    finally:
        talk = threading.Thread(target=_say, args=("Interrupted.",), daemon=True)
        talk.start()
        talk.join(TALK_SECONDS)
        os._exit(INTERRUPTED)


def _say(what: str) -> None:
    """Say something on the terminal, if there still is one."""
    with suppress(AttributeError, OSError, ValueError):
        sys.stderr.write(f"{what}\n")
        sys.stderr.flush()
