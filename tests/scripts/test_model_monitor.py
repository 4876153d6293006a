import csv
import json
import random

import pytest
from click.testing import CliRunner

from scripts.maslow import main

HEADER = ["visit", "age", "ward", "readmitted"]


def table(path, *, rows=600, older=0, seed=1, header=HEADER):
    generator = random.Random(seed)  # noqa: S311
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        for number in range(rows):
            age = generator.gauss(60 + older, 12)
            ward = generator.choice(["medical", "surgical"])
            writer.writerow([f"v{number}", f"{age:.1f}", ward, generator.randint(0, 1)])
    return path


@pytest.fixture
def watched(copy, monkeypatch):
    """A project whose one model drops an identifier, which commands are run in."""
    for path in (copy / "stacks").iterdir():
        if path.name != "Pulumi.dev.yaml":
            path.unlink()
    file = copy / "stacks/Pulumi.dev.yaml"
    text = file.read_text().replace(
        "target: readmitted", "target: readmitted\n        drop: [visit]"
    )
    lines = [line for line in text.splitlines() if "promotion" not in line]
    file.write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(copy)
    return copy


def monitor(root, name="readmission", *, baseline="then.csv", data="now.csv", more=()):
    arguments = ["model", "monitor", name, "--baseline", str(root / baseline)]
    arguments += ["--data", str(root / data), *more]
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def report(root):
    return json.loads((root / "monitor/report.json").read_text())


def test_records_that_are_alike_are_told_as_that(watched):
    table(watched / "then.csv")
    table(watched / "now.csv", seed=2)
    done = monitor(watched)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("readmission, data monitor: ok.")
    assert {column["name"] for column in report(watched)["columns"]} == {"age", "ward"}
    assert "<svg" in (watched / "monitor/report.html").read_text()


def test_a_shift_is_told_by_its_column(watched):
    table(watched / "then.csv")
    table(watched / "now.csv", seed=2, older=12)
    done = monitor(watched, more=["--json"])
    found = json.loads(done.output)
    assert found["status"] == "drift"
    drifted = {column["name"]: column["drift"] >= 1 for column in found["columns"]}
    assert drifted == {"age": True, "ward": False}


def test_the_baseline_that_was_made_serves_again(watched):
    table(watched / "then.csv")
    table(watched / "now.csv", seed=2)
    monitor(watched)
    first = report(watched)
    done = monitor(watched, baseline="monitor/baseline.json", more=["--output", "again"])
    assert done.exit_code == 0, done.output
    again = json.loads((watched / "again/report.json").read_text())
    assert again["columns"] == first["columns"]


def test_too_few_records_are_neither_health_nor_drift(watched):
    table(watched / "then.csv")
    table(watched / "now.csv", rows=40, older=30)
    done = monitor(watched)
    assert done.exit_code == 0
    assert report(watched)["status"] == "not-enough-data"
    assert "not-enough-data" in done.output
    monitor(watched, more=["--min-rows", "30"])
    assert max(column["drift"] for column in report(watched)["columns"]) >= 1


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "readmision"}, "dev has no model readmision. Did you mean readmission?"),
        ({"data": "nowhere.csv"}, "there is no file or folder"),
        ({"baseline": "wrong.json"}, "is no baseline: its schema is not maslow/profile"),
        ({"baseline": "ragged.csv"}, "ragged.csv is no table"),
        ({"baseline": "lone.csv"}, "a column beside readmitted, visit."),
        ({"more": ["--min-rows", "3"]}, "--min-rows is 3; it is at least 30"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(watched, given, message):
    table(watched / "then.csv")
    table(watched / "now.csv")
    (watched / "wrong.json").write_text('{"features": []}')
    (watched / "ragged.csv").write_text("visit,age\nv1,3\nv2\n")
    (watched / "lone.csv").write_text("visit,readmitted\nv1,1\n")
    done = monitor(watched, **given)
    assert done.exit_code == 2
    assert message in done.output
    assert "Traceback" not in done.output
