"""Tasks of state machines that call AWS's SDKs: their times as text, their errors by AWS's names.

https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
"""

from datetime import UTC, datetime
from typing import Any

from moto.stepfunctions.parser.asl.component.state.exec.state_task.service import (
    state_task_service_aws_sdk as sdk,
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
    add(StateTaskServiceAwsSdk, _eval_service_task)


def _eval_service_task(self: StateTaskServiceAwsSdk, env: Environment, **named: Any) -> None:
    _called_by_moto(self, env=env, **named)
    env.stack.append(as_json(env.stack.pop()))


def as_json(value: Any) -> Any:
    """An SDK's answer with times in ISO 8601, to the millisecond."""
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        case dict():
            return {key: as_json(item) for key, item in value.items()}
        case list():
            return [as_json(item) for item in value]
        case _:
            return value
