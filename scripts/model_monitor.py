"""`maslow model monitor`: whether the records of now are like those that a model learned from."""

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import click

from components.mlops.monitoring.runtime import profiles
from components.mlops.monitoring.runtime.monitor import main as run_monitor
from infra.errors import InputError, WorkError
from infra.hosts.records import table
from infra.models.place import model_of
from infra.settings import StackFile
from infra.settings.mlops.model import ModelSettings

REPORT = "report.json"
BASELINE = "baseline.json"
INPUT_WRONG = 2


def monitor(
    stack: StackFile,
    name: str,
    *,
    data: Path,
    baseline: Path,
    output: Path,
    min_rows: int | None,
    as_json: bool,
) -> None:
    """Compare a file of records with what a model was trained on, and write a report.

    `baseline` is a profile as JSON, or the CSV file of the training data, of which one is made
    beside the report. Raises InputError for a model or files that do not fit.
    """
    model = model_of(stack, name)
    output.mkdir(parents=True, exist_ok=True)
    told = ["--model", name, "--monitor", "data", "--data", str(data), "--output", str(output)]
    told += ["--baseline", str(_baseline(model, baseline, output)), "--no-metrics"]
    if min_rows is not None:
        told += ["--min-rows", str(min_rows)]
    said, wrong = io.StringIO(), io.StringIO()
    with redirect_stdout(said), redirect_stderr(wrong):
        status = run_monitor(told)
    if status == INPUT_WRONG:
        raise InputError(wrong.getvalue().strip())
    if status:
        raise WorkError(wrong.getvalue().strip())
    click.echo((output / REPORT).read_text() if as_json else said.getvalue(), nl=as_json)


def _baseline(model: ModelSettings, path: Path, output: Path) -> Path:
    """The file of the baseline: as it is, or made of training data."""
    if path.suffix != ".csv":
        return path
    header, rows = table(path, "--baseline ")
    left = {model.target, *model.drop}
    places = [place for place, column in enumerate(header) if column not in left]
    if not places or any(len(row) != len(header) for row in rows):
        raise InputError(
            f"--baseline {path} is no table: each row has as many values as its header, and a "
            f"column beside {', '.join(sorted(left))}."
        )
    columns = [
        profiles.Column(header[place], profiles.kind_of(row[place] for row in rows))
        for place in places
    ]
    made = profiles.profile(columns, ([row[place] for place in places] for row in rows))
    (output / BASELINE).write_text(json.dumps(made, indent=1))
    return output / BASELINE
