"""Python's cyclic garbage collector, and when not to have it run."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_paused() -> Iterator[None]:
    """Leave the cyclic garbage collector off for a while.

    A registration keeps nearly all that it allocates, and so does an import; each collection walks
    it in vain. That is half the time of a large program.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
