"""`maslow plan`: the recorded graph, in short, as a tree or as JSON."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import click

from infra.project import Project
from infra.settings import StackFile

if TYPE_CHECKING:
    from infra.graph import Graph


def show(
    project: Project,
    stack: StackFile,
    *,
    as_json: bool = False,
    first_pass: bool = False,
    whole: bool = False,
) -> "Graph":
    """Record a graph and print it: in short, as a whole tree, or as JSON. Returns the graph."""
    from infra.offline import recorded

    graph = recorded(project, stack, first_pass=first_pass)
    if as_json:
        click.echo(graph.to_json())
    elif whole:
        _print_whole(graph, stack, first_pass=first_pass)
    else:
        _print_summary(graph, stack, first_pass=first_pass)
    return graph


def _print_whole(graph: "Graph", stack: StackFile, *, first_pass: bool) -> None:
    from infra import across, plan
    from scripts.console import out

    out.print(plan.tree(graph), soft_wrap=False)
    out.print(plan.totals(graph))
    if ties := across.tree(graph, stack.platform.accounts):
        out.print(ties, soft_wrap=False)
    for note in _notes(graph, stack, first_pass=first_pass):
        out.print(note, markup=False)


def _print_summary(graph: "Graph", stack: StackFile, *, first_pass: bool) -> None:
    from infra.summary import Section, lines, sections
    from scripts.console import out

    notes = _notes(graph, stack, first_pass=first_pass)
    told = [
        *sections(graph, stack),
        Section("Notes", tuple(("-", note) for note in notes), indent=4),
    ]
    for line, heading in lines(told, out.width):
        out.print(line, style="bold" if heading else None, markup=False, soft_wrap=True)
    out.print("--all lists every component.", markup=False)


def _notes(graph: "Graph", stack: StackFile, *, first_pass: bool) -> Iterator[str]:
    """What a reader has to know beside: how versions roll out, what is assumed and not known."""
    from infra.rollouts import rollouts

    yield from rollouts(graph)
    if graph.unknown:
        yield _unknown(graph.unknown)
    if types := _unknown_instances(stack):
        yield (
            f"Not known here, since no package lists it: whether {stack.region} offers "
            f"{', '.join(types)}."
        )
    if stack.platform.models and stack.platform.job_logs(stack.environment) == "unknown":
        yield (
            "SageMaker makes the log groups of its jobs, and keeps them for ever: it is not said "
            "that this environment has an account of its own. Give accounts, or logs: {jobs: true} "
            "in one environment of the account, and false in the others."
        )
    if assumed := _assumed_of_the_account(graph, stack):
        yield assumed
    if stack.platform.models and first_pass:
        yield "First pass: no model has an approved version, so there are no endpoints yet."
    elif stack.platform.models:
        yield ("Assumed: each model has an approved version. --first-pass shows the plan without.")


def _unknown_instances(stack: StackFile) -> list[str]:
    """The instance types of an environment of which no record says where they are."""
    from catalog.instance_regions import offered
    from infra.region_checks import instances

    types = {type_ for _, _, type_ in instances(stack)}
    return sorted(type_ for type_ in types if offered(type_, stack.region) is None)


def _assumed_of_the_account(graph: "Graph", stack: StackFile) -> str:
    """What `preview` looks up in the account, and a plan takes for not there."""
    from infra.found import CALLED

    if stack.platform.cloud == "embedded":
        return ""
    made = {resource.type for resource in graph.resources}
    once = [words for type_, words in CALLED.items() if type_ in made]
    missing = [f"what an account has once ({', '.join(once)})"] if once else []
    if stack.platform.durability != "disposable":
        missing.append("what an earlier stack kept")
    if not missing:
        return ""
    return (
        f"Assumed: nothing is there yet of {', or of '.join(missing)}. `maslow preview` looks, and "
        "what is there is used."
    )


def _unknown(types: Mapping[str, int]) -> str:
    """What was answered without a record, and what it takes to bring it up."""
    from catalog import file_of

    listed = ", ".join(f"{type_} ({count})" for type_, count in sorted(types.items()))
    files = ", ".join(sorted({file_of(type_) for type_ in types}))
    return (
        f"Not in the catalog, and so answered generically: {listed}. The embedded AWS and the "
        f"deploy role need a record: {files}"
    )
