"""The monitors of quality, bias and attributions, by the command."""

import csv
import json

import pytest

from components.mlops.monitoring.runtime import metrics, quality, scores
from scripts import bench_monitor
from tests.components.mlops.monitoring.evaluated import (
    LABELS,
    answers,
    archive,
    evaluated,
    explained,
    scored,
    told_truth,
    traffic,
    truth,
)
from tests.components.mlops.monitoring.tables import NAMES, drawn, written
from tests.components.mlops.monitoring.test_monitor import END, Place

WEIGHTS = (1.0, 0.1, 3.0)


@pytest.fixture(scope="module")
def whole():
    return {**evaluated(), "attributions": explained(WEIGHTS)}


@pytest.fixture
def place(tmp_path, capsys, whole):
    place = Place(tmp_path, capsys)
    place.baseline.write_text(json.dumps(whole))
    return place


def run(place, kind, *arguments):
    captured = ("--capture", place.folder / "captures", "--end", END)
    assert place.run("--monitor", kind, *captured, *arguments) == 0, place.err
    return place.report()


def lived(place, rows=1000, seed=1, *, wrong=0.0, size=1, table=None, told=None):
    """Traffic and its truth."""
    table = drawn(rows, seed) if table is None else table
    told = answers(table) if told is None else told
    true = truth(told, seed, wrong=wrong)
    ids = traffic(place.folder / "captures/a.jsonl", table, told, size)
    told_truth(place.folder / "truth/2026/11/28/03/a.jsonl", ids, true, size)
    return told, true


def named(report):
    return {one["name"]: one for one in report["measures"] if not one["of"]}


@pytest.mark.parametrize("size", [1, 5])
def test_quality_is_that_of_the_rows_joined_by_inference_id(place, size):
    told, true = lived(place, size=size)

    report = run(place, "quality", "--truth", place.folder / "truth")

    assert (report["status"], report["rows"]) == ("ok", 1000), report["summary"]
    assert report["joined"] == {"rows": 1000, "of": 1000}
    known = scores.scores("binary", scored(told, true), LABELS)
    assert {name: one["value"] for name, one in named(report).items()} == pytest.approx(known)
    assert report["worst"]["drift"] < 1
    assert (place.output / "report.html").read_text().count("<svg") == 1


def test_quality_that_falls_is_found(place):
    lived(place, wrong=0.6)

    report = run(place, "quality", "--truth", place.folder / "truth")

    assert report["status"] == "fallen"
    auc = named(report)["auc"]
    assert auc["high"] < auc["bound"] < auc["baseline"]
    assert auc["drift"] >= 1
    assert "auc (" in report["summary"]
    told = {one["MetricName"]: one["Value"] for one in metrics.data(report)}
    assert told["Worst"] >= 1
    assert told["Joined"] == 1


def test_conditions_are_the_bounds_where_there_are_any(place):
    lived(place, wrong=0.6)

    accept = "binary: auc >= 0.5, accuracy >= 0.99; regression: r2 >= 1"
    report = run(place, "quality", "--truth", place.folder / "truth", "--accept", accept)

    found = {name: one["status"] for name, one in named(report).items()}
    assert found == {"auc": "ok", "accuracy": "fallen"}


def test_worst_reaches_one_exactly_where_the_interval_lies_beyond_the_bound():
    told = answers(drawn(400, 3))
    problem = {"kind": "binary", "target": "y", "labels": LABELS}
    _, found, _ = quality.scored(problem, told, truth(told, 3))
    base = {"quality": {"metrics": {}}}

    def at(bound):
        held = {"auc": quality.Bound(bound, 0.0, least=True)}
        (one,) = quality.measured(problem, found, held, base, 100)
        return one

    high = at(0.5)["high"]
    assert at(high - 1e-9)["drift"] < 1 < at(high + 1e-9)["drift"]


def test_a_segment_is_told_and_does_not_make_the_model_a_fallen_one(place):
    table = drawn(2000, 1)
    told = answers(table)
    for row, answer in zip(table, told, strict=True):
        if row[3] == "A" and float(row[0]) < 60:
            answer |= {"label": "yes", "score": 0.9}
    lived(place, table=table, told=told)
    true = truth(answers(table), 1)
    (place.folder / "truth/2026/11/28/03/a.jsonl").unlink()
    ids = [f"r{i}" for i in range(2000)]
    told_truth(place.folder / "truth/2026/11/28/03/a.jsonl", ids, true)

    asked = ("--truth", place.folder / "truth", "--segments", "ward,age", "--accept", "auc >= 0.8")
    report = run(place, "quality", *asked)

    parts = {one["of"]: one for one in report["measures"] if one["of"]}
    assert {"ward: A", "ward: B", "ward: C"} < parts.keys()
    assert parts["ward: A"]["status"] == "fallen"
    assert parts["ward: B"]["status"] == "ok"
    assert sum(name.startswith("age: ") for name in parts) == 4
    assert report["status"] == "ok"


def test_truth_that_has_not_come_is_not_enough_data(place):
    table = drawn(300, 1)
    traffic(place.folder / "captures/a.jsonl", table, answers(table))
    (place.folder / "truth").mkdir()

    report = run(place, "quality", "--truth", place.folder / "truth")

    assert (report["status"], report["worst"]) == ("not-enough-data", None)
    assert report["joined"] == {"rows": 0, "of": 300}
    assert report["summary"] == "The truth of 0 of 300 rows is known: too few to say anything."
    assert "Worst" not in {one["MetricName"] for one in metrics.data(report)}


def test_truth_of_before_the_window_is_not_read_and_late_truth_is(place):
    table = drawn(300, 1)
    told = answers(table)
    ids = traffic(place.folder / "captures/a.jsonl", table, told)
    true = truth(told, 1)
    told_truth(place.folder / "truth/2027/03/01/00/late.jsonl", ids[:200], true[:200])
    told_truth(place.folder / "truth/2026/11/25/23/early.jsonl", ids[200:], true[200:])

    report = run(place, "quality", "--truth", place.folder / "truth")

    assert report["joined"] == {"rows": 200, "of": 300}


def test_truth_is_read_of_csv(place):
    table = drawn(300, 1)
    told = answers(table)
    ids = traffic(place.folder / "captures/a.jsonl", table, told, 3)
    rows = [[ids[i // 3], one] for i, one in enumerate(truth(told, 1))]
    written(place.folder / "truth.csv", rows, ["inference_id", "readmitted"])

    report = run(place, "quality", "--truth", place.folder / "truth.csv")

    assert report["joined"] == {"rows": 300, "of": 300}
    assert report["status"] == "ok"


def test_an_id_of_several_requests_and_truth_of_another_length_join_nothing(place):
    table = drawn(200, 1)
    told = answers(table)
    ids = traffic(place.folder / "captures/a.jsonl", table, told, 2)
    traffic(place.folder / "captures/b.jsonl", table[:2], told[:2], 2)
    told_truth(place.folder / "truth.jsonl", ids, truth(told, 1), 2)
    told_truth(place.folder / "truth.jsonl", ids[1:2], ["yes"])

    report = run(place, "quality", "--truth", place.folder / "truth.jsonl")

    assert report["joined"] == {"rows": 196, "of": 202}
    assert report["set_aside"]["reasons"] == {
        "an id stands for several requests": 1,
        "the truth has another number of rows than its request": 1,
    }


def test_a_file_may_have_the_truth_beside_its_rows(place, tmp_path):
    table = drawn(300, 1)
    told = answers(table)
    rows = [
        [*row, one["score"], true]
        for row, one, true in zip(table, told, truth(told, 1), strict=True)
    ]
    data = written(tmp_path / "data.csv", rows, [*NAMES, "score", "readmitted"])

    assert place.run("--monitor", "quality", "--data", data) == 0

    report = place.report()
    assert (report["status"], report["joined"]["rows"]) == ("ok", 300)


def test_batch_output_is_scored_beside_its_input(place, tmp_path):
    table = drawn(300, 1)
    told = answers(table)
    rows = [[*row, true] for row, true in zip(table, truth(told, 1), strict=True)]
    (tmp_path / "batch").mkdir()
    written(tmp_path / "batch/in.csv", rows, [*NAMES, "readmitted"])
    with (tmp_path / "batch/in.csv.out").open("w", newline="") as file:
        csv.writer(file).writerows([[one["score"]] for one in told])

    assert place.run("--monitor", "quality", "--data", tmp_path / "batch") == 0

    report = place.report()
    assert (report["status"], report["joined"]["rows"]) == ("ok", 300)
    assert named(report)["auc"]["value"] > 0.8


def test_bias_like_the_baselines_is_ok(place):
    lived(place)

    report = run(place, "bias", "--truth", place.folder / "truth")

    assert report["status"] == "ok", report["summary"]
    assert {one["of"] for one in report["measures"]} == {"smoker = yes"}
    found = {one["name"] for one in report["measures"] if one["drift"] is not None}
    assert found == {"CI", "DPL", "DPPL", "RD", "SD", "AD", "DAR", "DRR"}


def test_bias_is_found_by_the_answers_alone(place):
    table = drawn(1000, 1)
    told = answers(table)
    for row, answer in zip(table, told, strict=True):
        if row[4] == "yes":
            answer |= {"label": "no", "score": 0.1}
    traffic(place.folder / "captures/a.jsonl", table, told)

    report = run(place, "bias", "--facets", "smoker")

    assert report["status"] == "drift"
    assert report["worst"]["column"] == "smoker = yes: DPPL"
    found = {one["name"]: one["status"] for one in report["measures"]}
    assert (found["CI"], found["DPL"], found["RD"]) == ("ok", *["not-enough-data"] * 2)
    told = {one["MetricName"]: one for one in metrics.data(report)}
    assert {"Name": "Facet", "Value": "smoker = yes"} in told["Bias"]["Dimensions"]


def test_small_groups_are_not_enough_data(place):
    table = [row for row in drawn(1000, 1) if row[4] == "no"] + [
        row for row in drawn(1000, 2) if row[4] == "yes"
    ][:29]
    lived(place, table=table)

    assert run(place, "bias")["status"] == "not-enough-data"


def test_fewer_rows_than_are_asked_for_are_not_enough_data(place):
    lived(place, 500)

    assert run(place, "bias")["status"] == "ok"
    report = run(place, "bias", "--min-rows", "501")
    assert report["status"] == "not-enough-data"
    assert "Worst" not in {one["MetricName"] for one in metrics.data(report)}


def test_attributions_of_the_same_model_have_not_drifted(place, tmp_path):
    lived(place)
    model = archive(tmp_path / "model", WEIGHTS)

    report = run(place, "explain", "--model-data", model)

    assert report["status"] == "ok"
    assert named(report)["ndcg"]["value"] > 0.99
    known = explained(WEIGHTS)["features"]
    assert named(report)["age"]["value"] == pytest.approx(known["age"], rel=0.3)
    told = {one["MetricName"] for one in metrics.data(report)}
    assert {"NDCG", "Attribution", "Worst"} < told


def test_attributions_that_drift_are_found(place, tmp_path):
    lived(place)
    model = archive(tmp_path / "model", (0.0, 5.0, 0.0))

    report = run(place, "explain", "--model-data", model)

    assert report["status"] == "drift"
    assert named(report)["ndcg"]["value"] < 0.9
    assert report["worst"]["drift"] >= 1
    assert run(place, "explain", "--model-data", model, "--min-rows", "2000")["measures"] == []

    change = 1 - named(report)["ndcg"]["value"]
    for threshold, status in ((change * 0.99, "drift"), (change * 1.01, "ok")):
        asked = ("--model-data", model, "--threshold", threshold)
        assert run(place, "explain", *asked)["status"] == status


def test_rows_that_the_handler_refuses_are_set_aside(place, tmp_path):
    table = [["x", *row[1:]] if i < 100 else row for i, row in enumerate(drawn(1000, 1))]
    traffic(place.folder / "captures/a.jsonl", table, answers(drawn(1000, 1)))

    report = run(place, "explain", "--model-data", archive(tmp_path / "model", WEIGHTS))

    assert report["status"] == "ok"
    assert 0 < report["set_aside"]["reasons"]["the model's handler refuses the row"] < 50


@pytest.mark.parametrize(
    ("kind", "arguments", "message"),
    [
        ("explain", (), "--monitor explain needs --model-data"),
        ("explain", ("--model-data", "gone"), "there is no file gone"),
        ("quality", ("--accept", "auc > 1"), "--accept: auc > 1 is no condition such as"),
        ("quality", ("--accept", "r2 >= 1"), "--accept names r2; of a binary model there are auc"),
        ("quality", ("--segments", "sex"), "--segments names sex, and "),
        ("quality", ("--threshold", "0"), "--threshold is 0; it is above 0 and at most 1"),
        ("quality", ("--truth", "gone"), "there is no file or folder gone"),
        ("bias", ("--facets", "ward"), "{baseline} has no bias by ward; it has smoker"),
    ],
)
def test_what_does_not_fit_a_kind_is_refused_in_a_sentence(place, kind, arguments, message):
    lived(place, 200)
    captured = ("--capture", place.folder / "captures", "--end", END)

    assert place.run("--monitor", kind, *captured, *arguments) == 2

    assert place.err.startswith(message.format(baseline=place.baseline))
    assert place.err.count("\n") == 1


@pytest.mark.parametrize("kind", ["data", "quality", "bias"])
def test_the_baseline_of_another_model_reads_no_row_and_says_why(place, whole, kind):
    columns = [one for one in whole["columns"] if one["name"] != "age"]
    place.baseline.write_text(json.dumps({**whole, "columns": columns}))
    lived(place, 200)

    report = run(place, kind)

    assert (report["status"], report["rows"]) == ("no-data", 0)
    why = "a row has 5 values; the baseline has 4 features"
    assert report["summary"] == f"No row can be read: 200 are set aside, most since {why}."
    told = {one["MetricName"]: one["Value"] for one in metrics.data(report)}
    assert (told["Ran"], told["Rows"], told["SetAside"]) == (1, 0, 200)
    assert "Worst" not in told


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("t.csv", "readmitted\nyes\n", "/t.csv has no column inference_id"),
        ("t.csv", "inference_id,left\nr0,yes\n", "/t.csv has no column readmitted"),
        (
            "t.jsonl",
            '{"groundTruthData": {"data": "yes", "encoding": "CSV"}, "eventMetadata": {}}\n',
            "none of 1 lines of truth has an id; each needs eventId or inference_id",
        ),
    ],
)
def test_truth_that_cannot_be_joined_is_refused_in_a_sentence(place, name, text, message):
    lived(place, 200)
    (place.folder / "told").mkdir()
    (place.folder / "told" / name).write_text(text)
    captured = ("--capture", place.folder / "captures", "--end", END)

    asked = ("--monitor", "quality", *captured, "--truth", place.folder / "told")
    assert place.run(*asked) == 2
    assert place.err.endswith(f"{message}\n")
    assert place.err.count("\n") == 1


@pytest.mark.parametrize("broken", [7, [], "binary", {}])
def test_a_baseline_whose_parts_are_no_objects_is_refused(place, whole, broken):
    place.baseline.write_text(json.dumps({**whole, "problem": broken}))
    lived(place, 200)
    captured = ("--capture", place.folder / "captures", "--end", END)

    assert place.run("--monitor", "quality", *captured) == 2
    assert place.err.startswith(f"{place.baseline} has no problem, which the quality monitor needs")


@pytest.mark.parametrize(("kind", "part"), [("quality", "problem"), ("bias", "problem")])
def test_a_baseline_of_records_alone_is_refused(place, whole, kind, part):
    place.baseline.write_text(json.dumps({**whole, part: None}))

    assert place.run("--monitor", kind, "--data", ".") == 2
    assert f"has no {part}, which the {kind} monitor needs" in place.err


def test_truth_without_ids_is_refused(place):
    lived(place, 200)
    captured = ("--capture", place.folder / "captures", "--end", END)
    for name, text, message in (
        ("a.jsonl", '{"groundTruthData": {"data": "1"}}\n' * 3, "none of 3 lines of truth has"),
        ("a.csv", "id,readmitted\n1,yes\n", "a.csv has no column inference_id"),
    ):
        (place.folder / name).write_text(text)
        assert place.run("--monitor", "quality", *captured, "--truth", place.folder / name) == 2
        assert message in place.err


@pytest.mark.parametrize("kind", ["quality", "bias", "explain"])
def test_an_empty_capture_is_no_data(place, tmp_path, kind):
    (place.folder / "captures").mkdir()
    model = ("--model-data", archive(tmp_path / "model", WEIGHTS)) if kind == "explain" else ()

    assert run(place, kind, *model)["status"] == "no-data"


def test_runs_without_change_have_no_fallen_metrics():
    """Few of the runs that `scripts.bench_monitor` measures."""
    assert bench_monitor.fallen(runs=5) == 0
