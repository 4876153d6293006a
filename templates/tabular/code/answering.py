"""What an endpoint answers, whatever it is asked about.

The answer is application/json, {"predictions": […]} with one of these for each row, or text/csv,
one line each:

| kind | application/json | text/csv |
|---|---|---|
| binary | {"label": …, "score": …}: the probability of the second label, sorted | the score |
| multiclass | {"label": …, "score": …, "scores": {label: …}}: the probabilities | the label |
| regression | {"score": …}: the number | the number |

Where the model tells what it has seen of a request, as the brightness of an image, each answer in
JSON has it under `seen`: it is what monitors can compare of a request that is no table.

A request that does not fit is answered with status 400 and a sentence. In the container an
exception is status 500 whatever it is, and only what output_fn returns can bear another status: so
what is wrong with a request travels in the place of its rows.
https://github.com/aws/sagemaker-containers/blob/master/src/sagemaker_containers/_transformer.py
"""

import json
from typing import Any, NamedTuple

import numpy as np
from flask import Response

THRESHOLD = 0.5


def requests(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """The JSON Schema of requests whose instances have one member of that name and schema."""
    instance = {"type": "object", "required": [name], "properties": {name: value}}
    instances = {"type": "array", "minItems": 1, "items": instance}
    return {"type": "object", "required": ["instances"], "properties": {"instances": instances}}


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
    seen: dict[str, list[float]] | None = None
    """What the rows are like, by name; None of tables, whose columns tell it."""


class Malformed(NamedTuple):
    """What is wrong with a request."""

    reason: str


def classified(
    kind: str, classes: Any, probabilities: Any, seen: dict[str, list[float]] | None = None
) -> Prediction:
    """The prediction of a classifier, after the probabilities of its sorted classes."""
    classes, probabilities = np.asarray(classes), np.asarray(probabilities)
    if kind == "binary":
        scores = probabilities[:, 1]
        best = (scores >= THRESHOLD).astype(int)
    else:
        scores, best = probabilities.max(axis=1), probabilities.argmax(axis=1)
    return Prediction(
        scores.tolist(), classes[best].tolist(), classes.tolist(), probabilities.tolist(), seen
    )


def media_type(content_type: str) -> str:
    """A content type without its parameters."""
    return content_type.split(";", maxsplit=1)[0].strip()


def text_of(body: Any) -> str:
    """A body as text. Raises ValueError for what is none."""
    try:
        return body.decode() if isinstance(body, bytes) else body
    except UnicodeDecodeError as error:
        raise ValueError("the body is no text in UTF-8") from error


def instances(body: Any) -> list[Any]:
    """The rows of {"instances": […]}. Raises ValueError for another body."""
    try:
        rows = json.loads(text_of(body))["instances"]
    except json.JSONDecodeError as error:
        raise ValueError(f"the body is no JSON: {error}") from error
    except (KeyError, TypeError) as error:
        raise ValueError('the body is not {"instances": […]}') from error
    if not isinstance(rows, list):
        raise ValueError("instances is not a list")
    return rows


def output_fn(prediction: Prediction | Malformed, accept: str) -> Any:
    """The answer and its content type, JSON unless text/csv is asked for; or a refusal."""
    if isinstance(prediction, Malformed):
        return Response(f"{prediction.reason}\n", status=400, mimetype="text/plain")
    answers = _answers(prediction)
    if media_type(accept) == "text/csv":
        told = "label" if "scores" in answers[0] else "score"
        return "".join(f"{answer[told]}\n" for answer in answers), "text/csv"
    return json.dumps({"predictions": answers}), "application/json"


def _answers(prediction: Prediction) -> list[dict[str, Any]]:
    """The answer of each row, by its names."""
    answers: list[dict[str, Any]] = [{"score": score} for score in prediction.scores]
    if prediction.labels is not None:
        answers = [
            {"label": label, **answer}
            for label, answer in zip(prediction.labels, answers, strict=True)
        ]
        if len(prediction.classes) > 2:
            for answer, each in zip(answers, prediction.probabilities, strict=True):
                answer["scores"] = dict(zip(prediction.classes, each, strict=True))
    for place, answer in enumerate(answers):
        if prediction.seen is not None:
            answer["seen"] = {name: values[place] for name, values in prediction.seen.items()}
    return answers
