"""How the endpoint answers: the four functions of SageMaker's scikit-learn container.

https://sagemaker.readthedocs.io/en/v2/frameworks/sklearn/using_sklearn.html

A request is text/csv, one row of features a line in the order of training and without a header,
or application/json: {"instances": [[…], …]} or {"instances": [{"feature": value, …}, …]}. What is
answered, and how a request that does not fit, answering.py says.
"""

import csv
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import joblib
import numpy as np
from answering import (
    Malformed,
    Prediction,
    classified,
    instances,
    media_type,
    output_fn,
    text_of,
)

__all__ = ["Malformed", "Prediction", "input_fn", "model_fn", "output_fn", "predict_fn"]

CONTENT_TYPES = ("text/csv", "application/json")

Feature = dict[str, str]


class Model(NamedTuple):
    """A fitted estimator, what it predicts, and the features it expects, in order."""

    estimator: Any
    kind: str
    """`binary`, `multiclass` or `regression`."""
    target: str
    features: list[Feature]


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
    return classified(model.kind, model.estimator.classes_, model.estimator.predict_proba(table))


def matrix(rows: list[Any], features: list[Feature]) -> np.ndarray:
    """Rows as an array of numbers and texts by the features' kinds; a missing number is NaN."""
    table = np.empty((len(rows), len(features)), dtype=object)
    for i, feature in enumerate(features):
        convert = _number if feature["kind"] == "number" else _text
        table[:, i] = [convert(row[i]) for row in rows]
    return table


def _rows(body: Any, content_type: str) -> list[Any]:
    kind = media_type(content_type)
    if kind not in CONTENT_TYPES:
        raise ValueError(f"{content_type} is neither {' nor '.join(CONTENT_TYPES)}")
    if kind == "text/csv":
        return [row for row in csv.reader(io.StringIO(text_of(body))) if row]
    return instances(body)


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
