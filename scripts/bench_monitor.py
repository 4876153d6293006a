"""How long the data monitor takes over a million rows of 50 features, and how often it errs.

Each program is a process of its own; `python -m scripts.bench_monitor` runs them all. Beside it
stands Evidently on the same two files, where its command is on the path: it is no dependency, as
it asks for other versions than this project has.
"""

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np

from components.mlops.monitoring.runtime import drift, quality, scores
from components.mlops.monitoring.runtime.profiles import (
    CATEGORY,
    NUMBER,
    Column,
    TableProfile,
    profile,
)
from scripts.bench_figures import Process

ROWS, BLOCK, BASELINE = 1_000_000, 10_000, 10_000
NUMBERS, CATEGORIES = 40, 10
RUNS, RUN_ROWS = 1000, 500
QUALITY_RUNS, WORSE = 300, 0.5
PROBLEM = {"kind": "binary", "target": "y", "labels": ["no", "yes"]}
COLUMNS = [
    *(Column(f"number {place}", NUMBER) for place in range(NUMBERS)),
    *(Column(f"category {place}", CATEGORY) for place in range(CATEGORIES)),
]
TOLD = ["--model", "bench", "--baseline", "baseline.json", "--output", "report"]
CAPTURED = ["--capture", "rows.jsonl", "--end", "2026-11-27T00:00:00Z"]
EVIDENTLY = """
import sys
import evidently, pandas
from evidently import Report
from evidently.presets import DataDriftPreset
baseline, now = (pandas.read_csv(path) for path in sys.argv[1:])
Report([DataDriftPreset()]).run(now, baseline)
print(evidently.__version__)
"""

Run = Callable[..., Process]
"""Runs Python in a folder, by another interpreter if told, and measures it."""


def lines(run: Run, tell: Callable[[str], None], rows: int = ROWS) -> Iterator[str]:
    """What was measured, in sentences; `tell` hears what is running.

    `rows` is a multiple of 10,000.
    """
    with tempfile.TemporaryDirectory(prefix="maslow-bench-") as name:
        folder = Path(name)
        tell(f"writing {rows:,} rows")
        write(folder, rows)
        for what, source in (("CSV", ["--data", "rows.csv"]), ("captures", CAPTURED)):
            tell(f"the data monitor on {what}")
            found = run(folder, "-m", "components.mlops.monitoring.runtime", *TOLD, *source)
            report = json.loads((folder / "report/report.json").read_text())
            yield (
                f"The data monitor takes {found.seconds:.0f} s and "
                f"{found.peak_bytes / 1e6:.0f} MB for {report['rows']:,} rows of {len(COLUMNS)} "
                f"features in {what}; status {report['status']}."
            )
        if command := shutil.which("evidently"):
            tell("Evidently")
            python = str(Path(command).with_name("python"))
            found = run(folder, "-c", EVIDENTLY, "baseline.csv", "rows.csv", python=python)
            yield (
                f"Evidently {found.output.split()[-1]} takes {found.seconds:.0f} s and "
                f"{found.peak_bytes / 1e6:.0f} MB for the same CSV and a preset of its own."
            )
        else:
            yield "Evidently stands beside it where its command is on the path; it is not."
        tell("runs without drift")
        (alarms,) = run(folder, "-m", "scripts.bench_monitor", "alarms").output.split()
        yield (
            f"Of {RUNS:,} runs without drift, each of {RUN_ROWS} rows of {len(COLUMNS)} features, "
            f"{alarms} found any; the aim is at most {RUNS * drift.FALSE_ALARMS:.0f}."
        )
        tell("answers that are as good as before, and worse")
        for worse, what in (
            (0.0, "as good as before"),
            (WORSE, f"of which {WORSE:.0%} are chance"),
        ):
            program = ("-m", "scripts.bench_monitor", "fallen", str(worse))
            (fell,) = run(folder, *program).output.split()
            yield (
                f"Of {QUALITY_RUNS} runs of the quality monitor on {RUN_ROWS} answers {what}, "
                f"{fell} have a fallen metric."
            )


def drawn(rows: int, seed: int) -> list[list[Any]]:
    """Rows of numbers and categories that come from the same distributions whatever the seed."""
    draw = np.random.default_rng(seed)
    numbers = [draw.normal(size=rows) for _ in range(NUMBERS // 2)]
    numbers += [draw.lognormal(size=rows) for _ in range(NUMBERS - len(numbers))]
    columns: list[list[Any]] = [column.round(4).tolist() for column in numbers]
    columns.extend(
        [f"c{value}" for value in draw.integers(0, 2 + 4 * place, rows)]
        for place in range(CATEGORIES)
    )
    return [list(row) for row in zip(*columns, strict=True)]


def write(folder: Path, rows: int) -> None:
    """Baseline and rows, which are a block of 10,000 many times, as CSV and as captures."""
    known, block = drawn(BASELINE, 1), drawn(BLOCK, 2)
    (folder / "baseline.json").write_text(json.dumps(profile(COLUMNS, known)))
    head = ",".join(column.name for column in COLUMNS) + "\n"
    texts = [",".join(map(str, row)) + "\n" for row in block]
    (folder / "baseline.csv").write_text(
        head + "".join(",".join(map(str, row)) + "\n" for row in known)
    )
    at = {"eventId": "e", "inferenceTime": "2026-11-26T12:00:00Z"}
    half = {"observedContentType": "text/csv", "mode": "INPUT", "encoding": "CSV"}
    events = "".join(
        json.dumps({"captureData": {"endpointInput": half | {"data": text}}, "eventMetadata": at})
        + "\n"
        for text in texts
    )
    with (folder / "rows.csv").open("w") as table, (folder / "rows.jsonl").open("w") as captures:
        table.write(head)
        for _ in range(rows // BLOCK):
            table.writelines(texts)
            captures.write(events)


def alarms(runs: int = RUNS, rows: int = RUN_ROWS) -> int:
    """How many runs without drift find any, each on a baseline and rows of its own."""
    found = 0
    for seed in range(runs):
        known = profile(COLUMNS, drawn(rows * 2, 2 * seed))
        table = TableProfile(COLUMNS, like={one["name"]: one for one in known["columns"]})
        table.add(drawn(rows, 2 * seed + 1))
        columns = drift.judged(known, table.document()["columns"], drift.Settings())
        found += drift.status(columns, rows, drift.Settings()) != drift.OK
    return found


def fallen(runs: int = QUALITY_RUNS, rows: int = RUN_ROWS, worse: float = 0.0) -> int:
    """How many runs have a fallen metric, each on a baseline of 150 rows and answers of its own.

    `worse` is the share of the answers whose truth is a toss of a coin.
    """
    found = 0
    for seed in range(runs):
        told = quality.scored(PROBLEM, *answered(150, 2 * seed))[1]
        measured = scores.scores("binary", told, [0, 1])
        resampled = quality.deviations("binary", told, [0, 1], list(measured))
        metrics = {
            name: {"value": value, "standard_deviation": resampled[name]}
            for name, value in measured.items()
        }
        base = {"problem": PROBLEM, "quality": {"metrics": metrics}}
        now = quality.scored(PROBLEM, *answered(rows, 2 * seed + 1, worse))[1]
        held = quality.bounds(base, "", 0.05)
        found += quality.status(quality.measured(PROBLEM, now, held, base, 100)) != drift.OK
    return found


def answered(
    rows: int, seed: int, worse: float = 0.0
) -> tuple[list[dict[str, Any]], list[str | None]]:
    """Answers, and the truth: as likely as was said, but for those that are worse."""
    draw = np.random.default_rng(seed)
    likely = 1 / (1 + np.exp(-2 * draw.normal(size=rows)))
    real = np.where(draw.random(rows) < worse, 0.5, likely)
    truth: list[str | None] = [("no", "yes")[int(one)] for one in draw.random(rows) < real]
    return [{"score": float(one)} for one in likely], truth


@click.command()
@click.argument("program", type=click.Choice(["alarms", "fallen"]), required=False)
@click.argument("worse", type=float, default=0.0)
def main(program: str | None, worse: float) -> None:
    """Measure the monitors of data and quality."""
    if program:
        click.echo(alarms() if program == "alarms" else fallen(worse=worse))
        return
    from scripts.bench import process

    for line in lines(process, lambda what: click.echo(what, err=True)):
        click.echo(line)


if __name__ == "__main__":
    main()
