"""How the endpoint answers: the four functions of SageMaker's scikit-learn container.

https://sagemaker.readthedocs.io/en/v2/frameworks/sklearn/using_sklearn.html

A request, as REQUEST declares it, is application/json: {"instances": [{"text": "…"}, …]}. Each
answer has, beside what answering.py says, what was seen of the text under `seen`: how many
characters and words it has, and which share of its words the model does not know.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

import joblib
from answering import (
    Malformed,
    Prediction,
    classified,
    instances,
    media_type,
    output_fn,
    requests,
)

__all__ = ["Malformed", "Prediction", "input_fn", "model_fn", "output_fn", "predict_fn"]

CONTENT_TYPES = ("application/json",)
TEXT = "text"
MOST_CHARACTERS = 100_000
REQUEST = requests(TEXT, {"type": "string", "minLength": 1, "maxLength": MOST_CHARACTERS})
"""The JSON Schema of a request."""


class Model(NamedTuple):
    """A fitted estimator of texts, and what it predicts."""

    estimator: Any
    """A pipeline whose first step is the vectorizer."""
    kind: str
    """`binary`, `multiclass` or `regression`."""
    target: str
    features: list[dict[str, str]]
    """None: a text is no column that could be profiled."""


def model_fn(model_dir: str) -> Model:
    """Load what train.py wrote."""
    folder = Path(model_dir)
    schema = json.loads((folder / "schema.json").read_text())
    return Model(joblib.load(folder / "model.joblib"), **schema)


def input_fn(request_body: Any, content_type: str) -> list[Any] | Malformed:
    """The rows of a request, each an object with a text."""
    if media_type(content_type) not in CONTENT_TYPES:
        return Malformed(f"{content_type} is not {CONTENT_TYPES[0]}")
    try:
        return instances(request_body) or Malformed("the request has no row")
    except ValueError as error:
        return Malformed(str(error))


def predict_fn(rows: list[Any] | Malformed, model: Model) -> Prediction | Malformed:
    """Tell the class, or the number, of each text."""
    if isinstance(rows, Malformed):
        return rows
    try:
        texts = [_text(row) for row in rows]
    except ValueError as error:
        return Malformed(str(error))
    seen = seen_of(texts, model.estimator)
    if model.kind == "regression":
        return Prediction(model.estimator.predict(texts).tolist(), seen=seen)
    estimator = model.estimator
    return classified(model.kind, estimator.classes_, estimator.predict_proba(texts), seen)


def seen_of(texts: list[str], estimator: Any) -> dict[str, list[float]]:
    """What texts are like: characters, words, and the share of the words that are not known."""
    vectorizer = estimator[0]
    split, known = vectorizer.build_tokenizer(), vectorizer.vocabulary_
    words = [split(vectorizer.build_preprocessor()(text)) for text in texts]
    return {
        "characters": [float(len(text)) for text in texts],
        "words": [float(len(each)) for each in words],
        "unknown": [
            sum(word not in known for word in each) / len(each) if each else 1.0 for each in words
        ],
    }


def _text(row: Any) -> str:
    """The text of a row. Raises ValueError for a row that REQUEST does not allow."""
    if not isinstance(row, dict):
        raise ValueError(f"a row is no object: {str(row)[:60]}")
    text = row.get(TEXT)
    if not isinstance(text, str) or not text.strip():
        raise ValueError(f"a row has no {TEXT}")
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"a {TEXT} has {len(text)} characters; at most {MOST_CHARACTERS} are read")
    return text
