"""How a program under a monitor of its own waits: for what the SDK began, and for no call."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


async def settled() -> None:
    """Wait until nothing is under way but the caller, or something failed.

    The SDK waits too, but it looks all outputs through each time that one of them is there, which
    is most of the time of a large program. It finds all of them done, or the failure to raise.
    """
    caller = asyncio.current_task()
    while others := asyncio.all_tasks() - {caller}:
        done, _ = await asyncio.wait(others, return_when=asyncio.FIRST_EXCEPTION)
        if any(task.cancelled() or task.exception() for task in done):
            return


class Inline(ThreadPoolExecutor):
    """Makes each call at once, where it is asked for: a recording never waits for anything."""

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> "Future[T]":
        """What `fn` returned or raised, as the outcome of a call that is over."""
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001  # the future carries it to who awaits
            future.set_exception(error)
        return future
