"""What statements write: rows as files of a table, or of UNLOAD.

https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
https://docs.aws.amazon.com/athena/latest/ug/unload.html
"""

import gzip
import io
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from embedded.athena.catalog import Store, folder
from embedded.athena.failures import Failed, not_done
from embedded.athena.formats import DELIMITED, JSON, OPENX_JSON, PARQUET
from embedded.athena.pruning import NO_VALUE
from embedded.athena.rows import FIELD, NULL

MOST_PARTITIONS = 100
"""Partitions that one statement may write.

https://docs.aws.amazon.com/athena/latest/ug/ctas-insert-into.html
"""
INPUT = "org.apache.hadoop.mapred.TextInputFormat"
OUTPUT = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
PARQUET_FORMAT = "org.apache.hadoop.hive.ql.io.parquet.MapredParquet"
FORMATS: dict[str, tuple[str, str, str]] = {
    "PARQUET": (PARQUET, f"{PARQUET_FORMAT}InputFormat", f"{PARQUET_FORMAT}OutputFormat"),
    "JSON": (OPENX_JSON, INPUT, OUTPUT),
    "TEXTFILE": (DELIMITED, INPUT, OUTPUT),
}
"""SerDe, input and output format of what may be written here."""
PLAIN = {
    "bigint": "bigint",
    "blob": "binary",
    "boolean": "boolean",
    "date": "date",
    "double": "double",
    "float": "float",
    "hugeint": "bigint",
    "integer": "int",
    "smallint": "smallint",
    "timestamp": "timestamp",
    "tinyint": "tinyint",
    "varchar": "string",
}
"""DuckDB's types by their ids, as Hive calls them."""


@dataclass(frozen=True)
class Way:
    """How rows are written."""

    serde: str
    compression: str
    delimiter: str = FIELD
    null: str = NULL


@dataclass(frozen=True)
class Partition:
    """A partition that rows were written for."""

    values: list[str]
    location: str


def hive_type(name: str, type_: Any) -> str:
    """DuckDB's type of a column as Hive's. Raises Failed for one that Hive does not have."""
    kind = str(type_.id)
    children = type_.children if kind in ("list", "map", "struct", "decimal") else []
    if kind == "decimal":
        told = dict(children)
        return f"decimal({told['precision']},{told['scale']})"
    within = [(part, hive_type(name, child)) for part, child in children]
    if kind == "list":
        return f"array<{within[0][1]}>"
    if kind == "map":
        return f"map<{dict(within)['key']},{dict(within)['value']}>"
    if kind == "struct":
        return f"struct<{','.join(f'{part}:{of}' for part, of in within)}>"
    if kind not in PLAIN or str(type_) == "JSON":
        raise Failed("NOT_SUPPORTED", f"Unsupported Hive type: {type_} of {name}")
    return PLAIN[kind]


def write(
    store: Store, location: str, rows: pa.Table, keys: list[str], way: Way
) -> tuple[list[str], list[Partition]]:
    """Write rows below a location; the files' URIs, and the partitions that they belong to.

    The partition keys are the last columns, and are not in the files. Raises Failed.
    """
    root = folder(location)
    if not keys:
        if not rows.num_rows:
            return [], []
        return [_put(store, root, rows, way)], []
    files, partitions = [], []
    for values, part in _parted(rows, keys):
        named = [f"{key}={value}" for key, value in zip(keys, values, strict=True)]
        where = f"{root}{'/'.join(named)}/"
        files.append(_put(store, where, part, way))
        partitions.append(Partition(values, where))
    if len(partitions) > MOST_PARTITIONS:
        for each in files:
            store.delete(each)
        raise Failed(
            "HIVE_TOO_MANY_OPEN_PARTITIONS",
            f"Exceeded limit of {MOST_PARTITIONS} open writers for partitions/buckets",
        )
    return files, partitions


def _parted(rows: pa.Table, keys: list[str]) -> Iterator[tuple[list[str], pa.Table]]:
    texts = [_texts(rows[key]) for key in keys]
    rest = rows.drop_columns(keys)
    marks = ["/".join(values) for values in zip(*texts, strict=True)]
    column = pa.array(marks, pa.string())
    for mark in dict.fromkeys(marks):
        place = marks.index(mark)
        yield [text[place] for text in texts], rest.filter(pc.equal(column, mark))


def _texts(column: pa.ChunkedArray) -> list[str]:
    """Values as they name a folder."""
    return [NO_VALUE if each is None else _text(each) for each in column.to_pylist()]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def _put(store: Store, where: str, rows: pa.Table, way: Way) -> str:
    """Write one file, whose name says how it is compressed; its URI."""
    if way.serde == PARQUET:
        codec = {"": "GZIP", "UNCOMPRESSED": "NONE"}.get(way.compression, way.compression)
        if codec not in ("GZIP", "NONE", "SNAPPY", "ZSTD"):
            raise not_done(f"Parquet that is compressed by {codec}")
        kept = io.BytesIO()
        pq.write_table(rows, kept, compression=codec, coerce_timestamps="ms", flavor="spark")
        uri, content = f"{where}{uuid.uuid4()}", kept.getvalue()
    else:
        if way.compression not in ("", "GZIP", "NONE"):
            raise not_done(f"text that is compressed by {way.compression}")
        lines = "".join(f"{line}\n" for line in _lines(rows, way)).encode()
        zipped = way.compression != "NONE"
        uri = f"{where}{uuid.uuid4()}{'.gz' if zipped else ''}"
        content = gzip.compress(lines, mtime=0) if zipped else lines
    try:
        store.write(uri, content)
    except KeyError as error:
        raise Failed(
            "HIVE_WRITER_OPEN_ERROR", f"{uri} cannot be written: no such bucket"
        ) from error
    return uri


def _lines(rows: pa.Table, way: Way) -> Iterator[str]:
    names = rows.column_names
    for row in rows.to_pylist():
        if way.serde in JSON:
            yield json.dumps(
                {name: row[name] for name in names if row[name] is not None}, default=_text
            )
            continue
        values = [row[name] for name in names]
        if any(isinstance(value, (list, dict)) for value in values):
            raise not_done("arrays, maps and rows in delimited text")
        yield way.delimiter.join(way.null if each is None else _text(each) for each in values)
