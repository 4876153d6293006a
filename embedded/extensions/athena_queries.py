"""Athena's operations on queries.

https://docs.aws.amazon.com/athena/latest/APIReference/API_StartQueryExecution.html
"""

import uuid
from typing import Any

from moto.athena.models import AthenaBackend
from moto.athena.responses import AthenaResponse
from moto.core.responses import ActionResult, EmptyResult

from embedded import clock
from embedded.athena.failures import Malformed
from embedded.extensions import athena_executions
from embedded.extensions.athena_executions import QUEUED, RUNNING, Execution, begin, executions
from embedded.extensions.lake_sight import caller
from embedded.extensions.operations import add, paged
from embedded.extensions.prepared_statements import InvalidRequest

PRIMARY = "primary"
MOST_ROWS = 1000
"""Rows of one page of results.

https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
"""


def install() -> None:
    """Set the operations in place of moto's."""
    add(
        AthenaResponse,
        batch_get_query_execution,
        get_query_execution,
        get_query_results,
        get_query_runtime_statistics,
        list_query_executions,
        start_query_execution,
        stop_query_execution,
    )


def close() -> None:
    """Stop the queries that go on."""
    athena_executions.close()


def start_query_execution(self: AthenaResponse) -> ActionResult:
    """StartQueryExecution."""
    backend = self.athena_backend
    token = self._get_param("ClientRequestToken") or ""
    query = self._get_param("QueryString")
    for each in executions(backend).values():
        if token and each.token == token:
            if each.query != query:
                raise InvalidRequest("Idempotent parameters do not match")
            return ActionResult({"QueryExecutionId": each.id})
    from embedded.athena import engine  # with what it runs on, it takes a second

    workgroup = self._get_param("WorkGroup") or PRIMARY
    configuration = _configuration(backend, workgroup)
    result = _result(configuration, self._get_param("ResultConfiguration") or {})
    try:
        engine.check(query)
    except Malformed as error:
        raise InvalidRequest(str(error)) from error
    execution = Execution(
        id=str(uuid.uuid4()),
        query=query,
        workgroup=workgroup,
        context=self._get_param("QueryExecutionContext") or {},
        result=result,
        began=clock.now(),
        parameters=self._get_param("ExecutionParameters") or [],
        token=token,
        principal=caller(self),
    )
    executions(backend)[execution.id] = execution
    begin(backend, execution, configuration)
    return ActionResult({"QueryExecutionId": execution.id})


def get_query_execution(self: AthenaResponse) -> ActionResult:
    """GetQueryExecution."""
    return ActionResult({"QueryExecution": _asked(self).described()})


def batch_get_query_execution(self: AthenaResponse) -> ActionResult:
    """BatchGetQueryExecution."""
    known, ids = executions(self.athena_backend), self._get_param("QueryExecutionIds")
    return ActionResult(
        {
            "QueryExecutions": [known[id_].described() for id_ in ids if id_ in known],
            "UnprocessedQueryExecutionIds": [
                {
                    "QueryExecutionId": id_,
                    "ErrorCode": "INVALID_INPUT",
                    "ErrorMessage": f"QueryExecution {id_} was not found",
                }
                for id_ in ids
                if id_ not in known
            ],
        }
    )


def list_query_executions(self: AthenaResponse) -> ActionResult:
    """ListQueryExecutions: those of a workgroup, the newest first."""
    workgroup = self._get_param("WorkGroup") or PRIMARY
    entries = [
        {"id": each.id}
        for each in reversed([*executions(self.athena_backend).values()])
        if each.workgroup == workgroup
    ]
    page: dict[str, Any] = dict(paged(self, "QueryExecutionIds", entries, "id").result)  # type: ignore[call-overload]
    return ActionResult(
        {**page, "QueryExecutionIds": [one["id"] for one in page["QueryExecutionIds"]]}
    )


def stop_query_execution(self: AthenaResponse) -> EmptyResult:
    """StopQueryExecution; one that has ended stays as it is."""
    _asked(self).stop()
    return EmptyResult()


def get_query_runtime_statistics(self: AthenaResponse) -> ActionResult:
    """GetQueryRuntimeStatistics, without the stages."""
    execution = _asked(self)
    rows = len(execution.outcome.rows) if execution.outcome else 0
    return ActionResult(
        {
            "QueryRuntimeStatistics": {
                "Timeline": {"TotalExecutionTimeInMillis": 0},
                "Rows": {"InputBytes": execution.scanned, "OutputRows": rows},
            }
        }
    )


def get_query_results(self: AthenaResponse) -> ActionResult:
    """GetQueryResults: pages of rows, the names of the columns before those of a query."""
    execution = _asked(self)
    outcome = execution.outcome
    if execution.state in (QUEUED, RUNNING):
        raise InvalidRequest(f"Query has not yet finished. Current state: {execution.state}")
    if outcome is None:
        raise InvalidRequest(
            f"Query did not finish successfully. Final query state: {execution.state}"
        )
    rows = [*outcome.rows]
    if outcome.kind == "DML" and outcome.subkind == "SELECT":
        rows = [[each.name for each in outcome.columns], *rows]
    begin = int(self._get_param("NextToken") or 0)
    end = begin + int(self._get_param("MaxResults") or MOST_ROWS)
    answer: dict[str, Any] = {
        "UpdateCount": outcome.update_count or 0,
        "ResultSet": {
            "Rows": [
                {"Data": [{} if value is None else {"VarCharValue": value} for value in row]}
                for row in rows[begin:end]
            ],
            "ResultSetMetadata": {"ColumnInfo": [each.described() for each in outcome.columns]},
        },
    }
    if end < len(rows):
        answer["NextToken"] = str(end)
    return ActionResult(answer)


def _asked(response: AthenaResponse) -> Execution:
    id_ = response._get_param("QueryExecutionId")  # noqa: SLF001  moto's responses use it so
    known = executions(response.athena_backend)
    if id_ not in known:
        raise InvalidRequest(f"QueryExecution {id_} was not found")
    return known[id_]


def _configuration(backend: AthenaBackend, workgroup: str) -> dict[str, Any]:
    """The configuration of a workgroup that takes queries."""
    group = backend.work_groups.get(workgroup)
    if group is None:
        raise InvalidRequest(f"WorkGroup {workgroup} is not found.")
    if group.state != "ENABLED":
        raise InvalidRequest(f"WorkGroup {workgroup} is disabled.")
    configuration: dict[str, Any] = group.configuration
    if (configuration.get("ManagedQueryResultsConfiguration") or {}).get("Enabled"):
        raise InvalidRequest("The embedded AWS does not run queries with managed results.")
    return configuration


def _result(configuration: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """Where results go: as the workgroup says, where it enforces that, or else the client."""
    own = configuration.get("ResultConfiguration") or {}
    enforced = configuration.get("EnforceWorkGroupConfiguration") and own.get("OutputLocation")
    chosen = dict(own if enforced or not asked.get("OutputLocation") else asked)
    if not chosen.get("OutputLocation"):
        raise InvalidRequest(
            "No output location provided. An output location is required either through the "
            "Workgroup result configuration setting or as an API input."
        )
    return chosen
