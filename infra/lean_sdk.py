"""Spares the SDK what a recording makes no use of.

While a program is recorded, about half of the SDK's work is for the engine or done in a roundabout
way. `lean` leaves that out; it touches nothing but what it puts back, and what a program can see
is the same with it as without, which tests/infra/test_lean_sdk.py holds against the SDK.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import Any

import pulumi
from pulumi.output import _OutputData
from pulumi.runtime import resource, rpc

Resolver = Callable[[Any, bool, bool, set[pulumi.Resource] | None, Exception | None], None]

_create_urn = resource.create_urn


@contextmanager
def lean() -> Iterator[None]:
    """Record with less work for a while, in this whole process."""
    before = rpc.transfer_properties, resource.create_urn
    rpc.transfer_properties, resource.create_urn = transfer_properties, create_urn
    try:
        with _short_stacks():
            yield
    finally:
        rpc.transfer_properties, resource.create_urn = before


def transfer_properties(
    res: pulumi.Resource, props: Mapping[str, Any], custom: bool
) -> dict[str, Resolver]:
    """Give a resource its outputs, and return what resolves each.

    The SDK makes four futures and a task for each output of each resource, set or not; one future
    does, as the SDK itself makes it for `urn` and `id`.
    """
    resolvers: dict[str, Resolver] = {}
    for name in props:
        if name == "urn" or (name == "id" and custom):
            continue
        future: asyncio.Future[Any] = asyncio.Future()
        vars(res)[name] = pulumi.Output._from_data(future)  # noqa: SLF001  # the SDK's own way
        resolvers[name] = partial(_resolve, res, future)
    return resolvers


def _resolve(
    res: pulumi.Resource,
    future: "asyncio.Future[Any]",
    value: Any,
    is_known: bool,
    is_secret: bool,
    deps: set[pulumi.Resource] | None,
    failed: Exception | None,
) -> None:
    if failed is None:
        future.set_result(_OutputData({res, *(deps or ())}, value, is_known, is_secret))
    else:
        future.set_exception(failed)


def create_urn(
    name: pulumi.Input[str],
    type_: pulumi.Input[str],
    parent: pulumi.Resource | pulumi.Input[str] | None = None,
    project: str | None = None,
    stack: str | None = None,
) -> pulumi.Output[str]:
    """The URN of a resource.

    The SDK makes one for each resource, of plain strings and ten outputs, in case that there is no
    monitor to answer.
    """
    if not (isinstance(name, str) and isinstance(type_, str) and isinstance(parent, str | None)):
        return _create_urn(name, type_, parent, project, stack)
    if parent is None:
        prefix = f"urn:pulumi:{stack or pulumi.get_stack()}::{project or pulumi.get_project()}::"
    else:
        prefix = f"{parent.rpartition('::')[0]}$"
    return pulumi.Output.from_input(f"{prefix}{type_}::{name}")


@contextmanager
def _short_stacks() -> Iterator[None]:
    """Have no stack trace extracted but for its innermost frame.

    The SDK sends the program's stack with each registration, and reads the source files to do so.
    https://docs.python.org/3/library/sys.html#sys.tracebacklimit
    """
    before: int | None = getattr(sys, "tracebacklimit", None)
    sys.tracebacklimit = 1
    try:
        yield
    finally:
        if before is None:
            del sys.tracebacklimit
        else:
            sys.tracebacklimit = before
