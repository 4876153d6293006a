"""The events by which SageMaker tells that something of its has changed its state.

https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from moto.sagemaker.models import (
    FakeEndpoint,
    FakePipelineExecution,
    FakeProcessingJob,
    FakeTrainingJob,
    FakeTransformJob,
    HyperParameterTuningJob,
    ModelPackage,
    SageMakerModelBackend,
)

from embedded import clock
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import add
from embedded.sagemaker.execution import ENDS

PIPELINE = "SageMaker Model Building Pipeline Execution Status Change"
PIPELINE_STEP = "SageMaker Model Building Pipeline Execution Step Status Change"
MODEL_PACKAGE_DETAIL = (
    "ApprovalDescription",
    "CertifyForMarketplace",
    "CustomerMetadataProperties",
    "InferenceSpecification",
    "MetadataProperties",
    "ModelApprovalStatus",
    "ModelMetrics",
    "ModelPackageArn",
    "ModelPackageGroupName",
    "ModelPackageName",
    "ModelPackageStatus",
    "ModelPackageStatusDetails",
    "ModelPackageVersion",
)

_create_model_package = SageMakerModelBackend.create_model_package  # both are replaced below
_update_model_package = SageMakerModelBackend.update_model_package


def install() -> None:
    """Have model packages tell of their changes; the others are told by those who run them."""
    add(SageMakerModelBackend, create_model_package, update_model_package)


def create_model_package(self: SageMakerModelBackend, **arguments: Any) -> str:
    """CreateModelPackage, as moto's, and its event."""
    arn: str = _create_model_package(self, **arguments)
    model_package_changed(self, self.model_packages[arn])
    return arn


def update_model_package(self: SageMakerModelBackend, **arguments: Any) -> str:
    """UpdateModelPackage, as moto's, and its event; what it is not told of stays as it is."""
    name = arguments["model_package_arn"]
    known = self.model_packages.get(self.model_package_name_mapping.get(name, name))
    if known is not None:
        if arguments["model_approval_status"] is None:
            arguments["model_approval_status"] = known.model_approval_status
        if arguments["approval_description"] is None:
            arguments["approval_description"] = known.approval_description
        arguments["customer_metadata_properties"] = {
            **(known.customer_metadata_properties or {}),
            **(arguments["customer_metadata_properties"] or {}),
        }
    arn: str = _update_model_package(self, **arguments)
    model_package_changed(self, self.model_packages[arn])
    return arn


def model_package_changed(backend: SageMakerModelBackend, package: ModelPackage) -> None:
    """Tell of a version's status or approval."""
    told: Mapping[str, Any] = package.gen_response_object()
    detail = {name: told[name] for name in MODEL_PACKAGE_DETAIL if told.get(name) is not None}
    now = f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
    detail |= {"CreationTime": _iso(package.creation_time), "LastModifiedTime": now}
    _tell(backend, "SageMaker Model Package State Change", [package.arn], detail)


def training_job_changed(backend: SageMakerModelBackend, job: FakeTrainingJob) -> None:
    """Tell of a training job's status."""
    detail = _milliseconds(job.response_object)
    _tell(backend, "SageMaker Training Job State Change", [job.arn], detail)


def processing_job_changed(backend: SageMakerModelBackend, job: FakeProcessingJob) -> None:
    """Tell of a processing job's status."""
    detail = _milliseconds(job.response_object)
    _tell(backend, "SageMaker Processing Job State Change", [job.arn], detail)


def tuning_job_changed(backend: SageMakerModelBackend, job: HyperParameterTuningJob) -> None:
    """Tell of a tuning job's status."""
    detail = _milliseconds(job.describe()) | {
        "Tags": {t["Key"]: t["Value"] for t in job.tags or []}
    }
    _tell(backend, "SageMaker HyperParameter Tuning Job State Change", [job.arn], detail)


def transform_job_changed(backend: SageMakerModelBackend, job: FakeTransformJob) -> None:
    """Tell of a transform job's status."""
    detail = _milliseconds(job.response_object)
    _tell(backend, "SageMaker Transform Job State Change", [job.arn], detail)


def endpoint_changed(backend: SageMakerModelBackend, endpoint: FakeEndpoint, status: str) -> None:
    """Tell of an endpoint's status, spelled as the page's, such as IN_SERVICE."""
    detail = {
        "EndpointName": endpoint.endpoint_name,
        "EndpointArn": endpoint.arn,
        "EndpointConfigName": endpoint.endpoint_config_name,
        "ProductionVariants": endpoint.production_variants,
        "EndpointStatus": status,
        "FailureReason": vars(endpoint).get("failure_reason"),
        "CreationTime": endpoint.creation_time,
        "LastModifiedTime": endpoint.last_modified_time,
        "Tags": {tag["Key"]: tag["Value"] for tag in endpoint.tags or []},
    }
    _tell(backend, "SageMaker Endpoint State Change", [endpoint.arn], _milliseconds(detail))


def pipeline_execution_changed(
    backend: SageMakerModelBackend, execution: FakePipelineExecution, before: str
) -> None:
    """Tell of an execution's status, and the one before."""
    pipeline = execution.arn.rpartition("/execution/")[0]
    status = execution.pipeline_execution_status
    detail = {
        "pipelineExecutionDisplayName": execution.pipeline_execution_display_name,
        "pipelineExecutionDescription": execution.pipeline_execution_description,
        "currentPipelineExecutionStatus": status,
        "previousPipelineExecutionStatus": before if before != status else None,
        "executionStartTime": _iso(execution.start_time),
        "executionEndTime": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}" if status in ENDS else None,
        "pipelineArn": pipeline,
        "pipelineExecutionArn": execution.arn,
    }
    known = {name: value for name, value in detail.items() if value is not None}
    _tell(backend, PIPELINE, [pipeline, execution.arn], known)


def pipeline_step_changed(
    backend: SageMakerModelBackend,
    execution: FakePipelineExecution,
    step: Mapping[str, Any],
    kind: str,
    before: str,
) -> None:
    """Tell of a step's status, and the one before; `step` is as it is listed, `kind` its type."""
    pipeline = execution.arn.rpartition("/execution/")[0]
    detail = {
        "metadata": _lower(step["Metadata"]),
        "stepStartTime": _iso(step["StartTime"]),
        "stepEndTime": _iso(step["EndTime"]) if "EndTime" in step else None,
        "stepName": step["StepName"],
        "stepType": kind,
        "previousStepStatus": before or None,
        "currentStepStatus": step["StepStatus"],
        "failureReason": step.get("FailureReason"),
        "cacheHitResult": _lower(step.get("CacheHitResult")),
        "pipelineArn": pipeline,
        "pipelineExecutionArn": execution.arn,
    }
    known = {name: value for name, value in detail.items() if value is not None}
    _tell(backend, PIPELINE_STEP, [pipeline, execution.arn], known)


def _tell(
    backend: SageMakerModelBackend, kind: str, resources: list[str], detail: dict[str, Any]
) -> None:
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.sagemaker",
        detail_type=kind,
        resources=resources,
        detail=detail,
    )


def _milliseconds(told: Any) -> Any:
    """What DescribeX tells, its times in milliseconds since 1970, without what is None."""
    match told:
        case datetime():
            return int(_known(told).timestamp() * 1000)
        case dict():
            return {key: _milliseconds(each) for key, each in told.items() if each is not None}
        case list():
            return [_milliseconds(each) for each in told]
        case _:
            return told


def _lower(told: Any) -> Any:
    """The same with names that begin with a small letter, as the events of pipelines have them."""
    match told:
        case dict():
            return {f"{key[0].lower()}{key[1:]}": _lower(each) for key, each in told.items()}
        case list():
            return [_lower(each) for each in told]
        case _:
            return told


def _iso(time: Any) -> str:
    """A time of moto's as the page writes it."""
    if isinstance(time, datetime):
        return f"{_known(time):%Y-%m-%dT%H:%M:%SZ}"
    return str(time)


def _known(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
