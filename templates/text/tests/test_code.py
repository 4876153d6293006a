import csv
import json
import re
import tarfile
from pathlib import Path

import jsonschema
import numpy as np
import pytest

PROJECT = Path(__file__).parents[1]
CODE = PROJECT / "code"
JSON = "application/json"


@pytest.fixture(scope="module")
def work(tmp_path_factory, run, trained):
    """A folder in which the scripts have run on the sample: paragraphs of Python's own help."""
    folder = tmp_path_factory.mktemp("work")
    run("sample.py", folder / "data")
    return trained(folder, accept="auc >= 0.9, accuracy >= 0.6")


@pytest.fixture(scope="module")
def model(code, work):
    return code["inference"].model_fn(str(work / "model"))


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def answer(code, model, body, content_type=JSON, accept=JSON):
    inference = code["inference"]
    prediction = inference.predict_fn(inference.input_fn(body, content_type), model)
    return inference.output_fn(prediction, accept)


def document(folder, name):
    return json.loads((folder / name / f"{name}.json").read_text())


def test_the_sample_is_of_real_texts_that_are_told_apart(work):
    told = document(work, "evaluation")
    metrics = told["multiclass_classification_metrics"]

    assert told["acceptance"] == {"accepted": True, "unmet": []}
    assert set(metrics["confusion_matrix"]) == {
        *("debugger", "dictionaries", "special methods", "statements", "strings")
    }
    texts = [
        row["text"] for part in ("train", "validation", "test") for row in read_part(work, part)
    ]
    assert len(texts) == len(set(texts)) > 300


def read_part(folder, part):
    return read(folder / part / f"{part}.csv")


def test_training_logs_metrics_that_the_pipeline_looks_for(work):
    definition = json.loads((PROJECT / "pipeline.json").read_text())
    (train,) = (step for step in definition["Steps"] if step["Name"] == "Train")
    wanted = train["Arguments"]["AlgorithmSpecification"]["MetricDefinitions"]
    lines = (work / "train.log").read_text().splitlines()
    assert len(lines) == 5
    for line in lines:
        assert [one for one in wanted if re.fullmatch(one["Regex"], line)]


def test_the_baseline_is_of_the_answers_and_of_what_was_seen_of_the_texts(work):
    baseline = document(work, "baseline")
    columns = {one["name"]: one for one in baseline["columns"]}
    texts = [row["text"] for row in read_part(work, "test")]

    assert {one["role"] for one in columns.values()} == {"prediction"}
    assert columns["label"]["rows"] == len(texts)
    lengths = [len(text) for text in texts]
    assert columns["seen.characters"]["mean"] == pytest.approx(np.mean(lengths))
    assert 0 < columns["seen.unknown"]["mean"] < 0.5
    assert (baseline["attributions"], baseline["bias"]) == (None, None)
    assert baseline["problem"]["kind"] == "multiclass"


def test_requests_are_answered_with_label_probabilities_and_what_was_seen(code, model, work):
    rows = read_part(work, "test")
    body, kind = answer(code, model, json.dumps({"instances": [{"text": r["text"]} for r in rows]}))
    told = json.loads(body)["predictions"]

    assert kind == JSON
    assert (
        np.mean([one["label"] == row["target"] for one, row in zip(told, rows, strict=True)]) > 0.6
    )
    for one in told:
        assert sum(one["scores"].values()) == pytest.approx(1)
        assert one["score"] == one["scores"][one["label"]]
    strange = json.dumps({"instances": [{"text": "Kräuterbutter zergeht langsam"}]})
    (one,) = json.loads(answer(code, model, strange)[0])["predictions"]
    assert one["seen"] == {"characters": 29.0, "words": 3.0, "unknown": 1.0}
    assert answer(code, model, strange, accept="text/csv")[0].strip() == one["label"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"instances": [{"text": "a dictionary maps keys"}]}, ""),
        ({"instances": [{"text": "a", "id": 7}]}, ""),
        ({"instances": []}, "the request has no row"),
        ({"instances": {}}, "instances is not a list"),
        ({"rows": []}, 'the body is not {"instances": […]}'),
        ({"instances": [{"body": "a"}]}, "a row has no text"),
        ({"instances": [{"text": ""}]}, "a row has no text"),
        ({"instances": [{"text": 7}]}, "a row has no text"),
        ({"instances": ["a"]}, "a row is no object: a"),
        ({"instances": [{"text": "a" * 100_001}]}, "a text has 100001 characters; at most 100000"),
    ],
)
def test_the_declared_schema_allows_exactly_what_is_answered(code, model, request_, message):
    allowed = jsonschema.Draft202012Validator(code["inference"].REQUEST).is_valid(request_)
    told = answer(code, model, json.dumps(request_))

    assert allowed == (not message)
    if allowed:
        assert told[1] == JSON
    else:
        assert told.status_code == 400
        assert told.get_data(as_text=True).startswith(message)


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        ("text", "text/plain", "text/plain is not application/json"),
        (b"\xff", JSON, "the body is no text in UTF-8"),
        ("{", JSON, "the body is no JSON"),
    ],
)
def test_what_is_no_request_is_told_why(code, model, body, content_type, message):
    told = answer(code, model, body, content_type)
    assert told.status_code == 400
    assert told.get_data(as_text=True).startswith(message)


def test_versions_are_registered_for_what_the_endpoint_takes(code):
    text = json.dumps(json.loads((PROJECT / "pipeline.json").read_text()))
    (told,) = re.findall(r'"SupportedContentTypes": (\[.*?\])', text)
    assert json.loads(told) == list(code["inference"].CONTENT_TYPES)


def test_the_archive_holds_what_serves_and_no_more(work):
    with tarfile.open(work / "model.tar.gz") as archive:
        files = {one.name for one in archive if one.isfile()}
    serving = {"./code/inference.py", "./code/answering.py"}
    assert files == {"./model.joblib", "./schema.json", *serving}


def test_a_version_is_compared_with_the_live_one_on_the_same_texts(code, work, trained, tmp_path):
    (tmp_path / "data").symlink_to(work / "data")
    weak = trained(tmp_path, hyperparameters={"algorithm": "bayes", "words": "1", "least": "20"})
    compare = code["compare"]
    test = work / "test/test.csv"
    candidate = compare.answers("arn:candidate/2", work, test)
    live = compare.answers("arn:live/1", weak, test)

    told = compare.compare(candidate, live, compare.read(test), tmp_path, "")
    assert told["better"] is True, told["reason"]
    told = compare.compare(live, candidate, compare.read(test), work, "")
    assert told["better"] is False, told["reason"]


def test_a_number_is_learned_from_texts(trained, tmp_path):
    good, bad = ("fine", "lovely", "great", "good"), ("awful", "poor", "bad", "sad")
    draw = np.random.default_rng(0)
    rows = []
    for _ in range(200):
        stars = draw.uniform(0, 1)
        words = [str(draw.choice(good if draw.uniform() < stars else bad)) for _ in range(30)]
        rows.append([" ".join(words), f"{stars:.3f}"])
    write(tmp_path / "data/reviews.csv", ["text", "target"], rows)

    trained(tmp_path)
    metrics = document(tmp_path, "evaluation")["regression_metrics"]
    assert metrics["r2"]["value"] > 0.7


LONG = "a" * 100_001


@pytest.mark.parametrize(
    ("header", "rows", "told", "message"),
    [
        (["body", "target"], [["a", "x"]], (), "there is no column text among body, target"),
        (["text", "label"], [["a", "x"]], (), "no column target among text, label"),
        (["text", "target"], [["a", "x"]], ("--drop=text",), "the column text is what is learned"),
        (["text", "target"], [["a", "x"]], ("--drop=id",), "no column id among text, target"),
        (["text", "target"], [[LONG, "x"]], (), "1 texts have more than 100000 characters"),
        (["text", "target"], [["", "x"]] * 40, (), "0 records have a value in target"),
    ],
)
def test_data_that_does_not_fit_stops_preprocessing(code, tmp_path, header, rows, told, message):
    write(tmp_path / "data.csv", header, rows)
    asked = ["--target", "target", "--input", str(tmp_path), "--output", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match=message):
        code["preprocess"].main([*asked, *told])


def test_other_columns_and_records_without_a_text_are_left_out(code, tmp_path):
    rows = [[str(i), "" if i == 3 else f"word {i}", "ab"[i % 2]] for i in range(60)]
    write(tmp_path / "in/data.csv", ["id", "text", "target"], rows)
    told = ["--target", "target", "--input", str(tmp_path / "in"), "--output", str(tmp_path)]
    code["preprocess"].main(told)

    found = [row for part in ("train", "validation", "test") for row in read_part(tmp_path, part)]
    assert len(found) == 59
    assert {tuple(row) for row in found} == {("target", "text")}


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"gamma": "1"}, "there is no hyperparameter gamma; there are algorithm, c, words, least"),
        ({"words": "2.5"}, "the hyperparameter words is 2.5, and not a whole number"),
        ({"algorithm": "magic"}, "algorithm is magic, and neither linear nor bayes"),
    ],
)
def test_hyperparameters_that_nothing_reads_are_refused(code, told, message):
    with pytest.raises(SystemExit, match=message):
        code["train"].settings(told)


def test_bayes_tells_classes_alone(code):
    chosen = code["train"].settings({"algorithm": "bayes"})
    assert code["train"].estimator("binary", chosen)[1].__class__.__name__ == "ComplementNB"
    with pytest.raises(SystemExit, match="algorithm bayes tells classes"):
        code["train"].estimator("regression", chosen)
