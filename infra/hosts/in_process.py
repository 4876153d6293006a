"""Runs the program without Pulumi's engine: one pass that creates, updates and deletes.

The state lives as long as the host object. A second pass with the same host leaves alone what is
unchanged, as the engine would; previews and a state that lasts need the engine itself.
"""

import copy
import itertools
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from google.protobuf import struct_pb2
from pulumi import ResourceHookArgs
from pulumi.runtime.proto import resource_pb2

from catalog import wire
from embedded.lifecycle import Change, Manager, Refused, Values
from embedded.packages import PROVIDERS, package_of, packages_of
from embedded.resources import Resources
from infra.collector import switch_off_collector
from infra.graph import Graph, RecordingMonitor, Run, run_program
from infra.hooks import Bound, HookFailed
from infra.hosts.progress import OnStep, Operation, Phase, Step, silent
from infra.live import STATE

SEED_BYTES = 32

Request = resource_pb2.RegisterResourceRequest
Response = resource_pb2.RegisterResourceResponse


@dataclass(frozen=True)
class Held:
    """One resource that stands in the embedded AWS, or in a cluster of it."""

    urn: str
    type: str
    name: str
    id: str
    inputs: Values
    outputs: Values
    lifecycle: Manager
    order: int
    """Greater than that of all that it was made from."""
    retained: bool
    protected: bool
    hooks: Bound

    def delete(self) -> None:
        """Delete it, with its hooks around. Raises Refused."""
        gone = ResourceHookArgs(
            self.urn,
            self.id,
            self.name,
            self.type,
            old_inputs=self.inputs,
            old_outputs=self.outputs,
        )
        with _readable(self.name):
            self.hooks.before("delete", gone)
            self.lifecycle.delete(self.type, self.name, self.id, self.outputs)
            self.hooks.after("delete", gone)


@dataclass(frozen=True)
class Outcome:
    """What one pass did."""

    graph: Graph
    outputs: dict[str, Any]
    """The stack's outputs; a secret reads `[secret]`."""
    changes: Counter[Operation]
    """How many resources met each operation; components and providers are not counted."""


class InProcessHost:
    """Keeps one stack on the embedded AWS, without the pulumi CLI.

    `environment` is what a program and its hooks find in `os.environ` while they run: that which
    turns AWS clients to the embedded AWS, and to no account.
    """

    def __init__(
        self,
        resources: Resources,
        run: Run,
        environment: Mapping[str, str],
        on_step: OnStep = silent,
    ) -> None:
        self._resources = resources
        self._run = run
        self._environment = environment
        self._on_step = on_step
        self._held: dict[str, Held] = {}
        self._replaced: list[Held] = []
        self._order = itertools.count()

    @property
    def held(self) -> dict[str, Held]:
        """What stands, by URN."""
        return dict(self._held)

    def up(self, program: Callable[[], None]) -> Outcome:
        """Bring the stack to what `program` declares.

        Raises Refused for the first resource that cannot be had; what stands until then is kept
        track of, so that `destroy` or another `up` starts from there. What the program itself
        raises comes through.
        """
        monitor = _Monitor(self, self._resources, self._run)

        def watched() -> None:
            try:
                program()
            except KeyboardInterrupt as interrupt:
                monitor.refused = interrupt  # the SDK waits for all that was begun
                raise

        put_back = switch_off_collector()
        try:
            with _environ(self._environment):
                run_program(watched, monitor, self._run, executor=_Calls())
        except Exception as error:
            if monitor.refused is None or monitor.refused is error:
                raise
            raise monitor.refused from error
        finally:
            put_back()
        gone = [held for urn, held in self._held.items() if urn not in monitor.requests]
        monitor.changes[Operation.DELETE] = self._delete(gone)
        return Outcome(monitor.graph(), monitor.stack_outputs, +monitor.changes)

    def destroy(self) -> int:
        """Delete all that stands, dependents first; how many resources that were.

        Raises Refused, before anything is deleted, where a resource is protected.
        """
        return self._delete(list(self._held.values()))

    def settle(
        self, urn: str, request: Request, lifecycle: Manager, hooks: Bound
    ) -> tuple[Operation, Held]:
        """Create, import, update or replace a resource, or leave it alone.

        Raises Refused, also where a hook fails. What was done before one that runs afterwards is
        kept track of.
        """
        type_, name = request.type, request.name
        order = next(self._order)
        old = self._held.get(urn)
        imported = None if old else self._imported(urn, request, lifecycle, hooks, order)
        old = old or imported
        olds = old.inputs if old else {}
        seed = os.urandom(SEED_BYTES)
        asked = wire.plain(request.object)
        kept = _ignoring(asked, olds, request.ignoreChanges) if old else asked
        inputs = lifecycle.check(type_, name, kept, olds, seed)
        operation = Operation.CREATE
        delete_first = request.deleteBeforeReplace
        if old:
            change = lifecycle.diff(type_, olds, inputs, old.outputs)
            operation = _operation(change, request.replaceOnChanges)
            delete_first |= change.delete_first
        verb = "update" if operation is Operation.UPDATE else "create"
        if operation is Operation.REPLACE:
            # What is ignored of a change is not ignored by a replacement.
            inputs = lifecycle.check(type_, name, asked, {}, seed)
        told = ResourceHookArgs(urn, "", name, type_, new_inputs=inputs)
        if old and operation is Operation.UPDATE:
            told.id, told.old_inputs, told.old_outputs = old.id, olds, old.outputs

        def apply() -> tuple[str, Values]:
            if old and operation is Operation.UPDATE:
                return old.id, lifecycle.update(type_, name, old.id, olds, inputs, old.outputs)
            return lifecycle.create(type_, name, inputs)

        told_of = Operation.IMPORT if imported else operation
        self._tell(told_of, Phase.STARTED, urn, type_, name)
        try:
            if old and operation is Operation.SAME:
                id_, outputs = old.id, old.outputs
            else:
                if old and operation is Operation.REPLACE:
                    self._make_way(old, at_once=delete_first, imported=bool(request.importId))
                with _readable(name):
                    hooks.before(verb, told)
                    id_, outputs = hooks.attempt(verb, told, apply, Refused)
            self._hold(urn, request, lifecycle, hooks, order, id_, inputs, outputs)
            if operation is not Operation.SAME:
                told.id, told.new_outputs = id_, outputs
                with _readable(name):
                    hooks.after(verb, told)
        except Refused:
            self._tell(told_of, Phase.FAILED, urn, type_, name)
            raise
        self._tell(told_of, Phase.DONE, urn, type_, name)
        return told_of, self._held[urn]

    def _imported(
        self, urn: str, request: Request, lifecycle: Manager, hooks: Bound, order: int
    ) -> Held | None:
        """What is there of the id that a new resource asks to import, kept track of from now on."""
        if not request.importId:
            return None
        inputs, state = lifecycle.adopt(request.type, request.name, request.importId)
        return self._hold(urn, request, lifecycle, hooks, order, request.importId, inputs, state)

    def _hold(
        self,
        urn: str,
        request: Request,
        lifecycle: Manager,
        hooks: Bound,
        order: int,
        id_: str,
        inputs: Values,
        outputs: Values,
    ) -> Held:
        """Keep track of a resource from now on."""
        held = self._held[urn] = Held(
            urn=urn,
            type=request.type,
            name=request.name,
            id=id_,
            inputs=inputs,
            outputs=outputs,
            lifecycle=lifecycle,
            order=order,
            retained=request.retainOnDelete,
            protected=request.protect,
            hooks=hooks,
        )
        return held

    def _make_way(self, old: Held, *, at_once: bool, imported: bool) -> None:
        if imported:
            raise Refused(f"{old.name}: {old.id} is to be imported, and this change replaces it")
        if old.protected:
            raise Refused(f"{old.type} {old.name} is protected, and this change replaces it")
        if old.retained:
            return
        if at_once:
            old.delete()
            del self._held[old.urn]
        else:
            self._replaced.append(old)

    def _delete(self, gone: list[Held]) -> int:
        for held in gone:
            if held.protected:
                raise Refused(f"{held.type} {held.name} is protected: a destroy must not take it")
        with _environ(self._environment):  # for the hooks
            self._delete_in_order(gone)
        return len(gone)

    def _delete_in_order(self, gone: list[Held]) -> None:
        for held in sorted([*gone, *self._replaced], key=lambda one: one.order, reverse=True):
            if held in self._replaced:
                held.delete()
                self._replaced.remove(held)
                continue
            self._tell(Operation.DELETE, Phase.STARTED, held.urn, held.type, held.name)
            if not held.retained:
                held.delete()
            del self._held[held.urn]
            self._tell(Operation.DELETE, Phase.DONE, held.urn, held.type, held.name)

    def _tell(self, operation: Operation, phase: Phase, urn: str, type_: str, name: str) -> None:
        self._on_step(Step(operation, phase, urn, type_, name))


class _Calls(ThreadPoolExecutor):
    """Where the SDK's calls to the monitor run; once the program is over, no other is begun.

    A program that failed or was interrupted leaves some in the queue.
    """

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = True) -> None:
        super().shutdown(wait=wait, cancel_futures=cancel_futures)


class _Monitor(RecordingMonitor):
    """Answers with resources that exist."""

    def __init__(self, host: InProcessHost, resources: Resources, run: Run) -> None:
        super().__init__(run)
        self._host = host
        self._packages = packages_of(resources)
        self._defaults = {name: each.configured({}) for name, each in self._packages.items()}
        self._configured: dict[str, Manager] = {}
        self.changes: Counter[Operation] = Counter()
        self.refused: BaseException | None = None

    def answer(self, urn: str, request: Request) -> Response:
        if self.refused:
            raise self.refused
        package = request.type.removeprefix(PROVIDERS)
        try:
            if package in self._packages:
                return self._configure(package, urn, request)
            default = self._defaults[package_of(request.type)]
            lifecycle = self._configured.get(request.provider.rpartition("::")[0], default)
            hooks = Bound(self.hooks, request.hooks)
            operation, held = self._host.settle(urn, request, lifecycle, hooks)
        except Refused as refused:
            self.refused = self.refused or refused
            raise
        self.changes[operation] += 1
        response = Response(urn=urn, id=held.id, object=wire.struct(held.outputs))
        _mark_secrets(request.object, response.object)
        return response

    def invoke(self, token: str, args: Values) -> Values:
        if token == STATE:
            return {"outputs": {urn: held.outputs for urn, held in self._host.held.items()}}
        return self._defaults[package_of(token)].invoke(token, args)

    def _configure(self, package: str, urn: str, request: Request) -> Response:
        settings = wire.plain(request.object)
        self._configured[urn] = self._packages[package].configured(settings)
        return Response(urn=urn, id="embedded", object=request.object)


def _operation(change: Change, replacing: Iterable[str]) -> Operation:
    """What a change comes to; one of a path that the program says so of replaces, too.

    https://www.pulumi.com/docs/iac/concepts/resources/options/replaceonchanges/
    """
    if not change.properties:
        return Operation.SAME
    asked = any(
        path == each or path.startswith((f"{each}.", f"{each}["))
        for path in change.properties
        for each in replacing
    )
    return Operation.REPLACE if change.replaces or asked else Operation.UPDATE


@contextmanager
def _environ(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _readable(name: str) -> Iterator[None]:
    """Name the resource whose hook failed."""
    try:
        yield
    except HookFailed as failed:
        raise Refused(f"{name}: {failed}") from failed


def _ignoring(asked: Values, olds: Values, paths: Iterable[str]) -> Values:
    """What is asked for, with the old values of the properties whose changes are ignored.

    A path names a property, or what is in one: `tags.owner`, `subnets[0]`.
    https://www.pulumi.com/docs/iac/concepts/options/ignorechanges/
    """
    kept = copy.deepcopy(asked)
    for path in paths:
        *outer, last = _keys(path)
        try:
            there, before = kept, olds
            for key in outer:
                there, before = there[key], before[key]
        except (LookupError, TypeError):
            continue  # neither has it, or one alone has what it is in
        if last in before:
            there[last] = before[last]
        else:
            there.pop(last, None)
    return kept


def _keys(path: str) -> list[Any]:
    names = re.findall(r"[^.\[\]]+", path)
    return [int(name) if name.isdecimal() else name for name in names]


def _mark_secrets(asked: struct_pb2.Struct, answered: struct_pb2.Struct) -> None:
    """Give back a secret as a secret, so that it stays one in what is made from it."""
    for key, value in asked.fields.items():
        if key in answered.fields and wire.is_secret(value):
            answered.fields[key].CopyFrom(value)
