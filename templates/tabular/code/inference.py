"""How the endpoint answers: the four functions of SageMaker's scikit-learn container.

https://sagemaker.readthedocs.io/en/v2/frameworks/sklearn/using_sklearn.html

A request is text/csv, one row of features a line in the order of training and without a header,
or application/json: {"instances": [[…], …]} or {"instances": [{"feature": value, …}, …]}. The
answer is application/json, {"predictions": [{"label": …, "score": …}, …]}, or text/csv, one score
a line. A score is the probability of the positive label, the second of the two in sorted order.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np

THRESHOLD = 0.5

Feature = dict[str, str]


class Model(NamedTuple):
    """A fitted estimator and the features it expects, in order."""

    estimator: Any
    features: list[Feature]


class Prediction(NamedTuple):
    """Labels and the positive label's probabilities, one of each a row."""

    labels: list[str]
    scores: list[float]


def model_fn(model_dir: str) -> Model:
    """Load what train.py wrote."""
    folder = Path(model_dir)
    features = json.loads((folder / "features.json").read_text())
    return Model(joblib.load(folder / "model.joblib"), features)


def input_fn(request_body: Any, content_type: str) -> list[Any]:
    """The rows of a request, each a list of values or a dictionary by feature name."""
    text = request_body.decode() if isinstance(request_body, bytes) else request_body
    media_type = content_type.split(";", maxsplit=1)[0].strip()
    if media_type == "text/csv":
        return [row for row in csv.reader(io.StringIO(text)) if row]
    if media_type == "application/json":
        return list(json.loads(text)["instances"])
    raise ValueError(f"{content_type} is neither text/csv nor application/json")


def predict_fn(rows: list[Any], model: Model) -> Prediction:
    """Score the rows. Raises ValueError where a row does not have the model's features."""
    names = [feature["name"] for feature in model.features]
    values = [_values(row, names) for row in rows]
    scores = model.estimator.predict_proba(matrix(values, model.features))[:, 1]
    labels = model.estimator.classes_[(scores >= THRESHOLD).astype(int)]
    return Prediction(labels.tolist(), scores.tolist())


def output_fn(prediction: Prediction, accept: str) -> tuple[str, str]:
    """The answer and its content type; JSON unless text/csv is asked for."""
    if accept.split(";", maxsplit=1)[0].strip() == "text/csv":
        return "".join(f"{score}\n" for score in prediction.scores), "text/csv"
    answers = [
        {"label": label, "score": prediction.scores[i]} for i, label in enumerate(prediction.labels)
    ]
    return json.dumps({"predictions": answers}), "application/json"


def matrix(rows: list[Any], features: list[Feature]) -> np.ndarray:
    """Rows as an array of numbers and texts by the features' kinds; a missing number is NaN."""
    table = np.empty((len(rows), len(features)), dtype=object)
    for i, feature in enumerate(features):
        convert = _number if feature["kind"] == "number" else _text
        table[:, i] = [convert(row[i]) for row in rows]
    return table


def _values(row: Any, names: list[str]) -> list[Any]:
    if isinstance(row, dict):
        missing = [name for name in names if name not in row]
        if missing:
            raise ValueError(f"a row lacks {', '.join(missing)}")
        return [row[name] for name in names]
    if len(row) != len(names):
        raise ValueError(f"a row has {len(row)} values; the model has {len(names)} features")
    return list(row)


def _number(value: Any) -> float:
    return float("nan") if value is None or value == "" else float(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
