"""What is to be learned: classes or a number, found in the target column or told by `Kind`.

What this project cannot learn is refused here, before anything is trained.
"""

import json
import math
from collections import Counter
from pathlib import Path
from typing import NamedTuple

BINARY, MULTICLASS, REGRESSION = "binary", "multiclass", "regression"
KINDS = (BINARY, MULTICLASS, REGRESSION)
FILE = "problem.json"

MOST_NUMBERED_CLASSES = 20
"""More different numbers than this are taken for a quantity; `Kind` says otherwise."""
LEAST_OF_A_CLASS = 10
"""Records of a class that training, validation and test get a share of each."""
LEAST_RECORDS = 30
SHOWN = 5


class Problem(NamedTuple):
    """A target column, and what its values are."""

    kind: str
    """`binary`, `multiclass` or `regression`."""
    target: str
    """Name of the column."""
    labels: list[str]
    """The classes in sorted order; of two the second is the positive one. Empty for a number."""


def found(target: str, values: list[str], kind: str = "auto") -> Problem:
    """The problem that a target column poses; `kind` says which, and `auto` has its values tell.

    Two different values are two classes. More are classes as well where one of them is no number,
    or where they are few whole numbers; else they are a quantity. Raises SystemExit for a column
    that nothing can be learned of.
    """
    if kind not in (*KINDS, "auto"):
        raise SystemExit(f"kind is {kind}, and neither auto nor {', '.join(KINDS)}")
    if len(values) < LEAST_RECORDS:
        raise SystemExit(
            f"{len(values)} records have a value in {target}; at least {LEAST_RECORDS} are needed"
        )
    counts = Counter(values)
    if len(counts) == 1:
        raise SystemExit(f"every record has {values[0]} in {target}: there is nothing to learn")
    if kind == "auto":
        kind = _told_by(counts)
    if kind == REGRESSION:
        _check_numbers(target, values)
        return Problem(kind, target, [])
    _check_classes(target, counts, kind)
    return Problem(kind, target, sorted(counts))


def write(problem: Problem, folder: Path) -> None:
    """Keep the problem beside the records that pose it."""
    (folder / FILE).write_text(json.dumps(problem._asdict(), indent=2))


def read(folder: Path) -> Problem:
    """The problem that `write` kept in a folder."""
    return Problem(**json.loads((folder / FILE).read_text()))


def _told_by(counts: Counter[str]) -> str:
    if len(counts) == 2:
        return BINARY
    whole = all(_number(value).is_integer() for value in counts)
    if any(math.isnan(_number(value)) for value in counts):
        return MULTICLASS
    return MULTICLASS if whole and len(counts) <= MOST_NUMBERED_CLASSES else REGRESSION


def _check_numbers(target: str, values: list[str]) -> None:
    wrong = [value for value in values if not math.isfinite(_number(value))]
    if wrong:
        raise SystemExit(
            f"{target} is to be a number, and {len(wrong)} of {len(values)} records have none: "
            f"{_some(dict.fromkeys(wrong))}"
        )


def _check_classes(target: str, counts: Counter[str], kind: str) -> None:
    if kind == BINARY and len(counts) != 2:
        raise SystemExit(
            f"{target} has {len(counts)} different values ({_some(sorted(counts))}), and kind is "
            "binary, which has two; multiclass learns more"
        )
    rare = [
        f"{label} ({count})" for label, count in sorted(counts.items()) if count < LEAST_OF_A_CLASS
    ]
    if rare:
        raise SystemExit(
            f"of {len(counts)} classes in {target} these have too few records: {_some(rare)}; "
            f"each needs {LEAST_OF_A_CLASS}. Leave them out, join them, or, if {target} is a "
            "quantity, say kind: regression"
        )


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _some(values: "dict[str, None] | list[str]") -> str:
    shown = list(values)
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    return f"{', '.join(shown[:SHOWN])}{more}"
