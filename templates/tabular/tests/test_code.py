import csv
import hashlib
import json
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_wine

CODE = Path(__file__).parents[1] / "code"


def _write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _read(path):
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


@pytest.fixture(scope="module")
def work(tmp_path_factory, trained):
    """A folder in which the three scripts have run on breast-cancer records, in two files.

    Two columns are added to the real ones: an identifier and a category with a missing value.
    """
    folder = tmp_path_factory.mktemp("work")
    data = load_breast_cancer()
    header = [name.replace(" ", "_") for name in data.feature_names]
    rows = [
        [f"p{i}", "" if i == 3 else f"site-{i % 3}", *data.data[i], "ab"[1 - label]]
        for i, label in enumerate(data.target)
    ]
    columns = ["patient", "site", *header, "diagnosis"]
    _write(folder / "data/2024/part.csv", columns, rows[:200])
    _write(folder / "data/2025/part.csv", columns, rows[200:])
    told = {"target": "diagnosis", "drop": "patient", "facets": "site, mean_radius"}
    return trained(folder, hyperparameters={"c": "0.5"}, **told)


@pytest.fixture(scope="module")
def wine(tmp_path_factory, trained):
    """A folder in which the scripts have run on wines of three cultivars, after 13 measurements."""
    data = load_wine()
    rows = [[*data.data[i], data.target_names[label]] for i, label in enumerate(data.target)]
    folder = tmp_path_factory.mktemp("wine")
    _write(folder / "data/wine.csv", [*data.feature_names, "cultivar"], rows)
    return trained(folder, target="cultivar", accept="accuracy >= 0.9, f1 >= 0.9")


@pytest.fixture(scope="module")
def diabetes(tmp_path_factory, trained):
    """A folder in which the scripts have run on how diabetes progressed, after ten measurements."""
    data = load_diabetes()
    rows = [[*data.data[i], value] for i, value in enumerate(data.target)]
    folder = tmp_path_factory.mktemp("diabetes")
    _write(folder / "data/diabetes.csv", [*data.feature_names, "progression"], rows)
    return trained(folder, target="progression", accept="r2 >= 0.1, rmse <= 50")


def test_every_row_is_in_one_part_with_the_labels_in_proportion(work):
    parts = {name: _read(work / name / f"{name}.csv") for name in ("train", "validation", "test")}
    rows = [row for _, part in parts.values() for row in part]
    assert len(rows) == 569
    assert len({tuple(row) for row in rows}) == 569
    assert {name: len(part) for name, (_, part) in parts.items()} == {
        "train": 397,
        "validation": 86,
        "test": 86,
    }
    for header, part in parts.values():
        assert header[:2] == ["diagnosis", "site"]
        assert "patient" not in header
        assert np.mean([row[0] == "b" for row in part]) == pytest.approx(212 / 569, abs=0.01)


def test_the_split_is_the_same_every_time(work, run, tmp_path):
    told = ("--target", "diagnosis", "--drop=patient")
    run("code/preprocess.py", *told, "--input", work / "data", "--output", tmp_path)
    for path in ("train/train.csv", "test/test.csv", "snapshot/snapshot.json"):
        assert (tmp_path / path).read_bytes() == (work / path).read_bytes()


def test_the_model_is_good_and_its_evaluation_says_how_good(work):
    metrics = json.loads((work / "evaluation/evaluation.json").read_text())[
        "binary_classification_metrics"
    ]
    table = metrics.pop("confusion_matrix")
    assert sum(count for row in table.values() for count in row.values()) == 86
    assert set(metrics) == {"auc", "accuracy", "precision", "recall", "f1"}
    assert metrics["auc"]["value"] > 0.97
    assert metrics["accuracy"]["value"] > 0.93
    assert metrics["precision"]["value"] == table["b"]["b"] / (table["b"]["b"] + table["a"]["b"])
    for metric in metrics.values():
        assert 0 < metric["standard_deviation"] < 0.1


@pytest.mark.parametrize("folder", ["work", "wine", "diabetes"])
def test_training_logs_metrics_that_the_pipeline_looks_for(folder, request):
    log = (request.getfixturevalue(folder) / "train.log").read_text()
    definition = json.loads((CODE.parent / "pipeline.json").read_text())
    (train,) = (step for step in definition["Steps"] if step["Name"] == "Train")
    wanted = train["Arguments"]["AlgorithmSpecification"]["MetricDefinitions"]
    for line in log.splitlines():
        (found,) = (one for one in wanted if re.fullmatch(one["Regex"], line))
        assert line.startswith(f"{found['Name']}=")
    assert log


def test_the_baseline_is_of_the_training_records_and_the_answers_to_the_test_records(work):
    baseline = json.loads((work / "baseline/baseline.json").read_text())
    header, rows = _read(work / "train/train.csv")
    columns = {one["name"]: one for one in baseline["columns"]}
    assert (baseline["schema"], baseline["rows"]) == ("maslow/profile", 397)
    assert list(columns) == [*header[1:], "label", "score"]
    assert columns["site"]["kind"] == "category"
    values = [float(row[header.index("mean_radius")]) for row in rows]
    assert columns["mean_radius"]["mean"] == pytest.approx(np.mean(values))
    assert (columns["score"]["role"], columns["score"]["rows"]) == ("prediction", 86)
    assert set(columns["label"]["counts"]) == {"a", "b"}


def test_the_baseline_says_how_good_the_model_is_and_of_what(work):
    baseline = json.loads((work / "baseline/baseline.json").read_text())
    document = json.loads((work / "evaluation/evaluation.json").read_text())
    metrics = document["binary_classification_metrics"]
    del metrics["confusion_matrix"]
    assert baseline["problem"] == {"kind": "binary", "target": "diagnosis", "labels": ["a", "b"]}
    assert baseline["quality"] == {"rows": 86, "metrics": metrics}


def test_the_baseline_has_bias_by_the_facets_that_were_asked_for(work):
    found = json.loads((work / "baseline/baseline.json").read_text())["bias"]
    site, radius = found["facets"]
    assert set(site["groups"]) == {"site-0", "site-1", "site-2"}
    header, rows = _read(work / "train/train.csv")
    values = [float(row[header.index("mean_radius")]) for row in rows]
    assert radius["threshold"] == pytest.approx(np.median(values))
    (above,) = radius["measures"]
    assert above["positive"] == "b"
    sick = np.array([row[0] == "b" for row in rows])
    large = np.array(values) > radius["threshold"]
    told = above["measures"]
    assert told["DPL"]["value"] == pytest.approx(sick[~large].mean() - sick[large].mean())
    assert told["DPL"]["rows"] == min(large.sum(), (~large).sum())
    assert told["DPPL"]["rows"] < 50
    assert told["DPPL"]["value"] < -0.5


def test_the_baseline_has_what_each_feature_adds_to_the_score(work):
    found = json.loads((work / "baseline/baseline.json").read_text())["attributions"]
    header, rows = _read(work / "train/train.csv")
    assert list(found["features"]) == header[1:]
    assert (found["rows"], found["orders"]) == (86, 20)
    assert len(found["background"]) == 50
    assert found["background"][0] in [row[1:] for row in rows]
    assert found["features"]["site"] < max(found["features"].values()) / 3


@pytest.mark.parametrize(
    ("folder", "columns"),
    [
        ("wine", ["label", "score", "scores.class_0", "scores.class_1", "scores.class_2"]),
        ("diabetes", ["score"]),
    ],
)
def test_the_baseline_has_the_answers_of_each_kind_of_problem(folder, columns, request):
    work = request.getfixturevalue(folder)
    baseline = json.loads((work / "baseline/baseline.json").read_text())
    told = [one["name"] for one in baseline["columns"] if one["role"] == "prediction"]
    assert told == columns
    assert baseline["bias"] is None
    assert min(baseline["attributions"]["features"].values()) >= 0


def test_a_facet_that_is_no_column_is_refused(work, run):
    parts = ("--train", work / "train", "--test", work / "test", "--output", work / "refused")
    done = run("code/evaluate.py", "--facets=sex", "--model", work, *parts, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("no facet sex among the columns site, mean_radius")


def test_a_snapshot_says_what_a_training_set_was_made_of(code, tmp_path):
    parts, tables = code["parts"], code["tables"]

    def snapshot(folder, rows):
        return parts.snapshot(folder, tables.paths(folder), rows)

    (tmp_path / "training-set.csv").write_text("a,target\n1,0\n")
    assert snapshot(tmp_path, 1)["made_of"] is None
    note = {"as_of": "2026-01-31T12:00:00.000Z", "tables": [{"table": "a.b", "snapshot": "7"}]}
    (tmp_path / "training-set.json").write_text(json.dumps(note))
    found = snapshot(tmp_path, 1)
    assert found["made_of"] == note
    assert [each["name"] for each in found["files"]] == ["training-set.csv"]


def test_a_snapshot_says_what_was_read(work):
    found = json.loads((work / "snapshot/snapshot.json").read_text())
    contents = {
        name: (work / "data" / name).read_bytes() for name in ("2024/part.csv", "2025/part.csv")
    }
    assert found["files"] == [
        {
            "name": name,
            "bytes": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in contents.items()
    ]
    assert found["rows"] == 569
    lines = "".join(f"{one['sha256']}  {one['name']}\n" for one in found["files"])
    assert found["sha256"] == hashlib.sha256(lines.encode()).hexdigest()


def test_an_archive_that_leads_out_of_its_folder_is_refused(code, tmp_path):
    outside = tmp_path / "outside.txt"
    outside.write_text("x")
    for name in ("../outside.txt", "/etc/passwd"):
        with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
            archive.addfile(tarfile.TarInfo(name))
        with pytest.raises(code["handler"].HandlerError, match="no file of its own folder"):
            code["handler"].unpack(tmp_path / "model.tar.gz", tmp_path / "into")
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, str(outside)
        archive.addfile(link)
    with pytest.raises(code["handler"].HandlerError, match="holds link"):
        code["handler"].unpack(tmp_path / "model.tar.gz", tmp_path / "into")
    assert outside.read_text() == "x"


@pytest.fixture(scope="module")
def model(code, work):
    return code["inference"].model_fn(str(work / "model"))


@pytest.fixture(scope="module")
def records(work):
    header, rows = _read(work / "test/test.csv")
    return header[1:], [row[1:] for row in rows], [row[0] for row in rows]


def _answer(code, model, body, content_type, accept):
    inference = code["inference"]
    prediction = inference.predict_fn(inference.input_fn(body, content_type), model)
    return inference.output_fn(prediction, accept)


def test_csv_and_both_forms_of_json_are_answered_alike(code, model, records):
    names, rows, truth = records
    text = "".join(f"{','.join(row)}\n" for row in rows)
    by_name = [{name: row[i] for i, name in reversed(list(enumerate(names)))} for row in rows]
    bodies = [
        (text, "text/csv"),
        (text.encode(), "text/csv; charset=utf-8"),
        (json.dumps({"instances": rows}), "application/json"),
        (json.dumps({"instances": by_name}), "application/json"),
    ]
    answers = [_answer(code, model, body, kind, "application/json") for body, kind in bodies]
    assert len(set(answers)) == 1
    body, kind = answers[0]
    labels = [one["label"] for one in json.loads(body)["predictions"]]
    assert kind == "application/json"
    assert np.mean(np.array(labels) == np.array(truth)) > 0.93


def test_csv_answers_are_one_score_a_line(code, model, records):
    _, rows, _ = records
    asked = json.dumps({"instances": rows[:3]})
    body, kind = _answer(code, model, asked, "application/json", "text/csv")
    scores = [float(line) for line in body.splitlines()]
    assert kind == "text/csv"
    assert len(scores) == 3
    assert all(0 <= score <= 1 for score in scores)


def test_missing_values_and_unseen_categories_are_scored(code, model, records):
    _, rows, _ = records
    row = ["site-9", "", *rows[0][2:]]
    body, _ = _answer(code, model, json.dumps({"instances": [row]}), "application/json", "*/*")
    assert 0 <= json.loads(body)["predictions"][0]["score"] <= 1


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        ("1,2,3", "text/csv", "a row has 3 values; the model has 31 features"),
        ("", "text/csv", "the request has no row"),
        (",".join(f"f{i}" for i in range(31)), "text/csv", "f1 is not a number"),
        (b"\xff\xfe", "text/csv", "the body is no text in UTF-8"),
        ('{"instances": [{"site": "a"}]}', "application/json", "a row lacks mean_radius"),
        ('{"instances": [', "application/json", "the body is no JSON: "),
        ("[[1, 2]]", "application/json", 'the body is not {"instances": […]}'),
        ('{"rows": []}', "application/json", 'the body is not {"instances": […]}'),
        ('{"instances": 3}', "application/json", "instances is not a list"),
        ('{"instances": [3]}', "application/json", "a row is neither a list nor an object: 3"),
        ('{"instances": []}', "application/json", "the request has no row"),
        ("<xml/>", "text/xml", "text/xml is neither text/csv nor application/json"),
    ],
)
def test_a_request_that_does_not_fit_is_told_why(code, model, body, content_type, message):
    answer = _answer(code, model, body, content_type, "application/json")
    assert answer.status_code == 400
    assert answer.mimetype == "text/plain"
    (sentence,) = answer.get_data(as_text=True).splitlines()
    assert sentence.startswith(message)


def test_what_the_model_cannot_do_is_no_fault_of_the_request(code, model, records):
    _, rows, _ = records
    broken = model._replace(estimator=None)
    with pytest.raises(AttributeError):
        _answer(code, broken, json.dumps({"instances": rows[:1]}), "application/json", "*/*")


def test_the_archive_holds_the_serving_code_and_no_other(work):
    with tarfile.open(work / "model.tar.gz") as archive:
        files = {one.name for one in archive if one.isfile()}
    assert files == {
        "./model.joblib",
        "./schema.json",
        "./code/inference.py",
        "./code/answering.py",
    }


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({}, "there is no CSV file below"),
        ({"a": (["x", "y"], []), "b": (["x", "z"], [])}, "b.csv has other columns than a.csv"),
        ({"a": (["x", "y"], [[1, 0], [1]])}, r"a.csv, row 3: 1 of 2 values"),
        ({"a": (["x", "z"], [[1, 0]])}, "no column y among x, z"),
        ({"a": (["y"], [[1]])}, "beside y no column is left to learn from"),
        ({"a": (["x", "x", "y"], [])}, "a.csv has the column x more than once"),
        ({"a": (["x;y"], [["1;0"]])}, "a.csv is separated by ';'; write it with commas"),
        ({"a": (["x", "y"], [["", i % 2] for i in range(40)])}, "the column x is empty"),
        (
            {"a": (["x", "y"], [[f"p{i}", i % 2] for i in range(40)])},
            "the column x has a text of its own in each row, such as p0",
        ),
    ],
)
def test_data_that_does_not_fit_stops_preprocessing(code, tmp_path, tables, message):
    for name, (header, rows) in tables.items():
        _write(tmp_path / f"{name}.csv", header, rows)
    told = ["--target", "y", "--input", str(tmp_path), "--output", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match=message):
        code["preprocess"].main(told)


def test_three_classes_are_learned_as_three(code, wine):
    document = json.loads((wine / "evaluation/evaluation.json").read_text())
    metrics = document["multiclass_classification_metrics"]
    labels = ["class_0", "class_1", "class_2"]
    table = metrics["confusion_matrix"]
    assert list(table) == labels
    assert all(sum(table[actual][told] for actual in labels) for told in labels)
    assert metrics["accuracy"]["value"] > 0.9
    assert document["acceptance"] == {"accepted": True, "unmet": []}

    model = code["inference"].model_fn(str(wine / "model"))
    _, rows = _read(wine / "test/test.csv")
    asked = json.dumps({"instances": [row[1:] for row in rows]})
    body, _ = _answer(code, model, asked, "application/json", "application/json")
    answers = json.loads(body)["predictions"]
    assert {answer["label"] for answer in answers} == set(labels)
    for answer in answers:
        assert sum(answer["scores"].values()) == pytest.approx(1)
        assert (
            answer["score"] == answer["scores"][answer["label"]] == max(answer["scores"].values())
        )
    text, _ = _answer(code, model, asked, "application/json", "text/csv")
    assert text.splitlines() == [answer["label"] for answer in answers]


def test_a_number_is_learned_as_a_number(code, diabetes):
    document = json.loads((diabetes / "evaluation/evaluation.json").read_text())
    metrics = document["regression_metrics"]
    assert set(metrics) == {"mae", "rmse", "r2"}
    assert 0.1 < metrics["r2"]["value"] < 1
    assert document["acceptance"]["accepted"] is False
    (unmet,) = document["acceptance"]["unmet"]
    assert re.fullmatch(r"rmse is \d\d\.\d+, and rmse <= 50 is accepted", unmet)

    model = code["inference"].model_fn(str(diabetes / "model"))
    _, rows = _read(diabetes / "test/test.csv")
    asked = json.dumps({"instances": [row[1:] for row in rows]})
    body, _ = _answer(code, model, asked, "application/json", "application/json")
    told = [answer["score"] for answer in json.loads(body)["predictions"]]
    errors = np.array(told) - np.array([float(row[0]) for row in rows])
    assert np.abs(errors).mean() == pytest.approx(metrics["mae"]["value"])
    text, _ = _answer(code, model, asked, "application/json", "text/csv")
    assert [float(line) for line in text.splitlines()] == told


def test_trees_learn_what_lines_cannot(trained, tmp_path):
    generator = np.random.default_rng(0)
    points = generator.uniform(-1, 1, size=(400, 2))
    rows = [[x, y, "in" if x * y > 0 else "out"] for x, y in points]
    _write(tmp_path / "data/points.csv", ["x", "y", "where"], rows)
    found = {}
    for algorithm in ("linear", "boosting"):
        asked = {"algorithm": algorithm, "iterations": "50"}
        trained(tmp_path, hyperparameters=asked, target="where")
        metrics = json.loads((tmp_path / "evaluation/evaluation.json").read_text())
        found[algorithm] = metrics["binary_classification_metrics"]["accuracy"]["value"]
    assert found["linear"] < 0.7 < 0.9 < found["boosting"]


@pytest.mark.parametrize(
    ("values", "kind", "labels"),
    [
        (["1", "0"] * 20, "binary", ["0", "1"]),
        (["0.5", "1.5"] * 20, "binary", ["0.5", "1.5"]),
        (["a", "b", "c"] * 20, "multiclass", ["a", "b", "c"]),
        (["1", "2", "3"] * 20, "multiclass", ["1", "2", "3"]),
        (["1.5", "2", "3"] * 20, "regression", []),
        ([str(i) for i in range(40)], "regression", []),
    ],
)
def test_the_target_tells_what_is_to_be_learned(code, values, kind, labels):
    assert code["problem"].found("y", values) == (kind, "y", labels)


def test_a_kind_that_is_told_counts_for_more(code):
    values = [str(1 + i % 3) for i in range(60)]
    assert code["problem"].found("y", values, "regression").kind == "regression"
    values = [str(i // 10) for i in range(300)]
    assert code["problem"].found("y", values).kind == "regression"
    assert len(code["problem"].found("y", values, "multiclass").labels) == 30


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (
            ["a", "b", "c"] * 20,
            "binary",
            r"y has 3 different values \(a, b, c\), and kind is binary",
        ),
        (["1", "2", "few", "nan"] * 20, "regression", "40 of 80 records have none: few, nan"),
        (["yes"] * 40, "auto", "every record has yes in y: there is nothing to learn"),
        (["a", "b"] * 10, "auto", "20 records have a value in y; at least 30 are needed"),
        (
            ["a"] * 30 + ["b"] * 9,
            "auto",
            r"of 2 classes .* too few records: b \(9\); each needs 10",
        ),
        ([f"t{i}" for i in range(40)], "auto", r"t0 \(1\).* and 35 more; each needs 10"),
        (["a", "b"] * 20, "clusters", "kind is clusters, and neither auto nor binary"),
    ],
)
def test_what_cannot_be_learned_is_refused_before_training(code, values, kind, message):
    with pytest.raises(SystemExit, match=message):
        code["problem"].found("y", values, kind)


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"gamma": "1"}, "there is no hyperparameter gamma; there are algorithm, c, "),
        ({"c": "much"}, "the hyperparameter c is much, and not a number"),
        ({"depth": "2.5"}, "the hyperparameter depth is 2.5, and not a whole number"),
        ({"algorithm": "magic"}, "algorithm is magic, and neither linear nor boosting"),
    ],
)
def test_hyperparameters_that_nothing_reads_are_refused(code, told, message):
    with pytest.raises(SystemExit, match=message):
        code["train"].settings(told)


def test_a_tuning_jobs_own_hyperparameters_are_none_of_ours(code):
    told = {"_tuning_objective_metric": "validation:auc", "c": "2"}
    assert code["train"].settings(told) == {**code["train"].DEFAULTS, "c": 2.0}


def test_conditions_hold_for_their_kind_and_without_one_for_all(code):
    def listed(accept, kind):
        return [str(one) for one in code["metrics"].conditions(accept, kind)]

    default = "binary: auc >= 0.8, f1 >= 0.5; regression: r2 >= 0.3"
    assert listed(default, "binary") == ["auc >= 0.8", "f1 >= 0.5"]
    assert listed(default, "multiclass") == []
    assert listed("rmse <= 60", "regression") == ["rmse <= 60"]
    assert listed("", "binary") == []
    with pytest.raises(SystemExit, match=r"auc > 1 is no condition such as auc >= 0\.8"):
        listed("auc > 1", "binary")


def test_a_condition_on_what_is_not_measured_is_refused(code):
    accepted = code["metrics"].conditions("auc >= 0.8", "regression")
    with pytest.raises(SystemExit, match="auc is not among what was measured: mae"):
        code["metrics"].unmet({"mae": {"value": 1.0}}, accepted)


def test_unlabelled_rows_are_left_out(code):
    header, rows = code["tables"].arrange(
        ["id", "x", "y"], [["1", "5", "a"], ["2", "6", ""]], "y", ["id"]
    )
    assert (header, rows) == (["y", "x"], [["a", "5"]])
