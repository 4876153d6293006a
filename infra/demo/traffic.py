"""Send requests to an endpoint as its clients would, and keep what came of each."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from infra.demo.story import Request
from infra.errors import WorkError

FAILED = frozenset({"ModelError", "ServiceUnavailable", "InternalFailure", "InternalDependency"})
"""Error codes of InvokeEndpoint for a request that the endpoint did not answer.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""


@dataclass(frozen=True)
class Asked:
    """A request that was sent, and its answer."""

    inference_id: str
    truth: tuple[str, ...]
    """The label of each of its records."""
    answered: tuple[str, ...] | None
    """What was said of each; None where the endpoint failed."""


@dataclass(frozen=True)
class Sent:
    """Requests that were sent one after the other."""

    asked: tuple[Asked, ...]

    @property
    def errors(self) -> int:
        """How many requests failed."""
        return sum(one.answered is None for one in self.asked)

    @property
    def rows(self) -> int:
        """How many records were answered."""
        return sum(len(one.answered) for one in self.asked if one.answered)

    @property
    def accuracy(self) -> float | None:
        """The share of the answers that were right; None without any."""
        pairs = [
            pair
            for one in self.asked
            if one.answered
            for pair in zip(one.answered, one.truth, strict=True)
        ]
        return sum(said == label for said, label in pairs) / len(pairs) if pairs else None


def send(runtime: Any, endpoint: str, requests: Iterable[Request], name: str) -> Sent:
    """Send requests by a boto3 client of sagemaker-runtime; their ids are `name`-0 and so on.

    Raises WorkError for an answer of another form than that of the model projects in templates/,
    and ClientError for what is not the endpoint's failure, such as one that is not there.
    """
    asked = []
    for number, one in enumerate(requests):
        inference_id = f"{name}-{number}"
        try:
            response = runtime.invoke_endpoint(
                EndpointName=endpoint,
                ContentType="text/csv",
                Accept="application/json",
                InferenceId=inference_id,
                Body=one.body,
            )
        except ClientError as error:
            if error.response["Error"]["Code"] not in FAILED:
                raise
            asked.append(Asked(inference_id, one.truth, None))
            continue
        answered = _labels(response["Body"].read().decode(errors="replace"), endpoint)
        asked.append(Asked(inference_id, one.truth, answered))
    return Sent(tuple(asked))


def _labels(answer: str, endpoint: str) -> tuple[str, ...]:
    try:
        return tuple(str(one["label"]) for one in json.loads(answer)["predictions"])
    except (KeyError, TypeError, ValueError) as error:
        raise WorkError(
            f'The endpoint {endpoint} did not answer {{"predictions": [{{"label": …}}, …]}}, but '
            f"{answer[:200]}"
        ) from error
