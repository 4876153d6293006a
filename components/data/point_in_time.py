"""The query that gives labels the features as they were known at the label's time.

A model that is trained on features from after the label has seen the future. This query takes, for
each label and feature group, the newest record that is not later than the label.

https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-athena-glue-integration.html
https://docs.aws.amazon.com/athena/latest/ug/select.html
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from components.data.feature_group import FeatureType

LABEL, RANK, DELETED, TIME = "__label", "__rank", "__is_deleted", "__event_time"
"""Columns of the query's own, none of which is in its result.

Names are quoted wherever they come from, and nothing that a record holds is part of the query.
"""


@dataclass(frozen=True)
class Labels:
    """What is to be predicted: one row for each label."""

    record_ids: Mapping[str, str]
    """The column that holds the identifier of each feature group, by the group's table. It must
    have the identifier's type."""
    time: str
    """Column of the label's time: a timestamp without zone, in UTC."""
    columns: Sequence[str]
    """Columns that the result begins with."""
    table: str | None = None
    """Table of the labels, as `<database>.<table>`; or else `query`."""
    query: str | None = None
    """A SELECT that gives the labels."""
    state: str = ""
    """SQL after the table's name that says which state of it is read; the newest without it."""


@dataclass(frozen=True)
class Features:
    """What is wanted of one feature group."""

    table: str
    """Table of its offline store, as `<database>.<table>`."""
    record_id: str
    """Feature that identifies a record."""
    event_time: str
    """Feature that says when the record came to be."""
    event_time_type: FeatureType
    """STRING for ISO 8601, FRACTIONAL for Unix seconds."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Features that are wanted, by their column in the result."""
    state: str = ""
    """SQL after the table's name that says which state of it is read; the newest without it."""


def point_in_time_query(
    labels: Labels, groups: Sequence[Features], *, written_by: datetime | str | None = None
) -> str:
    """The query for Athena: a row for each label, with its columns and all features.

    A label gets of each group the record of its identifier with the greatest event time that is
    not greater than the label's; of several, the one that was put last (`api_invocation_time`, then
    `write_time`). It gets nulls where there is none, or where that one is a deletion.

    With `written_by`, which has a zone, records that were written later count as not there: the
    same query then gives the same rows whenever it is run. A text stands for the time where that is
    not known yet: whoever runs the query puts it there, as Athena writes a timestamp in UTC.

    Raises ValueError, naming it, for a column that comes twice in the result, a group without a
    column of identifiers, an event time of a wrong type, and labels of both a table and a query.
    """
    _check(labels, groups)
    if isinstance(written_by, datetime) and written_by.tzinfo is None:
        raise ValueError(f"written_by {written_by} has no zone")
    # Athena may run a part that two others name twice, and number its rows anew. Each names the
    # one before it, and so the number of a label is the same in all of them.
    source = f"{_name(labels.table)}{labels.state}" if labels.table else f"({labels.query})"
    told = dict.fromkeys([*labels.columns, labels.time, *labels.record_ids.values()])
    columns = [_quoted(column) for column in told]
    numbered = f"row_number() OVER () AS {_quoted(LABEL)}, {', '.join(columns)}"
    parts = [f"labels AS (SELECT {numbered} FROM {source} AS source)"]  # noqa: S608
    before = "labels"
    for number, group in enumerate(groups, start=1):
        step = f"step_{number}"
        kept = ", ".join([_quoted(LABEL), *columns])
        parts.append(f"{step} AS ({_joined(before, kept, labels, group, written_by)})")
        columns += [_quoted(name) for name in group.names]
        before = step
    wanted = [*labels.columns, *(name for group in groups for name in group.names)]
    result = ", ".join(_quoted(name) for name in wanted)
    return f"WITH {', '.join(parts)} SELECT {result} FROM {before}"  # noqa: S608


def _joined(
    before: str, kept: str, labels: Labels, group: Features, written_by: datetime | str | None
) -> str:
    """The SELECT that adds one group's features to the part `before`."""
    text = group.event_time_type is FeatureType.STRING
    event_time, label_time = _quoted(group.event_time), f"l.{_quoted(labels.time)}"
    if text:
        event_time = f"CAST(from_iso8601_timestamp({event_time}) AT TIME ZONE 'UTC' AS timestamp)"
    else:
        label_time = f"to_unixtime({label_time})"
    inner = {f"__{number}": feature for number, feature in enumerate(group.names.values())}
    given = "".join(f", {_quoted(feature)} AS {_quoted(own)}" for own, feature in inner.items())
    fields = (
        f"{_quoted(group.record_id)} AS {_quoted('__id')}, {event_time} AS {_quoted(TIME)}, "
        f"api_invocation_time, write_time, is_deleted AS {_quoted(DELETED)}{given}"
    )
    records = f"SELECT {fields} FROM {_name(group.table)}{group.state}"  # noqa: S608
    if written_by is not None:
        records += f" WHERE write_time <= TIMESTAMP '{_timestamp(written_by)}'"
    order = ", ".join(
        f"g.{column} DESC NULLS LAST"
        for column in (_quoted(TIME), "api_invocation_time", "write_time")
    )
    fields = (
        f"l.*, g.{_quoted(DELETED)}{''.join(f', g.{_quoted(own)}' for own in inner)}, "
        f"row_number() OVER (PARTITION BY l.{_quoted(LABEL)} ORDER BY {order}) AS {_quoted(RANK)}"
    )
    match = (
        f"l.{_quoted(labels.record_ids[group.table])} = g.{_quoted('__id')} "
        f"AND g.{_quoted(TIME)} <= {label_time}"
    )
    joined = f"{before} AS l LEFT JOIN ({records}) AS g ON {match}"
    candidates = f"SELECT {fields} FROM {joined}"  # noqa: S608
    features = "".join(
        f", CASE WHEN NOT {_quoted(DELETED)} THEN {_quoted(own)} END AS {_quoted(name)}"
        for own, name in zip(inner, group.names, strict=True)
    )
    chosen = f"candidates WHERE {_quoted(RANK)} = 1"
    return f"SELECT {kept}{features} FROM ({candidates}) AS {chosen}"  # noqa: S608


def _timestamp(at: datetime | str) -> str:
    if isinstance(at, str):
        return at
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _check(labels: Labels, groups: Sequence[Features]) -> None:
    if (labels.table is None) == (labels.query is None):
        raise ValueError("labels come from a table or from a query: one of them must be given")
    told = {labels.time, *labels.record_ids.values()} - set(labels.columns)
    names = [*labels.columns, *told, *(name for group in groups for name in group.names)]
    # Athena does not tell capitals apart.
    twice = [name for name, count in Counter(map(str.lower, names)).items() if count > 1]
    if twice:
        raise ValueError(f"{', '.join(twice)}: each column of the result needs a name of its own")
    for group in groups:
        if group.table not in labels.record_ids:
            raise ValueError(f"{group.table}: no column of the labels holds its {group.record_id}")
        if group.event_time_type is FeatureType.INTEGRAL:
            raise ValueError(f"{group.table}: {group.event_time} must be STRING or FRACTIONAL")


def _name(table: str) -> str:
    """A table's name of several parts, each of them quoted."""
    return ".".join(_quoted(part) for part in table.split("."))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
