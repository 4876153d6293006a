"""Alarms and what emits their metrics, on the smallest program."""

from collections.abc import Callable
from typing import Any

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record

TOPIC = "arn:aws:sns:eu-west-1:123456789012:alerts"
DRIFT = {
    "namespace": "aws/sagemaker/Endpoints/data-metrics",
    "metric_name": "feature_baseline_drift_age",
    "dimensions": {"Endpoint": "serving", "MonitoringSchedule": "watch"},
    "period": 86400,
    "statistic": "Maximum",
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 0.1,
    "evaluation_periods": 1,
    "treat_missing_data": "missing",
    "alarm_actions": [TOPIC],
    "ok_actions": [TOPIC],
    "insufficient_data_actions": [TOPIC],
}
"""An alarm on drift that is as it should be."""


def monitor() -> None:
    """A monitor of the endpoint `serving`, which runs each day."""
    definition = aws.sagemaker.DataQualityJobDefinition(
        "definition",
        role_arn="arn:aws:iam::123456789012:role/watching",
        data_quality_app_specification={"image_uri": "analyzer"},
        data_quality_job_input={"endpoint_input": {"endpoint_name": "serving"}},
        data_quality_job_output_config={
            "monitoring_outputs": {"s3_output": {"s3_uri": "s3://reports/serving"}}
        },
        job_resources={
            "cluster_config": {
                "instance_count": 1,
                "instance_type": "ml.m5.large",
                "volume_size_in_gb": 20,
            }
        },
    )
    aws.sagemaker.MonitoringSchedule(
        "schedule",
        name="watch",
        monitoring_schedule_config={
            "monitoring_type": "DataQuality",
            "monitoring_job_definition_name": definition.name,
            "schedule_config": {"schedule_expression": "cron(0 0 ? * * *)"},
        },
    )


@pytest.fixture
def drift_alarm() -> Callable[..., Graph]:
    """From what differs of an alarm on drift to the graph of it and its monitor."""

    def recorded(**differing: Any) -> Graph:
        def program() -> None:
            monitor()
            aws.cloudwatch.MetricAlarm("drift", **{**DRIFT, **differing})

        return record(program)

    return recorded
