"""The data of the demonstration: real records, a shift that is stated, and a version that fails.

The records are scikit-learn's 569 breast-cancer measurements (infra/hosts/sample.py), each of them
in one part only:

- 220 of a first clinic, with labels: what the first version is trained on.
- 190 of a second clinic, with labels: they come in later.
- 159 that no version is ever trained on: the traffic. On a calm day they are all the first
  clinic's. On a shifted day 81 of them, by a fixed choice, are the second clinic's.

The shift is ours and not in the source: the second clinic's microscope magnifies twice as much, so
that its lengths come out double and its areas fourfold. What has no unit, such as smoothness,
stays. Since a shifted day has the same samples as a calm one, the microscope alone makes the
difference.
"""

import io
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from infra.hosts import sample
from infra.hosts.records import Records, Row, as_csv

FIRST, LATER = 220, 190
"""How many records of the first and of the second clinic have labels; the rest is traffic."""
MAGNIFICATION = 2.0
SECOND = 81
"""How many samples of a shifted day are the second clinic's."""
SEED = 0
A_REQUEST = 3
"""Records that a clinic asks about at once."""

DATA = (
    "scikit-learn's breast-cancer records: 569 real tumours with 30 measurements each. "
    f"{FIRST} of them train the first version, {LATER} come in later, and "
    f"{569 - FIRST - LATER} are asked about and never trained on."
)
SHIFT = (
    "A second clinic joins, and from then on half of the requests come from it. Its microscope "
    "magnifies twice as much: lengths come out double, areas fourfold. This shift is made by the "
    "demonstration, on real records; the first version never saw one like it."
)
FAULT = (
    "A version is registered by hand whose handler holds a radius beyond the first clinic's "
    "greatest for a mistake, and fails. The second clinic's requests have such."
)

HANDLER = "code/inference.py"
FAULTY = """

_predicted = predict_fn


def predict_fn(rows, model):
    \"\"\"As before, but for a check that someone added in good faith.\"\"\"
    names = [feature["name"] for feature in model.features]
    for row in rows:
        if float(_values(row, names)[names.index("{column}")]) > {most}:
            raise RuntimeError("{column} is above {most}: that cannot be")
    return _predicted(rows, model)
"""
CHECKED = "mean_radius"


@dataclass(frozen=True)
class Story:
    """The records, by their part in what happens; `source` of each says whose they are."""

    first: Records
    """With labels, of the first clinic."""
    later: Records
    """With labels, of the second clinic."""
    calm: Records
    """A day's traffic, of the first clinic."""
    shifted: Records
    """A day's traffic of the same samples, some half of them measured by the second clinic."""


@dataclass(frozen=True)
class Request:
    """What a clinic asks at once."""

    body: str
    """CSV without header and target."""
    truth: tuple[str, ...]
    """The label of each of its records."""


def load(target: str = "target") -> Story:
    """The records of the demonstration, the label in the column `target`; the same every time."""
    whole = sample.load(target)
    chance = np.random.default_rng(SEED)
    rows = [whole.rows[place] for place in chance.permutation(len(whole.rows))]
    first, later, traffic = rows[:FIRST], rows[FIRST : FIRST + LATER], rows[FIRST + LATER :]
    second = set(chance.permutation(len(traffic))[:SECOND].tolist())
    # Each clinic sends its own requests, so that its records lie together.
    shifted = [row for place, row in enumerate(traffic) if place not in second] + [
        magnified(traffic[place], whole.header) for place in sorted(second)
    ]
    later = [magnified(row, whole.header) for row in later]

    def part(rows: Sequence[Row], source: str) -> Records:
        return replace(whole, rows=list(rows), source=source)

    return Story(
        first=part(first, "records of the first clinic"),
        later=part(later, "records of the second clinic"),
        calm=part(traffic, "requests of the first clinic"),
        shifted=part(shifted, "requests of both clinics"),
    )


def magnified(row: Row, header: Row) -> Row:
    """A record as the second clinic measures it: lengths double, areas fourfold."""
    return [
        repr(float(value) * MAGNIFICATION ** _dimension(name)) if _dimension(name) else value
        for name, value in zip(header, row, strict=True)
    ]


def _dimension(column: str) -> int:
    """How a measurement grows with the magnification: 1 of a length, 2 of an area, 0 of a ratio."""
    words = column.split("_")
    if "radius" in words or "perimeter" in words:
        return 1
    return 2 if "area" in words else 0


def requests(records: Records, drop: Sequence[str] = ()) -> list[Request]:
    """All records once, as requests of some three each."""
    left = {records.target, *drop}
    places = [i for i, name in enumerate(records.header) if name not in left]
    return [
        Request(
            as_csv([[row[i] for i in places] for row in some]),
            tuple(records.truth(some)),
        )
        for some in (
            records.rows[begin : begin + A_REQUEST]
            for begin in range(0, len(records.rows), A_REQUEST)
        )
    ]


def most(records: Records) -> float:
    """The greatest radius among records."""
    place = records.header.index(CHECKED)
    return max(float(row[place]) for row in records.rows)


def faulty(archive: bytes, greatest: float) -> bytes:
    """A model archive whose handler fails for a radius above `greatest`, all else as it was.

    Raises KeyError for an archive without code/inference.py.
    """
    written = io.BytesIO()
    found = False
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as read,
        tarfile.open(fileobj=written, mode="w:gz") as into,
    ):
        for member in read.getmembers():
            file = read.extractfile(member)
            body = file.read() if file else b""
            if member.name.removeprefix("./") == HANDLER:
                found = True
                body += FAULTY.format(column=CHECKED, most=greatest).encode()
                member.size = len(body)
            into.addfile(member, io.BytesIO(body) if file else None)
    if not found:
        raise KeyError(HANDLER)
    return written.getvalue()
