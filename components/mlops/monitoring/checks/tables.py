"""Reads the data set of a check: every file of a folder, as columns of texts."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple


class Table(NamedTuple):
    """A data set."""

    names: list[str]
    rows: list[list[str]]
    """Texts in the order of the names; an empty one is a missing value."""

    def column(self, name: str) -> list[str]:
        """The values of a column. Raises SystemExit for one that is not there."""
        if name not in self.names:
            raise SystemExit(f"the data set has no column {name}, but {', '.join(self.names)}")
        place = self.names.index(name)
        return [row[place] for row in self.rows]


def read(folder: Path, dataset_format: Mapping[str, Any], names: Sequence[str] = ()) -> Table:
    """The data set below a folder; `names` are those of files without a header.

    `dataset_format` is Model Monitor's, such as {"csv": {"header": true}} or
    {"json": {"lines": true}}. Without names or a header columns are _c0, _c1 and so on. Raises
    SystemExit for another format, and for a folder without rows.
    """
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    if "csv" in dataset_format:
        table = _csv(files, bool(dataset_format["csv"].get("header", True)), names)
    elif "json" in dataset_format:
        table = _json(files)
    else:
        raise SystemExit(f"a data set in {', '.join(dataset_format)} is not read: csv or json")
    if not table.rows:
        raise SystemExit(f"there are no rows below {folder}")
    return table


def _csv(files: Sequence[Path], header: bool, names: Sequence[str]) -> Table:
    found, rows = list(names), []
    for path in files:
        with path.open(newline="") as file:
            lines = [line for line in csv.reader(file) if line]
        if header and lines:
            found = found or lines[0]
            lines = lines[1:]
        if lines and not found:
            found = [f"_c{place}" for place in range(len(lines[0]))]
        for line in lines:
            if len(line) != len(found):
                raise SystemExit(f"{path.name} has a line of {len(line)} columns, not {len(found)}")
        rows.extend(lines)
    return Table(found, rows)


def _json(files: Sequence[Path]) -> Table:
    records = [record for path in files for record in _records(path.read_text())]
    names = list(dict.fromkeys(name for record in records for name in record))
    return Table(names, [[_text(record.get(name)) for name in names] for record in records])


def _records(text: str) -> Iterator[dict[str, Any]]:
    whole = text.strip()
    if whole.startswith("["):
        yield from json.loads(whole)
        return
    for line in whole.splitlines():
        if line.strip():
            yield json.loads(line)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
