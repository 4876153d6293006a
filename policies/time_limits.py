"""Whatever runs for a while has a limit after which it is stopped.

Compute that hangs is paid for until someone looks: a CodeBuild project without limits stops after
60 minutes and queues for 8 hours, a training or processing job of SageMaker after a day. A job that
a schedule starts must end before the next, or several would run side by side.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ProcessingStoppingCondition.html
"""

import json
from collections.abc import Iterator

from infra.graph import Graph
from policies.finding import Finding, found
from policies.scheduled_jobs import jobs_of

STOPPED = ("Training", "Processing", "Tuning", "AutoML")
"""Steps of a pipeline that run a job with a stopping condition."""


def time_limits(graph: Graph) -> list[Finding]:
    """What has no limit, or a wrong one: builds, machines that wait, jobs, monitors, rollouts."""
    return [
        *_builds(graph),
        *_machines(graph),
        *_pipelines(graph),
        *_monitors(graph),
        *_rollouts(graph),
    ]


def _builds(graph: Graph) -> Iterator[Finding]:
    for project in graph.of_type("aws:codebuild/project:Project"):
        for key in ("buildTimeout", "queuedTimeout"):
            if not project.inputs.get(key):
                yield found(__name__, project, f"it has no {key}")


def _machines(graph: Graph) -> Iterator[Finding]:
    """A machine that waits for something may wait for a year, and no other call of it lasts.

    https://docs.aws.amazon.com/step-functions/latest/dg/sfn-stuck-execution.html
    """
    for machine in graph.of_type("aws:sfn/stateMachine:StateMachine"):
        definition = json.loads(machine.inputs["definition"])
        kinds = {state["Type"] for state in definition["States"].values()}
        if "Wait" in kinds and not definition.get("TimeoutSeconds"):
            yield found(__name__, machine, "it waits, and has no TimeoutSeconds")


def _pipelines(graph: Graph) -> Iterator[Finding]:
    for pipeline in graph.of_type("aws:sagemaker/pipeline:Pipeline"):
        for step in json.loads(pipeline.inputs["pipelineDefinition"])["Steps"]:
            request = step.get("Arguments", {})
            request = request.get("TrainingJobDefinition", request)  # of a search's trainings
            condition = request.get("StoppingCondition", {})
            if step["Type"] in STOPPED and not condition.get("MaxRuntimeInSeconds"):
                message = f"its step {step['Name']} has no StoppingCondition"
                yield found(__name__, pipeline, message)


def _monitors(graph: Graph) -> Iterator[Finding]:
    for schedule, request, (shortest, _) in jobs_of(graph):
        most = request.get("StoppingCondition", {}).get("MaxRuntimeInSeconds")
        if not most:
            yield found(__name__, schedule, "its job has no StoppingCondition")
        elif most > shortest:
            message = f"its job may run for {most} seconds, and the next begins after {shortest}"
            yield found(__name__, schedule, message)


def _rollouts(graph: Graph) -> Iterator[Finding]:
    """A rollout that may last less than it waits is rolled back each time.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_BlueGreenUpdatePolicy.html
    """
    for endpoint in graph.of_type("aws:sagemaker/endpoint:Endpoint"):
        policy = endpoint.inputs.get("deploymentConfig", {}).get("blueGreenUpdatePolicy", {})
        waits = policy.get("terminationWaitInSeconds", 0)
        waits += policy.get("trafficRoutingConfiguration", {}).get("waitIntervalInSeconds", 0)
        most = policy.get("maximumExecutionTimeoutInSeconds")
        if not most or most <= waits:
            message = f"its rollout waits {waits} seconds and is given up after {most}"
            yield found(__name__, endpoint, message)
