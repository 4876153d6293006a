"""Alarms on a model that Kubernetes serves, by the metrics of its receiver."""

import pulumi
import pulumi_aws as aws

from components.foundation.alerts.alerts import AlertTopics
from components.foundation.alerts.away_alarm import away_alarm
from components.mlops.alarms import error_alarm, latency_alarm
from components.mlops.rollout import ALL_TRAFFIC

NAMESPACE, FAILURES = "maslow/Serving", "Failures"
"""Of the receiver's metrics, and that of requests which were not answered with status 200."""
AWAY_MINUTES, WAKING_MINUTES = 5, 15
"""How long a model may be away; longer where its pods come from none, and each version's count."""


def serving_alarms(
    name: str,
    *,
    parent: pulumi.Resource,
    endpoint_name: str,
    latency_ms: int,
    error_percent: float,
    topics: AlertTopics,
    away_minutes: int,
) -> list[aws.cloudwatch.MetricAlarm]:
    """Alarms when it is slow, fails, or cannot be asked for `away_minutes`."""
    return [
        latency_alarm(
            f"{name}-latency",
            parent=parent,
            endpoint_name=endpoint_name,
            variant_name=ALL_TRAFFIC,
            latency_ms=latency_ms,
            topic_arn=topics["warning"],
            namespace=NAMESPACE,
        ),
        error_alarm(
            f"{name}-errors",
            parent=parent,
            endpoint_name=endpoint_name,
            variant_name=ALL_TRAFFIC,
            error_percent=error_percent,
            topic_arn=topics["critical"],
            namespace=NAMESPACE,
            failures=FAILURES,
        ),
        # Without a receiver the other alarms would see nothing.
        away_alarm(
            f"{name}-away",
            parent=parent,
            description=f"{endpoint_name}: no pod answers, or nothing watches whether one does",
            namespace=NAMESPACE,
            dimensions={"EndpointName": endpoint_name, "VariantName": ALL_TRAFFIC},
            minutes=away_minutes,
            topic_arn=topics["critical"],
        ),
    ]
