"""Tables that the monitors' tests make, and a baseline of one."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from components.mlops.monitoring.runtime.profiles import CATEGORY, NUMBER, Column, profile

COLUMNS = [
    Column("age", NUMBER),
    Column("amount", NUMBER),
    Column("visits", NUMBER),
    Column("ward", CATEGORY),
    Column("smoker", CATEGORY),
]
NAMES = [column.name for column in COLUMNS]
Rows = list[list[str]]


def drawn(rows: int, seed: int = 0, *, age: float = 0.0, ward: float = 0.2) -> Rows:
    """Rows of patients; `age` moves the mean by standard deviations, `ward` is the share of A."""
    draw = np.random.default_rng(seed)
    spent = np.where(draw.random(rows) < 0.6, 0.0, draw.exponential(50, rows).round(2))
    wards = draw.choice(["A", "B", "C"], rows, p=[ward, (1 - ward) / 2, (1 - ward) / 2])
    columns: list[Iterable[Any]] = [
        draw.normal(60 + 14 * age, 14, rows).round(1),
        spent,
        draw.integers(0, 5, rows),
        wards,
        draw.choice(["no", "yes"], rows, p=[0.7, 0.3]),
    ]
    return [list(map(str, row)) for row in zip(*columns, strict=True)]


def baseline(rows: int = 3000, seed: int = 100) -> dict[str, Any]:
    return profile(COLUMNS, drawn(rows, seed))


def written(path: Path, rows: Rows, names: Sequence[str] = NAMES) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([names, *rows])
    return path
