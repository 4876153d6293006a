"""Spares the SDK what a recording makes no use of.

While a program is recorded, about half of the SDK's work is for the engine or done in a roundabout
way. `lean` leaves that out; it touches nothing but what it puts back, and what a program can see
is the same with it as without, which tests/infra/test_lean_sdk.py holds against the SDK. It
replaces private functions, so it does so only in the versions that the test has seen.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib.metadata import version
from types import ModuleType
from typing import Any

import pulumi
from pulumi import _types
from pulumi.output import _OutputData
from pulumi.runtime import resource, rpc

Resolver = Callable[[Any, bool, bool, set[pulumi.Resource] | None, Exception | None], None]

SEEN = frozenset({"3.272.0"})
"""The versions of the SDK for which tests/infra/test_lean_sdk.py has passed."""

_create_urn = resource.create_urn


@contextmanager
def lean() -> Iterator[None]:
    """Record with less work for a while, in this whole process.

    A version of the SDK that is not among `SEEN` is used as it is.
    """
    if version("pulumi") not in SEEN:
        yield
        return
    instead: list[tuple[ModuleType, str, Any]] = [
        (rpc, "transfer_properties", transfer_properties),
        (resource, "create_urn", create_urn),
        (_types, "unwrap_type", _validated_only(_types.unwrap_type)),
    ]
    before = [(module, name, getattr(module, name)) for module, name, _ in instead]
    try:
        for module, name, function in instead:
            setattr(module, name, function)
        with _short_stacks():
            yield
    finally:
        for module, name, function in before:
            setattr(module, name, function)


def transfer_properties(
    res: pulumi.Resource, props: Mapping[str, Any], custom: bool
) -> dict[str, Resolver]:
    """Give a resource its outputs, and return what resolves each.

    The SDK makes four futures and a task for each output of each resource, set or not, and keeps
    track of it; one future does, and the registration that resolves it is waited for as it is.
    """
    resolvers: dict[str, Resolver] = {}
    for name in props:
        if name == "urn" or (name == "id" and custom):
            continue
        future: asyncio.Future[Any] = asyncio.Future()
        output = pulumi.Output.__new__(pulumi.Output)
        output._data = future  # noqa: SLF001  # all that an output is
        vars(res)[name] = output
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


def _validated_only(unwrap: Callable[[type], type]) -> Callable[[type], type]:
    """`unwrap`, which takes a type apart, asked once for each type rather than at each value.

    Types are told apart by identity: unions of the same members in another order are equal.
    """
    known: dict[int, tuple[type, type]] = {}

    def unwrap_type(val: type) -> type:
        if id(val) not in known:
            known[id(val)] = val, unwrap(val)  # kept, so that no other type gets its identity
        return known[id(val)][1]

    return unwrap_type


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
