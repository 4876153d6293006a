"""The logs of a model: of the jobs of its newest training run, and of its endpoint.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from components.common.log_group import PROCESSING_JOBS, TRAINING_JOBS, endpoint_log_group
from infra.errors import InputError
from infra.models.place import Place, model_of
from infra.models.shapes import LogShape
from infra.models.turns import newest_run, steps, trained_by_pods

ENDPOINT = "endpoint"
GROUPS = {"TrainingJob": TRAINING_JOBS, "ProcessingJob": PROCESSING_JOBS}
"""Log group by what a step's metadata calls its job."""
STREAMS = 50
"""The most streams that one call lists, and so the most of a job or an endpoint that are read."""
NOT_THERE = "ResourceNotFoundException"


@dataclass(frozen=True)
class Source:
    """Where lines come from: the streams of a log group whose names begin so."""

    name: str
    job: str | None
    group: str
    head: str = ""


def sources(place: Place, model: str) -> list[Source]:
    """The jobs of the newest training run, in their order, and the endpoint of SageMaker's.

    What pods print stays in the cluster: no log group has it.
    Raises botocore's errors.
    """
    found = [] if place.stack.platform.origin else list(_jobs(place, model))
    if model_of(place.stack, model).serving.on == "kubernetes":
        return found
    return [*found, Source(ENDPOINT, None, endpoint_log_group(place.names(model)))]


def of_pods(place: Place, model: str) -> list[str] | None:
    """The command that tells what a model's pods have printed; None where SageMaker serves it."""
    pods = model_of(place.stack, model).serving.pods
    if pods is None:
        return None
    # Here, for it loads Kubernetes' types, which no other model needs.
    from components.mlops.kubernetes_serving.objects import CONTAINER, MODEL_LABEL

    return [
        *("kubectl", "--namespace", pods.team, "logs", "--selector", f"{MODEL_LABEL}={model}"),
        *("--container", CONTAINER),
    ]


def _jobs(place: Place, model: str) -> Iterator[Source]:
    run = newest_run(place, place.names(model))
    if run is None:
        return
    execution = run["PipelineExecutionArn"]
    for step in steps(place, execution):
        for kind, group in GROUPS.items():
            if arn := step.get("Metadata", {}).get(kind, {}).get("Arn"):
                job = arn.rpartition("/")[2]
                yield Source(step["StepName"], job, group, f"{job}/")
        if job := trained_by_pods(execution, step):
            # What pods have done is where the log of a training job would be.
            yield Source(step["StepName"], job, TRAINING_JOBS, f"{job}/")
        if arn := step.get("Metadata", {}).get("TuningJob", {}).get("Arn"):
            job = arn.rpartition("/")[2]
            # Its training jobs are named after it, and their streams after them.
            yield Source(step["StepName"], job, TRAINING_JOBS, f"{job}-")


def chosen(found: list[Source], name: str | None) -> list[Source]:
    """All sources, or the one of a step, a job, or `endpoint`. Raises InputError for another."""
    if name is None:
        return found
    kept = [one for one in found if name in (one.name, one.job)]
    if not kept:
        listed = ", ".join(one.name for one in found)
        raise InputError(f"--job {name}: there is none of that name. There are {listed}.")
    return kept


def read(place: Place, source: Source, limit: int) -> LogShape:
    """The last lines of a source, oldest first; none where nothing was logged.

    Raises botocore's errors.
    """
    logs = place.client("logs")
    prefix = {"logStreamNamePrefix": source.head} if source.head else {}
    try:
        streams = logs.describe_log_streams(logGroupName=source.group, limit=STREAMS, **prefix)
        events = [
            event
            for stream in streams["logStreams"]
            for event in _events(logs, source.group, stream["logStreamName"], limit)
        ]
    except ClientError as error:
        if error.response["Error"]["Code"] != NOT_THERE:
            raise
        events = []
    events.sort(key=lambda event: event["timestamp"])
    lines = [str(event["message"]).rstrip("\n") for event in events[-limit:]]
    return {"source": source.name, "job": source.job, "group": source.group, "lines": lines}


def _events(logs: Any, group: str, stream: str, limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = logs.get_log_events(
        logGroupName=group, logStreamName=stream, startFromHead=False, limit=limit
    )["events"]
    return found
