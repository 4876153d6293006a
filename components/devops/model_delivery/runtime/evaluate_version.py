"""Judge the model version that this delivery's training registered.

It must be there, be what is accepted, and, where COMPARE_WITH_LIVE is set, not be worse than what
the endpoint serves by the first metric of what is accepted. Each was measured on records of its
own, so that a difference within the spread of both measurements counts for nothing.

Told by the environment: TRAINING_PIPELINE, DELIVERY (the id of the delivery's execution), ENDPOINT,
ACCEPT and COMPARE_WITH_LIVE. ACCEPT lists conditions, `auc >= 0.86, f1 >= 0.8`; parts between
semicolons that begin with a kind of model hold for that kind alone: `binary: auc >= 0.8; …`.
Exports MODEL_PACKAGE, VERSION, METRICS and LIVE.
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
Condition = tuple[str, str, float]
"""A metric, `>=` or `<=`, and the bound."""


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


def metrics_of(package: dict[str, Any], s3: Any) -> tuple[str, Metrics]:
    """The kind of a registered version, and its metrics, by the report that it points at.

    The kind is the report's, `binary` of `binary_classification_metrics`. Each metric has a
    `value`.

    Raises SystemExit for a version without a report.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
    """
    quality = package.get("ModelMetrics", {}).get("ModelQuality", {})
    uri = quality.get("Statistics", {}).get("S3Uri", "")
    if not uri:
        raise SystemExit(f"{package['ModelPackageArn']} was registered without its metrics")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    report = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    ((kind, metrics),) = (
        (name.partition("_")[0], value)
        for name, value in report.items()
        if name.endswith("_metrics")
    )
    return kind, {
        name: metric
        for name, metric in metrics.items()
        if isinstance(metric, dict) and isinstance(metric.get("value"), int | float)
    }


def conditions(accept: str, kind: str) -> list[Condition]:
    """The conditions of ACCEPT that hold for models of a kind."""
    found: list[Condition] = []
    for part in accept.split(";"):
        of, _, listed = part.rpartition(":")
        if of.strip() in {"", kind}:
            for one in listed.split(","):
                metric, comparison, bound = one.split()
                found.append((metric, comparison, float(bound)))
    return found


def keeps(metrics: Metrics, condition: Condition) -> bool:
    """Whether a metric is within its bound; one that was not measured is not."""
    metric, comparison, bound = condition
    if metric not in metrics:
        return False
    value = metrics[metric]["value"]
    return value <= bound if comparison == "<=" else value >= bound


def worse(challenger: dict[str, float], champion: dict[str, float], comparison: str) -> bool:
    """Whether a metric is worse by more than the standard deviation of the difference.

    Less is worse, unless `comparison` is `<=`.
    """
    spread = math.hypot(
        challenger.get("standard_deviation", 0.0), champion.get("standard_deviation", 0.0)
    )
    loss = champion["value"] - challenger["value"]
    return (-loss if comparison == "<=" else loss) > spread


def listed(metrics: Metrics) -> str:
    """The metrics in one line."""
    return ", ".join(f"{name} {metric['value']:.4f}" for name, metric in metrics.items())


def main() -> None:
    """Judge, and export what an approver wants to know."""
    told, sagemaker, s3 = os.environ, boto3.client("sagemaker"), boto3.client("s3")
    arn = registered(sagemaker, told["TRAINING_PIPELINE"], told["DELIVERY"])
    package = sagemaker.describe_model_package(ModelPackageName=arn)
    kind, metrics = metrics_of(package, s3)
    version = f"version {package['ModelPackageVersion']}"
    accepted = conditions(told["ACCEPT"], kind)
    if not accepted:
        raise SystemExit(f"{version} is {kind}, and nothing is accepted of that: {told['ACCEPT']}")
    for condition in accepted:
        if not keeps(metrics, condition):
            asked = " ".join(map(str, condition))
            raise SystemExit(f"{version} has {listed(metrics)}; accepted is {asked}")
    serving, champion_arn = "nothing is served yet", live(sagemaker, told["ENDPOINT"])
    if champion_arn and champion_arn != arn:
        champion = sagemaker.describe_model_package(ModelPackageName=champion_arn)
        _, its = metrics_of(champion, s3)
        serving = f"version {champion['ModelPackageVersion']} is live with {listed(its)}"
        metric, comparison, _ = accepted[0]
        compared = told.get("COMPARE_WITH_LIVE") and metric in its
        if compared and worse(metrics[metric], its[metric], comparison):
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
