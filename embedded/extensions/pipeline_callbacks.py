"""The answers to Callback steps of pipelines.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepSuccess.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_SendPipelineExecutionStepFailure.html
"""

from moto.core.responses import ActionResult
from moto.sagemaker.exceptions import ValidationError
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.operations import add
from embedded.sagemaker.steps.callbacks import Answer, values_of, waiting


def install() -> None:
    """Add the operations to moto's SageMaker."""
    add(
        SageMakerResponse,
        send_pipeline_execution_step_success,
        send_pipeline_execution_step_failure,
    )


def close() -> None:
    """Forget every token."""
    waiting.clear()


def send_pipeline_execution_step_success(self: SageMakerResponse) -> ActionResult:
    """SendPipelineExecutionStepSuccess, with the step's output parameters."""
    values = values_of(self._get_param("OutputParameters") or [])
    return _answer(self._get_param("CallbackToken"), Answer(values))


def send_pipeline_execution_step_failure(self: SageMakerResponse) -> ActionResult:
    """SendPipelineExecutionStepFailure, with the reason that the step gives."""
    reason = self._get_param("FailureReason") or ""
    return _answer(self._get_param("CallbackToken"), Answer({}, reason))


def _answer(token: str, answer: Answer) -> ActionResult:
    found = waiting.get(token)
    if found is None:
        raise ValidationError(message=f"No callback step waits for the token {token}.")
    if found.answer is not None:
        raise ValidationError(message=f"The step of the token {token} has its answer already.")
    found.answer = answer
    return ActionResult({"PipelineExecutionArn": found.execution})
