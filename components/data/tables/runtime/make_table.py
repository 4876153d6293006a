"""A function of Lambda: a table of Iceberg is there, with its columns, by Athena's hand.

Firehose writes only to tables that Iceberg's own catalog has made, as Athena's does, and not to
those of Glue's CreateTable. `plan.json` beside this file says what is wanted:

    {"table": "vitals", "columns": {"ward": "string"}}

A table that is there gets the columns that it lacks, and loses none.

https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-considerations.html
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
"""

import json
import os
import time
from functools import cache
from pathlib import Path
from typing import Any

import boto3

OVER = ("SUCCEEDED", "FAILED", "CANCELLED")
POLL_SECONDS = 1


class CannotMake(Exception):
    """A table that Athena does not make, or columns that a table does not get."""


def handler(_event: object, _context: object) -> dict[str, Any]:
    """Make the table, or add columns to it; returns the names of those that are new.

    Raises CannotMake, and botocore's errors.
    """
    database, table, wanted = os.environ["DATABASE"], plan()["table"], plan()["columns"]
    there = columns_there(database, table)
    if there is None:
        run(create_statement(database, table, wanted, os.environ["LOCATION"]))
        return {"added": [*wanted]}
    new = added(there, wanted)
    if new:
        run(add_statement(database, table, new))
    return {"added": [*new]}


def added(there: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    """The columns that a table lacks, with their types. Raises CannotMake for changed types."""
    changed = [
        f"{name} is {there[name]} there, and not {type_}"
        for name, type_ in wanted.items()
        if name in there and plain(there[name]) != plain(type_)
    ]
    if changed:
        raise CannotMake(
            f"a column keeps its type: {'; '.join(changed)}. Give the new one another name"
        )
    return {name: type_ for name, type_ in wanted.items() if name not in there}


def plain(type_: str) -> str:
    """A type as it is compared."""
    return type_.replace(" ", "").lower()


def create_statement(database: str, table: str, columns: dict[str, str], location: str) -> str:
    """The statement that makes a table; `location` is an S3 URI."""
    return (
        f"CREATE TABLE IF NOT EXISTS `{database}`.`{table}` ({listed(columns)}) "
        f"LOCATION '{location}' TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet')"
    )


def add_statement(database: str, table: str, columns: dict[str, str]) -> str:
    """The statement that adds columns to a table."""
    return f"ALTER TABLE `{database}`.`{table}` ADD COLUMNS ({listed(columns)})"


def listed(columns: dict[str, str]) -> str:
    """Columns with their types, as statements have them."""
    return ", ".join(f"`{name}` {type_}" for name, type_ in columns.items())


def columns_there(database: str, table: str) -> dict[str, str] | None:
    """The columns of a table by name, None where it is not there."""
    glue = client("glue")
    try:
        found = glue.get_table(DatabaseName=database, Name=table)["Table"]
    except glue.exceptions.EntityNotFoundException:
        return None
    columns = found["StorageDescriptor"]["Columns"]
    # Glue goes on telling of columns that Iceberg has no longer.
    return {
        each["Name"]: each["Type"]
        for each in columns
        if each.get("Parameters", {}).get("iceberg.field.current") != "false"
    }


def run(statement: str) -> None:
    """Run a statement to its end. Raises CannotMake."""
    athena = client("athena")
    query = athena.start_query_execution(QueryString=statement, WorkGroup=os.environ["WORKGROUP"])[
        "QueryExecutionId"
    ]
    while True:
        told = athena.get_query_execution(QueryExecutionId=query)["QueryExecution"]["Status"]
        if told["State"] in OVER:
            break
        time.sleep(POLL_SECONDS)
    if told["State"] != "SUCCEEDED":
        raise CannotMake(f"{told.get('StateChangeReason', told['State'])} ({statement})")


@cache
def plan() -> dict[str, Any]:
    """What is wanted, by the file beside this one."""
    found: dict[str, Any] = json.loads(
        Path(__file__).with_name("plan.json").read_text(encoding="utf-8")
    )
    return found


@cache
def client(service: str) -> Any:
    """A client of AWS."""
    return boto3.client(service)
