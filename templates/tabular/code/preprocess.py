"""Split tabular data, as one SageMaker processing job.

Reads every CSV file below the input folder, and writes, each with a header and the target column
first: train/train.csv, validation/validation.csv, test/test.csv; train/problem.json, which says
what is to be learned; and snapshot/snapshot.json, which says what exactly was read.
"""

import argparse
import csv
import hashlib
import json
import logging
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import problem
from profiles import CATEGORY, kind_of
from sklearn.model_selection import train_test_split

SEED = 0
SNAPSHOT = "maslow/snapshot"
NOTE = "training-set.json"
VALIDATION_SHARE = 0.15
TEST_SHARE = 0.15

Row = list[str]

log = logging.getLogger("preprocess")


def read(folder: Path) -> tuple[Row, list[Row]]:
    """The header and the rows of all CSV files below `folder`, which must share their header."""
    files = sorted(folder.rglob("*.csv"))
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


def check_features(header: Row, rows: list[Row]) -> None:
    """Refuse columns that nothing can be learned from, by raising SystemExit.

    A text of its own in each row, such as a name or an identifier, is a category that no other
    record is in.
    """
    for place, name in enumerate(header[1:], start=1):
        values = [row[place] for row in rows if row[place]]
        if not values:
            raise SystemExit(f"the column {name} is empty: leave it out by drop: [{name}]")
        if kind_of(values) == CATEGORY and len(set(values)) == len(rows):
            raise SystemExit(
                f"the column {name} has a text of its own in each row, such as {values[0]}: leave "
                f"it out by drop: [{name}]"
            )


def snapshot(folder: Path, rows: int) -> dict[str, Any]:
    """What was read: each CSV file with its bytes and its digest, and one digest over all of them.

    The digest over all is that of the lines `<sha256>  <name>` in the order of the names, as
    `sha256sum` prints them. `rows` is how many records they have together. `made_of` is the note
    that lies beside a training set of the feature store: which tables it is of, and when.
    """
    files = []
    for path in sorted(folder.rglob("*.csv")):
        content = path.read_bytes()
        files.append(
            {
                "name": path.relative_to(folder).as_posix(),
                "bytes": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
        )
    lines = "".join(f"{one['sha256']}  {one['name']}\n" for one in files)
    digest = hashlib.sha256(lines.encode()).hexdigest()
    note = folder / NOTE
    return {
        "schema": SNAPSHOT,
        "version": 1,
        "files": files,
        "rows": rows,
        "sha256": digest,
        "made_of": json.loads(note.read_text()) if note.is_file() else None,
    }


def split(rows: list[Row], *, by_label: bool = True) -> dict[str, list[Row]]:
    """Train, validation and test rows; with `by_label`, each with the same share of every label."""

    def labels(of: list[Row]) -> Row | None:
        return [row[0] for row in of] if by_label else None

    rest, test = train_test_split(
        rows, test_size=TEST_SHARE, stratify=labels(rows), random_state=SEED
    )
    train, validation = train_test_split(
        rest,
        test_size=VALIDATION_SHARE / (1 - TEST_SHARE),
        stratify=labels(rest),
        random_state=SEED,
    )
    return {"train": train, "validation": validation, "test": test}


def main(arguments: list[str]) -> None:
    """Run as `preprocess.py --target <column> [--kind k] [--drop a,b] --input … --output …`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--kind", default="auto", help="auto, or one of problem.KINDS")
    parser.add_argument("--drop", default="", help="columns to leave out, separated by commas")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input/data"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    told = parser.parse_args(arguments)

    drop = [name.strip() for name in told.drop.split(",") if name.strip()]
    names, records = read(told.input)
    header, rows = arrange(names, records, told.target, drop)
    posed = problem.found(told.target, [row[0] for row in rows], told.kind)
    check_features(header, rows)
    log.info("%s: %s %s", told.target, posed.kind, ", ".join(posed.labels))
    parts = split(rows, by_label=posed.kind != problem.REGRESSION)
    for name, part in parts.items():
        path = told.output / name / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *part])
        log.info("%s: %d rows", name, len(part))
    problem.write(posed, told.output / "train")

    folder = told.output / "snapshot"
    folder.mkdir(parents=True, exist_ok=True)
    document = snapshot(told.input, len(records))
    (folder / "snapshot.json").write_text(json.dumps(document, indent=2))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
