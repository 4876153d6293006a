"""What `make bench` measures: `python -m scripts.bench_programs`, a process for each run.

A program prints the `Registered` that it came to as JSON. It imports only what it needs, since a
process is measured with its imports.
"""

import asyncio
import contextlib
import io
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pulumi.runtime import MockCallArgs, MockResourceArgs

    from infra.project import Project
    from infra.settings import StackFile

ENVIRONMENT = "prod"
MAXRSS_BYTES = 1 if sys.platform == "darwin" else 1024  # the unit of getrusage(2) differs


@dataclass(frozen=True)
class Registered:
    """What a program took to register its resources, the imports before it left out."""

    types: dict[str, int]
    """How many resources of each type token, components and providers included."""
    seconds: float
    """Of processor time, the program's and the system's."""
    bytes: int
    """By which the process grew at its peak."""

    @property
    def resources(self) -> int:
        """How many resources."""
        return sum(self.types.values())


def with_models(stack: "StackFile", count: int) -> "StackFile":
    """The environment with `count` models, all like its first one, under other names."""
    first = stack.platform.models[0]
    models = tuple(first.model_copy(update={"name": f"model-{n:05}"}) for n in range(count))
    return replace(stack, platform=stack.platform.model_copy(update={"models": models}))


def plan(models: int | None) -> Registered:
    """What `maslow plan` does for so many models; None leaves them as the stack file has them."""
    return planned(*environment(models))


def planned(project: "Project", stack: "StackFile") -> Registered:
    """What `maslow plan` does for an environment."""
    from infra.collector import switch_off_collector
    from scripts.plan import show

    def work() -> Iterable[str]:
        switch_off_collector()  # as the command does
        with contextlib.redirect_stdout(io.StringIO()):
            graph = show(project, stack)
        return [resource.type for resource in graph.resources]

    return _measured(work)


def mocks(models: int | None) -> Registered:
    """The same program on Pulumi's own mocks, with the same plausible answers."""
    return on_mocks(*environment(models))


def on_mocks(project: "Project", stack: "StackFile") -> Registered:
    """The same for an environment."""
    from catalog import answers, entry_of, kubernetes_answers
    from catalog.add_ons import merged
    from catalog.kubernetes_kinds import is_kubernetes
    from infra.composition import declare
    from infra.offline import assumed_versions, services_of

    account = stack.account or answers.ACCOUNT

    def outputs(args: "MockResourceArgs") -> tuple[str, dict[str, Any]]:
        if not args.custom:
            return "", args.inputs
        if args.typ.startswith("pulumi:"):
            return args.name, args.inputs
        if is_kubernetes(args.typ):
            id_, added = kubernetes_answers.outputs(args.typ, args.name, args.name, args.inputs)
            return id_, merged(added, args.inputs)
        id_, computed = answers.outputs(
            entry_of(args.typ, args.inputs),
            args.name,
            args.name,
            args.inputs,
            stack.region,
            account,
        )
        return id_, args.inputs | computed

    def call(args: "MockCallArgs") -> dict[str, Any]:
        return answers.invoke(args.token, args.args, stack.region, account)

    lookup = assumed_versions(stack, project.name)
    services = services_of(project, stack)
    asyncio.set_event_loop(asyncio.new_event_loop())  # the recording has closed the first one
    return _mocked(lambda: declare(stack, lookup, project.root, services=services), outputs, call)


def bare(types: dict[str, int]) -> Registered:
    """The least program on Pulumi's mocks that imports the same services and registers as many."""
    import pulumi_aws as aws

    _import_services(types)

    def declare() -> None:
        for number in range(sum(types.values())):
            aws.sns.Topic(f"topic-{number}", display_name="Topic")

    return _mocked(declare, lambda args: (args.name, args.inputs), lambda args: args.args)


def _mocked(
    declare: Callable[[], None],
    outputs: "Callable[[MockResourceArgs], tuple[str, dict[str, Any]]]",
    answer: "Callable[[MockCallArgs], dict[str, Any]]",
) -> Registered:
    """Run a program as a unit test does: https://www.pulumi.com/docs/iac/concepts/testing/unit/."""
    import pulumi

    types: list[str] = []

    class Mocks(pulumi.runtime.Mocks):
        def new_resource(self, args: "MockResourceArgs") -> tuple[str, dict[str, Any]]:
            types.append(args.typ)
            return outputs(args)

        def call(self, args: "MockCallArgs") -> Any:
            return answer(args)

    def work() -> Iterable[str]:
        pulumi.runtime.set_mocks(Mocks(), stack=ENVIRONMENT)
        pulumi.runtime.test(declare)()  # type: ignore[no-untyped-call]
        return types

    return _measured(work)


def _measured(work: Callable[[], Iterable[str]]) -> Registered:
    """The cost of `work`, which returns the type of each resource."""
    peak, before = _peak_bytes(), time.process_time()
    types = work()
    seconds = time.process_time() - before
    return Registered(dict(Counter(types)), seconds, _peak_bytes() - peak)


def _peak_bytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * MAXRSS_BYTES


def _import_services(types: Iterable[str]) -> None:
    """Import the services of these resource types, which pulumi_aws does at the first use."""
    import pulumi_aws as aws

    for type_ in types:
        package, module, class_ = type_.partition("#")[0].split(":")
        if package == "aws":
            name = module.partition("/")[0]
            getattr(getattr(aws, f"{name}_" if iskeyword(name) else name), class_)


def environment(models: int | None) -> "tuple[Project, StackFile]":
    """The project and its stack, with all imported that its program needs."""
    import_module("infra.composition")
    from catalog import entries
    from infra.project import Project

    _import_services(entries())
    project = Project.around(Path.cwd())
    stack = project.stack(ENVIRONMENT)
    return project, stack if models is None else with_models(stack, models)


PROGRAMS: dict[str, Callable[[Any], Registered]] = {"plan": plan, "mocks": mocks, "bare": bare}

if __name__ == "__main__":
    program, argument = sys.argv[1:]
    print(json.dumps(asdict(PROGRAMS[program](json.loads(argument)))))  # noqa: T201
