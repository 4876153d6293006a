"""Queries of the environment's lake, run by Athena.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import time
from collections.abc import Iterator, Mapping
from typing import Any, TypedDict

from components.data.lake.zone import database_name
from infra.errors import InputError, WorkError
from infra.models.place import Place
from infra.settings.mistakes import did_you_mean

POLL_SECONDS = 1.0
OVER = ("SUCCEEDED", "FAILED", "CANCELLED")


class AnswerShape(TypedDict):
    """What a query gave."""

    query: str
    """Id of the query."""
    columns: list[str]
    rows: list[list[str | None]]
    """Values as Athena writes them; null for NULL."""
    scanned_bytes: int
    output: str
    """URI of the object that holds the result."""


def databases(place: Place) -> dict[str, str]:
    """The Glue databases of the zones that the stack file knows, by zone."""
    prefix = place.names.database_prefix
    return {zone: database_name(prefix, zone) for zone in place.stack.platform.lake.zones.by_name}


def answer(place: Place, sql: str, team: str | None = None) -> AnswerShape:
    """Run a statement in everybody's workgroup, or a team's, and wait for its rows.

    Raises InputError for a workgroup that is not there, and WorkError for a query that fails.
    """
    told = run(place, sql, workgroup(place, team))
    athena, id_ = place.client("athena"), told["QueryExecutionId"]
    columns: list[str] = []
    rows: list[list[str | None]] = []
    for page in athena.get_paginator("get_query_results").paginate(QueryExecutionId=id_):
        found = page["ResultSet"]
        columns = columns or [each["Name"] for each in found["ResultSetMetadata"]["ColumnInfo"]]
        rows += [[cell.get("VarCharValue") for cell in row["Data"]] for row in found["Rows"]]
    if rows and rows[0] == columns:  # a SELECT's begin with the names
        rows = rows[1:]
    return {
        "query": id_,
        "columns": columns,
        "rows": rows,
        "scanned_bytes": told.get("Statistics", {}).get("DataScannedInBytes", 0),
        "output": told["ResultConfiguration"]["OutputLocation"],
    }


def run(place: Place, sql: str, group: str) -> dict[str, Any]:
    """Run a statement in a workgroup to its end; its QueryExecution. Raises WorkError."""
    athena = place.client("athena")
    try:
        id_ = athena.start_query_execution(QueryString=sql, WorkGroup=group)["QueryExecutionId"]
    except athena.exceptions.InvalidRequestException as error:
        raise WorkError(f"Athena refuses this: {error.response['Error']['Message']}") from error
    try:
        while True:
            told: dict[str, Any] = athena.get_query_execution(QueryExecutionId=id_)[
                "QueryExecution"
            ]
            if told["Status"]["State"] in OVER:
                break
            time.sleep(POLL_SECONDS)
    except KeyboardInterrupt:
        athena.stop_query_execution(QueryExecutionId=id_)
        raise
    if told["Status"]["State"] != "SUCCEEDED":
        why = told["Status"].get("StateChangeReason", "Athena gives no reason")
        raise WorkError(f"The query {id_} {told['Status']['State'].lower()}: {why}")
    return told


def saved(place: Place, name: str, team: str | None = None) -> str:
    """The statement of a saved query, by its name. Raises InputError for one that is not there."""
    athena, group = place.client("athena"), workgroup(place, team)
    pages = athena.get_paginator("list_named_queries").paginate(WorkGroup=group)
    known: dict[str, str] = {}
    for id_ in [id_ for page in pages for id_ in page["NamedQueryIds"]]:
        found = athena.get_named_query(NamedQueryId=id_)["NamedQuery"]
        known[found["Name"]] = found["QueryString"]
    if name not in known:
        listed = f"There are: {', '.join(sorted(known)) or 'none'}."
        raise InputError(f"No query is saved as {name}. {did_you_mean(name, known) or listed}")
    return known[name]


def workgroup(place: Place, team: str | None = None) -> str:
    """The workgroup of all who query the lake, or a team's. Raises InputError without it."""
    teams: Mapping[str, object] = place.stack.platform.queries.teams
    if team is not None and team not in teams:
        listed = f"Teams: {', '.join(teams) or 'none'}."
        raise InputError(f"{team} is not a team. {did_you_mean(team, teams) or listed}")
    head = f"{place.names('queries', team)}-workgroup" if team else f"{place.names('lake')}-queries"
    for name in _workgroups(place):
        if name.startswith(head):
            return name
    raise InputError(
        f"The workgroup {head} is not there yet: `maslow up -s {place.names.environment}` makes it."
    )


def _workgroups(place: Place) -> Iterator[str]:
    """Yield the names of the account's workgroups; botocore does not know how to page them."""
    athena = place.client("athena")
    token: dict[str, str] = {}
    while True:
        page = athena.list_work_groups(**token)
        for group in page["WorkGroups"]:
            yield str(group["Name"])
        if "NextToken" not in page:
            return
        token = {"NextToken": page["NextToken"]}
