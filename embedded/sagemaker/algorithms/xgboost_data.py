"""Data in the formats of SageMaker's XGBoost, as matrices.

In CSV and Parquet the label is the first column, and there is no header.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html#InputOutput-XGBoost
"""

import csv
import io
from collections.abc import Sequence
from email.message import Message
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from scipy.sparse import csr_matrix

from embedded.sagemaker.algorithms.xgboost_parameters import UserError

CSV, LIBSVM, PARQUET = "csv", "libsvm", "parquet"
FORMATS = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "parquet": PARQUET,
    "application/x-parquet": PARQUET,
}


class Records(NamedTuple):
    """Labels, weights if there are any, and features: a row for each record."""

    features: Any
    """Dense, or sparse where it comes from libsvm; a value that is missing is NaN."""
    labels: Any = None
    weights: Any = None


def format_of(content_type: str) -> str:
    """The format of a content type; libsvm where there is none. Raises UserError."""
    if not content_type:
        return LIBSVM
    message = Message()
    message["Content-Type"] = content_type
    kind = content_type.partition(";")[0].strip().lower()
    if kind not in FORMATS:
        allowed = ", ".join(sorted(FORMATS))
        raise UserError(f"{content_type} is not an accepted ContentType: {allowed}.")
    if FORMATS[kind] == CSV and str(message.get_param("label_size", "1")) != "1":
        raise UserError(f"{content_type}: label_size must be equal to 1")
    return FORMATS[kind]


def read(folder: Path, kind: str, has_weights: bool) -> Records:
    """All files below a channel's folder, one after the other. Raises UserError.

    `has_weights` is csv_weights: the second column of CSV is a weight.
    """
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith((".", "_"))
    )
    if not files:
        raise UserError(f"No data in channel path {folder}")
    if kind == LIBSVM:
        return libsvm("\n".join(path.read_text() for path in files), has_labels=True)
    parts = [_parquet(path) if kind == PARQUET else table(path.read_bytes()) for path in files]
    if len({part.shape[1] for part in parts}) > 1:
        raise UserError(f"the files of {folder.name} have not all the same number of columns")
    rows = np.concatenate(parts)
    first = 2 if has_weights and kind == CSV else 1
    if rows.shape[1] <= first:
        raise UserError(f"the data of {folder.name} has no column besides the label")
    return Records(rows[:, first:], rows[:, 0], rows[:, 1] if first == 2 else None)  # noqa: PLR2004


def table(content: bytes) -> Any:
    """CSV without a header as a matrix of numbers. Raises UserError for text in it."""
    first = content[:512].decode(errors="replace").split("\n", 1)[0]
    try:
        found = csv.Sniffer().sniff(first).delimiter
    except csv.Error:
        found = ","  # one column alone has no delimiter
    delimiter = "," if found.isalnum() or found in ".-" else found
    try:
        read_table = pyarrow.csv.read_csv(
            io.BytesIO(content.strip() + b"\n"),  # without one, a single line is no row to pyarrow
            read_options=pyarrow.csv.ReadOptions(autogenerate_column_names=True),
            parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter),
        )
    except pa.ArrowInvalid as error:
        raise UserError(f"Failed to load csv data: {error}") from error
    return _numbers(read_table, "csv")


def libsvm(text: str, has_labels: bool) -> Records:
    """Lines of `label index:value …`; of a request, the label may be left out.

    An index is the number of its column, from 0 on. Raises UserError.
    """
    labels: list[float] = []
    weights: list[float] = []
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    lines = [line.split() for line in text.splitlines() if line.strip()]
    try:
        for row, words in enumerate(lines):
            pairs: Sequence[str] = words
            if has_labels or ":" not in words[0]:
                label, _, weight = words[0].partition(":")
                labels.append(float(label))
                weights.append(float(weight or 1))
                pairs = words[1:]
            for pair in pairs:
                column, _, value = pair.partition(":")
                rows.append(row)
                columns.append(int(column))
                values.append(float(value))
    except ValueError as error:
        raise UserError(f"'{' '.join(words)[:50]}' is not 'LIBSVM' format: {error}") from error
    shape = (len(lines), max(columns, default=-1) + 1)
    features = csr_matrix((values, (rows, columns)), shape=shape)
    return Records(features, np.array(labels), np.array(weights))


def _parquet(path: Path) -> Any:
    try:
        return _numbers(pyarrow.parquet.read_table(path), path.name)
    except pa.ArrowException as error:
        raise UserError(f"Failed to load parquet data: {path.name}: {error}") from error


def _numbers(columns: pa.Table, what: str) -> Any:
    def numeric(name: str) -> Any:
        column = columns.column(name)
        try:
            return column.cast(pa.float64()).to_numpy()
        except pa.ArrowException:
            one = next((value for value in column.to_pylist() if isinstance(value, str)), name)
            raise UserError(f"the {what} data has {one!r}, which is not a number") from None

    return np.column_stack([numeric(name) for name in columns.column_names])
