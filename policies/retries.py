"""What calls AWS by itself tries again before it gives up.

AWS refuses some calls of every busy account for a moment. Without retries one of those loses the
event or ends the execution, and the work that it would have started never happens.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from infra.graph import Graph, Resource
from policies.finding import Finding, found
from policies.scheduled_jobs import SCHEDULE

LEAST_ATTEMPTS = 3
LEAST_SECONDS = 3600


def retries(graph: Graph) -> list[Finding]:
    """Targets and tasks that try too few times or too short a while.

    A target of a rule or schedule without a retry policy has EventBridge's own: 185 attempts in 24
    hours. A task of a state machine either retries, or catches its failure where that is an answer,
    as for what is not there yet.
    """
    return [*_targets(graph), *_schedules(graph), *_tasks(graph)]


def _targets(graph: Graph) -> Iterator[Finding]:
    for target in graph.of_type("aws:cloudwatch/eventTarget:EventTarget"):
        yield from _policy(target, target.inputs.get("retryPolicy"))


def _schedules(graph: Graph) -> Iterator[Finding]:
    for schedule in graph.of_type(SCHEDULE):
        yield from _policy(schedule, schedule.inputs["target"].get("retryPolicy"))


def _policy(resource: Resource, policy: Mapping[str, Any] | None) -> Iterator[Finding]:
    told = policy or {}
    attempts = told.get("maximumRetryAttempts", 185)
    seconds = told.get("maximumEventAgeInSeconds", 86400)
    if attempts < LEAST_ATTEMPTS or seconds < LEAST_SECONDS:
        message = (
            f"{attempts} retries in {seconds} seconds are fewer than {LEAST_ATTEMPTS} "
            f"in {LEAST_SECONDS}"
        )
        yield found(__name__, resource, message)


def _tasks(graph: Graph) -> Iterator[Finding]:
    for machine in graph.of_type("aws:sfn/stateMachine:StateMachine"):
        for name, task in tasks(json.loads(machine.inputs["definition"])):
            retriers = task.get("Retry", [])
            # Step Functions tries three times where the retrier does not say.
            most = max((retrier.get("MaxAttempts", 3) for retrier in retriers), default=0)
            if not retriers and "Catch" not in task:
                yield found(__name__, machine, f"its task {name} neither retries nor catches")
            elif retriers and most < LEAST_ATTEMPTS:
                yield found(__name__, machine, f"its task {name} retries {most} times at most")


def tasks(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each task of a state machine by its name, those of parallel branches and maps included."""
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        inner = [*state.get("Branches", ()), state.get("ItemProcessor")]
        for part in inner:
            if part:
                yield from tasks(part)
