"""Tasks of state machines that wait for a run of a Glue job: moto's end before they have waited.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import (
    StateCredentials,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceRuntimePart,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_glue import (  # noqa: E501  moto's path
    StateTaskServiceGlue,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from embedded import clock
from embedded.extensions.operations import add
from embedded.extensions.sdk_tasks import as_json

POLL_SECONDS = 1


def install() -> None:
    """Have moto's interpreter wait."""
    add(StateTaskServiceGlue, _eval_integration_pattern)


def _eval_integration_pattern(
    self: StateTaskServiceGlue,
    env: Environment,
    resource_runtime_part: ResourceRuntimePart,
    normalised_parameters: dict[str, Any],
    state_credentials: StateCredentials,
) -> None:
    """Look at the run until it has ended; end it when the execution does."""
    started = env.stack[-1]
    look = self._build_sync_resolver(
        env=env,
        resource_runtime_part=resource_runtime_part,
        normalised_parameters=normalised_parameters,
        state_credentials=state_credentials,
    )
    while look and env.is_running():
        found = look()
        if found:
            env.stack.append(as_json(found))
            return
        if not clock.current().wait(POLL_SECONDS, env.is_running) and env.is_running():
            env.set_stop(datetime.now(UTC), None, None)  # the cloud is stopping
            return
    glue = self._get_glue_client(resource_runtime_part, state_credentials)
    glue.batch_stop_job_run(JobName=started["JobName"], JobRunIds=[started["JobRunId"]])
    env.stack.append({})
