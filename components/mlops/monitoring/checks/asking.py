"""Asks a model what a check is of, by an endpoint of the check's own, as Clarify's image does.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

import csv
import io
import json
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import boto3
import jmespath  # type: ignore[import-untyped]
import numpy as np

CSV, JSON, LINES = "text/csv", "application/json", "application/jsonlines"
NOT_READ = ("content_template", "record_template", "custom_attributes", "endpoint_name")
THRESHOLD = 0.5
ROWS = 500
"""Of one request, which may have 6 MB."""

Json = dict[str, Any]
Ask = Callable[[Sequence[Sequence[Any]]], list[Any]]
"""From rows of features to what the model answers of each."""


@contextmanager
def asked_of(model: str, predictor: Mapping[str, Any]) -> Iterator[Ask]:
    """Ask a model, which has an endpoint of its own as long as this lasts.

    `predictor` is that of analysis_config.json. Raises SystemExit for a form of requests or answers
    that is not read.
    """
    content, accept = (predictor.get(f"{part}_type", CSV) for part in ("content", "accept"))
    if unread := [name for name in NOT_READ if predictor.get(name)]:
        raise SystemExit(f"a predictor with {', '.join(unread)} is not asked")
    if content != CSV or accept not in {CSV, JSON, LINES}:
        raise SystemExit(f"a model that is asked in {content} and answers in {accept} is not asked")
    sagemaker, runtime = boto3.client("sagemaker"), boto3.client("sagemaker-runtime")
    name = f"sm-clarify-{uuid.uuid4().hex[:16]}"
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model,
        "InstanceType": predictor["instance_type"],
        "InitialInstanceCount": int(predictor.get("initial_instance_count", 1)),
    }
    sagemaker.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    try:
        sagemaker.get_waiter("endpoint_in_service").wait(
            EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
        )

        def ask(rows: Sequence[Sequence[Any]]) -> list[Any]:
            found: list[Any] = []
            for start in range(0, len(rows), ROWS):
                part = rows[start : start + ROWS]
                body = io.StringIO()
                csv.writer(body).writerows(part)
                answer = runtime.invoke_endpoint(
                    EndpointName=name, ContentType=content, Accept=accept, Body=body.getvalue()
                )
                found += _answers(answer["Body"].read().decode(), accept, len(part))
            return found

        yield ask
    finally:
        sagemaker.delete_endpoint(EndpointName=name)
        sagemaker.delete_endpoint_config(EndpointConfigName=name)


def _answers(text: str, accept: str, rows: int) -> list[Any]:
    """What is answered of each row: a list of cells, or a document."""
    if accept == CSV:
        found: list[Any] = [line for line in csv.reader(io.StringIO(text)) if line]
    elif accept == LINES:
        found = [json.loads(line) for line in text.splitlines() if line.strip()]
    else:
        whole = json.loads(text)
        lists = [whole, *(whole.values() if isinstance(whole, dict) else ())]
        found = next((one for one in lists if isinstance(one, list)), [])
    if len(found) != rows:
        raise SystemExit(f"the model answered {len(found)} times of {rows} rows")
    return found


def labels(answers: Sequence[Any], asked: Mapping[str, Any]) -> list[str]:
    """The label that each answer predicts; `asked` is analysis_config.json.

    It is what `label` of the predictor finds, or the first cell. Where `probability` finds one
    probability, it is 1 above `probability_threshold`; of several it is the header of the largest.
    """
    predictor = asked["predictor"]
    if predictor.get("probability") is None:
        return [str(_at(one, predictor.get("label", 0))) for one in answers]
    headers = predictor.get("label_headers") or []
    found = []
    for one in answers:
        told = _at(one, predictor["probability"])
        if isinstance(told, list):
            if len(told) != len(headers):
                raise SystemExit("label_headers are not as many as the probabilities")
            found.append(str(headers[int(np.argmax([float(each) for each in told]))]))
        else:
            found.append(str(int(float(told) > asked.get("probability_threshold", THRESHOLD))))
    return found


def scores(answers: Sequence[Any], asked: Mapping[str, Any]) -> np.ndarray:
    """A line of numbers for each answer: what `label`, or else `probability`, finds."""
    predictor = asked["predictor"]
    place = predictor.get("label", predictor.get("probability"))
    found = [one if place is None else _at(one, place) for one in answers]
    try:
        return np.array([one if isinstance(one, list) else [one] for one in found], dtype=float)
    except (TypeError, ValueError):
        raise SystemExit(f"the model's answers have no numbers: {found[0]!r}") from None


def _at(answer: Any, place: Any) -> Any:
    """A cell of a line by its place, or a part of a document by a JMESPath."""
    if isinstance(answer, list) and (isinstance(place, int) or str(place).isdigit()):
        return answer[int(place)]
    if isinstance(answer, dict) and isinstance(place, str):
        return jmespath.search(place, answer)
    return answer
