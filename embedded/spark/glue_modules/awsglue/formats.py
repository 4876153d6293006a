"""Formats of files as Glue names them, and as Spark does.

https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format.html
"""

from collections.abc import Mapping
from typing import Any

FORMATS = {
    "csv": "csv",
    "json": "json",
    "orc": "orc",
    "parquet": "parquet",
    "glueparquet": "parquet",
}
CSV = {
    "withHeader": "header",
    "writeHeader": "header",
    "separator": "sep",
    "quoteChar": "quote",
    "escaper": "escape",
}
"""Options of CSV, by Glue's names."""
IGNORED = {"compression", "useGlueParquetWriter", "optimizePerformance", "blockSize", "pageSize"}


def spark_format(name: str | None) -> str:
    """Spark's name of a format. Raises ValueError for one that is not done."""
    if name not in FORMATS:
        raise ValueError(
            f"The embedded AWS does not do the format {name} of Glue: {', '.join(FORMATS)}."
        )
    return FORMATS[name]


def spark_options(name: str, options: Mapping[str, Any], *, writes: bool) -> dict[str, str]:
    """Spark's options for Glue's `format_options`; Glue writes a header unless told not to.

    Raises ValueError for an option that is not done.
    """
    told = {"header": "true" if writes else "false"} if name == "csv" else {}
    for option, value in options.items():
        if option in IGNORED:
            continue
        known = CSV.get(option) if name == "csv" else None
        if known is None:
            raise ValueError(f"The embedded AWS does not take {option} of the format {name}.")
        told[known] = str(value).lower() if isinstance(value, bool) else str(value)
    return told
