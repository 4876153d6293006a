"""The query of a training set: labels with the features as they were at the label's time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from components.data.feature_group import FeatureType, table_name
from components.data.lake.zone import database_name
from components.data.point_in_time import Features, Labels, point_in_time_query
from infra.errors import InputError
from infra.features.columns import columns_of, groups_of, name_in_aws
from infra.naming import Names
from infra.settings import StackFile
from infra.settings.mistakes import did_you_mean
from infra.settings.mlops.model import ModelSettings

AT = "__label_time"
NEWEST: Mapping[str, str] = {}
QUERY_LIMIT = 262_144
"""Characters of a query.

https://docs.aws.amazon.com/athena/latest/ug/service-limits.html
"""


@dataclass(frozen=True)
class Asked:
    """What a training set is to be made from."""

    labels: str
    """Table of the labels: a zone and a name, such as `curated.outcomes`."""
    time: str
    """Its column of the time at which the label was to be predicted."""
    time_is_text: bool = False
    """Whether that is text in ISO 8601; otherwise it is a timestamp in UTC."""
    record_ids: Mapping[str, str] = field(default_factory=dict)
    """Its column that identifies a record, by feature group; that of the group's own if missing."""
    keep: Sequence[str] = ()
    """More columns of it that the training set is to have."""


def sql(
    names: Names,
    stack: StackFile,
    model: ModelSettings,
    asked: Asked,
    as_of: datetime | str,
    states: Mapping[str, str] = NEWEST,
) -> tuple[str, list[str]]:
    """The query of a training set, and the columns of its result.

    A text for `as_of` stands in the query for a time that is not known yet. `states` is SQL that
    says which state of a table is read, by the table as `<database>.<table>`. Raises InputError for
    what no query can be made from, and for one that Athena finds too long.
    """
    columns, groups = columns_of(stack, model), groups_of(stack, model)
    if memory := [group.name for group in groups if group.tier == "in-memory"]:
        raise InputError(
            f"{model.name}: {', '.join(memory)} is in memory, and has no offline store to "
            "learn from."
        )
    labels_table = _labels_table(names, asked.labels, [*stack.platform.lake.zones.by_name])
    tables = {group.name: _offline_table(names, name_in_aws(names, group)) for group in groups}
    state = states.get(labels_table, "")
    source: dict[str, str] = {"table": labels_table, "state": state}
    if asked.time_is_text:
        text = f'from_iso8601_timestamp("{asked.time}")'
        database, table = labels_table.split(".")
        source = {
            "query": f"SELECT *, CAST({text} AT TIME ZONE 'UTC' AS timestamp) AS \"{AT}\" "  # noqa: S608
            f'FROM "{database}"."{table}"{state}'
        }
    kept = [model.target, *asked.keep]
    labels = Labels(
        record_ids={
            tables[group.name]: asked.record_ids.get(group.name, group.record_id)
            for group in groups
        },
        time=AT if asked.time_is_text else asked.time,
        columns=kept,
        **source,
    )
    features = [
        Features(
            table=tables[group.name],
            record_id=group.record_id,
            event_time=group.event_time,
            event_time_type=FeatureType(group.features[group.event_time].capitalize()),
            names={each.name: each.feature for each in columns if each.group is group},
            state=states.get(tables[group.name], ""),
        )
        for group in groups
    ]
    try:
        query = point_in_time_query(labels, features, written_by=as_of)
    except ValueError as error:
        raise InputError(f"{model.name}: {error}") from error
    if len(query) > QUERY_LIMIT:
        raise InputError(
            f"{model.name}: the query of its training set has {len(query)} characters, and Athena "
            f"takes {QUERY_LIMIT}. Let it drop features, or read fewer groups"
        )
    return query, [*kept, *(column.name for column in columns)]


def asked_of(model: ModelSettings) -> Asked | None:
    """What the stack file says that a model's training set is made from; None for nothing."""
    if (labels := model.labels) is None:
        return None
    return Asked(labels.table, labels.time, labels.text_time, labels.ids)


class Source(NamedTuple):
    """A table that a training set is made from."""

    zone: str
    table: str
    """Its name, as `<database>.<table>`."""
    iceberg: bool
    """Whether the stack file says that it is one of Iceberg."""


def sources_of(names: Names, stack: StackFile, model: ModelSettings, labels: str) -> list[Source]:
    """What a training set is made from, the labels first. Raises InputError for no zone's table."""
    lake = stack.platform.lake
    table = _labels_table(names, labels, [*lake.zones.by_name])
    iceberg = any(each.name == labels and each.format == "iceberg" for each in lake.tables)
    return [
        Source(labels.partition(".")[0], table, iceberg),
        *(
            Source(
                "features",
                _offline_table(names, name_in_aws(names, group)),
                group.table == "iceberg",
            )
            for group in groups_of(stack, model)
        ),
    ]


def database_of(names: Names, zone: str) -> str:
    """The Glue database of a zone."""
    return database_name(names.database_prefix, zone)


def _offline_table(names: Names, group: str) -> str:
    return f"{database_of(names, 'features')}.{table_name(group)}"


def _labels_table(names: Names, given: str, zones: Sequence[str]) -> str:
    zone, dot, table = given.partition(".")
    if not dot or not table or '"' in given or "." in table:
        raise InputError(f"--labels {given}: is no table. Example: curated.outcomes.")
    if zone not in zones:
        hint = did_you_mean(zone, zones) or f"Zones: {', '.join(zones)}."
        raise InputError(f"--labels {given}: {zone} is not a zone. {hint}")
    return f"{database_of(names, zone)}.{table}"
