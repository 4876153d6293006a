"""Python's cyclic garbage collector, off for work that keeps nearly all that it allocates.

A registration keeps what it allocates, and so does an import: each collection walks it in vain.
That is half the time of a large program. Entry points switch it off, and nothing below them does:
`maslow plan`, the program under the engine, and the in-process host.
"""

import atexit
import gc
from collections.abc import Callable


def switch_off_collector() -> Callable[[], None]:
    """Switch the collector off; returns what puts it back as it was.

    A process that ends after the work need not put it back.
    """
    was_on = gc.isenabled()
    gc.disable()
    # The interpreter would collect once more at its end, which takes seconds after a large program.
    atexit.register(gc.freeze)

    def put_back() -> None:
        gc.freeze()
        gc.unfreeze()  # freezing and back brings all to the oldest generation, unseen
        if was_on:
            gc.enable()

    return put_back
