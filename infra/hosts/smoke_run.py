"""The first turn of the loop, by AWS's own API: data, training, approval, questions.

Each function takes boto3 clients by way of the running cloud and nothing else, so that what
happens here is what would happen in an account.
"""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from embedded.cloud import Cloud
from infra.errors import WorkError
from infra.hosts.sample import Sample

POLL_SECONDS = 0.2
FINISHED = {"Succeeded", "Failed", "Stopped"}


@dataclass(frozen=True)
class Version:
    """A registered model version."""

    arn: str
    number: int
    metrics: dict[str, float]
    """Metric to value, as the evaluation measured it on the pipeline's own test records."""


@dataclass(frozen=True)
class Answers:
    """How an endpoint answered about the held-out records."""

    asked: int
    right: int
    version: int
    """The registered version that answered, as the endpoint's own configuration tells."""


def put_data(cloud: Cloud, bucket: str, prefix: str, target: str, sample: Sample) -> None:
    """Lay the training records into the curated zone, as one CSV file."""
    cloud.client("s3").put_object(
        Bucket=bucket,
        Key=f"{prefix}/records.csv",
        Body=sample.training_csv(target).encode(),
        ContentType="text/csv",
    )


def train(cloud: Cloud, pipeline: str, on_step: Callable[[str], None]) -> None:
    """Run a training pipeline to its end; `on_step` hears the name of each step that begins.

    Raises WorkError where the pipeline does not succeed, with SageMaker's reason.
    """
    sagemaker = cloud.client("sagemaker")
    execution = sagemaker.start_pipeline_execution(PipelineName=pipeline)["PipelineExecutionArn"]
    told: set[str] = set()
    while True:
        # Before its steps: an execution that has ended has begun all of them.
        state = sagemaker.describe_pipeline_execution(PipelineExecutionArn=execution)
        steps = sagemaker.list_pipeline_execution_steps(
            PipelineExecutionArn=execution, SortOrder="Ascending"
        )["PipelineExecutionSteps"]
        for name in (step["StepName"] for step in steps):
            if name not in told:
                told.add(name)
                on_step(name)
        if state["PipelineExecutionStatus"] in FINISHED:
            break
        time.sleep(POLL_SECONDS)
    if state["PipelineExecutionStatus"] != "Succeeded":
        reasons = [step["FailureReason"] for step in steps if step.get("FailureReason")]
        reason = "; ".join(reasons) or state.get("FailureReason", "no reason was given")
        raise WorkError(f"The pipeline {pipeline} did not succeed: {reason}")


def approved(cloud: Cloud, group: str) -> Version:
    """The newest version of a group, approved now if it waited for a person.

    Raises WorkError for a group without versions.
    """
    sagemaker = cloud.client("sagemaker")
    packages = sagemaker.list_model_packages(
        ModelPackageGroupName=group, SortBy="CreationTime", SortOrder="Descending"
    )["ModelPackageSummaryList"]
    if not packages:
        raise WorkError(f"The model package group {group} has no version.")
    arn = packages[0]["ModelPackageArn"]
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    if package["ModelApprovalStatus"] == "PendingManualApproval":
        sagemaker.update_model_package(
            ModelPackageArn=arn,
            ModelApprovalStatus="Approved",
            ApprovalDescription="Approved by the first round on the embedded AWS",
        )
    return Version(arn, package["ModelPackageVersion"], _metrics(cloud, package))


def ask(cloud: Cloud, endpoint: str, sample: Sample) -> Answers:
    """Send the held-out records through InvokeEndpoint and count the right labels.

    Raises WorkError for an answer of another form than that of the model projects in templates/.
    """
    response = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint,
        ContentType="text/csv",
        Accept="application/json",
        Body=sample.questions(),
    )
    answer = response["Body"].read().decode(errors="replace")
    try:
        predictions = json.loads(answer)["predictions"]
        labels = [int(float(prediction["label"])) for prediction in predictions]
        pairs = list(zip(labels, sample.held_out, strict=True))
    except (KeyError, TypeError, ValueError) as error:
        raise WorkError(
            f'The endpoint {endpoint} did not answer {{"predictions": [{{"label": …}}, …]}}, one '
            f"for each of {len(sample.held_out)} records, but {answer[:200]}"
        ) from error
    return Answers(
        asked=len(pairs),
        right=sum(answered == label for answered, (_, label) in pairs),
        version=_version_behind(cloud, endpoint, response["InvokedProductionVariant"]),
    )


def _version_behind(cloud: Cloud, endpoint: str, variant: str) -> int:
    """The number of the model package that a variant of an endpoint serves."""
    sagemaker = cloud.client("sagemaker")
    config = sagemaker.describe_endpoint_config(
        EndpointConfigName=sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    )
    (model,) = (
        one["ModelName"] for one in config["ProductionVariants"] if one["VariantName"] == variant
    )
    described = sagemaker.describe_model(ModelName=model)
    containers = described.get("Containers") or [described["PrimaryContainer"]]
    package = sagemaker.describe_model_package(ModelPackageName=containers[0]["ModelPackageName"])
    return int(package["ModelPackageVersion"])


def _metrics(cloud: Cloud, package: dict[str, Any]) -> dict[str, float]:
    """The numbers of the registered model-quality report, by metric.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
    """
    uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    (metrics,) = (value for name, value in report.items() if name.endswith("_metrics"))
    return {
        name: float(metric["value"])
        for name, metric in metrics.items()
        if isinstance(metric.get("value"), int | float)
    }
