"""Athena's prepared statements, which moto knows by their names without their workgroups.

https://docs.aws.amazon.com/athena/latest/APIReference/API_PreparedStatement.html
"""

from typing import Any

from moto.athena.models import AthenaBackend, PreparedStatement
from moto.athena.responses import AthenaResponse
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult

from embedded.extensions.operations import add, kept, paged


class NoSuchStatement(JsonRESTError):
    """A statement that its workgroup does not have."""

    def __init__(self, workgroup: str, name: str) -> None:
        super().__init__(
            "ResourceNotFoundException",
            f"PreparedStatement {name} was not found in workGroup {workgroup}",
        )


class InvalidRequest(JsonRESTError):
    """A request that Athena refuses."""

    def __init__(self, message: str) -> None:
        super().__init__("InvalidRequestException", message)


def install() -> None:
    """Set the operations in place of moto's."""
    add(
        AthenaResponse,
        batch_get_prepared_statement,
        create_prepared_statement,
        delete_prepared_statement,
        get_prepared_statement,
        list_prepared_statements,
        update_prepared_statement,
    )


def statements(backend: AthenaBackend, workgroup: str) -> dict[str, PreparedStatement]:
    """The statements of a workgroup by name; refuses a workgroup that is not there."""
    if workgroup not in backend.work_groups:
        raise InvalidRequest(f"WorkGroup {workgroup} is not found.")
    found: dict[str, PreparedStatement] = kept(backend, "maslow_statements").setdefault(
        workgroup, {}
    )
    return found


def found(backend: AthenaBackend, workgroup: str, name: str) -> PreparedStatement:
    """A statement of a workgroup; refuses one that is not there."""
    own = statements(backend, workgroup)
    if name not in own:
        raise NoSuchStatement(workgroup, name)
    return own[name]


def statement(name: str, workgroup: str, sql: str) -> PreparedStatement:
    """A new statement without a description; moto's knows its workgroup by name."""
    return PreparedStatement(name, workgroup, sql, "")  # type: ignore[arg-type]


def create_prepared_statement(self: AthenaResponse) -> EmptyResult:
    """CreatePreparedStatement."""
    workgroup, name = self._get_param("WorkGroup"), self._get_param("StatementName")
    own = statements(self.athena_backend, workgroup)
    if name in own:
        raise InvalidRequest(f"Prepared statement {name} already exists in WorkGroup {workgroup}.")
    own[name] = statement(name, workgroup, self._get_param("QueryStatement"))
    own[name].description = self._get_param("Description")
    return EmptyResult()


def get_prepared_statement(self: AthenaResponse) -> ActionResult:
    """GetPreparedStatement."""
    workgroup, name = self._get_param("WorkGroup"), self._get_param("StatementName")
    return ActionResult({"PreparedStatement": _told(found(self.athena_backend, workgroup, name))})


def batch_get_prepared_statement(self: AthenaResponse) -> ActionResult:
    """BatchGetPreparedStatement."""
    own = statements(self.athena_backend, self._get_param("WorkGroup"))
    names = self._get_param("PreparedStatementNames")
    return ActionResult(
        {
            "PreparedStatements": [_told(own[name]) for name in names if name in own],
            "UnprocessedPreparedStatementNames": [
                {"StatementName": name, "ErrorCode": "STATEMENT_NOT_FOUND"}
                for name in names
                if name not in own
            ],
        }
    )


def list_prepared_statements(self: AthenaResponse) -> ActionResult:
    """ListPreparedStatements."""
    own = statements(self.athena_backend, self._get_param("WorkGroup"))
    entries = [
        {"StatementName": each.statement_name, "LastModifiedTime": each.last_modified_time}
        for each in own.values()
    ]
    return paged(self, "PreparedStatements", entries, "StatementName")


def update_prepared_statement(self: AthenaResponse) -> EmptyResult:
    """UpdatePreparedStatement."""
    workgroup, name = self._get_param("WorkGroup"), self._get_param("StatementName")
    statement = found(self.athena_backend, workgroup, name)
    statement.query_statement = self._get_param("QueryStatement")
    statement.description = self._get_param("Description")
    return EmptyResult()


def delete_prepared_statement(self: AthenaResponse) -> EmptyResult:
    """DeletePreparedStatement."""
    workgroup, name = self._get_param("WorkGroup"), self._get_param("StatementName")
    found(self.athena_backend, workgroup, name)
    del statements(self.athena_backend, workgroup)[name]
    return EmptyResult()


def _told(statement: PreparedStatement) -> dict[str, Any]:
    told = {
        "StatementName": statement.statement_name,
        "QueryStatement": statement.query_statement,
        "WorkGroupName": statement.workgroup,
        "Description": statement.description,
        "LastModifiedTime": statement.last_modified_time,
    }
    return {key: value for key, value in told.items() if value is not None}
