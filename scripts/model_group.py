"""`maslow model …`: the commands about models, each of which loads what it needs."""

from pathlib import Path

import click

from scripts.choosing import found, stack_option


@click.group()
def model() -> None:
    """What a model is at, and what is decided of it."""


json_option = click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
yes_option = click.option("-y", "--yes", is_flag=True, help="Do not ask.")
reason_option = click.option(
    "--reason", metavar="TEXT", help="Why; asked for in a terminal, and kept with the version."
)


@model.command("list")
@stack_option
@json_option
def model_list(stack: str | None, as_json: bool) -> None:
    """List the models: what serves, what waits for a decision, what is in alarm."""
    from scripts import model_states as command

    command.list_models(*found(stack), as_json=as_json)


@model.command("status")
@click.argument("name")
@stack_option
@json_option
def model_status(name: str, stack: str | None, as_json: bool) -> None:
    """Show what a model is at: endpoint, alarms, drift, the last turns of its loop."""
    from scripts import model_states as command

    command.status(*found(stack), name, as_json=as_json)


@model.command("run")
@click.argument("name")
@stack_option
@click.option("--reason", metavar="TEXT", help="Why; kept with the run.")
@click.option("--no-wait", is_flag=True, help="Only start it; status tells how it goes on.")
@json_option
def model_run(
    name: str, stack: str | None, reason: str | None, no_wait: bool, as_json: bool
) -> None:
    """Train a model anew: start its loop, or its training pipeline where it has none."""
    from scripts import model_runs as command

    command.run(*found(stack), name, reason=reason, wait=not no_wait, as_json=as_json)


@model.command("runs")
@click.argument("name")
@stack_option
@click.option(
    "--last",
    "most",
    type=click.IntRange(1, 100),
    default=5,
    metavar="N",
    help="The last N of them; 5 unless given.",
)
@json_option
def model_runs(name: str, stack: str | None, most: int, as_json: bool) -> None:
    """List the last trainings: how each ended, its metrics, the version that came of it."""
    from scripts import model_states as command

    command.list_runs(*found(stack), name, most=most, as_json=as_json)


@model.command("new")
@click.argument("name")
@click.option(
    "--kind", required=True, metavar="KIND", help="What it learns from: tabular, text or vision."
)
def model_new(name: str, kind: str) -> None:
    """Make a model project in models/NAME: code, tests, pipeline, Dockerfile."""
    from scripts import model_projects as command

    command.new(name, kind)


@model.command("train")
@click.argument("name")
@stack_option
@click.option("--local", is_flag=True, help="On this machine; `model run` trains elsewhere.")
@click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="What to learn from: a file or a folder; the project's own sample unless given.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where everything that the jobs write goes; build/NAME unless given.",
)
@click.option("--once", is_flag=True, help="One training, where the settings ask for a search.")
@json_option
def model_train(
    name: str,
    stack: str | None,
    local: bool,
    data: Path | None,
    output: Path | None,
    once: bool,
    as_json: bool,
) -> None:
    """Train a model on this machine by the jobs of its pipeline; nothing is registered."""
    if not local:
        raise click.UsageError(
            f"--local trains on this machine; `maslow model run {name}` trains in an environment."
        )
    from scripts import model_projects as command

    command.train(name, stack, data=data, output=output, once=once, as_json=as_json)


@model.command("ask")
@click.argument("name")
@stack_option
@click.option(
    "--record",
    "records",
    multiple=True,
    required=True,
    metavar="[GROUP=]ID",
    help="The record that is looked up in the feature groups, or in one of them; repeatable.",
)
@json_option
def model_ask(name: str, stack: str | None, records: tuple[str, ...], as_json: bool) -> None:
    """Ask a model about a record, whose features are looked up in the online store."""
    from scripts import features as command

    command.ask(*found(stack), name, records=records, as_json=as_json)


@model.command("logs")
@click.argument("name")
@stack_option
@click.option("--job", metavar="STEP", help="Only of this step or job, or of: endpoint.")
@click.option(
    "--lines",
    type=click.IntRange(1, 10_000),
    default=100,
    metavar="N",
    help="The last N lines of each; 100 unless given.",
)
@json_option
def model_logs(name: str, stack: str | None, job: str | None, lines: int, as_json: bool) -> None:
    """Print the logs of the newest training run's jobs, and of the endpoint."""
    from scripts import model_states as command

    command.show_logs(*found(stack), name, job=job, lines=lines, as_json=as_json)


@model.command("approve")
@click.argument("name")
@click.argument("version", type=click.IntRange(1), required=False)
@stack_option
@reason_option
@click.option("--again", is_flag=True, help="Approve even a version that was rejected.")
@yes_option
@json_option
def model_approve(
    name: str,
    version: int | None,
    stack: str | None,
    reason: str | None,
    again: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Approve a version, or the newest that waits: it is what is deployed then."""
    from scripts import model_decisions as command

    command.approve(
        *found(stack), name, version, again=again, reason=reason, yes=yes, as_json=as_json
    )


@model.command("reject")
@click.argument("name")
@click.argument("version", type=click.IntRange(1), required=False)
@stack_option
@reason_option
@click.option("--last", is_flag=True, help="Reject even the only approved version.")
@yes_option
@json_option
def model_reject(
    name: str,
    version: int | None,
    stack: str | None,
    reason: str | None,
    last: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Reject a version, or the newest that waits: it is not deployed, or no longer."""
    from scripts import model_decisions as command

    command.reject(*found(stack), name, version, last=last, reason=reason, yes=yes, as_json=as_json)


@model.command("rollback")
@click.argument("name")
@stack_option
@reason_option
@yes_option
@json_option
def model_rollback(
    name: str, stack: str | None, reason: str | None, yes: bool, as_json: bool
) -> None:
    """Reject the approved version, so that the one before it is deployed again."""
    from scripts import model_decisions as command

    command.rollback(*found(stack), name, reason=reason, yes=yes, as_json=as_json)


@model.command("why")
@click.argument("name")
@click.argument("version", type=click.IntRange(1), required=False)
@stack_option
@json_option
def model_why(name: str, version: int | None, stack: str | None, as_json: bool) -> None:
    """Tell where a version comes from, who decided of it, and what came of it."""
    from scripts import model_states as command

    command.why(*found(stack), name, version, as_json=as_json)


@model.command("card")
@click.argument("name")
@click.argument("version", type=click.IntRange(1), required=False)
@stack_option
@click.option("--keep", is_flag=True, help="Keep it with the version, as a draft.")
def model_card(name: str, version: int | None, stack: str | None, keep: bool) -> None:
    """Print the model card of a version, of what is known: data, code, metrics, bias, uses."""
    from scripts import model_cards as command

    command.show(*found(stack), name, version, keeps=keep)


@model.command("lineage")
@click.argument("name")
@click.argument("version", type=click.IntRange(1), required=False)
@stack_option
@json_option
def model_lineage(name: str, version: int | None, stack: str | None, as_json: bool) -> None:
    """Tell a version's way: tables, snapshot, code and image, training, version, endpoint."""
    from scripts import model_lineage as command

    command.show(*found(stack), name, version, as_json=as_json)


@model.command("monitor")
@click.argument("name")
@stack_option
@click.option(
    "--data",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Records of now: CSV with a header, or captured traffic; a file or a folder.",
)
@click.option(
    "--baseline",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="What the model was trained on, as CSV, or the baseline.json of an earlier run.",
)
@click.option(
    "--output",
    default="monitor",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the report goes: report.json and report.html. By default, monitor.",
)
@click.option("--min-rows", type=int, help="Fewer records say nothing; 100 unless given.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def model_monitor(
    name: str,
    stack: str | None,
    data: Path,
    baseline: Path,
    output: Path,
    min_rows: int | None,
    as_json: bool,
) -> None:
    """Compare records with what a model was trained on: has their distribution shifted?"""
    from scripts import model_monitor as command

    _, settings = found(stack)
    command.monitor(
        settings,
        name,
        data=data,
        baseline=baseline,
        output=output,
        min_rows=min_rows,
        as_json=as_json,
    )
