"""How the endpoint answers: the four functions of SageMaker's scikit-learn container.

https://sagemaker.readthedocs.io/en/v2/frameworks/sklearn/using_sklearn.html

A request is text/csv, one row of features a line in the order of training and without a header,
or application/json: {"instances": [[…], …]} or {"instances": [{"feature": value, …}, …]}. The
answer is application/json, {"predictions": […]} with one of these for each row, or text/csv, one
line each:

| kind | application/json | text/csv |
|---|---|---|
| binary | {"label": …, "score": …}: the probability of the second label, sorted | the score |
| multiclass | {"label": …, "score": …, "scores": {label: …}}: the probabilities | the label |
| regression | {"score": …}: the number | the number |

A request that does not fit is answered with status 400 and a sentence. In the container an
exception is status 500 whatever it is, and only what output_fn returns can bear another status: so
what is wrong with a request travels in the place of its rows.
https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_transformer.py
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
from flask import Response

THRESHOLD = 0.5

Feature = dict[str, str]


class Model(NamedTuple):
    """A fitted estimator, what it predicts, and the features it expects, in order."""

    estimator: Any
    kind: str
    """`binary`, `multiclass` or `regression`."""
    target: str
    features: list[Feature]


class Prediction(NamedTuple):
    """What is predicted of each row."""

    scores: list[float]
    """The positive label's probability, the predicted label's, or the number."""
    labels: list[str] | None = None
    """None for a regression, as are the two below."""
    classes: list[str] | None = None
    """All labels, sorted."""
    probabilities: list[list[float]] | None = None
    """Of each class."""


class Malformed(NamedTuple):
    """What is wrong with a request."""

    reason: str


def model_fn(model_dir: str) -> Model:
    """Load what train.py wrote."""
    folder = Path(model_dir)
    schema = json.loads((folder / "schema.json").read_text())
    return Model(joblib.load(folder / "model.joblib"), **schema)


def input_fn(request_body: Any, content_type: str) -> list[Any] | Malformed:
    """The rows of a request, each a list of values or a dictionary by feature name."""
    try:
        rows = _rows(request_body, content_type)
    except ValueError as error:
        return Malformed(str(error))
    return rows or Malformed("the request has no row")


def predict_fn(rows: list[Any] | Malformed, model: Model) -> Prediction | Malformed:
    """Score the rows, each of which must have the model's features."""
    if isinstance(rows, Malformed):
        return rows
    names = [feature["name"] for feature in model.features]
    try:
        table = matrix([_values(row, names) for row in rows], model.features)
    except ValueError as error:
        return Malformed(str(error))
    if model.kind == "regression":
        return Prediction(model.estimator.predict(table).tolist())
    probabilities, classes = model.estimator.predict_proba(table), model.estimator.classes_
    if model.kind == "binary":
        scores = probabilities[:, 1]
        best = (scores >= THRESHOLD).astype(int)
    else:
        scores, best = probabilities.max(axis=1), probabilities.argmax(axis=1)
    return Prediction(
        scores.tolist(), classes[best].tolist(), classes.tolist(), probabilities.tolist()
    )


def output_fn(prediction: Prediction | Malformed, accept: str) -> Any:
    """The answer and its content type, JSON unless text/csv is asked for; or a refusal."""
    if isinstance(prediction, Malformed):
        return Response(f"{prediction.reason}\n", status=400, mimetype="text/plain")
    answers = _answers(prediction)
    if accept.split(";", maxsplit=1)[0].strip() == "text/csv":
        told = "label" if "scores" in answers[0] else "score"
        return "".join(f"{answer[told]}\n" for answer in answers), "text/csv"
    return json.dumps({"predictions": answers}), "application/json"


def _answers(prediction: Prediction) -> list[dict[str, Any]]:
    """The answer of each row, by its names."""
    if prediction.labels is None:
        return [{"score": score} for score in prediction.scores]
    answers: list[dict[str, Any]] = [
        {"label": label, "score": score}
        for label, score in zip(prediction.labels, prediction.scores, strict=True)
    ]
    if len(prediction.classes) > 2:
        for answer, each in zip(answers, prediction.probabilities, strict=True):
            answer["scores"] = dict(zip(prediction.classes, each, strict=True))
    return answers


def matrix(rows: list[Any], features: list[Feature]) -> np.ndarray:
    """Rows as an array of numbers and texts by the features' kinds; a missing number is NaN."""
    table = np.empty((len(rows), len(features)), dtype=object)
    for i, feature in enumerate(features):
        convert = _number if feature["kind"] == "number" else _text
        table[:, i] = [convert(row[i]) for row in rows]
    return table


def _rows(body: Any, content_type: str) -> list[Any]:
    media_type = content_type.split(";", maxsplit=1)[0].strip()
    if media_type not in {"text/csv", "application/json"}:
        raise ValueError(f"{content_type} is neither text/csv nor application/json")
    try:
        text = body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError as error:
        raise ValueError("the body is no text in UTF-8") from error
    if media_type == "text/csv":
        return [row for row in csv.reader(io.StringIO(text)) if row]
    try:
        rows = json.loads(text)["instances"]
    except json.JSONDecodeError as error:
        raise ValueError(f"the body is no JSON: {error}") from error
    except (KeyError, TypeError) as error:
        raise ValueError('the body is not {"instances": […]}') from error
    if not isinstance(rows, list):
        raise ValueError("instances is not a list")
    return rows


def _values(row: Any, names: list[str]) -> list[Any]:
    if isinstance(row, dict):
        missing = [name for name in names if name not in row]
        if missing:
            raise ValueError(f"a row lacks {', '.join(missing)}")
        return [row[name] for name in names]
    if not isinstance(row, list):
        raise ValueError(f"a row is neither a list nor an object: {row}")
    if len(row) != len(names):
        raise ValueError(f"a row has {len(row)} values; the model has {len(names)} features")
    return row


def _number(value: Any) -> float:
    try:
        return float("nan") if value is None or value == "" else float(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{value} is not a number") from error


def _text(value: Any) -> str:
    return "" if value is None else str(value)
