"""What is started is followed: each failure of it reaches a topic of alerts, once, with a link.

A rule of EventBridge on the default bus tells of it, unless what started it follows it to the end
and fails with it: a pipeline of CodePipeline does so with its builds, and with the machines that it
invokes. What could not be started at all waits in a dead-letter queue, which an alarm watches.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from catalog import CLOUDCONTROL
from catalog.event_patterns import matches
from infra.graph import Graph, Resource
from policies.finding import Finding, found
from policies.metrics import watched
from policies.scheduled_jobs import CREATES, SCHEDULE

ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BUILD = "aws:codebuild/project:Project"
CRAWLER = "aws:glue/crawler:Crawler"
DELIVERY = "aws:codepipeline/pipeline:Pipeline"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
MACHINE = "aws:sfn/stateMachine:StateMachine"
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
TRAINING = "aws:sagemaker/pipeline:Pipeline"
WORKFLOW = "AWS::MWAAServerless::Workflow"

PUBLISHES = "arn:aws:states:::sns:publish"
"""What tells a topic in the definition of a machine."""
CONSOLE = "console.aws.amazon.com/"
"""In a message that leads to where a failure is seen."""
BY_HAND = "a1b2c3d4-1111-2222-3333-444455556666"
"""Name of an execution that nothing follows: the one that AWS makes up."""

Event = dict[str, Any]


class Failure(NamedTuple):
    """One way for what a resource starts to fail."""

    what: str
    """What fails and how, such as `an execution that is ABORTED`."""
    event: Event
    """The event that AWS sends of it, as far as rules tell events apart."""


def followed(graph: Graph) -> list[Finding]:
    """Resources of which a failure is told never or twice, or which may silently start nothing."""
    told_by = _Telling(graph)
    findings = []
    for kind, failures in STARTED.items():
        for resource in graph.of_type(kind):
            if kind == BUILD and resource.outputs.get("name") in told_by.built:
                continue
            findings += [
                found(__name__, resource, message)
                for failure in failures(resource)
                if (message := told_by.wrong_with(failure, 1))
            ]
            if kind == MACHINE:
                findings += [*_of_invoked(resource, told_by), *_of_own_words(resource, told_by)]
    for resource in chain(graph.of_type(SCHEDULE), graph.of_type(TARGET)):
        if message := told_by.unstarted(resource):
            findings.append(found(__name__, resource, message))
    return findings


class _Telling:
    """What a graph tells by, found once."""

    def __init__(self, graph: Graph) -> None:
        telling = {
            machine.outputs["arn"]: machine.inputs["definition"]
            for machine in graph.of_type(MACHINE)
            if PUBLISHES in machine.inputs["definition"]
        }
        topics: dict[str, int] = {}
        self._unlinked: set[str] = set()
        """Names of rules whose message does not lead to where the failure is seen."""
        for target in graph.of_type(TARGET):
            arn, rule = target.inputs["arn"], target.inputs["rule"]
            if ":sns:" in arn or arn in telling:
                topics[rule] = topics.get(rule, 0) + 1
                filled = (target.inputs.get("inputTransformer") or {}).get("inputTemplate", "")
                if CONSOLE not in telling.get(arn, filled):
                    self._unlinked.add(rule)
        self._rules = [
            (_name(rule), json.loads(rule.inputs["eventPattern"]), topics[_name(rule)])
            for rule in graph.of_type(RULE)
            if _name(rule) in topics
            and rule.inputs.get("eventPattern")
            and rule.inputs.get("eventBusName", "default") == "default"
            and rule.inputs.get("state") != "DISABLED"
        ]
        self._queues = {
            queue.outputs.get("arn")
            for queue in graph.of_type("aws:sqs/queue:Queue")
            if _name(queue)
            in {
                metric.dimensions.get("QueueName")
                for alarm in graph.of_type(ALARM)
                for metric in watched(alarm)
            }
        }
        actions = [
            action["configuration"]
            for pipeline in graph.of_type(DELIVERY)
            for stage in pipeline.inputs["stages"]
            for action in stage["actions"]
            if "configuration" in action
        ]
        self.built = {each["ProjectName"] for each in actions if "ProjectName" in each}
        """Names of the projects whose builds a pipeline starts and follows."""
        self.invoked = {
            each["StateMachineArn"]: each.get("ExecutionNamePrefix")
            for each in actions
            if "StateMachineArn" in each
        }
        """ARNs of the machines that a pipeline starts and follows, with what it calls executions
        by."""

    def wrong_with(self, failure: Failure, times: int) -> str | None:
        """What is wrong where a failure is not told by as many rules."""
        by = {name: n for name, pattern, n in self._rules if matches(pattern, failure.event)}
        count = sum(by.values())
        if count == times:
            without = [name for name in by if name in self._unlinked]
            return f"{failure.what} is told by {without[0]} without a link" if without else None
        if not count:
            return (
                f"no rule tells a topic of {failure.what}: "
                f'"{failure.event["detail-type"]}" of {failure.event["source"]}'
            )
        told = f"{failure.what} is told {count} times, by {', '.join(by)}"
        return told if times else f"{told}, beside what starts and follows it"

    def unstarted(self, resource: Resource) -> str | None:
        """What is wrong where a schedule or a target could start nothing unseen."""
        holder = resource.inputs["target"] if resource.type == SCHEDULE else resource.inputs
        queue = (holder.get("deadLetterConfig") or {}).get("arn")
        if queue is None:
            return "it has no dead-letter queue for what it could not start"
        if queue not in self._queues:
            return f"no alarm watches its dead-letter queue {queue}"
        return None


def _of_invoked(machine: Resource, told_by: _Telling) -> Iterator[Finding]:
    """A machine that a pipeline invokes fails with the pipeline, which is told already."""
    arn = machine.outputs.get("arn")
    if arn not in told_by.invoked:
        return
    prefix = told_by.invoked[arn]
    name = f"{prefix}-{BY_HAND}" if prefix else BY_HAND
    for failure in _executions(machine, name):
        if message := told_by.wrong_with(failure, 0):
            yield found(__name__, machine, message)


def _of_own_words(machine: Resource, told_by: _Telling) -> Iterator[Finding]:
    """A machine that tells a topic and ends in an error right after has told of it already."""
    states = json.loads(machine.inputs["definition"])["States"]
    for state in states.values():
        end = states.get(state.get("Next"), {})
        if state.get("Resource") == PUBLISHES and end.get("Type") == "Fail":
            failure = _executions(machine, error=end["Error"])[0]
            if message := told_by.wrong_with(failure, 0):
                yield found(__name__, machine, message)


def _name(resource: Resource) -> str:
    return str(resource.inputs.get("name") or resource.name)


def _event(source: str, kind: str, detail: Mapping[str, object]) -> Event:
    return {"source": source, "detail-type": kind, "detail": dict(detail)}


def _deliveries(pipeline: Resource) -> Iterator[Failure]:
    """Executions of a pipeline of CodePipeline.

    https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
    """
    yield Failure(
        "an execution that is FAILED",
        _event(
            "aws.codepipeline",
            "CodePipeline Pipeline Execution State Change",
            {"pipeline": _name(pipeline), "execution-id": BY_HAND, "state": "FAILED"},
        ),
    )


def _builds(project: Resource) -> Iterator[Failure]:
    """Builds of a project.

    https://docs.aws.amazon.com/codebuild/latest/userguide/sample-build-notifications.html
    """
    yield Failure(
        "a build that is FAILED",
        _event(
            "aws.codebuild",
            "CodeBuild Build State Change",
            {"project-name": _name(project), "build-status": "FAILED"},
        ),
    )


def _executions(
    machine: Resource, name: str = BY_HAND, error: str = "States.Runtime"
) -> list[Failure]:
    """Executions of a standard machine; those of express ones tell nothing.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    failures = []
    for status in ("FAILED", "TIMED_OUT", "ABORTED"):
        detail = {
            "stateMachineArn": machine.outputs["arn"],
            "name": name,
            "status": status,
            "error": error if status == "FAILED" else None,
            "cause": "a state failed" if status == "FAILED" else None,
        }
        event = _event("aws.states", "Step Functions Execution Status Change", detail)
        failures.append(Failure(f"an execution that is {status}", event))
    return failures


def _trainings(pipeline: Resource) -> Iterator[Failure]:
    """Runs of a pipeline of SageMaker.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    for status in ("Failed", "Stopped"):
        detail = {
            "pipelineArn": pipeline.outputs["arn"],
            "pipelineExecutionArn": f"{pipeline.outputs['arn']}/execution/abcdefghijkl",
            "pipelineExecutionDisplayName": "execution-1700000000000",
            "currentPipelineExecutionStatus": status,
            "previousPipelineExecutionStatus": "Executing",
        }
        yield Failure(
            f"an execution that is {status}",
            _event(
                "aws.sagemaker", "SageMaker Model Building Pipeline Execution Status Change", detail
            ),
        )


def _updates(endpoint: Resource) -> Iterator[Failure]:
    """Updates of an endpoint.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    for status in ("FAILED", "ROLLING_BACK", "UPDATE_ROLLBACK_FAILED"):
        detail = {"EndpointName": _name(endpoint), "EndpointStatus": status}
        yield Failure(
            f"an update that is {status}",
            _event("aws.sagemaker", "SageMaker Endpoint State Change", detail),
        )


def _jobs(schedule: Resource) -> Iterator[Failure]:
    """Processing jobs that a schedule starts.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
    """
    target = schedule.inputs["target"]
    if not target["arn"].endswith(CREATES):
        return
    asked = json.loads(target["input"])["ProcessingJobName"]
    name = asked.replace("<aws.scheduler.execution-id>", BY_HAND)
    for status in ("Failed", "Stopped"):
        yield Failure(
            f"a processing job that is {status}",
            _event(
                "aws.sagemaker",
                "SageMaker Processing Job State Change",
                {"ProcessingJobName": name, "ProcessingJobStatus": status},
            ),
        )


def _crawls(crawler: Resource) -> Iterator[Failure]:
    """Crawls of a crawler of Glue.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-glue.html
    """
    detail = {"crawlerName": _name(crawler), "state": "Failed", "message": "Crawler Failed"}
    yield Failure("a crawl that is Failed", _event("aws.glue", "Glue Crawler State Change", detail))


def _workflows(resource: Resource) -> Iterator[Failure]:
    """Runs of a workflow of MWAA Serverless, which pulumi-aws has by Cloud Control.

    https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-airflow-serverless.html
    """
    if resource.inputs.get("typeName") != WORKFLOW:
        return
    for end in ("Failed", "Timeout", "Stopped"):
        kind = f"MWAA Serverless Workflow Run {end}"
        yield Failure(f"a run that is {end}", _event("aws.airflow-serverless", kind, {}))


STARTED: dict[str, Callable[[Resource], Iterable[Failure]]] = {
    BUILD: _builds,
    CRAWLER: _crawls,
    CLOUDCONTROL: _workflows,
    DELIVERY: _deliveries,
    ENDPOINT: _updates,
    MACHINE: _executions,
    SCHEDULE: _jobs,
    TRAINING: _trainings,
}
"""What starts something, and how that fails.

A pipeline of SageMaker starts training and processing jobs, waits for them, and fails with them.
"""
