"""Who may touch moto's state: one thread at a time.

moto keeps every resource in plain dictionaries. A request that lists while another one creates
fails, "dictionary changed size during iteration", and two that change the same may lose one change.
So requests take turns, from whichever side they come. What waits for something else in the middle
of its own turn, such as a model's answer, lets the others have theirs meanwhile.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_free = threading.Lock()
_mine = threading.local()


@contextmanager
def turn() -> Iterator[None]:
    """Have moto's state for oneself. A thread that has it already keeps it."""
    if getattr(_mine, "taken", False):
        yield
        return
    with _free:
        _mine.taken = True
        try:
            yield
        finally:
            if not _mine.taken:  # a signal's exception came while it waited in `others_first`
                _free.acquire()
            _mine.taken = False


@contextmanager
def others_first() -> Iterator[None]:
    """Give the turn, if this thread has it, to others for as long as the block takes."""
    if not getattr(_mine, "taken", False):
        yield
        return
    _mine.taken = False
    _free.release()
    try:
        yield
    finally:
        _free.acquire()
        _mine.taken = True
