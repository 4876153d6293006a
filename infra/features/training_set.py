"""A training set: labels with the features as they were at the label's time, by Athena.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import json
from datetime import datetime
from typing import Any, TypedDict

from components.platform.training_set_machine import FILE, NOTE, SCHEMA
from infra.athena import run, workgroup
from infra.errors import InputError
from infra.features.training_query import Asked, database_of, sources_of, sql
from infra.models.place import Place, iso
from infra.settings.mlops.model import ModelSettings


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
    s3.put_object(
        Bucket=bucket,
        Key=f"{model.data_prefix}/{NOTE}",
        Body=json.dumps(_note(place, model, asked, told, as_of)).encode(),
        ContentType="application/json",
    )
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


def _note(
    place: Place, model: ModelSettings, asked: Asked, told: dict[str, Any], as_of: datetime
) -> dict[str, Any]:
    """The note beside a training set; by hand the newest state of each table is read."""
    sources = sources_of(place.names, place.stack, model, asked.labels)
    return {
        "schema": SCHEMA,
        "version": 1,
        "as_of": iso(as_of),
        "query": told["QueryExecutionId"],
        "tables": [{"table": each.table, "snapshot": None} for each in sources],
    }


def _bucket(place: Place, zone: str) -> str:
    """The bucket of a zone, as its Glue database tells it. Raises InputError."""
    glue = place.client("glue")
    try:
        found = glue.get_database(Name=database_of(place.names, zone))["Database"]
    except glue.exceptions.EntityNotFoundException:
        raise InputError(_missing(place, f"the {zone} zone")) from None
    return str(found["LocationUri"]).removeprefix("s3://").rstrip("/")


def _missing(place: Place, what: str) -> str:
    return f"{what} is not there yet: `maslow up -s {place.names.environment}` makes it."
