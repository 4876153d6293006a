"""The first turn of the loop, by AWS's own API: data, training, approval, questions.

Each function takes boto3 clients by way of the running cloud and nothing else, so that what
happens here is what would happen in an account.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any, Protocol

from infra.errors import WorkError
from infra.hosts.records import Records
from infra.settings.platform import Kind

POLL_SECONDS = 0.2
FINISHED = {"Succeeded", "Failed", "Stopped"}


class Clients(Protocol):
    """A cloud, as far as it is asked for boto3's clients."""

    def client(self, service: str) -> Any:
        """The client of a service."""


@dataclass(frozen=True)
class Version:
    """A registered model version."""

    arn: str
    number: int
    kind: Kind
    """What it tells: which of two classes, which of several, or a number."""
    metrics: dict[str, float]
    """Metric to value, as the evaluation measured it on the pipeline's own test records."""


@dataclass(frozen=True)
class Answers:
    """How an endpoint answered about the held-out records."""

    asked: int
    version: int
    """The registered version that answered, as the endpoint's own configuration tells."""
    right: int | None = None
    """How many labels were right; None of a model that tells numbers."""
    error: float | None = None
    """By how much its numbers were off on average; None of a model that tells labels."""
    error_of_mean: float | None = None
    """The same of who says the mean of the training records each time."""


def put_data(cloud: Clients, bucket: str, prefix: str, records: Records) -> None:
    """Lay the training records into the curated zone, as one CSV file."""
    cloud.client("s3").put_object(
        Bucket=bucket,
        Key=f"{prefix}/records.csv",
        Body=records.training_csv().encode(),
        ContentType="text/csv",
    )


def train(cloud: Clients, pipeline: str, on_step: Callable[[str], None]) -> None:
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


def approved(cloud: Clients, group: str) -> Version:
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
    return Version(arn, package["ModelPackageVersion"], *_metrics(cloud, package))


def ask(
    cloud: Clients,
    endpoint: str,
    records: Records,
    drop: Sequence[str] = (),
    features: Sequence[Mapping[str, Any]] | None = None,
) -> Answers:
    """Send the held-out records through InvokeEndpoint and compare what comes with their target.

    They are asked about by their `features`, where these were looked up, each by its name. Raises
    WorkError for an answer of another form than that of the model projects in templates/.
    """
    kind, body = "text/csv", records.questions(drop)
    if features is not None:
        kind, body = "application/json", json.dumps({"instances": features})
    response = cloud.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, ContentType=kind, Accept="application/json", Body=body
    )
    answer = response["Body"].read().decode(errors="replace")
    truth = records.truth(records.held_out)
    try:
        pairs = list(zip(json.loads(answer)["predictions"], truth, strict=True))
        version = version_behind(cloud, endpoint)
        if all("label" in one for one, _ in pairs):
            right = sum(_same(one["label"], label) for one, label in pairs)
            return Answers(len(pairs), version, right=right)
        return _off(records, [float(one["score"]) for one, _ in pairs], version)
    except (KeyError, TypeError, ValueError) as error:
        raise WorkError(
            f'The endpoint {endpoint} did not answer {{"predictions": [{{"label": …}}, …]}} or '
            f'{{"predictions": [{{"score": …}}, …]}}, one for each of {len(truth)} records, but '
            f"{answer[:200]}"
        ) from error


def _same(answered: object, label: str) -> bool:
    """Whether a label is the true one; 1 and 1.0 are the same."""
    try:
        return float(str(answered)) == float(label)
    except ValueError:
        return str(answered) == label


def _off(records: Records, predicted: Sequence[float], version: int) -> Answers:
    truth = [float(value) for value in records.truth(records.held_out)]
    mean = fmean(float(value) for value in records.truth(records.training))
    return Answers(
        len(truth),
        version,
        error=fmean(abs(one - true) for one, true in zip(predicted, truth, strict=True)),
        error_of_mean=fmean(abs(mean - true) for true in truth),
    )


def version_behind(cloud: Clients, endpoint: str) -> int:
    """The number of the model package that an endpoint serves."""
    sagemaker = cloud.client("sagemaker")
    config = sagemaker.describe_endpoint_config(
        EndpointConfigName=sagemaker.describe_endpoint(EndpointName=endpoint)["EndpointConfigName"]
    )
    (variant,) = config["ProductionVariants"]
    described = sagemaker.describe_model(ModelName=variant["ModelName"])
    containers = described.get("Containers") or [described["PrimaryContainer"]]
    package = sagemaker.describe_model_package(ModelPackageName=containers[0]["ModelPackageName"])
    return int(package["ModelPackageVersion"])


def _metrics(cloud: Clients, package: dict[str, Any]) -> tuple[Kind, dict[str, float]]:
    """The kind of a version, and the numbers of its model-quality report by metric.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
    """
    uri = package["ModelMetrics"]["ModelQuality"]["Statistics"]["S3Uri"]
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read())
    ((name, metrics),) = ((n, value) for n, value in report.items() if n.endswith("_metrics"))
    kind: Kind = name.partition("_")[0]
    return kind, {
        name: float(metric["value"])
        for name, metric in metrics.items()
        if isinstance(metric.get("value"), int | float)
    }
