"""Judge the model version that this delivery's training registered.

It must be there, reach the least that is accepted, and, where COMPARE_WITH_LIVE is set, not be
worse than what the endpoint serves. Each was measured on records of its own, so that a difference
within the spread of both measurements counts for nothing.

Told by the environment: TRAINING_PIPELINE, DELIVERY (the id of the delivery's execution), ENDPOINT,
METRIC, MINIMUM and COMPARE_WITH_LIVE. Exports MODEL_PACKAGE, VERSION, METRICS and LIVE.
"""

import json
import math
import os
import shlex
import sys
from typing import Any

import boto3

NO_SUCH = {"ValidationException", "ResourceNotFound", "ResourceNotFoundException"}

Metrics = dict[str, dict[str, float]]


def registered(sagemaker: Any, pipeline: str, delivery: str) -> str:
    """ARN of the model package that the newest training of this delivery registered.

    Raises SystemExit where there is none.
    """
    executions = sagemaker.list_pipeline_executions(
        PipelineName=pipeline, SortBy="CreationTime", SortOrder="Descending", MaxResults=100
    )["PipelineExecutionSummaries"]
    own = [one for one in executions if one.get("PipelineExecutionDisplayName") == delivery]
    if not own:
        raise SystemExit(f"no execution of {pipeline} belongs to the delivery {delivery}")
    newest = max(own, key=lambda one: one["StartTime"])["PipelineExecutionArn"]
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=newest)
    for step in steps["PipelineExecutionSteps"]:
        if arn := step.get("Metadata", {}).get("RegisterModel", {}).get("Arn"):
            return str(arn)
    raise SystemExit(f"{newest} registered no model version")


def live(sagemaker: Any, endpoint: str) -> str | None:
    """ARN of the model package that the endpoint serves; None while there is no endpoint."""
    try:
        described = sagemaker.describe_endpoint(EndpointName=endpoint)
    except sagemaker.exceptions.ClientError as error:
        if error.response["Error"]["Code"] in NO_SUCH:
            return None
        raise
    config = sagemaker.describe_endpoint_config(EndpointConfigName=described["EndpointConfigName"])
    variant = max(config["ProductionVariants"], key=lambda one: one.get("InitialVariantWeight", 1))
    model = sagemaker.describe_model(ModelName=variant["ModelName"])
    containers = model.get("Containers") or [model["PrimaryContainer"]]
    package: str | None = containers[0].get("ModelPackageName")
    return package


def metrics_of(package: dict[str, Any], s3: Any) -> Metrics:
    """The metrics of a registered version, each with its `value`, by the report it points at.

    Raises SystemExit for a version without a report.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
    """
    quality = package.get("ModelMetrics", {}).get("ModelQuality", {})
    uri = quality.get("Statistics", {}).get("S3Uri", "")
    if not uri:
        raise SystemExit(f"{package['ModelPackageArn']} was registered without its metrics")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    (metrics,) = (value for name, value in report.items() if name.endswith("_metrics"))
    return {
        name: metric
        for name, metric in metrics.items()
        if isinstance(metric, dict) and isinstance(metric.get("value"), int | float)
    }


def worse(challenger: dict[str, float], champion: dict[str, float]) -> bool:
    """Whether a metric is lower by more than the standard deviation of the difference."""
    spread = math.hypot(
        challenger.get("standard_deviation", 0.0), champion.get("standard_deviation", 0.0)
    )
    return challenger["value"] < champion["value"] - spread


def listed(metrics: Metrics) -> str:
    """The metrics in one line."""
    return ", ".join(f"{name} {metric['value']:.4f}" for name, metric in metrics.items())


def main() -> None:
    """Judge, and export what an approver wants to know."""
    told, sagemaker, s3 = os.environ, boto3.client("sagemaker"), boto3.client("s3")
    metric, minimum = told["METRIC"], float(told["MINIMUM"])
    arn = registered(sagemaker, told["TRAINING_PIPELINE"], told["DELIVERY"])
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    metrics = metrics_of(package, s3)
    version = f"version {package['ModelPackageVersion']}"
    if metric not in metrics:
        raise SystemExit(f"{version} was measured without {metric}: {listed(metrics)}")
    if metrics[metric]["value"] < minimum:
        raise SystemExit(f"{version} has {listed(metrics)}; accepted is {metric} {minimum}")
    serving, champion_arn = "nothing is served yet", live(sagemaker, told["ENDPOINT"])
    if champion_arn and champion_arn != arn:
        champion = sagemaker.describe_model_package(ModelPackageName=champion_arn)
        its = metrics_of(champion, s3)
        serving = f"version {champion['ModelPackageVersion']} is live with {listed(its)}"
        compared = told.get("COMPARE_WITH_LIVE") and metric in its
        if compared and worse(metrics[metric], its[metric]):
            raise SystemExit(f"{version} has {listed(metrics)}, but {serving}")
    sys.stderr.write(f"{version} has {listed(metrics)}; {serving}\n")
    found = {
        "MODEL_PACKAGE": arn,
        "VERSION": str(package["ModelPackageVersion"]),
        "METRICS": listed(metrics),
        "LIVE": serving,
    }
    for name, value in found.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


if __name__ == "__main__":
    main()
