"""Ground truth, and the rows that it is of: what a model answered joined with what came true.

Truth is JSON lines below `<prefix>/yyyy/mm/dd/hh/`, a line a request:

    {"groundTruthData": {"data": "1", "encoding": "CSV"},
     "eventMetadata": {"eventId": "<inference id>"}, "eventVersion": "0"}

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-merge.html

or CSV files with the columns `inference_id` and the target. A request of several rows has its truth
as a list, or as several lines of CSV, in the order of its rows. The id is the request's inference
id, else its event id. Of two lines of JSON about one id the later counts.

Truth comes late: all of it is read that lies in hours from the beginning of the window on, without
an end, and all that lies in no hour. Kept is only what is of the window's rows, of which at most
20,000 are, drawn by a fixed seed.
"""

import csv
import itertools
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from .capture import Reader, Row
from .sources import BadInput

MOST_ROWS = 20_000
ID = "inference_id"


class Sample(NamedTuple):
    """Rows of a window, and of each the truth where it is known."""

    rows: list[Row]
    truth: list[str | None]
    total: int
    """Rows that were read, of which these are some."""
    variants: Counter[str]

    @property
    def joined(self) -> int:
        """How many of the rows have a truth."""
        return sum(one is not None for one in self.truth)


def sampled(rows: Iterable[Row], target: str) -> tuple[Sample, set[str]]:
    """At most 20,000 rows, each as probable as another, and ids that stand for several requests.

    Files may have the truth in the column of the target, and ids in `inference_id`: both are taken
    out of the row's prediction.
    """
    draw = random.Random(0)  # noqa: S311
    kept: list[Row] = []
    total = 0
    variants: Counter[str] = Counter()
    requests: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for number, row in enumerate(rows):
        total += 1
        if row.variant:
            variants[row.variant] += 1
        if row.prediction.get(ID):
            one = str(row.prediction[ID])
            told = row._replace(inference_id=one, place=lines[one], of=0)
            lines[one] += 1
        else:
            told = row
            if row.place == 0 and (key := row.inference_id or row.event_id):
                requests[key] += 1
        place = number if number < MOST_ROWS else draw.randrange(number + 1)
        if number < MOST_ROWS:
            kept.append(told)
        elif place < MOST_ROWS:
            kept[place] = told
    truth = [_inline(row, target) for row in kept]
    kept = [
        row._replace(
            prediction={
                key: value for key, value in row.prediction.items() if key not in {ID, target}
            }
        )
        for row in kept
    ]
    twice = {key for key, count in requests.items() if count > 1}
    return Sample(kept, truth, total, variants), twice


def joined(
    sample: Sample,
    twice: set[str],
    files: Iterable[tuple[str, Iterator[str]]],
    target: str,
    reader: Reader,
) -> Sample:
    """The sample with its truth out of files; what does not fit is set aside with the reader's.

    Raises BadInput for files without ids or without the target.
    """
    wanted = {key for row in sample.rows for key in (row.inference_id, row.event_id) if key}
    known, lines, named = _read(files, wanted, target, reader)
    if lines and not named:
        raise BadInput(f"none of {lines:,} lines of truth has an id; each needs eventId or {ID}")
    truth = list(sample.truth)
    refused: set[str] = set()
    for number, row in enumerate(sample.rows):
        key = row.inference_id if row.inference_id in known else row.event_id
        values = known.get(key)
        if not key or values is None or key in refused:
            continue
        if key in twice:
            reader.aside.add("truth", 1, "an id stands for several requests")
            refused.add(key)
        elif row.of and len(values) != row.of:
            reader.aside.add("truth", 1, "the truth has another number of rows than its request")
            refused.add(key)
        elif row.place < len(values) and values[row.place] != "":
            truth[number] = values[row.place]
    return sample._replace(truth=truth)


def _inline(row: Row, target: str) -> str | None:
    value = row.prediction.get(target)
    return None if value is None or str(value) == "" else str(value)


def _read(
    files: Iterable[tuple[str, Iterator[str]]], wanted: set[str], target: str, reader: Reader
) -> tuple[dict[str, list[str]], int, int]:
    """Truth by id, how many lines there were, and how many of them had an id."""
    known: dict[str, list[str]] = {}
    lines = named = 0
    for name, content in files:
        table = name.endswith(".csv")
        begun: set[str] = set()
        for number, found in enumerate(_table(name, content, target) if table else content, 1):
            if not table and not str(found).strip():
                continue
            lines += 1
            key, values = found if table else _event(str(found))
            named += bool(key)
            if not key or values is None:
                reason = "a line of truth has no id" if not key else "a line of truth has no data"
                reader.aside.add(name, number, reason)
            elif key in wanted:
                if table and key in begun:
                    known[key].extend(values)
                else:
                    known[key] = list(values)
                begun.add(key)
    return known, lines, named


def _table(name: str, content: Iterator[str], target: str) -> Iterator[tuple[str, Sequence[str]]]:
    read = csv.reader(content)
    head = [column.strip().removeprefix("\ufeff") for column in next(read, [])]
    missing = [column for column in (ID, target) if column not in head]
    if head and missing:
        raise BadInput(f"{name} has no column {' and no column '.join(missing)}")
    for row in read:
        if len(row) == len(head):
            yield row[head.index(ID)].strip(), [row[head.index(target)].strip()]


def _event(line: str) -> tuple[str, list[str] | None]:
    """The id and the values of a line; no id where it is none, no values where it has none."""
    try:
        event = json.loads(line)
        key = str(event["eventMetadata"]["eventId"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", None
    told = event.get("groundTruthData")
    data = told.get("data") if isinstance(told, dict) else None
    if isinstance(data, str) and told.get("encoding", "CSV") == "CSV":
        return key, list(itertools.chain.from_iterable(csv.reader(data.splitlines())))
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return key, None
    if data is None or isinstance(data, dict):
        return key, None
    values = data if isinstance(data, list) else [data]
    return key, ["" if value is None else str(value) for value in values]
