"""Split tabular data, as one SageMaker processing job.

Reads every CSV file below the input folder, and writes what parts.py says.
"""

import logging
import sys

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
    told = parts.told(arguments, __doc__)
    names, records = tables.read(told.input)
    header, rows = tables.arrange(names, records, told.target, parts.listed(told.drop))
    posed = problem.found(told.target, [row[0] for row in rows], told.kind)
    check_features(header, rows)
    parts.write(told.output, posed, header, rows)
    parts.write_snapshot(told.output, told.input, tables.paths(told.input), len(records))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
