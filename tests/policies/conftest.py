"""Alarms and what emits their metrics, on the smallest program."""

import json
from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
RAN: dict[str, Any] = {
    "id": "ran",
    "metric": {
        "namespace": "maslow/Monitors",
        "metric_name": "Ran",
        "dimensions": {"Model": "readmission", "Monitor": "data"},
        "period": 108_000,
        "stat": "Maximum",
    },
}
RUNS = {"id": "runs", "expression": "1 - FILL(ran, REPEAT) + FILL(ran, 0)", "return_data": True}
SILENCE = {
    "metric_queries": [RUNS, RAN],
    "comparison_operator": "LessThanThreshold",
    "threshold": 1,
    "evaluation_periods": 3,
    "datapoints_to_alarm": 2,
    "treat_missing_data": "ignore",
    "alarm_actions": [TOPIC],
    "ok_actions": [TOPIC],
}
"""An alarm on the silence of a monitor that is as it should be."""
REQUEST = {
    "AppSpecification": {"ContainerArguments": ["--model", "readmission", "--monitor", "data"]},
    "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
}


def of(**metric: Any) -> dict[str, Any]:
    """What differs of that alarm where its metric does."""
    return {"metric_queries": [RUNS, {**RAN, "metric": {**RAN["metric"], **metric}}]}


def monitor(expression: str = "cron(0 3 * * ? *)", **request: Any) -> None:
    """A data monitor of the model `readmission`, which runs each day."""
    aws.scheduler.Schedule(
        "schedule",
        schedule_expression=expression,
        flexible_time_window={"mode": "OFF"},
        target={
            "arn": "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob",
            "role_arn": "arn:aws:iam::123456789012:role/watching",
            "input": json.dumps({**REQUEST, **request}),
        },
    )


@pytest.fixture
def silence_alarm() -> Callable[..., Graph]:
    """From what differs of an alarm on silence to the graph of it and its monitor."""

    def recorded(**differing: Any) -> Graph:
        def program() -> None:
            monitor()
            aws.cloudwatch.MetricAlarm("silence", **{**SILENCE, **differing})

        return record(program)

    return recorded
