"""Reads the CSV files of training data."""

import csv
from collections import Counter
from pathlib import Path

Row = list[str]


def paths(folder: Path) -> list[Path]:
    """Every CSV file below a folder, sorted."""
    return sorted(folder.rglob("*.csv"))


def read(folder: Path) -> tuple[Row, list[Row]]:
    """The header and the rows of all CSV files below `folder`, which must share their header."""
    files = paths(folder)
    if not files:
        raise SystemExit(f"there is no CSV file below {folder}")
    header: Row = []
    rows: list[Row] = []
    for path in files:
        try:
            with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets write a mark
                first, *others = list(csv.reader(file)) or [[]]
        except (UnicodeDecodeError, csv.Error) as error:
            raise SystemExit(f"{path.name} is no CSV in UTF-8: {error}") from error
        header = header or _header(path.name, first)
        if first != header:
            raise SystemExit(f"{path.name} has other columns than {files[0].name}")
        for number, row in enumerate(others, start=2):
            if row and len(row) != len(header):
                raise SystemExit(f"{path.name}, row {number}: {len(row)} of {len(header)} values")
        rows.extend(row for row in others if row)
    return header, rows


def _header(file: str, names: Row) -> Row:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        raise SystemExit(f"{file} has the column {twice[0] or 'without a name'} more than once")
    if len(names) == 1 and (mark := next((mark for mark in ";\t|" if mark in names[0]), "")):
        raise SystemExit(f"{file} is separated by {mark!r}; write it with commas")
    return names


def arrange(header: Row, rows: list[Row], target: str, drop: Row) -> tuple[Row, list[Row]]:
    """The same table without the columns `drop` and without unlabelled rows, `target` first.

    Raises SystemExit for names that are not there, and where no column is left to learn from.
    """
    missing = [name for name in [target, *drop] if name not in header]
    if missing:
        raise SystemExit(f"no column {', '.join(missing)} among {', '.join(header)}")
    kept = [target, *(name for name in header if name != target and name not in drop)]
    if len(kept) == 1:
        raise SystemExit(f"beside {target} no column is left to learn from")
    places = [header.index(name) for name in kept]
    return kept, [[row[i].strip() for i in places] for row in rows if row[places[0]].strip()]
