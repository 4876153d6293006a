"""The processing jobs that schedules start, as a graph declares them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from infra.graph import Graph, Resource
from infra.settings.frequency import pauses

SCHEDULE = "aws:scheduler/schedule:Schedule"
CREATES = ":aws-sdk:sagemaker:createProcessingJob"


class ScheduledJob(NamedTuple):
    """A schedule of EventBridge Scheduler with what it asks SageMaker for."""

    schedule: Resource
    request: Mapping[str, Any]
    """As CreateProcessingJob takes it."""
    every: tuple[int, int]
    """The shortest and the longest time between two runs, in seconds."""

    def argument(self, option: str) -> str:
        """The value of an option of the container's command. Raises ValueError without it."""
        arguments = self.request["AppSpecification"]["ContainerArguments"]
        return str(arguments[arguments.index(option) + 1])


def jobs_of(graph: Graph) -> Iterator[ScheduledJob]:
    """Every processing job that a schedule of a graph starts."""
    for schedule in graph.of_type(SCHEDULE):
        target = schedule.inputs["target"]
        if target["arn"].endswith(CREATES):
            every = pauses(schedule.inputs["scheduleExpression"])
            yield ScheduledJob(schedule, json.loads(target["input"]), every)
