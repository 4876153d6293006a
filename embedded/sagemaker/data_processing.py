"""The DataProcessing of a transform job: what a model is given of a record, and what is kept.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WHOLE = "$"
CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
FORMATS = (CSV, JSON, JSON_LINES)
INPUT, OUTPUT = "SageMakerInput", "SageMakerOutput"
"""Names under which a record of JSON has what went in, and what came out."""

_STEP = re.compile(r"\.(?P<name>[^.\[\]*]+)|\.(?P<all>\*)|\[(?P<inside>[^\]]+)\]")
_NAME = re.compile(r"""(['"])(?P<name>.*)\1""")
_INDEX = re.compile(r"-?\d+")
_FROM = re.compile(r"(?P<start>-?\d+)?:(?P<end>-?\d+)?")


class Unfit(Exception):
    """What a filter asks of a record that has it not, or that is not emulated."""


@dataclass(frozen=True)
class Processing:
    """How the records of a job are filtered and joined."""

    input_filter: str = WHOLE
    output_filter: str = WHOLE
    is_joined: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether records go to the model, and answers to S3, as they are."""
        return self == Processing()


def processing(asked: Mapping[str, str]) -> Processing:
    """The DataProcessing of a request. Raises Unfit for a filter that is no such JSONPath."""
    found = Processing(
        asked.get("InputFilter", WHOLE),
        asked.get("OutputFilter", WHOLE),
        asked.get("JoinSource", "None") == "Input",
    )
    for path in (found.input_filter, found.output_filter):
        list(_steps(path))
    return found


def parsed(record: str, kind: str) -> Any:
    """A record of a content type: a list of the columns of CSV, or what JSON says.

    Raises Unfit for what is not of that type.
    """
    if kind == CSV:
        return next(csv.reader([record]), [])
    try:
        return json.loads(record)
    except ValueError:
        raise Unfit(f"{record[:60]!r} is no JSON") from None


def written(value: Any, kind: str) -> str:
    """A record as text of a content type."""
    if kind != CSV:
        return json.dumps(value)
    out = io.StringIO()
    row = value if isinstance(value, list) else [value]
    csv.writer(out, lineterminator="").writerow(row)
    return out.getvalue()


def joined(given: Any, answer: Any, kind: str) -> Any:
    """A record with what the model has said of it."""
    if kind == CSV:
        return [*given, *(answer if isinstance(answer, list) else [answer])]
    if isinstance(given, dict):
        return {**given, OUTPUT: answer}
    return {INPUT: given, OUTPUT: answer}


def selected(value: Any, path: str) -> Any:
    """What a path leads to; of several names an object, of several places a list.

    Raises Unfit where it leads nowhere, or is no path.
    """
    for names in _steps(path):
        value = _child(value, names, path)
    return value


def _steps(path: str) -> Iterator[list[Any]]:
    """The steps of a path: names as texts, places as numbers, slices, and None for all."""
    if not path.startswith(WHOLE):
        raise Unfit(f"{path} does not begin with $")
    place = 1
    while place < len(path):
        found = _STEP.match(path, place)
        if found is None:
            raise Unfit(f"{path} is no JSONPath that SageMaker knows, from {path[place:]}")
        place = found.end()
        if found["inside"]:
            yield [_part(one.strip(), path) for one in found["inside"].split(",")]
        else:
            yield [None] if found["all"] else [found["name"]]


def _part(text: str, path: str) -> Any:
    if text == "*":
        return None
    if quoted := _NAME.fullmatch(text):
        return quoted["name"]
    if _INDEX.fullmatch(text):
        return int(text)
    if span := _FROM.fullmatch(text):
        if span["end"]:
            # AWS's page counts the end in, and JSONPath does not.
            raise Unfit(f"{path}: a slice with an end is not emulated; name its places")
        return slice(int(span["start"] or 0), None)
    raise Unfit(f"{path}: {text} is neither a name nor a place")


def _child(value: Any, parts: Sequence[Any], path: str) -> Any:
    single = len(parts) == 1 and not isinstance(parts[0], slice) and parts[0] is not None
    if single:
        return _one(value, parts[0], path)
    if all(isinstance(part, str) for part in parts):
        return {part: _one(value, part, path) for part in parts}
    found: list[Any] = []
    for part in parts:
        if part is None:
            found.extend(value.values() if isinstance(value, dict) else _list(value, path))
        elif isinstance(part, slice):
            found.extend(_list(value, path)[part])
        else:
            found.append(_one(value, part, path))
    return found


def _list(value: Any, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unfit(f"{path} asks for places of {json.dumps(value)[:60]}, which is no list")
    return value


def _one(value: Any, part: Any, path: str) -> Any:
    try:
        return value[part] if isinstance(part, str) else _list(value, path)[part]
    except (KeyError, IndexError, TypeError):
        raise Unfit(f"{path} leads nowhere in {json.dumps(value)[:60]}") from None
