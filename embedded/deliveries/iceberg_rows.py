"""Records of JSON as rows of a table of Iceberg.

https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-destination.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.hive_types import HiveType
from embedded.deliveries.conversion import Misfit, Types, documents, row_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class MissingColumn(Misfit):
    """A record without one of the table's columns."""


def row(data: bytes, types: Types) -> dict[str, Any]:
    """The values of the columns of a record, which is one JSON object with the columns' names.

    A field of no column is left out. Raises Malformed, Misfit and MissingColumn.
    """
    found = documents(data)
    if len(found) > 1 or not isinstance(found[0], Mapping):
        raise Misfit("a record is one JSON object")
    (document,) = found
    for column in types:
        if column not in document:
            raise MissingColumn(f"the record has no {column}")
    named = {column: _timed(column, document[column], type_) for column, type_ in types.items()}
    return row_of(named, types)


def _timed(column: str, value: Any, type_: HiveType) -> Any:
    """A value with its times as texts: Iceberg's come as microseconds since 1970. Raises Misfit."""
    if type_.kind == "array" and isinstance(value, list):
        return [_timed(column, each, type_.parts[0][1]) for each in value]
    if type_.kind == "map" and isinstance(value, Mapping):
        return {key: _timed(column, each, type_.parts[0][1]) for key, each in value.items()}
    if type_.kind == "struct" and isinstance(value, Mapping):
        return {name: _timed(column, value.get(name), part) for name, part in type_.parts}
    if type_.kind != "timestamp" or value is None:
        return value
    wrong = Misfit(f"{column}: {value!r} is no number of microseconds since 1970")
    if isinstance(value, bool) or not isinstance(value, int):
        raise wrong
    try:
        at = EPOCH + timedelta(microseconds=value)
    except OverflowError:
        raise wrong from None
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"
