"""`maslow plan`: the recorded graph, as a tree or as JSON."""

from pathlib import Path

import click

from infra.project import Project


def run(environment: str, *, as_json: bool, first_pass: bool) -> None:
    """Record the environment's graph and print it."""
    project = Project.around(Path.cwd())
    stack = project.stack(environment)

    from infra.offline import recorded

    graph = recorded(project, stack, first_pass=first_pass)
    if as_json:
        click.echo(graph.to_json())
        return

    from infra import plan
    from scripts.console import out

    out.print(plan.tree(graph), soft_wrap=False)
    out.print(plan.totals(graph))
    if stack.platform.models and first_pass:
        out.print("First pass: no model has an approved version, so there are no endpoints yet.")
    elif stack.platform.models:
        out.print(
            "Assumed: each model has an approved version, since a plan looks nothing up. "
            "--first-pass shows the plan without."
        )
