"""The recorded graph: what the program declares, without an engine, an account or a network.

The program runs in-process under a monitor of its own, which keeps every request and answers with
plausible values. Everything offline (the plan, tests, policies) reads the graph that comes of it.
"""

import asyncio
import contextvars
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, cast

import pulumi
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import config as runtime_config
from pulumi.runtime.mocks import MockMonitor, Mocks
from pulumi.runtime.proto import alias_pb2, resource_pb2
from pulumi.runtime.settings import SETTINGS, Settings, configure
from pulumi.runtime.stack import run_in_stack

import catalog
from catalog import answers, kubernetes_answers
from catalog.kubernetes_kinds import is_kubernetes
from catalog.wire import HIDDEN, Lazy, is_secret, readable
from infra.hooks import Hooks
from infra.lean_sdk import lean
from infra.sdk_waits import Inline, settled

STACK_TYPE = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Resource:
    """One registered resource, as the program asked for it."""

    urn: str
    type: str
    """Pulumi type token, such as `aws:s3/bucket:Bucket`."""
    name: str
    """Logical name."""
    custom: bool
    """True for what a provider manages, False for a component."""
    parent: str
    """URN of the parent; of the stack itself for a top-level resource."""
    provider: str
    """URN of the provider, empty for components and default providers."""
    inputs: dict[str, Any]
    """Inputs by camelCase name, plain values; a secret reads `[secret]`."""
    options: dict[str, Any]
    """The resource options that differ from Pulumi's defaults."""
    dependencies: tuple[str, ...]
    """URNs, sorted."""
    id: str = ""
    """What AWS would call it, as far as that is told beforehand; empty for a component."""
    answered: struct_pb2.Struct = field(default_factory=struct_pb2.Struct, repr=False)
    """The outputs as the program got them."""
    secret_outputs: frozenset[str] = frozenset()
    """Names of outputs that are secrets beside those that the program made so."""
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Texts of secret inputs, which are secret in what is made of them as well."""

    @property
    def in_aws(self) -> bool:
        """Whether it stands in AWS: no component, no provider, nothing of Kubernetes."""
        return self.custom and not self.type.startswith("pulumi:") and not is_kubernetes(self.type)

    @cached_property
    def outputs(self) -> dict[str, Any]:
        """Outputs by camelCase name, plain values; a secret reads `[secret]`."""
        read = readable(self.answered)
        hidden = {
            key
            for key, value in read.items()
            if key in self.secret_outputs or any(text in str(value) for text in self.secrets)
        }
        return read | dict.fromkeys(hidden, HIDDEN)


@dataclass(frozen=True)
class Graph:
    """All resources of one stack, in the order of their registration."""

    project: str
    stack: str
    resources: tuple[Resource, ...]
    unknown: Mapping[str, int] = field(default_factory=dict)
    """Types that the catalog has no record of, each with how many resources it has: their outputs
    are of the right form at best."""
    repeated: tuple[str, ...] = ()
    """URNs of which more than one resource was registered; the first of each is in the graph."""

    @cached_property
    def by_urn(self) -> Mapping[str, Resource]:
        """The resources by their URN."""
        return {resource.urn: resource for resource in self.resources}

    @cached_property
    def needs(self) -> list[Resource]:
        """The components at the top."""
        return [r for r in self.resources if f"::{STACK_TYPE}::" in r.parent and not r.custom]

    @cached_property
    def children(self) -> Mapping[str, list[Resource]]:
        """The resources right below each URN."""
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            found[resource.parent].append(resource)
        return found

    def below(self, owner: Resource) -> Iterator[Resource]:
        """The resources in AWS and the objects in Kubernetes at any depth below a component."""
        for child in self.children.get(owner.urn, ()):
            if child.custom:
                yield child
            yield from self.below(child)

    @cached_property
    def managed(self) -> list[Resource]:
        """The resources that stand in AWS."""
        return [r for r in self.resources if r.in_aws]

    @cached_property
    def objects(self) -> list[Resource]:
        """What stands in Kubernetes: objects, and releases of charts."""
        return [r for r in self.resources if r.custom and is_kubernetes(r.type)]

    @property
    def counted(self) -> str:
        """How many resources there are, and how many objects where there are any."""
        objects = f" and {len(self.objects):,} Kubernetes objects" if self.objects else ""
        return f"{len(self.managed):,} resources{objects}"

    def of_type(self, type_: str) -> list[Resource]:
        """The resources of one type token."""
        return [resource for resource in self.resources if resource.type == type_]

    def one(self, type_: str, name: str | None = None) -> Resource:
        """The only resource of a type, or of a type and a logical name.

        Raises LookupError unless there is exactly one.
        """
        found = [r for r in self.of_type(type_) if name is None or r.name == name]
        if len(found) != 1:
            what = f"{type_} named {name}" if name else type_
            raise LookupError(f"{len(found)} resources are {what}, not one")
        return found[0]

    def as_dict(self) -> dict[str, Any]:
        """The graph in its published form, sorted by URN."""
        return {
            "version": 1,
            "project": self.project,
            "stack": self.stack,
            "resources": [
                {
                    "urn": r.urn,
                    "type": r.type,
                    "name": r.name,
                    "id": r.id,
                    "custom": r.custom,
                    "parent": r.parent,
                    "provider": r.provider,
                    "inputs": r.inputs,
                    "outputs": r.outputs,
                    "options": r.options,
                    "dependencies": list(r.dependencies),
                }
                for r in sorted(self.resources, key=lambda resource: resource.urn)
            ],
        }

    def to_json(self) -> str:
        """`as_dict` as JSON that is equal for equal graphs."""
        return json.dumps(self.as_dict(), indent=2, sort_keys=True)


@dataclass(frozen=True)
class Run:
    """Where a program runs: what the engine would tell it."""

    project: str = "maslow"
    stack: str = "test"
    region: str = "eu-west-1"
    account: str = answers.ACCOUNT
    config: Mapping[str, str] = field(default_factory=dict)


def record(
    program: Callable[[], None], run: Run | None = None, *, collect_repeated: bool = False
) -> Graph:
    """The graph of what `program` registers, answered with plausible values.

    With `collect_repeated`, the graph tells of URNs that are registered again, which are an error
    otherwise. Raises what the program raises, and `answers.Unanswerable` for a function of a
    provider that the catalog has no record of. A resource type without one is answered generically.
    """
    run = run or Run()
    monitor = RecordingMonitor(run)
    monitor.collect_repeated = collect_repeated
    with lean():
        run_program(program, monitor, run, executor=Inline())
    return monitor.graph()


def run_program(
    program: Callable[[], None],
    monitor: "RecordingMonitor",
    run: Run,
    executor: ThreadPoolExecutor | None = None,
) -> None:
    """Run a Pulumi program in-process under `monitor` until all that it registers is done.

    The SDK keeps its state in context variables, so a fresh context keeps runs apart. `executor`
    is where the SDK makes its calls to the monitor (asyncio's default pool unless given).
    """

    async def declared() -> None:
        program()
        await settled()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        # The first error is raised; what waited for it would be logged future by future.
        loop.set_exception_handler(lambda _loop, _context: None)
        if executor is not None:
            loop.set_default_executor(executor)
        configure(
            Settings(
                monitor=monitor,
                engine=None,  # the SDK would write a message of each step for it
                project=run.project,
                stack=run.stack,
                dry_run=False,
                organization="organization",
            )
        )
        SETTINGS.callbacks = monitor.hooks  # or the SDK would start a server for them
        runtime_config.set_all_config({"aws:region": run.region, **run.config})
        await run_in_stack(declared)

    contextvars.Context().run(asyncio.run, main())


class RecordingMonitor(MockMonitor):
    """Keeps each request and answers it with plausible values.

    `answer` is what another host replaces, to create the resource for real.
    """

    def __init__(self, run: Run) -> None:
        super().__init__(cast("Mocks", None))
        self.run = run
        self.requests: dict[str, resource_pb2.RegisterResourceRequest] = {}
        self.responses: dict[str, resource_pb2.RegisterResourceResponse] = {}
        self.component_outputs: dict[str, struct_pb2.Struct] = {}
        self.repeated: list[str] = []
        self.collect_repeated = False
        self.stack_outputs: dict[str, Any] = {}
        self.unknown: Counter[str] = Counter()
        self.hooks = Hooks()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """The URN that the engine would give: a top-level one does not name the stack's type."""
        parent_type = parent.split("::")[2] if parent else STACK_TYPE
        if parent_type != STACK_TYPE:
            type_ = f"{parent_type}${type_}"
        return f"urn:pulumi:{self.run.stack}::{self.run.project}::{type_}::{name}"

    def RegisterResource(  # noqa: N802  # the protocol's name
        self, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """Record one resource and answer it.

        Raises pulumi.RunError for a second resource of one URN, as the engine does, and
        `answers.Unanswerable` for a component that a provider would have to take apart.
        """
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == STACK_TYPE:
            return resource_pb2.RegisterResourceResponse(urn=urn)
        if request.remote:
            raise answers.Unanswerable(
                f"{request.type} {request.name}: its provider declares what is in this component, "
                "and no provider is asked here: declare the resources themselves"
            )
        if urn in self.requests:
            if not self.collect_repeated:
                raise pulumi.RunError(f"Two resources have the URN {urn}")
            self.repeated.append(urn)
        self.requests.setdefault(urn, request)
        if not request.custom:
            return resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
        response = self.answer(urn, request)
        self.responses.setdefault(urn, response)
        return response

    def answer(
        self, urn: str, request: resource_pb2.RegisterResourceRequest
    ) -> resource_pb2.RegisterResourceResponse:
        """The response for one custom resource: its inputs, with the computed outputs added."""
        response = resource_pb2.RegisterResourceResponse(urn=urn, object=request.object)
        if request.type.startswith("pulumi:"):
            response.id = request.name
            return response
        if is_kubernetes(request.type):
            provider = self.requests.get(request.provider.rpartition("::")[0])
            response.id = kubernetes_answers.add_outputs(
                request.type,
                request.name,
                urn,
                response.object,
                Lazy(provider.object).get("namespace", "") if provider else "",
            )
            return response
        inputs = Lazy(response.object)
        try:
            record = catalog.entry_of(request.type, inputs)
        except catalog.UnknownType:
            record = answers.generic(request.type, inputs)
            self.unknown[request.type] += 1
        response.id = answers.add_outputs(
            record, request.name, urn, response.object, self.run.region, self.run.account
        )
        return response

    def Invoke(  # noqa: N802
        self, request: resource_pb2.ResourceInvokeRequest
    ) -> resource_pb2.ResourceInvokeResponse:
        """Answer a function of a provider."""
        response = resource_pb2.ResourceInvokeResponse()
        getattr(response, "return").update(self.invoke(request.tok, readable(request.args)))
        return response

    def invoke(self, token: str, args: dict[str, Any]) -> dict[str, Any]:
        """The result of one function, by camelCase name."""
        return answers.invoke(token, args, self.run.region, self.run.account)

    def RegisterResourceOutputs(  # noqa: N802
        self, request: resource_pb2.RegisterResourceOutputsRequest
    ) -> empty_pb2.Empty:
        """Keep the outputs of the stack and of components."""
        if f"::{STACK_TYPE}::" in request.urn:
            self.stack_outputs = readable(request.outputs)
        else:
            self.component_outputs[request.urn] = request.outputs
        return empty_pb2.Empty()

    def graph(self) -> Graph:
        """What was recorded so far."""
        return Graph(
            project=self.run.project,
            stack=self.run.stack,
            resources=tuple(self._resource(urn, request) for urn, request in self.requests.items()),
            unknown=dict(self.unknown),
            repeated=tuple(dict.fromkeys(self.repeated)),
        )

    def _resource(self, urn: str, request: resource_pb2.RegisterResourceRequest) -> Resource:
        response = self.responses.get(urn, resource_pb2.RegisterResourceResponse())
        secrets = tuple(
            text
            for key, value in request.object.fields.items()
            if is_secret(value) and isinstance(text := Lazy(request.object)[key], str) and text
        )
        return Resource(
            urn=urn,
            type=request.type,
            name=request.name,
            custom=request.custom,
            parent=request.parent,
            provider=request.provider.rpartition("::")[0],
            inputs=readable(request.object),
            options=_options(request),
            dependencies=tuple(sorted(request.dependencies)),
            id=HIDDEN if any(text in response.id for text in secrets) else response.id,
            answered=self.component_outputs.get(urn, response.object),
            secret_outputs=frozenset(request.additionalSecretOutputs),
            secrets=secrets,
        )


def _options(request: resource_pb2.RegisterResourceRequest) -> dict[str, Any]:
    options = {
        "protect": request.protect,
        "retainOnDelete": request.retainOnDelete,
        "deleteBeforeReplace": request.deleteBeforeReplace,
        "ignoreChanges": list(request.ignoreChanges),
        "replaceOnChanges": list(request.replaceOnChanges),
        "aliases": [_alias(alias) for alias in request.aliases],
        "hooks": {field.name: list(names) for field, names in request.hooks.ListFields()},
    }
    return {key: value for key, value in options.items() if value}


def _alias(alias: alias_pb2.Alias) -> str | dict[str, str]:
    if alias.urn:
        return alias.urn
    return {field.name: str(value) for field, value in alias.spec.ListFields() if value}
