"""Split texts, as one SageMaker processing job.

Reads every CSV file below the input folder, which has a column `text` and the target, and writes
what parts.py says. Other columns are left out, and so are records without a text.
"""

import logging
import sys

import parts
import problem
import tables
from inference import MOST_CHARACTERS, TEXT

log = logging.getLogger("preprocess")


def main(arguments: list[str]) -> None:
    """Run as `preprocess.py --target <column> [--kind k] [--drop a,b] --input … --output …`."""
    told = parts.told(arguments, __doc__)
    names, records = tables.read(told.input)
    if TEXT not in names:
        raise SystemExit(f"there is no column {TEXT} among {', '.join(names)}")
    asked = parts.listed(told.drop)
    if TEXT in asked:
        raise SystemExit(f"the column {TEXT} is what is learned from, and cannot be left out")
    others = [name for name in names if name not in {TEXT, told.target}]
    header, rows = tables.arrange(names, records, told.target, list({*others, *asked}))
    some = [row for row in rows if row[1]]
    if len(some) < len(rows):
        log.info("%d records without a text are left out", len(rows) - len(some))
    if long := [row[1] for row in some if len(row[1]) > MOST_CHARACTERS]:
        raise SystemExit(
            f"{len(long)} texts have more than {MOST_CHARACTERS} characters, which is the most "
            f"that is read; the first begins with {long[0][:60]}"
        )
    posed = problem.found(told.target, [row[0] for row in some], told.kind)
    parts.write(told.output, posed, header, some)
    parts.write_snapshot(told.output, told.input, tables.paths(told.input), len(records))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
