"""Athena's queries at work: each in a thread of its own, beside requests, until it is stopped.

https://docs.aws.amazon.com/athena/latest/APIReference/API_QueryExecution.html
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.athena.models import AthenaBackend
from moto.cloudwatch.models import cloudwatch_backends

from embedded import clock
from embedded.athena.failures import SYSTEM, USER, Cancelled, Failed, Malformed, not_done
from embedded.athena.results import Outcome, csv_of, plain_of
from embedded.athena.statements import first_word, kind, stripped
from embedded.extensions.event_bus import emit
from embedded.extensions.lake_sight import is_decided_for, sight_of
from embedded.extensions.metrics import put_metric_data
from embedded.extensions.operations import kept
from embedded.extensions.prepared_statements import statement, statements
from embedded.turns import others_first, turn

if TYPE_CHECKING:
    import duckdb

    from embedded.athena.query import Session
    from embedded.extensions.athena_stores import Objects

CATALOG = "AwsDataCatalog"
QUEUED, RUNNING = "QUEUED", "RUNNING"
SUCCEEDED, FAILED, CANCELLED = "SUCCEEDED", "FAILED", "CANCELLED"
AT_ONCE_SECONDS = 0.5
"""For how long StartQueryExecution waits for a query, so that a short one has ended by then."""
STOP_SECONDS = 10
"""For how long is waited until a query has ended that is stopped."""
NOT_WRITING = (
    "DEALLOCATE",
    "DESC",
    "DESCRIBE",
    "EXECUTE",
    "PREPARE",
    "SELECT",
    "SHOW",
    "VALUES",
    "WITH",
)
"""Words that statements begin with that leave all as it is; what EXECUTE names is looked at."""

log = logging.getLogger(__name__)
_running: "set[Execution]" = set()


@dataclass(eq=False)
class Execution:
    """One query, as it was asked for and as it ended."""

    id: str
    query: str
    workgroup: str
    context: dict[str, str]
    result: dict[str, Any]
    """Its ResultConfiguration."""
    began: datetime
    parameters: list[str] = field(default_factory=list)
    token: str = ""
    state: str = QUEUED
    ended: datetime | None = None
    reason: str = ""
    category: int = 0
    outcome: Outcome | None = None
    scanned: int = 0
    manifest: str = ""
    principal: str = ""
    """ARN of the role or user that asked; empty for who is neither."""
    stopped: threading.Event = field(default_factory=threading.Event)
    connections: "list[duckdb.DuckDBPyConnection]" = field(default_factory=list)
    thread: threading.Thread | None = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Let other requests have their turn while DuckDB runs. Raises Cancelled once stopped."""
        with others_first():
            if self.stopped.is_set():
                raise Cancelled
            yield

    def stop(self) -> None:
        """Have it end, and wait until it has."""
        if self.thread is None or not self.thread.is_alive():
            return
        self.stopped.set()
        for each in list(self.connections):
            each.interrupt()
        with others_first():
            self.thread.join(STOP_SECONDS)

    def described(self) -> dict[str, Any]:
        """The execution as GetQueryExecution tells it."""
        status: dict[str, Any] = {
            "State": self.state,
            "SubmissionDateTime": self.began,
        }
        if self.ended:
            status["CompletionDateTime"] = self.ended
        if self.reason:
            status["StateChangeReason"] = self.reason
            status["AthenaError"] = {
                "ErrorCategory": self.category,
                "ErrorType": 0,
                "Retryable": False,
                "ErrorMessage": self.reason,
            }
        statistics: dict[str, Any] = {
            "DataScannedInBytes": self.scanned,
            "EngineExecutionTimeInMillis": 0,
            "QueryQueueTimeInMillis": 0,
            "ServiceProcessingTimeInMillis": 0,
            "TotalExecutionTimeInMillis": 0,
        }
        if self.manifest:
            statistics["DataManifestLocation"] = self.manifest
        told: dict[str, Any] = {
            "QueryExecutionId": self.id,
            "Query": self.query,
            "StatementType": kind(self.query),
            "ResultConfiguration": self.result,
            "QueryExecutionContext": self.context,
            "Status": status,
            "Statistics": statistics,
            "WorkGroup": self.workgroup,
            "EngineVersion": {
                "SelectedEngineVersion": "AUTO",
                "EffectiveEngineVersion": "Athena engine version 3",
            },
        }
        if self.outcome:
            told["SubstatementType"] = self.outcome.subkind
        if self.parameters:
            told["ExecutionParameters"] = self.parameters
        return told


def close() -> None:
    """Stop the queries that go on."""
    for each in list(_running):
        each.stop()
    _running.clear()


def executions(backend: AthenaBackend) -> dict[str, Execution]:
    """All executions by their ids, oldest first."""
    return kept(backend, "maslow_executions")


def begin(backend: AthenaBackend, execution: Execution, configuration: dict[str, Any]) -> None:
    """Start a query in a thread, which has the turn but for as long as DuckDB runs."""

    def work() -> None:
        try:
            with turn():
                execution.state = RUNNING
                _run(backend, execution, configuration)
                _tell(backend, execution, configuration)
        finally:
            _running.discard(execution)
            for each in execution.connections:
                each.close()

    execution.thread = threading.Thread(target=work, name=f"athena {execution.id}", daemon=True)
    _running.add(execution)
    execution.thread.start()
    with others_first():
        execution.thread.join(AT_ONCE_SECONDS)


def _run(backend: AthenaBackend, execution: Execution, configuration: dict[str, Any]) -> None:
    """Run a query to its end, and write its results."""
    state = SUCCEEDED
    try:
        _finish(backend, execution, configuration.get("BytesScannedCutoffPerQuery"))
    except Malformed as error:
        execution.reason, execution.category = str(error), USER
    except Failed as error:
        execution.reason, execution.category = str(error), error.category
    except KeyError as error:
        reason = f"Unable to verify/create output bucket: {error}"
        execution.reason, execution.category = reason, USER
    except Cancelled:
        state = CANCELLED
    except Exception as error:
        log.exception("Athena's execution %s", execution.id)
        execution.reason, execution.category = f"GENERIC_INTERNAL_ERROR: {error}", SYSTEM
    execution.state = FAILED if execution.reason else state
    execution.ended = clock.now()


def _finish(backend: AthenaBackend, execution: Execution, most: int | None) -> None:
    """Run a query and write its results. Raises Failed, Malformed, and KeyError for a bucket."""
    from embedded.athena.query import Session
    from embedded.extensions.athena_stores import Objects, Tables

    objects = Objects(backend.account_id, backend.region_name)
    folder = execution.result["OutputLocation"].rstrip("/")
    catalog = execution.context.get("Catalog", CATALOG)
    tables = Tables(backend.account_id, objects)
    if catalog.lower() != CATALOG.lower() and tables.federated(catalog.lower()) is None:
        raise not_done(f"queries of the catalog {catalog}")
    session = Session(
        tables,
        objects,
        execution.context.get("Database", "").strip("`").lower(),
        clock.now(),
        execution.aside,
        execution.connections,
        catalog.lower(),
        sight_of(execution.principal, backend.account_id, backend.region_name),
    )
    outcome = _outcome(backend, execution, session, f"{folder}/tables/{execution.id}/")
    execution.scanned = outcome.scanned
    if most and outcome.scanned > most:
        raise Failed("", f"Bytes scanned limit was exceeded: {most} bytes")
    _write(objects, execution, outcome, folder)
    execution.outcome = outcome


def _require_undecided(backend: AthenaBackend, execution: Execution, sql: str) -> None:
    """Refuse what writes, where Lake Formation decides for who asks. Raises Failed."""
    word = first_word(stripped(sql))
    if word in NOT_WRITING:
        return
    if is_decided_for(execution.principal, backend.account_id, backend.region_name):
        raise not_done(f"{word} of a principal for which Lake Formation decides")


def _outcome(
    backend: AthenaBackend, execution: Execution, session: "Session", where: str
) -> Outcome:
    from embedded.athena import engine

    if prepared := engine.prepared(execution.query):
        name, sql = prepared
        own = statements(backend, execution.workgroup)
        own[name] = statement(name, execution.workgroup, sql)
        return Outcome("UTILITY", "PREPARE")
    if executed := engine.executed(execution.query):
        name, parameters = executed
        known = statements(backend, execution.workgroup)
        if name not in known:
            raise Failed("NOT_FOUND", f"Prepared statement not found: {name}")
        sql = known[name].query_statement
        _require_undecided(backend, execution, sql)
        return engine.run(sql, parameters or execution.parameters, session, where)
    if match := re.fullmatch(
        r"DEALLOCATE\s+PREPARE\s+(\w+)", stripped(execution.query), re.IGNORECASE
    ):
        statements(backend, execution.workgroup).pop(match[1], None)
        return Outcome("UTILITY", "DEALLOCATE")
    _require_undecided(backend, execution, execution.query)
    return engine.run(execution.query, execution.parameters, session, where)


def _write(objects: "Objects", execution: Execution, outcome: Outcome, folder: str) -> None:
    """Write the results, and the list of files of what wrote some."""
    is_query = outcome.kind == "DML" and outcome.subkind == "SELECT"
    name = f"{execution.id}.{'csv' if is_query else 'txt'}"
    encrypted = _encrypted(execution.result)
    if outcome.written is None:
        execution.result = {**execution.result, "OutputLocation": f"{folder}/{name}"}
        content = csv_of(outcome) if is_query else plain_of(outcome)
        objects.put(f"{folder}/{name}", content, encrypted)
        return
    execution.result = {**execution.result, "OutputLocation": f"{folder}/{execution.id}"}
    execution.manifest = f"{folder}/{execution.id}-manifest.csv"
    lines = "".join(f"{uri}\n" for uri in outcome.written)
    objects.put(execution.manifest, lines.encode(), encrypted)


def _encrypted(result: dict[str, Any]) -> dict[str, str]:
    asked = result.get("EncryptionConfiguration") or {}
    match asked.get("EncryptionOption"):
        case "SSE_S3":
            return {"ServerSideEncryption": "AES256"}
        case "SSE_KMS":
            return {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": asked["KmsKey"]}
        case _:
            return {}


def _tell(backend: AthenaBackend, execution: Execution, configuration: dict[str, Any]) -> None:
    """Tell the bus how a query ended, and CloudWatch what it scanned.

    https://docs.aws.amazon.com/athena/latest/ug/athena-events.html
    """
    statement = kind(execution.query)
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.athena",
        detail_type="Athena Query State Change",
        resources=[],
        detail={
            "versionId": "0",
            "currentState": execution.state,
            "previousState": "RUNNING",
            "statementType": statement,
            "queryExecutionId": execution.id,
            "workgroupName": execution.workgroup,
            "sequenceNumber": "3",
        },
    )
    if configuration.get("PublishCloudWatchMetricsEnabled"):
        cloudwatch = cloudwatch_backends[backend.account_id][backend.region_name]
        dimensions = {
            "WorkGroup": execution.workgroup,
            "QueryType": statement,
            "QueryState": {CANCELLED: "CANCELED"}.get(execution.state, execution.state),
        }
        datum = {
            "MetricName": "ProcessedBytes",
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()],
            "Timestamp": execution.began,
            "Value": float(execution.scanned),
            "Unit": "Bytes",
        }
        put_metric_data(cloudwatch, "AWS/Athena", [datum])
