"""Python's cyclic garbage collector, and when not to have it run."""

import atexit
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


@contextmanager
def collector_paused_to_the_end() -> Iterator[None]:
    """`collector_paused` for the work after which the process ends.

    What it leaves is given back with the process. To look it through takes seconds after a large
    program: once when the collector is back on, and once when the interpreter ends.
    """
    with collector_paused():
        try:
            yield
        finally:
            gc.freeze()
            gc.unfreeze()  # freezing and back brings all to the oldest generation, unseen
            atexit.register(gc.freeze)
