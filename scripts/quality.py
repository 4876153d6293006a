"""`maslow quality suggest` and `check`: rules for a table, and on the data of a file."""

from collections.abc import Sequence
from pathlib import Path

import click
import yaml
from rich.markup import escape

from embedded.dqdl.suggest import Suggestion
from infra import quality
from infra.errors import WorkError
from infra.models.place import place_of
from infra.project import Project
from infra.settings import StackFile
from scripts.console import out
from scripts.model_words import as_json as print_json
from scripts.model_words import readable

COLOURS = {"PASS": "green", "FAIL": "red", "ERROR": "red"}


def suggest(table: str, *, data: Path, as_json: bool) -> None:
    """Print rules for a table by rows of a file, as a stack file has them. Raises InputError."""
    _propose(table, quality.suggested(data), as_json=as_json)


def suggest_by_table(
    project: Project, stack: StackFile, table: str, *, rows: int, as_json: bool
) -> None:
    """Print rules for a table by its own rows in an environment. Raises InputError, WorkError."""
    with readable():
        found = quality.suggested_by_table(place_of(project, stack), table, rows)
    _propose(table, found, as_json=as_json)


def _propose(table: str, found: Sequence[Suggestion], *, as_json: bool) -> None:
    if as_json:
        print_json([{"rule": each.rule, "reason": each.reason} for each in found])
        return
    click.echo(f"- table: {table}\n  rules:")
    for each in found:
        (scalar,) = yaml.safe_dump([each.rule], width=10_000).strip().splitlines()
        click.echo(f"    {scalar}  # {each.reason}")


def check(*, data: Path, rules: Path, set_aside: Path | None, as_json: bool) -> None:
    """Tell which rules a file's rows pass. Raises InputError, and WorkError where one fails."""
    found = quality.checked(data, rules, set_aside)
    outcomes = found.evaluation.outcomes
    if as_json:
        print_json(
            {
                "passed": found.evaluation.passed,
                "score": found.evaluation.score,
                "rows": found.rows,
                "set_aside": found.set_aside,
                "rules": [
                    {
                        "rule": each.rule.text,
                        "result": each.result,
                        "message": each.message,
                        "metrics": each.metrics,
                    }
                    for each in outcomes
                ],
            }
        )
    else:
        for each in outcomes:
            why = f" [dim]{escape(each.message)}[/]" if each.message else ""
            out.print(f"[{COLOURS[each.result]}]{each.result:<5}[/] {escape(each.rule.text)}{why}")
        out.print(f"{found.set_aside:,} of {found.rows:,} rows fail a rule.")
    if not found.evaluation.passed:
        failed = sum(each.result != "PASS" for each in outcomes)
        raise WorkError(f"{failed} of {len(outcomes)} rules did not pass.")
