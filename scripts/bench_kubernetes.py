"""What a plan of a cluster takes, with many teams and all add-ons, beside Pulumi's stock mocks.

Each program is a process of its own; `python -m scripts.bench_kubernetes` runs them all. The two
sides alternate. The stack is the tests' own that has a cluster.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.bench_data import Run
from scripts.bench_figures import compared
from scripts.bench_platform import alternating
from scripts.bench_programs import ENVIRONMENT, Registered, environment, on_mocks, planned

if TYPE_CHECKING:
    from infra.project import Project
    from infra.settings import StackFile

ROOT = Path(__file__).resolve().parents[1]
STACK, TEMPLATES = ROOT / "tests" / "stacks" / "kubernetes.yaml", ROOT / "templates"
TEAMS = 30
PLANS = 3
"""How often that plan is run."""


def lines(run: Run, tell: Callable[[str], None], teams: int = TEAMS) -> Iterator[str]:
    """What was measured, in a sentence; `tell` hears what is running."""
    with tempfile.TemporaryDirectory(prefix="maslow-bench-") as name:
        folder = Path(name)
        write_project(folder)
        pairs = []
        for _ in range(PLANS):
            tell(f"plan of a cluster with {teams} teams")
            pairs.append(alternating(run, folder, "scripts.bench_kubernetes", teams))
    found = compared(None, pairs)
    yield (
        f"A plan of a cluster with {teams} teams and all add-ons, {found.resources:,} resources, "
        f"takes {found.plan.seconds:.1f} s, {found.plan.ms_a_resource:.2f} ms a resource, and the "
        f"same on Pulumi's stock mocks {found.mocks.seconds:.1f} s, "
        f"{found.mocks.ms_a_resource:.2f} ms a resource: {found.ratio:.2f} to 1."
    )


def write_project(root: Path) -> None:
    """Make a project in a folder, whose one stack is the tests' own with a cluster."""
    (root / "Pulumi.yaml").write_text("name: maslow\n", encoding="utf-8")
    (root / "stacks").mkdir()
    (root / "templates").symlink_to(TEMPLATES)
    shutil.copy(STACK, root / "stacks" / f"Pulumi.{ENVIRONMENT}.yaml")


def plan(teams: int) -> Registered:
    """What `maslow plan` does for so many teams."""
    return planned(*_environment(teams))


def mocks(teams: int) -> Registered:
    """The same program on Pulumi's own mocks."""
    return on_mocks(*_environment(teams))


def with_teams(stack: "StackFile", count: int) -> "StackFile":
    """The environment with `count` teams in its cluster: its own, and others like its first one.

    Raises ValueError for an environment without a cluster.
    """
    cluster = stack.platform.kubernetes
    if cluster is None:
        raise ValueError(f"{stack.environment} has no cluster")
    first, *_ = cluster.teams.values()
    more = range(len(cluster.teams), count)
    teams = {**cluster.teams, **{f"team-{number:02}": first for number in more}}
    changed = {"kubernetes": cluster.model_copy(update={"teams": teams})}
    return replace(stack, platform=stack.platform.model_copy(update=changed))


def _environment(teams: int) -> "tuple[Project, StackFile]":
    """The project and its stack, with all imported that its program needs."""
    import_module("infra.needs.kubernetes")
    project, stack = environment(None)
    return project, with_teams(stack, teams)


PROGRAMS: dict[str, Callable[[int], Registered]] = {"plan": plan, "mocks": mocks}


@click.command()
@click.argument("program", type=click.Choice([*PROGRAMS]), required=False)
@click.argument("number", type=int, required=False)
def main(program: str | None, number: int | None) -> None:
    """Measure a plan of a cluster with many teams and all add-ons."""
    if program:
        click.echo(json.dumps(asdict(PROGRAMS[program](number or TEAMS))))
        return
    from scripts.bench import process

    for line in lines(process, lambda what: click.echo(what, err=True)):
        click.echo(line)


if __name__ == "__main__":
    main()
