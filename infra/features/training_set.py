"""A training set: labels with the features as they were at the label's time, by Athena.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypedDict

from components.data.feature_group import FeatureType, table_name
from components.data.lake.zone import database_name
from components.data.point_in_time import Features, Labels, point_in_time_query
from infra.athena import run, workgroup
from infra.errors import InputError
from infra.features.columns import columns_of, groups_of, name_in_aws
from infra.models.place import Place, iso
from infra.naming import Names
from infra.settings import StackFile
from infra.settings.mistakes import did_you_mean
from infra.settings.mlops.model import ModelSettings

AT = "__label_time"
FILE = "training-set.csv"


class TrainingSetShape(TypedDict):
    """A training set that was made."""

    model: str
    columns: list[str]
    """Its columns, the target first."""
    uri: str
    """Where it is: a CSV file with a header, below the prefix that the model is trained from."""
    beside: list[str]
    """Other CSV files below that prefix, from which the model learns as well."""
    as_of: str
    """What was written to the feature store later is not in it."""
    scanned_bytes: int
    query: str
    """Id of the query."""


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
    names: Names, stack: StackFile, model: ModelSettings, asked: Asked, as_of: datetime
) -> tuple[str, list[str]]:
    """The query of a training set, and the columns of its result.

    Raises InputError for what no query can be made from.
    """
    columns, groups = columns_of(stack, model), groups_of(stack, model)
    if memory := [group.name for group in groups if group.tier == "in-memory"]:
        raise InputError(
            f"{model.name}: {', '.join(memory)} is in memory, and has no offline store to "
            "learn from."
        )
    labels_table = _labels_table(names, asked.labels, [*stack.platform.lake.zones.by_name])
    tables = {group.name: _offline_table(names, name_in_aws(names, group)) for group in groups}
    source: dict[str, str] = {"table": labels_table}
    if asked.time_is_text:
        text = f'from_iso8601_timestamp("{asked.time}")'
        database, table = labels_table.split(".")
        source = {
            "query": f"SELECT *, CAST({text} AT TIME ZONE 'UTC' AS timestamp) AS \"{AT}\" "  # noqa: S608
            f'FROM "{database}"."{table}"'
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
        )
        for group in groups
    ]
    try:
        query = point_in_time_query(labels, features, written_by=as_of)
    except ValueError as error:
        raise InputError(f"{model.name}: {error}") from error
    return query, [*kept, *(column.name for column in columns)]


def build(place: Place, model: ModelSettings, asked: Asked) -> TrainingSetShape:
    """Make a training set, and put it where the model is trained from.

    One that is there is replaced. Raises InputError, WorkError where the query fails, and
    botocore's errors; an interruption stops the query.
    """
    as_of = place.now()
    query, columns = sql(place.names, place.stack, model, asked, as_of)
    bucket = _bucket(place, "curated")
    told = run(place, query, workgroup(place))
    made = told["ResultConfiguration"]["OutputLocation"].removeprefix("s3://")
    results, _, key = made.partition("/")
    target = f"{model.data_prefix}/{FILE}"
    s3 = place.client("s3")
    s3.copy({"Bucket": results, "Key": key}, bucket, target)
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=f"{model.data_prefix}/"
    )
    found = [each["Key"] for page in pages for each in page.get("Contents", [])]
    return {
        "model": model.name,
        "columns": columns,
        "uri": f"s3://{bucket}/{target}",
        "beside": [
            f"s3://{bucket}/{each}" for each in found if each.endswith(".csv") and each != target
        ],
        "as_of": iso(as_of),
        "scanned_bytes": told.get("Statistics", {}).get("DataScannedInBytes", 0),
        "query": told["QueryExecutionId"],
    }


def _bucket(place: Place, zone: str) -> str:
    """The bucket of a zone, as its Glue database tells it. Raises InputError."""
    glue = place.client("glue")
    try:
        found = glue.get_database(Name=_database(place.names, zone))["Database"]
    except glue.exceptions.EntityNotFoundException:
        raise InputError(_missing(place, f"the {zone} zone")) from None
    return str(found["LocationUri"]).removeprefix("s3://").rstrip("/")


def _missing(place: Place, what: str) -> str:
    return f"{what} is not there yet: `maslow up -s {place.names.environment}` makes it."


def _offline_table(names: Names, group: str) -> str:
    return f"{_database(names, 'features')}.{table_name(group)}"


def _labels_table(names: Names, given: str, zones: Sequence[str]) -> str:
    zone, dot, table = given.partition(".")
    if not dot or not table or '"' in given or "." in table:
        raise InputError(f"--labels {given}: is no table. Example: curated.outcomes.")
    if zone not in zones:
        hint = did_you_mean(zone, zones) or f"Zones: {', '.join(zones)}."
        raise InputError(f"--labels {given}: {zone} is not a zone. {hint}")
    return f"{_database(names, zone)}.{table}"


def _database(names: Names, zone: str) -> str:
    return database_name(names.database_prefix, zone)
