"""Tasks of state machines that run work of EMR, EMR Serverless and Athena, and may wait for it.

moto hands such tasks on as if each were an operation of the service, and waits for none.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-serverless.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-athena.html
"""

from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import get_service_model
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import (
    CustomErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import (
    FailureEvent,
    FailureEventException,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import (
    StatesErrorName,
)
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import (
    StatesErrorNameType,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
    ResourceRuntimePart,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501  moto's path
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (  # noqa: E501  moto's path
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.boto_client import boto_client_for
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from embedded import clock
from embedded.extensions.job_actions import ACTIONS, ERRORS, Action, Failed, not_awaited
from embedded.extensions.sdk_tasks import as_json, as_modelled, as_told

POLL_SECONDS = 1
_made_by_moto = vars(state_task_factory)["state_task_service_for"]  # replaced below


def install() -> None:
    """Have moto's interpreter run them."""
    vars(state_task_factory)["state_task_service_for"] = service_for


def service_for(service_name: str) -> StateTaskService:
    """The task of a service: ours where its actions are known here."""
    if service_name in ACTIONS:
        return JobTask()
    made: StateTaskService = _made_by_moto(service_name)
    return made


class JobTask(StateTaskServiceCallback):
    """A task of one of these services."""

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition("sync")})

    @property
    def _action(self) -> Action:
        return ACTIONS[self.resource.service_name][self.resource.api_action]

    def _get_supported_parameters(self) -> set[str] | None:
        """The names that a request may have; None, which is refused, for no action of these."""
        if self.resource.api_action not in ACTIONS[self.resource.service_name]:
            return None
        waits = self.resource.condition == ResourceCondition.Sync
        return None if waits and self._action.look is not_awaited else set(self._action.takes)

    def _eval_service_task(
        self,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: dict[str, Any],
        state_credentials: StateCredentials,
    ) -> None:
        action = self._action
        asked = action.asks(normalised_parameters)
        model = get_service_model(action.client).operation_model(action.operation)
        client = _client(action, resource_runtime_part, state_credentials)
        answer = client._make_api_call(  # noqa: SLF001  by the operation's name
            action.operation, as_modelled(asked, model.input_shape)
        )
        answer.pop("ResponseMetadata", None)
        told = as_json(as_told(answer, model.output_shape)) if model.output_shape else {}
        env.stack.append(action.tells(normalised_parameters, told))

    def _eval_integration_pattern(
        self,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: dict[str, Any],
        state_credentials: StateCredentials,
    ) -> None:
        """Look at the work until it has ended; end it when the execution does."""
        action, told = self._action, env.stack.pop()
        client = _client(action, resource_runtime_part, state_credentials)
        known = {**normalised_parameters, **told}
        while env.is_running():
            found = action.look(client, known)
            if found is not None:
                env.stack.append(as_json({**told, **found}))
                return
            if not clock.current().wait(POLL_SECONDS, env.is_running) and env.is_running():
                env.set_stop(datetime.now(UTC), None, None)  # the cloud is stopping
                return
        if action.stop:
            action.stop(client, known)
        env.stack.append({})

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, Failed):
            return self._failure(
                env, StatesErrorName(typ=StatesErrorNameType.StatesTaskFailed), to_json_str(ex.what)
            )
        if isinstance(ex, ClientError):
            name = f"{ERRORS[self.resource.service_name]}.{ex.response['Error']['Code']}"
            return self._failure(env, CustomErrorName(name), ex.response["Error"]["Message"])
        if isinstance(ex, FailureEventException):
            return ex.failure_event
        return super()._from_error(env=env, ex=ex)

    def _failure(self, env: Environment, name: Any, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
            error=name.error_name,
            cause=cause,
        )
        return FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(  # type: ignore[typeddict-item]  # one of all is there
                taskFailedEventDetails=details
            ),
        )


def _client(action: Action, part: ResourceRuntimePart, credentials: StateCredentials) -> Any:
    return boto_client_for(service=action.client, region=part.region, state_credentials=credentials)
