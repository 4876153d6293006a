"""Where records belong: partition keys by expressions of JQ, and keys of S3 by prefixes.

https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-partitioning-keys.html
https://docs.aws.amazon.com/firehose/latest/dev/s3-prefixes.html
"""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

DEFAULT_FOLDERS = "!{timestamp:yyyy/MM/dd/HH}/"
"""What follows a prefix in which nothing is to be filled in."""
RANDOM_CHARACTERS = 11

EXPRESSION = re.compile(r"!\{([^}]*)\}")
QUERY = re.compile(r"\{(.*)\}", re.DOTALL)
KEY = re.compile(r'\s*"?(\w+)"?\s*:\s*(\.\w+(?:\.\w+)*)\s*')
JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
JAVA_FORM = re.compile(r"(yyyy|MM|dd|HH|mm|ss|'[^']*'|[^A-Za-z'])*")
JAVA_TOKEN = re.compile(r"yyyy|MM|dd|HH|mm|ss|'[^']*'|.")


class Unsupported(ValueError):
    """An expression that Firehose does not know, or the embedded AWS does not evaluate."""


class NoPartition(ValueError):
    """A record that does not tell its partition."""


def parse_query(text: str) -> dict[str, tuple[str, ...]]:
    """The path of each partition key in a record, by the key's name, of `{ward:.place.ward}`.

    Raises Unsupported for any other expression of JQ.
    """
    whole = QUERY.fullmatch(text.strip())
    keys = [KEY.fullmatch(part) for part in whole[1].split(",")] if whole else [None]
    if not all(keys):
        raise Unsupported(
            f"The embedded AWS evaluates paths alone, such as {{ward:.ward}}, and not {text}"
        )
    return {key[1]: tuple(key[2].strip(".").split(".")) for key in keys if key}


def partition_of(record: Any, paths: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """The value of each partition key in a record. Raises NoPartition."""
    values = {}
    for key, path in paths.items():
        value = record
        for step in path:
            value = value.get(step) if isinstance(value, Mapping) else None
        if value is None or value == "" or isinstance(value, Mapping | list):
            raise NoPartition(f"The partition key {key} has no value at .{'.'.join(path)}")
        values[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return values


def check_prefix(text: str, keys: frozenset[str], *, of_errors: bool = False) -> None:
    """Raise Unsupported for an expression in a prefix that cannot be filled in."""
    for expression in EXPRESSION.findall(text):
        namespace, _, what = expression.partition(":")
        known = (
            (namespace == "timestamp" and JAVA_FORM.fullmatch(what))
            or (namespace == "partitionKeyFromQuery" and what in keys)
            or expression == "firehose:random-string"
            or (expression == "firehose:error-output-type" and of_errors)
        )
        if not known:
            raise Unsupported(f"The expression !{{{expression}}} in {text} cannot be evaluated")


def has_expressions(text: str) -> bool:
    """Whether something in a prefix is to be filled in."""
    return bool(EXPRESSION.search(text))


def filled(text: str, at: datetime, partition: Mapping[str, str], error: str = "") -> str:
    """A prefix with its expressions filled in, for records of which the first came at `at`."""

    def value(found: re.Match[str]) -> str:
        namespace, _, what = found[1].partition(":")
        if namespace == "timestamp":
            return "".join(
                at.strftime(JAVA[token]) if token in JAVA else token.strip("'")
                for token in JAVA_TOKEN.findall(what)
            )
        if namespace == "partitionKeyFromQuery":
            return partition[what]
        if what == "error-output-type":
            return error
        return secrets.token_urlsafe(RANDOM_CHARACTERS)[:RANDOM_CHARACTERS]

    return EXPRESSION.sub(value, text if has_expressions(text) else text + DEFAULT_FOLDERS)
