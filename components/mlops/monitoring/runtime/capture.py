"""Captured traffic and files as rows: what a model was asked, and what it answered.

A request is text/csv, rows without a header in the order of training, or application/json: one row
or a list of them, by themselves or in `instances`, each a list of values or an object by feature,
in which `patient.age` is `{"patient": {"age": …}}`; application/jsonlines is a row a line. An
answer is text/csv, a value for each row, or application/json: one value or a list, by itself or in
`predictions`, each a number (the `score`), a text (the `label`) or an object. In CSV a number is a
score too, unless the baseline knows `scores.<label>`: a model of several classes answers a label.

A file is read in place of traffic: CSV with a header; CSV without, which may have the answer after
the features, as batch transform joins them; JSON lines, joined ones too. `x.out` has the answers to
`x`, a line for each row; where there is no `x`, answers are all there is.
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html

Where the baseline has no features, as that of a model of images, requests are not read at all, and
of answers an object may say what the model has seen: `{"seen": {"brightness": …}}` is
`seen.brightness`.

What cannot be read is set aside with the reason and never ends a run. Neither the reason nor what
is kept of it holds what was asked, which may be about a person.
"""

import base64
import csv
import io
import itertools
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timezone
from typing import Any, NamedTuple

from .profiles import ABSENT
from .sources import BadInput, Line, Window

EXAMPLES = 5
CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
BY_ENCODING = {"CSV": CSV, "JSON": JSON}
JOINED = "SageMakerOutput"
"""Where batch transform puts an answer that it joins to a request in JSON."""


class Wrong(ValueError):
    """Why a line is set aside."""


UNREADABLE = (Wrong, csv.Error, RecursionError)


class Row(NamedTuple):
    """One row that a model was asked about."""

    features: list[Any] | None
    """Values in the order of the features, ABSENT for what the row lacks; None: none was kept."""
    prediction: dict[str, Any]
    """`label`, `score`, `scores.<label>`; empty where the answer was not kept."""
    variant: str = ""
    event_id: str = ""
    inference_id: str = ""
    at: datetime | None = None
    place: int = 0
    """Among the rows of its request."""
    of: int = 0
    """Rows of its request; 0 where the row is of a file."""


class SetAside:
    """Lines that could not be read: how many, why, and where the first of them are."""

    def __init__(self) -> None:
        self.lines = 0
        self.reasons: Counter[str] = Counter()
        self.examples: list[dict[str, Any]] = []

    def add(self, source: str, number: int, reason: str) -> None:
        """Set a line aside."""
        self.lines += 1
        self.reasons[reason] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append({"source": source, "line": number, "reason": reason})


class Reader:
    """Reads rows for a baseline with features and predictions of these names."""

    def __init__(self, features: Sequence[str], predictions: Sequence[str] = ()) -> None:
        self.features = list(features)
        self.predictions = list(predictions)
        self.aside = SetAside()
        self._csv_answer = (
            "label" if any(name.startswith("scores.") for name in predictions) else "score"
        )

    def rows(self, lines: Iterable[Line], window: Window | None = None) -> Iterator[Row]:
        """The rows of captured traffic; of lines that tell their time, those in the window."""
        for line in lines:
            if not line.text.strip():
                continue
            try:
                yield from self._event(line, window)
            except UNREADABLE as wrong:
                self.aside.add(line.source, line.number, str(wrong))

    def requested(self, body: str, content_type: str) -> list[list[Any]]:
        """The rows of a request. Raises Wrong."""
        kind = content_type.partition(";")[0].strip().lower()
        if kind == CSV:
            rows: list[Any] = [row for row in csv.reader(io.StringIO(body)) if row]
            if rows and rows[0] == self.features:
                rows = rows[1:]
        elif kind == JSON:
            rows = _listed(_parsed(body), "instances")
        elif kind == JSON_LINES:
            rows = [_parsed(line) for line in body.splitlines() if line.strip()]
        else:
            raise Wrong(f"{kind or 'no content type'} is not {CSV}, {JSON} or {JSON_LINES}")
        if not rows:
            raise Wrong("the request has no row")
        return [self._values(row) for row in rows]

    def answered(self, body: str, content_type: str, rows: int | None) -> list[dict[str, Any]]:
        """The answer to each of so many rows, if that is known. Raises Wrong."""
        kind = content_type.partition(";")[0].strip().lower()
        if kind == CSV:
            lines = [row for row in csv.reader(io.StringIO(body)) if row]
            if len(lines) == 1 and rows == len(lines[0]):
                lines = [[value] for value in lines[0]]
            answers = [self._csv_answered(line) for line in lines]
        elif kind == JSON:
            answers = [_answer(one) for one in _listed(_parsed(body), "predictions")]
        elif kind == JSON_LINES:
            answers = [_answer(_parsed(line)) for line in body.splitlines() if line.strip()]
        else:
            raise Wrong(f"{kind or 'no content type'} is not {CSV}, {JSON} or {JSON_LINES}")
        if rows is not None and len(answers) != rows:
            raise Wrong(f"the request has {rows} rows, and its answer {len(answers)}")
        return answers

    def file(
        self, name: str, lines: Iterable[str], answers: Iterable[str] | None = None
    ) -> Iterator[Row]:
        """The rows of a file, whose name tells what it is, and of that with its answers.

        Raises BadInput for CSV of other columns, and for rows where the baseline has no features.
        """
        numbered = enumerate(lines, start=1)
        if not self.features and not name.endswith(".out"):
            raise BadInput(
                f"{name}: the baseline has no features, as the model is asked about no columns; "
                "captured traffic and files of answers (.out) can be compared with it"
            )
        if name.endswith(".out"):
            yield from self._each(name, numbered, self._out)
        elif name.endswith((".jsonl", ".json")):
            yield from self._answered_by(self._each(name, numbered, self._joined), answers, name)
        elif name.endswith(".csv"):
            try:
                yield from self._answered_by(self._csv(name, lines), answers, name)
            except csv.Error as error:
                raise BadInput(f"{name} is no CSV: {error}") from error
        else:
            raise BadInput(f"{name} is none of .csv, .jsonl, .json and .out")

    def _event(self, line: Line, window: Window | None) -> list[Row]:
        data, metadata = _halves(_parsed(line.text))
        at = _time(metadata.get("inferenceTime"))
        if window and at and not window.start <= at < window.end:
            return []
        asked, answer = data.get("endpointInput"), data.get("endpointOutput")
        # A model of images or texts is asked about no columns: its answers tell what it has seen.
        features = self.requested(*_side(asked)) if asked and self.features else None
        count = None if features is None else len(features)
        predictions = self.answered(*_side(answer), count) if answer else None
        if features is None and predictions is None:
            half = "neither a request nor an answer" if self.features else "no answer"
            raise Wrong(f"the event has {half}")
        ids = str(metadata.get("eventId", "")), str(metadata.get("inferenceId", ""))
        pairs = list(itertools.zip_longest(features or (), predictions or ()))
        return [
            Row(values, told or {}, line.variant, *ids, at, place, len(pairs))
            for place, (values, told) in enumerate(pairs)
        ]

    def _values(self, row: Any) -> list[Any]:
        if isinstance(row, dict) and isinstance(row.get("features"), list):
            row = row["features"]
        if isinstance(row, list):
            if len(row) != len(self.features):
                raise Wrong(
                    f"a row has {len(row)} values; the baseline has {len(self.features)} features"
                )
            return row
        if not isinstance(row, dict):
            raise Wrong("a row is neither a list nor an object")
        flat = flattened(row)
        values = [flat.get(name, ABSENT) for name in self.features]
        if all(value is ABSENT for value in values):
            raise Wrong("a row has none of the baseline's features")
        return values

    def _csv_answered(self, values: Sequence[str]) -> dict[str, Any]:
        if len(values) != 1:
            raise Wrong(f"a row of the answer has {len(values)} values")
        (value,) = values
        if self._csv_answer == "label":
            return {"label": value}
        with suppress(ValueError):
            return {"score": float(value)}
        return {"label": value}

    def _each(self, name: str, lines: Iterable[tuple[int, str]], read: Any) -> Iterator[Row]:
        for number, line in lines:
            if line.strip():
                try:
                    yield from read(line)
                except UNREADABLE as wrong:
                    self.aside.add(name, number, str(wrong))

    def _joined(self, line: str) -> list[Row]:
        found = _parsed(line)
        if isinstance(found, dict) and JOINED in found:
            answer = self.answered(json.dumps(found.pop(JOINED)), JSON, 1)
            return [Row(self._values(found), answer[0])]
        rows = found if _is_rows(found) else _listed(found, "instances")
        return [Row(self._values(row), {}) for row in rows]

    def _out(self, line: str) -> list[Row]:
        if line.lstrip().startswith(("{", "[")):
            return [Row(None, one) for one in self.answered(line, JSON, None)]
        (values,) = csv.reader([line])
        if len(values) == len(self.features) + 1:
            return [Row(self._values(values[:-1]), self._csv_answered(values[-1:]))]
        return [Row(None, self._csv_answered(values))]

    def _csv(self, name: str, lines: Iterable[str]) -> Iterator[Row]:
        read = csv.reader(lines)
        first = [value.strip() for value in next(read, [])]
        if first:
            first[0] = first[0].removeprefix("\ufeff")
        places = {column: place for place, column in enumerate(first)}
        wide = (len(self.features), len(self.features) + 1)
        if not places.keys() & set(self.features):
            if len(first) not in wide and first:
                raise BadInput(
                    f"{name}: its first line names none of the baseline's features, such as "
                    f"{self.features[0]}, and has {len(first)} values in place of {wide[0]}"
                )
            rows = itertools.chain([first] if first else [], read)
            for number, row in enumerate(rows, start=1):
                if row:
                    try:
                        (found,) = self._positional(row)
                        yield found
                    except Wrong as wrong:
                        self.aside.add(name, number, str(wrong))
            return
        order = [places.get(column) for column in self.features]
        answers = {one: places[one] for one in self.predictions if one in places}
        for row in read:
            if len(row) == len(first):
                values = [ABSENT if place is None else row[place] for place in order]
                yield Row(values, {one: row[place] for one, place in answers.items()})
            elif row:
                reason = f"a row has {len(row)} of {len(first)} values"
                self.aside.add(name, read.line_num, reason)

    def _positional(self, row: list[str]) -> list[Row]:
        if len(row) == len(self.features) + 1:
            return [Row(row[:-1], self._csv_answered(row[-1:]))]
        return [Row(self._values(row), {})]

    def _answered_by(
        self, rows: Iterator[Row], answers: Iterable[str] | None, name: str
    ) -> Iterator[Row]:
        if answers is None:
            yield from rows
            return
        told = self._each(f"{name}.out", enumerate(answers, start=1), self._out)
        nothing = Row(None, {})
        for row, answer in itertools.zip_longest(rows, told, fillvalue=nothing):
            yield Row(row.features, {**row.prediction, **answer.prediction})


def flattened(row: dict[str, Any], above: str = "") -> dict[str, Any]:
    """An object's values by their dotted names."""
    if not above and not any(isinstance(value, dict) for value in row.values()):
        return row
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            flat |= flattened(value, f"{above}{name}.")
        else:
            flat[f"{above}{name}"] = value
    return flat


def _halves(event: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The data and the metadata of an event."""
    if isinstance(event, dict):
        data, metadata = event.get("captureData"), event.get("eventMetadata", {})
        if isinstance(data, dict) and isinstance(metadata, dict):
            return data, metadata
    raise Wrong("the line is no event of SageMaker's data capture")


def _side(side: Any) -> tuple[str, str]:
    """Text and content type of half an event."""
    if not isinstance(side, dict) or not isinstance(side.get("data"), str):
        raise Wrong("a half of the event has no data")
    data, encoding = side["data"], side.get("encoding", "")
    content_type = str(side.get("observedContentType") or BY_ENCODING.get(encoding, ""))
    if encoding == "BASE64":
        try:
            data = base64.b64decode(data, validate=True).decode()
        except ValueError:
            raise Wrong("the data are no text in Base64") from None
    elif encoding not in BY_ENCODING:
        raise Wrong("the encoding is none of CSV, JSON and BASE64")
    return data, content_type


def _parsed(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        raise Wrong("the text is no JSON") from None


def _is_rows(found: Any) -> bool:
    return isinstance(found, list) and bool(found) and isinstance(found[0], (list, dict))


def _listed(found: Any, name: str) -> list[Any]:
    """The rows of a request or an answer, whether it is one, a list, or has them by a name."""
    if isinstance(found, dict):
        found = found.get(name, [found])
        if not isinstance(found, list):
            raise Wrong(f"{name} is no list")
        return found
    if isinstance(found, list):
        return found if name == "predictions" or _is_rows(found) else [found]
    return [found]


def _answer(one: Any) -> dict[str, Any]:
    if isinstance(one, dict):
        return flattened(one)
    if isinstance(one, str):
        return {"label": one}
    if isinstance(one, (int, float)):
        return {"score": one}
    if isinstance(one, list) and len(one) == 1:
        return _answer(one[0])
    raise Wrong("an answer is no number, text or object")


def _time(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (AttributeError, ValueError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=timezone.utc)
