import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from botocore.exceptions import ClientError

from components.mlops.monitoring.runtime import monitor, report
from components.mlops.monitoring.runtime.profiles import (
    CATEGORY,
    NUMBER,
    PREDICTION,
    Column,
    profile,
)
from tests.components.mlops.monitoring.tables import COLUMNS, NAMES, baseline, drawn, written

RUNTIME = Path(monitor.__file__).parent
SCHEMA = json.loads((RUNTIME / "report.schema.json").read_text())
END = "2026-11-27T00:00:00Z"


def no_aws(service):
    raise AssertionError(f"{service} was asked")


class Place:
    """A folder with a baseline, in which a run is made."""

    def __init__(self, folder, capsys):
        self.folder, self.capsys = folder, capsys
        self.baseline = folder / "baseline.json"
        self.baseline.write_text(json.dumps(baseline()))

    def run(self, *arguments, client=no_aws):
        fixed = ("--model", "readmission", "--baseline", self.baseline)
        self.output = self.folder / "output"
        status = monitor.main(
            [*map(str, (*fixed, "--output", self.output, *arguments))], client=client
        )
        self.out, self.err = self.capsys.readouterr()
        return status

    def report(self):
        document = json.loads((self.output / "report.json").read_text())
        jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
        return document


@pytest.fixture
def place(tmp_path, capsys):
    return Place(tmp_path, capsys)


def capture(path, rows, at="2026-11-26T10:00:00Z", answers=None):
    """Rows as an endpoint captures them, five to a request."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for start in range(0, len(rows), 5):
            some = rows[start : start + 5]
            asked = "".join(",".join(row) + "\n" for row in some)
            data = {
                "endpointInput": {
                    "observedContentType": "text/csv",
                    "mode": "INPUT",
                    "data": asked,
                    "encoding": "CSV",
                }
            }
            if answers:
                data["endpointOutput"] = {
                    "observedContentType": "application/json",
                    "mode": "OUTPUT",
                    "data": json.dumps({"predictions": answers[start : start + 5]}),
                    "encoding": "JSON",
                }
            event = {"captureData": data, "eventMetadata": {"eventId": "e", "inferenceTime": at}}
            file.write(json.dumps(event) + "\n")


def test_a_file_like_the_baseline_is_ok(place, tmp_path):
    data = written(tmp_path / "data.csv", drawn(1000, 1))

    assert place.run("--data", data, "--model-version", "7") == 0

    document = place.report()
    assert (document["status"], document["rows"], document["window"]) == ("ok", 1000, None)
    assert (document["model_version"], document["source"]) == ("7", str(data))
    assert place.out == (
        "readmission, data monitor: ok. 1,000 rows are like the baseline. "
        f"See {place.output / 'report.html'}\n"
    )
    assert (place.output / "report.html").is_file()


def test_drift_is_found_and_the_run_is_a_success(place, tmp_path):
    data = written(tmp_path / "data.csv", drawn(1000, 1, age=0.5))

    assert place.run("--data", data) == 0

    assert place.report()["status"] == "drift"
    assert place.report()["worst"]["column"] == "age"
    assert place.run("--data", data, "--threshold", "0.5") == 0
    assert place.report()["status"] == "ok"


def test_a_window_of_captures_is_read_with_its_variants(place, tmp_path):
    for hour, variant, rows in ((3, "blue", 200), (4, "green", 100), (5, "blue", 300)):
        path = tmp_path / f"captures/readmission/{variant}/2026/11/26/{hour:02}/a.jsonl"
        capture(path, drawn(rows, hour), at=f"2026-11-26T{hour:02}:30:00Z")

    assert (
        place.run(
            "--capture",
            tmp_path / "captures",
            "--end",
            "2026-11-26T05:00:00Z",
            "--window-hours",
            "2",
        )
        == 0
    )

    document = place.report()
    assert document["variants"] == {"blue": 200, "green": 100}
    assert document["window"] == {"start": "2026-11-26T03:00:00Z", "end": "2026-11-26T05:00:00Z"}


def test_an_end_in_another_zone_is_in_utc_in_the_report(place, tmp_path):
    capture(tmp_path / "a.jsonl", drawn(100, 1), at="2026-11-26T22:59:00Z")

    assert place.run("--capture", tmp_path / "a.jsonl", "--end", "2026-11-27T00:00:00+01:00") == 0

    assert place.report()["window"]["end"] == "2026-11-26T23:00:00Z"
    assert place.report()["rows"] == 100


def test_without_an_end_the_window_ends_now(place, tmp_path):
    at = datetime.now(UTC) - timedelta(hours=1)
    capture(tmp_path / "a.jsonl", drawn(100, 1), at=f"{at:%Y-%m-%dT%H:%M:%SZ}")

    assert place.run("--capture", tmp_path / "a.jsonl") == 0

    assert place.report()["rows"] == 100


def test_nothing_captured_is_no_error(place, tmp_path):
    assert place.run("--capture", tmp_path, "--end", END) == 0

    document = place.report()
    assert (document["status"], document["rows"], document["worst"]) == ("no-data", 0, None)


def test_few_rows_are_not_enough(place, tmp_path):
    data = written(tmp_path / "data.csv", drawn(99, 1, age=1))

    assert place.run("--data", data) == 0
    assert place.report()["status"] == "not-enough-data"
    assert place.run("--data", data, "--min-rows", "50") == 0
    assert place.report()["status"] == "drift"


def test_wrong_lines_are_counted_and_end_nothing(place, tmp_path):
    path = tmp_path / "a.jsonl"
    capture(path, drawn(200, 1))
    with path.open("a") as file:
        file.write("no JSON\n" * 7)

    assert place.run("--capture", path, "--end", END) == 0

    aside = place.report()["set_aside"]
    assert (aside["lines"], aside["reasons"]) == (7, {"the text is no JSON": 7})
    assert aside["examples"][0] == {
        "source": str(path),
        "line": 41,
        "reason": "the text is no JSON",
    }


def test_predictions_are_compared_where_the_baseline_has_them(place, tmp_path):
    columns = [*COLUMNS, Column("label", CATEGORY, PREDICTION), Column("score", NUMBER, PREDICTION)]
    told = [[*row, str(int(i % 4 == 0)), i % 100 / 100] for i, row in enumerate(drawn(2000, 1))]
    place.baseline.write_text(json.dumps(profile(columns, told)))
    answers = [{"label": "1", "score": 0.5 + i % 50 / 100} for i in range(500)]
    capture(tmp_path / "a.jsonl", drawn(500, 2), answers=answers)

    assert place.run("--capture", tmp_path / "a.jsonl", "--end", END) == 0

    found = {one["name"]: (one["role"], one["status"]) for one in place.report()["columns"]}
    assert found["score"] == found["label"] == ("prediction", "drift")
    assert {found[name] for name in NAMES} == {("feature", "ok")}


def test_rows_without_an_answer_do_not_count_as_answers(place, tmp_path):
    columns = [*COLUMNS, Column("score", NUMBER, PREDICTION)]
    rows = [[*row, i / 2000] for i, row in enumerate(drawn(2000, 1))]
    place.baseline.write_text(json.dumps(profile(columns, rows)))
    capture(tmp_path / "a.jsonl", drawn(300, 2))
    capture(tmp_path / "a.jsonl", drawn(200, 3), answers=[i / 200 for i in range(200)])

    assert place.run("--capture", tmp_path / "a.jsonl", "--end", END) == 0

    rows = {one["name"]: one["rows"] for one in place.report()["columns"]}
    assert (rows["score"], rows["age"], place.report()["rows"]) == (200, 500, 500)


def test_the_target_is_not_looked_for_in_requests(place, tmp_path):
    columns = [Column("readmitted", CATEGORY, "target"), *COLUMNS]
    rows = [["yes", *row] for row in drawn(1000, 1)]
    place.baseline.write_text(json.dumps(profile(columns, rows)))
    data = written(tmp_path / "data.csv", drawn(500, 2))

    assert place.run("--data", data) == 0
    assert [one["name"] for one in place.report()["columns"]].count("readmitted") == 0
    assert place.report()["status"] == "ok"


def test_new_categories_are_named(place, tmp_path):
    rows = [[*row[:3], f"Z{i % 20}", row[4]] for i, row in enumerate(drawn(1000, 1))]

    assert place.run("--data", written(tmp_path / "data.csv", rows)) == 0

    (ward,) = (one for one in place.report()["columns"] if one["name"] == "ward")
    assert len(ward["new"]) == 10
    assert place.report()["violations"][0]["check"] == "new-category"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--data", "gone.csv"), "there is no file or folder gone.csv"),
        (("--capture", "s3:///x"), "s3:///x names no bucket; a place in S3 is s3://bucket/prefix"),
        (("--data", "d.csv", "--threshold", "2"), "--threshold is 2; it is above 0 and at most 1"),
        (("--data", "d.csv", "--min-rows", "1"), "--min-rows is 1; it is at least 30"),
        (("--data", "d.csv", "--baseline", "gone"), "there is no file gone"),
        (("--capture", ".", "--end", "soon"), "--end is soon, and no time such as"),
        (("--capture", ".", "--window-hours", "0"), "--window-hours is 0; it is above 0"),
        (("--capture", ".", "--window-hours", "nan"), "--window-hours is nan"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(place, arguments, message):
    assert place.run(*arguments, client=lambda _: None) == 2

    assert place.err.startswith(message)
    assert place.err.count("\n") == 1
    assert not place.output.exists()


def test_a_baseline_that_is_none_is_refused(place, tmp_path):
    for text, message in (("{", "is no JSON"), ("{}", "its schema is not maslow/profile")):
        place.baseline.write_text(text)
        assert place.run("--data", tmp_path) == 2
        assert message in place.err


def test_an_unknown_monitor_or_option_is_refused(place):
    for wrong in (("--monitor", "other"), ("--data", ".", "--capture", "."), ("--threshold", "x")):
        with pytest.raises(SystemExit) as ended:
            place.run(*wrong)
        assert ended.value.code == 2


class Refusing:
    """A client of AWS that may not do anything."""

    def get_object(self, **_):
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")


def test_what_aws_refuses_is_a_failure(place):
    arguments = ("--data", "d.csv", "--baseline", "s3://b/baseline.json")

    assert place.run(*arguments, client=lambda _: Refusing()) == 1

    assert place.err.startswith("the data monitor of readmission failed: An error occurred (Acc")


def test_the_package_runs_by_itself_from_a_folder_of_any_kind(place, tmp_path):
    """As a processing job runs it: nothing of this repository is there."""
    code = tmp_path / "code" / "runtime"
    code.mkdir(parents=True)
    for module in RUNTIME.glob("*.py"):
        (code / module.name).write_bytes(module.read_bytes())
    data = written(tmp_path / "data.csv", drawn(500, 1))
    command = [sys.executable, "-m", "runtime", "--model", "m", "--baseline", place.baseline]
    environment = {**os.environ, "PYTHONPATH": str(code.parent)}

    done = subprocess.run(
        [*command, "--data", data, "--output", tmp_path / "out"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "out" / "report.json").read_text())["status"] == "ok"


def test_nothing_is_used_that_the_images_python_lacks():
    """SageMaker's scikit-learn image has Python 3.10."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--python-version=3.10",
            "--no-site-packages",
            "--ignore-missing-imports",
            "--cache-dir=/dev/null",
            "--config-file=",
            *sorted(map(str, RUNTIME.glob("*.py"))),
        ],
        cwd=RUNTIME.parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout


def test_reports_of_one_schema_are_written():
    assert SCHEMA["properties"]["schema"]["const"] == report.SCHEMA
    assert SCHEMA["properties"]["version"]["const"] == report.VERSION
