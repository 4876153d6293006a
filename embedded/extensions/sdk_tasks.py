"""Tasks of state machines that call AWS's SDKs: times as text, and AWS's names of all things.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

import json
from datetime import UTC, datetime
from typing import Any

import botocore.session
from botocore.model import ListShape, MapShape, Shape, StructureShape
from botocore.response import StreamingBody
from moto.core.utils import get_service_model
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as sdk,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import (  # noqa: E501  moto's path
    StateTaskService,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (  # noqa: E501  moto's path
    StateTaskServiceAwsSdk,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment

from embedded.extensions.operations import add

NAMES = {
    "athena": "Athena",
    "cloudwatch": "CloudWatch",
    "codepipeline": "CodePipeline",
    "ec2": "Ec2",
    "emr": "Emr",
    "emrcontainers": "EmrContainers",
    "emrserverless": "EmrServerless",
    "eventbridge": "EventBridge",
    "glue": "Glue",
    "kms": "Kms",
    "lambda": "Lambda",
    "s3": "S3",
    "sagemaker": "SageMaker",
    "sns": "Sns",
    "sqs": "Sqs",
    "ssm": "Ssm",
}
"""What the names of errors begin with, by service: that of its client in AWS's SDK for Java.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

_called_by_moto = StateTaskServiceAwsSdk._eval_service_task  # noqa: SLF001  replaced below


def install() -> None:
    """Have moto's interpreter answer as JSON can."""
    sdk._SERVICE_ERROR_NAMES.update(NAMES)  # noqa: SLF001  moto keeps them there
    known = StateTaskService._SERVICE_NAME_SFN_TO_BOTO_OVERRIDES  # noqa: SLF001  the same
    for name in botocore.session.get_session().get_available_services():
        known.setdefault(name.replace("-", ""), name)  # such as emrserverless
    add(StateTaskServiceAwsSdk, _eval_service_task)


def _eval_service_task(
    self: StateTaskServiceAwsSdk,
    env: Environment,
    normalised_parameters: dict[str, Any],
    **named: Any,
) -> None:
    model = get_service_model(self._get_boto_service_name())
    action = self.resource.api_action
    operation = model.operation_model(action[:1].upper() + action[1:])
    parameters = as_modelled(normalised_parameters, operation.input_shape)
    _called_by_moto(self, env=env, normalised_parameters=parameters, **named)
    env.stack.append(as_json(as_told(env.stack.pop(), operation.output_shape)))


def as_modelled(value: Any, shape: Shape | None) -> Any:
    """A request with the names of the service's model, which begin with a small letter in some.

    Requests of state machines begin all of them with a capital. What is to be bytes, such as an
    object of S3, may be JSON.
    """
    match shape:
        case StructureShape() if isinstance(value, dict):
            names = {name.lower(): name for name in shape.members}
            known = {names.get(key.lower(), key): each for key, each in value.items()}
            return {key: as_modelled(each, shape.members.get(key)) for key, each in known.items()}
        case ListShape() if isinstance(value, list):
            return [as_modelled(each, shape.member) for each in value]
        case MapShape() if isinstance(value, dict):
            return {key: as_modelled(each, shape.value) for key, each in value.items()}
        case Shape(type_name="blob") if isinstance(value, dict | list):
            return json.dumps(value).encode()
        case _:
            return value


def as_told(value: Any, shape: Shape | None) -> Any:
    """An answer with names that begin with a capital, as state machines are told."""
    match shape:
        case StructureShape() if isinstance(value, dict):
            return {
                key[:1].upper() + key[1:]: as_told(each, shape.members.get(key))
                for key, each in value.items()
            }
        case ListShape() if isinstance(value, list):
            return [as_told(each, shape.member) for each in value]
        case MapShape() if isinstance(value, dict):
            return {key: as_told(each, shape.value) for key, each in value.items()}
        case _:
            return value


def as_json(value: Any) -> Any:
    """An SDK's answer with times in ISO 8601, to the millisecond, and a stream as its text."""
    match value:
        case StreamingBody():
            return value.read().decode()
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case _:
            return value
