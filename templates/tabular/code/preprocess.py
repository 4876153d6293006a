"""Split tabular data, as one SageMaker processing job.

Reads every CSV file below the input folder, and writes what parts.py says.
"""

import argparse
import logging
import sys
from pathlib import Path

import parts
import problem
import tables
from profiles import CATEGORY, kind_of

Row = list[str]


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
    names, records = tables.read(told.input)
    header, rows = tables.arrange(names, records, told.target, drop)
    posed = problem.found(told.target, [row[0] for row in rows], told.kind)
    check_features(header, rows)
    parts.write(told.output, posed, header, rows)
    parts.write_snapshot(told.output, told.input, tables.paths(told.input), len(records))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
