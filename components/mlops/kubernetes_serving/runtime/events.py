"""Requests and answers as KServe's logger tells them, and as SageMaker's data capture keeps them.

The logger sends two CloudEvents of one id, a request and its answer, in HTTP's binary form: the
attributes are headers, the payload is the body. It sends no answer but those of status 200, and
names the content type of the request for the answer as well.
https://kserve.github.io/website/docs/model-serving/predictive-inference/logger/basic-logger
https://github.com/cloudevents/spec/blob/main/cloudevents/bindings/http-protocol-binding.md

The lines are those of
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any, NamedTuple
from urllib.parse import unquote

REQUEST = "org.kubeflow.serving.inference.request"
ANSWER = "org.kubeflow.serving.inference.response"
INFERENCE_ID = "X-Amzn-Sagemaker-Inference-Id"
"""The header by which a caller names a request, as SageMaker hands it to a container."""
CSV, JSON = "text/csv", "application/json"
ENCODINGS = {CSV: "CSV", JSON: "JSON"}
LONGEST_SECONDS = 60
"""How long an answer may take: as long as SageMaker waits for one."""
MOST_WAITING = 10_000
"""Halves that are kept until the other one comes."""


class NoEvent(ValueError):
    """What was sent is no event of KServe's logger."""


class Event(NamedTuple):
    """A request or its answer."""

    id: str
    answers: bool
    at: datetime
    content_type: str
    body: bytes
    inference_id: str


class Exchange(NamedTuple):
    """A request and its answer."""

    request: Event
    answer: Event

    @property
    def microseconds(self) -> int:
        """How long the answer took."""
        took = self.answer.at - self.request.at
        return max(0, round(took.total_seconds() * 1_000_000))


def event_of(headers: Mapping[str, str], body: bytes) -> Event:
    """The event of an HTTP request. Raises NoEvent for anything else."""
    told = {name.lower(): value for name, value in headers.items()}
    kind, event_id = told.get("ce-type", ""), told.get("ce-id", "")
    if kind not in (REQUEST, ANSWER) or not event_id:
        raise NoEvent(f"{kind or 'no type'} is neither {REQUEST} nor {ANSWER}, with an id")
    return Event(
        event_id,
        kind == ANSWER,
        _time(told.get("ce-time", "")),
        told.get("content-type", ""),
        body,
        _inference_id(told.get("ce-metadata", "")),
    )


class Pairs:
    """Puts requests and answers together, whichever comes first."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, bool], tuple[float, Event]] = {}

    def add(self, event: Event, now: float) -> Exchange | None:
        """The exchange that an event completes; `now` are seconds of a clock of one's own."""
        other = self._waiting.pop((event.id, not event.answers), None)
        if other is None:
            if len(self._waiting) < MOST_WAITING:
                self._waiting[event.id, event.answers] = (now, event)
            return None
        first, second = (other[1], event) if event.answers else (event, other[1])
        return Exchange(first, second)

    def unanswered(self, now: float) -> int:
        """How many requests have waited too long; they are forgotten, and lone answers with them.

        These failed, in the model or by their own fault: the logger does not tell which.
        """
        old = [key for key, (since, _) in self._waiting.items() if now - since > LONGEST_SECONDS]
        for key in old:
            del self._waiting[key]
        return sum(not answers for _, answers in old)


def is_sampled(event_id: str, percent: int) -> bool:
    """Whether a request is among so many in a hundred."""
    return int(hashlib.sha256(event_id.encode()).hexdigest()[:8], 16) % 100 < percent


def line_of(exchange: Exchange) -> str:
    """An exchange as a line of SageMaker's data capture, with its end."""
    request, answer = exchange
    metadata = {"eventId": request.id, "inferenceTime": f"{request.at:%Y-%m-%dT%H:%M:%SZ}"}
    if request.inference_id:
        metadata["inferenceId"] = request.inference_id
    data = {
        "endpointInput": _side(request.body, request.content_type, "INPUT"),
        "endpointOutput": _side(answer.body, _kind_of(answer.body), "OUTPUT"),
    }
    line = {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}
    return json.dumps(line) + "\n"


def _side(body: bytes, content_type: str, mode: str) -> dict[str, Any]:
    encoding = ENCODINGS.get(content_type.partition(";")[0].strip().lower(), "BASE64")
    try:
        text = body.decode() if encoding != "BASE64" else ""
    except UnicodeDecodeError:
        encoding = "BASE64"
    if encoding == "BASE64":
        text = base64.b64encode(body).decode()
    return {
        "observedContentType": content_type,
        "mode": mode,
        "data": text,
        "encoding": encoding,
    }


def _kind_of(answer: bytes) -> str:
    """The content type of an answer, which the logger does not tell.

    A number or a text by itself could be both: in CSV it is a label where the model tells labels.
    """
    try:
        text = answer.decode()
    except UnicodeDecodeError:
        return "application/octet-stream"
    try:
        return JSON if isinstance(json.loads(text), dict | list) else CSV
    except ValueError:
        return CSV


def _time(text: str) -> datetime:
    """A time of RFC 3339, in UTC. Its nanoseconds are cut: Python has microseconds."""
    whole = re.fullmatch(r"(.+T\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", text)
    if whole is None:
        raise NoEvent(f"{text or 'nothing'} is no time")
    seconds, part, zone = whole.groups()
    offset = "+00:00" if zone == "Z" else zone
    try:
        at = datetime.fromisoformat(f"{seconds}.{(part or '0')[:6]:0<6}{offset}")
    except ValueError:
        raise NoEvent(f"{text} is no time") from None
    return at.astimezone(timezone.utc)


def _inference_id(metadata: str) -> str:
    """What a caller called its request, of the headers that the logger hands on."""
    for text in (metadata, unquote(metadata)):
        try:
            found = json.loads(text)
        except ValueError:
            continue
        named = found.get(INFERENCE_ID) if isinstance(found, dict) else None
        return str(named[0]) if isinstance(named, list) and named else ""
    return ""
