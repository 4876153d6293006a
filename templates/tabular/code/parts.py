"""The parts that records are split into, and what is said of where they come from.

Records are rows of texts with the target first. What is written: train/train.csv,
validation/validation.csv and test/test.csv, each with a header; train/problem.json, which says what
is to be learned; and snapshot/snapshot.json, which says what exactly was read.
"""

import argparse
import csv
import hashlib
import json
import logging
from pathlib import Path
from typing import Any

import problem
from sklearn.model_selection import train_test_split

SEED = 0
SNAPSHOT = "maslow/snapshot"
NOTE = "training-set.json"
VALIDATION_SHARE = 0.15
TEST_SHARE = 0.15

Row = list[str]

log = logging.getLogger("preprocess")


def told(arguments: list[str], description: str | None) -> argparse.Namespace:
    """What a script that splits records is told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--target", required=True, help="the column, or what the class is called")
    parser.add_argument("--kind", default="auto", help="auto, or one of problem.KINDS")
    parser.add_argument("--drop", default="", help="columns to leave out, separated by commas")
    parser.add_argument("--input", type=Path, default=Path("/opt/ml/processing/input/data"))
    parser.add_argument("--output", type=Path, default=Path("/opt/ml/processing/output"))
    return parser.parse_args(arguments)


def listed(names: str) -> list[str]:
    """Names that are separated by commas."""
    return [name.strip() for name in names.split(",") if name.strip()]


def write(output: Path, posed: problem.Problem, header: Row, rows: list[Row]) -> None:
    """Split records, and write the parts and what is to be learned of them."""
    log.info("%s: %s %s", posed.target, posed.kind, ", ".join(posed.labels))
    parts = split(rows, by_label=posed.kind != problem.REGRESSION)
    for name, part in parts.items():
        path = output / name / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *part])
        log.info("%s: %d rows", name, len(part))
    problem.write(posed, output / "train")


def write_snapshot(output: Path, folder: Path, paths: list[Path], rows: int) -> None:
    """Say what was read: files of a folder, which had so many records together."""
    target = output / "snapshot"
    target.mkdir(parents=True, exist_ok=True)
    document = snapshot(folder, paths, rows)
    (target / "snapshot.json").write_text(json.dumps(document, indent=2))


def snapshot(folder: Path, paths: list[Path], rows: int) -> dict[str, Any]:
    """What was read: each file with its bytes and its digest, and one digest over all of them.

    The digest over all is that of the lines `<sha256>  <name>` in the order of the names, as
    `sha256sum` prints them. `rows` is how many records they have together. `made_of` is the note
    that lies beside a training set of the feature store: which tables it is of, and when.
    """
    files = []
    for path in paths:
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
