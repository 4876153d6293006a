"""One stack on the embedded AWS, by whichever host this machine has."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.cloud import Cloud
from embedded.lifecycle import Refused
from embedded.resources import Resources
from infra.errors import WorkError
from infra.graph import Run
from infra.hosts.progress import OnStep, Operation, Phase, Step
from infra.project import Project
from infra.settings import StackFile

CLI = "pulumi"
NOT_COUNTED = ("pulumi:", "maslow:")
"""What the types of the stack, of providers and of components begin with."""


@dataclass(frozen=True)
class Pass:
    """What one pass over the stack did."""

    changes: Mapping[Operation, int]
    """How many resources met each operation: no component or provider is among them."""
    outputs: Mapping[str, Any]
    """The stack's outputs."""
    not_emulated: Mapping[str, int]
    """By type, how many resources stand whose requests were validated, and went nowhere."""
    manifests: Path | None = None
    """Where the objects of Kubernetes are written, a folder a cluster; None without a cluster."""


Up = Callable[[StackFile], Pass]
"""One pass: bring the stack to what the program declares now, by its file as it is read now."""


def has_engine() -> bool:
    """Whether Pulumi's engine is there to do the work; without it, this process does."""
    return shutil.which(CLI) is not None


@contextmanager
def session(project: Project, stack: StackFile, cloud: Cloud, on_step: OnStep) -> Iterator[Up]:
    """A way to bring the stack up on a running cloud, as often as is asked for.

    Raises WorkError, from the pass, for a resource that cannot be had.
    """
    from infra.custom import load

    resources = Resources(cloud)
    if has_engine() and stack.path:
        from infra.hosts.engine import EngineHost

        with EngineHost(cloud, resources, stack.path, root=project.root) as host:

            def by_engine(stack: StackFile) -> Pass:
                load(stack.platform, project.root)  # a team's records are the provider's as well
                if stack.path:
                    host.configure(stack.path)
                changes: Counter[Operation] = Counter()

                def counted(step: Step) -> None:
                    if step.phase is Phase.DONE and not step.type.startswith(NOT_COUNTED):
                        changes[step.operation] += 1
                    on_step(step)

                outputs = host.engine.up(counted).outputs
                return Pass(changes, outputs, resources.not_emulated, resources.clusters.folder)

            yield by_engine
        return

    from infra.composition import declare
    from infra.hosts.in_process import InProcessHost
    from infra.live import in_account, state_of_stack
    from infra.naming import Names
    from infra.offline import services_of
    from infra.versions import in_registry

    run = Run(project=project.name, stack=stack.environment, region=stack.region)
    in_process = InProcessHost(resources, run, cloud.environment, on_step)
    last: StackFile | None = None
    services: frozenset[str] = frozenset()
    newest = in_registry(cloud.client("sagemaker"))
    names = Names(project.name, stack.environment)

    def in_this_process(stack: StackFile) -> Pass:
        nonlocal last, services
        load(stack.platform, project.root)
        if stack is not last:
            last, services = stack, services_of(project, stack)

        def program() -> None:
            live = in_account(cloud.client, names, state_of_stack)
            declare(stack, newest, project.root, services=services, live=live)

        try:
            outcome = in_process.up(program)
        except Refused as refused:
            raise WorkError(str(refused)) from refused
        changes, outputs = outcome.changes, outcome.outputs
        return Pass(changes, outputs, resources.not_emulated, resources.clusters.folder)

    yield in_this_process
