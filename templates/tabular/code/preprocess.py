"""Split tabular data and describe its training part, as one SageMaker processing job.

Reads every CSV file below the input folder, and writes, each with a header and the target column
first: train/train.csv, validation/validation.csv, test/test.csv; and baseline/statistics.json and
baseline/constraints.json, against which Model Monitor compares the traffic of the endpoint.
"""

import argparse
import csv
import json
import logging
import sys
from pathlib import Path

from baseline import constraints, statistics
from sklearn.model_selection import train_test_split

SEED = 0
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
        with path.open(newline="") as file:
            first, *others = list(csv.reader(file)) or [[]]
        header = header or first
        if first != header:
            raise SystemExit(f"{path.name} has other columns than {files[0].name}")
        for number, row in enumerate(others, start=2):
            if row and len(row) != len(header):
                raise SystemExit(f"{path.name}, row {number}: {len(row)} of {len(header)} values")
        rows.extend(row for row in others if row)
    return header, rows


def arrange(header: Row, rows: list[Row], target: str, drop: Row) -> tuple[Row, list[Row]]:
    """The same table without the columns `drop` and without unlabelled rows, `target` first.

    Model Monitor reads captured CSV traffic as the answer followed by the request, so a baseline
    that names its columns in this order fits the traffic.
    """
    missing = [name for name in [target, *drop] if name not in header]
    if missing:
        raise SystemExit(f"no column {', '.join(missing)} among {', '.join(header)}")
    kept = [target, *(name for name in header if name != target and name not in drop)]
    places = [header.index(name) for name in kept]
    return kept, [[row[i] for i in places] for row in rows if row[places[0]].strip()]


def split(rows: list[Row]) -> dict[str, list[Row]]:
    """Train, validation and test rows, each with the same share of every label."""
    rest, test = train_test_split(
        rows, test_size=TEST_SHARE, stratify=[row[0] for row in rows], random_state=SEED
    )
    train, validation = train_test_split(
        rest,
        test_size=VALIDATION_SHARE / (1 - TEST_SHARE),
        stratify=[row[0] for row in rest],
        random_state=SEED,
    )
    return {"train": train, "validation": validation, "test": test}


def main(arguments: list[str]) -> None:
    """Run as `preprocess.py --target <column> [--drop a,b] --input <folder> --output <folder>`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--drop", default="", help="columns to leave out, separated by commas")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input/data"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    told = parser.parse_args(arguments)

    drop = [name.strip() for name in told.drop.split(",") if name.strip()]
    header, rows = arrange(*read(told.input), told.target, drop)
    parts = split(rows)
    for name, part in parts.items():
        path = told.output / name / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *part])
        log.info("%s: %d rows", name, len(part))

    folder = told.output / "baseline"
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in (
        ("statistics", statistics(header, parts["train"])),
        ("constraints", constraints(header, parts["train"])),
    ):
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
