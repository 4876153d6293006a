"""Executions of state machines: they wait by the Cloud's clock, tell of their status and end.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.core.responses import ActionResult
from moto.stepfunctions.parser.api import ExecutionStatus, StateMachineType
from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import (
    WaitFunction,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend.execution import (
    BaseExecutionWorkerCommunication,
    Execution,
)
from moto.stepfunctions.responses import StepFunctionResponse

from embedded import clock, workplace
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add
from embedded.turns import others_first, turn

_start = Execution.start  # both are replaced below
_terminated = BaseExecutionWorkerCommunication.terminated
_running: dict[str, Execution] = {}


def install() -> None:
    """Have executions do so."""
    add(Execution, start)
    add(BaseExecutionWorkerCommunication, terminated)
    add(WaitFunction, _wait_interval)
    add(StepFunctionResponse, start_execution)
    clock.current().is_busy = _is_busy


def close() -> None:
    """Stop every execution that runs."""
    for execution in list(_running.values()):
        with suppress(AttributeError):  # one that has not begun yet
            execution.stop(datetime.now(UTC), None, None)
    _running.clear()


def start_execution(self: StepFunctionResponse) -> ActionResult:
    """StartExecution, which makes up a name where none is given.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
    """
    execution = self.stepfunction_backend.start_execution(
        self._get_param("stateMachineArn"),
        self._get_param("name") or str(uuid4()),
        self._get_param("input", if_none="{}"),
    )
    return ActionResult(
        {"executionArn": execution.execution_arn, "startDate": execution.start_date}
    )


def start(self: Execution) -> None:
    """Begin an execution, and tell of it."""
    _running[self.exec_arn] = self
    _tell(self, ExecutionStatus.RUNNING)
    _start(self)


def terminated(self: BaseExecutionWorkerCommunication) -> None:
    """Take note of an execution's end, and tell of it."""
    try:
        _terminated(self)
    finally:
        _running.pop(self.execution.exec_arn, None)
    if not workplace.is_closed():
        with turn():
            _tell(self.execution, self.execution.exec_status)


def _wait_interval(self: WaitFunction, env: Environment, wait_seconds: int) -> None:  # noqa: ARG001
    """Wait until the Cloud's clock has gone on by that much."""
    with others_first():
        has_passed = clock.current().wait(wait_seconds, env.is_running)
    if not has_passed and env.is_running():
        env.set_stop(datetime.now(UTC), None, None)  # the cloud is stopping


def _is_busy() -> bool:
    return len(_running) > clock.current().waiting


def _tell(execution: Execution, status: ExecutionStatus | None) -> None:
    """Send the event of a status; express machines send none."""
    if execution.sm_type == StateMachineType.EXPRESS:
        return
    detail: dict[str, Any] = {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine.arn,
        "name": execution.name,
        "status": ExecutionStatus(status).value,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": to_json_str(execution.input_data, separators=(",", ":")),
        "inputDetails": {"included": True},
        "output": None,
        "outputDetails": None,
        "error": execution.error,
        "cause": execution.cause,
    }
    if execution.output is not None:
        detail["output"] = to_json_str(execution.output, separators=(",", ":"))
        detail["outputDetails"] = {"included": True}
    emit(
        execution.account_id,
        execution.region_name,
        source="aws.states",
        detail_type="Step Functions Execution Status Change",
        resources=[execution.exec_arn],
        detail=detail,
    )


def _milliseconds(time: datetime | None) -> int | None:
    return int(time.timestamp() * 1000) if time else None
