import base64
import csv
import importlib.util
import io
import json
import re
import shutil
import tarfile
from pathlib import Path

import jsonschema
import numpy as np
import pytest

PROJECT = Path(__file__).parents[1]
JSON, PNG, NPY = "application/json", "image/png", "application/x-npy"
NETWORK = pytest.param(
    "cnn",
    marks=pytest.mark.skipif(
        importlib.util.find_spec("torch") is None, reason="needs torch, which is an extra"
    ),
)


@pytest.fixture(scope="module", params=["edges", NETWORK])
def learned(request, work, trained, sample, tmp_path_factory):
    """The folder of a run by each algorithm."""
    if request.param == "edges":
        return work
    return trained(tmp_path_factory.mktemp("cnn"), sample, {"algorithm": "cnn"}, "auc >= 0.99")


@pytest.fixture(scope="module")
def model(code, work):
    return code["inference"].model_fn(str(work / "model"))


def read(folder, part):
    with (folder / part / f"{part}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def answer(code, model, body, content_type, accept=JSON):
    inference = code["inference"]
    prediction = inference.predict_fn(inference.input_fn(body, content_type), model)
    return inference.output_fn(prediction, accept)


def document(folder, name):
    return json.loads((folder / name / f"{name}.json").read_text())


def npy(array):
    body = io.BytesIO()
    np.save(body, array)
    return body.getvalue()


def test_the_sample_is_of_real_images_that_are_told_apart(learned):
    told = document(learned, "evaluation")

    assert told["acceptance"] == {"accepted": True, "unmet": []}
    metrics = told["multiclass_classification_metrics"]
    assert metrics["accuracy"]["value"] > 0.95
    assert set(metrics["confusion_matrix"]) == set("0123456789")
    counts = [len(read(learned, part)) for part in ("train", "validation", "test")]
    assert counts == [1257, 270, 270]


def test_what_a_model_answers_is_what_was_evaluated(code, learned):
    model = code["inference"].model_fn(str(learned / "model"))
    rows = read(learned, "test")
    asked = json.dumps({"instances": [{"image": row["image"]} for row in rows]})
    told = json.loads(answer(code, model, asked, JSON)[0])["predictions"]

    right = [one["label"] == row["target"] for one, row in zip(told, rows, strict=True)]
    metrics = document(learned, "evaluation")["multiclass_classification_metrics"]
    assert np.mean(right) == pytest.approx(metrics["accuracy"]["value"])
    for one in told:
        assert sum(one["scores"].values()) == pytest.approx(1)
        assert one["score"] == one["scores"][one["label"]]
        assert set(one["seen"]) == {"brightness", "contrast", "sharpness"}


def test_training_logs_metrics_that_the_pipeline_looks_for(learned):
    definition = json.loads((PROJECT / "pipeline.json").read_text())
    (train,) = (step for step in definition["Steps"] if step["Name"] == "Train")
    wanted = train["Arguments"]["AlgorithmSpecification"]["MetricDefinitions"]
    lines = (learned / "train.log").read_text().splitlines()
    assert len(lines) == 5
    for line in lines:
        assert [one for one in wanted if re.fullmatch(one["Regex"], line)]


def test_the_baseline_is_of_the_answers_and_of_what_was_seen_of_the_images(code, work):
    baseline = document(work, "baseline")
    columns = {one["name"]: one for one in baseline["columns"]}
    rows = read(work, "test")

    assert {one["role"] for one in columns.values()} == {"prediction"}
    assert columns["label"]["rows"] == len(rows) == columns["seen.brightness"]["rows"]
    stack = [code["images"].decode(base64.b64decode(row["image"])) for row in rows]
    assert columns["seen.brightness"]["mean"] == pytest.approx(np.mean(stack) / 255)
    assert (baseline["attributions"], baseline["bias"]) == (None, None)


def test_the_same_image_is_answered_alike_in_every_form(code, model, sample):
    content = sorted((sample / "7").iterdir())[0].read_bytes()
    image = code["images"].decode(content)
    text = base64.b64encode(content).decode()
    bodies = [
        (content, PNG),
        (npy(image), NPY),
        (npy(image[None]), f"{NPY}; charset=binary"),
        (json.dumps({"instances": [{"image": text}]}), JSON),
    ]
    answers = {answer(code, model, body, kind)[0] for body, kind in bodies}

    (told,) = answers
    assert json.loads(told)["predictions"][0]["label"] == "7"
    assert answer(code, model, content, PNG, "text/csv") == ("7\n", "text/csv")
    several = answer(code, model, npy(np.array([image] * 3)), NPY)[0]
    assert len(json.loads(several)["predictions"]) == 3


def test_a_dark_image_is_seen_to_be_dark(code, model, sample):
    image = code["images"].decode(next((sample / "3").iterdir()).read_bytes())
    stack = np.array([image, image // 4])
    light, dark = json.loads(answer(code, model, npy(stack), NPY)[0])["predictions"]
    assert dark["seen"]["brightness"] < light["seen"]["brightness"] / 3


GOOD = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
)


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"instances": [{"image": GOOD}]}, ""),
        ({"instances": [{"image": GOOD, "camera": 7}]}, ""),
        ({"instances": []}, "the request has no row"),
        ({"instances": {}}, "instances is not a list"),
        ({"rows": []}, 'the body is not {"instances": […]}'),
        ({"instances": [{"picture": GOOD}]}, "a row has no image"),
        ({"instances": [{"image": ""}]}, "a row has no image"),
        ({"instances": [{"image": 7}]}, "a row has no image"),
        ({"instances": [GOOD]}, "a row is no object: iVBOR"),
        ({"instances": [{"image": "a" * 8_000_001}]}, "an image has 8000001 characters"),
    ],
)
def test_the_declared_schema_allows_exactly_what_is_answered(code, model, request_, message):
    allowed = jsonschema.Draft202012Validator(code["inference"].REQUEST).is_valid(request_)
    told = answer(code, model, json.dumps(request_), JSON)

    assert allowed == (not message)
    if allowed:
        assert told[1] == JSON
    else:
        assert told.status_code == 400
        assert told.get_data(as_text=True).startswith(message)


@pytest.mark.parametrize(
    ("body", "content_type", "message"),
    [
        (b"a", "image/jpeg", "image/jpeg is neither image/png nor application/x-npy"),
        (b"GIF89a", PNG, "the image is no PNG"),
        (b"", NPY, "the body is no array of numpy"),
        (npy(np.zeros((8, 8))), NPY, "the array is none of uint8"),
        (npy(np.zeros(8, np.uint8)), NPY, "the array is none of uint8"),
        (npy(np.zeros((0, 8, 8), np.uint8)), NPY, "the array is none of uint8"),
        ('{"instances": [{"image": "?"}]}', JSON, "the image is no Base64"),
        ('{"instances": [{"image": "R0lG"}]}', JSON, "the image is no PNG"),
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


def test_the_archive_holds_what_serves_and_no_more(learned):
    with tarfile.open(learned / "model.tar.gz") as archive:
        files = {one.name.removeprefix("./") for one in archive if one.isfile()}
    serving = {f"code/{name}.py" for name in ("inference", "answering", "images")}
    if "network.pt" in files:
        assert files == {"network.pt", "schema.json", "code/network.py", *serving}
    else:
        assert files == {"model.joblib", "schema.json", *serving}


def test_a_version_is_compared_with_the_live_one_on_the_same_images(
    code, work, trained, sample, tmp_path
):
    few = tmp_path / "few"
    for folder in sample.iterdir():
        for path in sorted(folder.iterdir())[:15]:
            (few / folder.name).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, few / folder.name)
    weak = trained(tmp_path, few, {"c": "0.00001"})
    compare, test = code["compare"], work / "test/test.csv"
    candidate, live = (compare.answers(f"arn:{one.name}", one, test) for one in (work, weak))

    told = compare.compare(candidate, live, compare.read(test), tmp_path, "accuracy")
    assert told["better"] is True, told["reason"]
    told = compare.compare(live, candidate, compare.read(test), work, "accuracy")
    assert told["better"] is False, told["reason"]


def test_two_classes_are_learned_as_two(trained, sample, tmp_path):
    for label in ("3", "8"):
        (tmp_path / "data" / label).mkdir(parents=True)
        for path in (sample / label).iterdir():
            shutil.copy(path, tmp_path / "data" / label)
    trained(tmp_path, tmp_path / "data")
    metrics = document(tmp_path, "evaluation")["binary_classification_metrics"]
    assert metrics["auc"]["value"] > 0.95


@pytest.mark.parametrize(
    ("files", "told", "message"),
    [
        ({}, (), "there is no PNG file below"),
        ({"a.png": GOOD}, (), r"a\.png is in no folder that would tell its class"),
        ({"a/b.jpg": GOOD}, (), r"b\.jpg is no PNG: convert the 1 others like it"),
        ({"a/b.png": "R0lG"}, (), r"a/b\.png cannot be read: the image is no PNG"),
        ({"a/b.png": GOOD}, ("--drop=c",), "drop names c, and images have no columns"),
        ({"a/b.png": GOOD}, ("--kind=regression",), "images are told apart by classes"),
        ({"a/b.png": GOOD}, (), "1 records have a value in target"),
    ],
)
def test_data_that_does_not_fit_stops_preprocessing(code, tmp_path, files, told, message):
    data = tmp_path / "data"
    data.mkdir()
    for name, content in files.items():
        (data / name).parent.mkdir(exist_ok=True)
        (data / name).write_bytes(base64.b64decode(content))
    asked = ["--target", "target", "--input", str(data), "--output", str(tmp_path / "out")]
    with pytest.raises(SystemExit, match=message):
        code["preprocess"].main([*asked, *told])


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"gamma": "1"}, "there is no hyperparameter gamma; there are algorithm, c, epochs"),
        ({"epochs": "2.5"}, "the hyperparameter epochs is 2.5, and not a whole number"),
        ({"algorithm": "magic"}, "algorithm is magic, and neither edges nor cnn"),
    ],
)
def test_hyperparameters_that_nothing_reads_are_refused(code, told, message):
    with pytest.raises(SystemExit, match=message):
        code["train"].settings(told)


def test_a_network_is_refused_where_torch_lacks(code, monkeypatch):
    monkeypatch.setattr(code["train"].importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="algorithm cnn needs torch, which this image lacks"):
        code["train"].settings({"algorithm": "cnn"})
    monkeypatch.setattr(code["train"].importlib.util, "find_spec", lambda name: name)
    assert code["train"].settings({"algorithm": "cnn"})["epochs"] == 30


def test_a_model_of_images_of_another_size_is_not_served(code, work, tmp_path):
    schema = json.loads((work / "model/schema.json").read_text())
    (tmp_path / "schema.json").write_text(json.dumps({**schema, "shape": [32, 16]}))
    with pytest.raises(ValueError, match=r"the model has learned from \[32, 16\]"):
        code["inference"].model_fn(str(tmp_path))
