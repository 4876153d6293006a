"""Rows of text files as Hive's SerDes read them: each value is text, or None for NULL.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""

import csv
import json
from collections.abc import Iterable, Iterator
from typing import Any

from embedded.athena.failures import Failed
from embedded.athena.hive_types import HiveType

FIELD, ITEM, KEY = "\x01", "\x02", "\x03"
"""Hive's own delimiters, of fields, of an array's items, and of a map's keys from their values."""
NULL = "\\N"
SHOWN = 100
"""Characters of a wrong line that an error shows."""

Row = list[str | None]
Properties = dict[str, str]


def delimited_rows(
    lines: Iterable[str], kinds: list[HiveType], properties: Properties
) -> Iterator[Row]:
    """LazySimpleSerDe: fields between delimiters, quotes being characters as any other."""
    delimiter = properties.get("field.delim") or properties.get("serialization.format") or FIELD
    if delimiter.isdigit():
        delimiter = chr(int(delimiter))
    null = properties.get("serialization.null.format", NULL)
    escape = properties.get("escape.delim")
    item = properties.get("collection.delim") or properties.get("colelction.delim") or ITEM
    key = properties.get("mapkey.delim") or KEY
    for line in lines:
        text = line.rstrip("\r\n")
        fields = _escaped(text, delimiter, escape) if escape else text.split(delimiter)
        yield [
            None if text == null else _nested(text, kind, item, key)
            for text, kind in zip(fields, kinds, strict=False)
        ]


def _escaped(text: str, delimiter: str, escape: str) -> list[str]:
    """The fields of a line in which the escape takes its meaning from the character behind it."""
    fields, characters = [""], iter(text)
    for each in characters:
        if each == escape:
            fields[-1] += next(characters, "")
        elif each == delimiter:
            fields.append("")
        else:
            fields[-1] += each
    return fields


def _nested(text: str, kind: HiveType, item: str, key: str) -> str:
    """The text of a field; of an array, a map or a struct, as JSON."""
    match kind.name:
        case "array":
            return json.dumps(text.split(item) if text else [])
        case "map":
            pairs = (each.partition(key) for each in text.split(item) if each)
            return json.dumps({name: value for name, _, value in pairs})
        case "struct":
            return json.dumps(dict(zip(kind.fields, text.split(item), strict=False)))
        case _:
            return text


def quoted_rows(lines: Iterable[str], properties: Properties) -> Iterator[Row]:
    """OpenCSVSerde: fields that may be quoted, and no NULL."""
    quote = properties.get("quoteChar") or '"'
    escape = properties.get("escapeChar") or "\\"
    yield from csv.reader(
        lines,
        delimiter=properties.get("separatorChar") or ",",
        quotechar=quote,
        escapechar=escape if escape != quote else None,
        doublequote=True,
    )


def json_rows(lines: Iterable[str], names: list[str], properties: Properties) -> Iterator[Row]:
    """Objects, one a line: a column takes the member of its name, in whichever letters.

    Raises Failed for a line that is none, unless `ignore.malformed.json` is true.
    """
    members_of = [properties.get(f"mapping.{name}", name).lower() for name in names]
    forgiving = properties.get("ignore.malformed.json", "").lower() == "true"
    for line in lines:
        if not line.strip():
            continue
        try:
            told = json.loads(line)
            members = {key.lower(): value for key, value in told.items()}
        except (ValueError, AttributeError):
            if not forgiving:
                shown = line.strip()[:SHOWN]
                reason = f"Row is not a valid JSON Object: {shown}"
                raise Failed("HIVE_CURSOR_ERROR", reason) from None
            members = {}
        yield [_as_text(members.get(member)) for member in members_of]


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)
