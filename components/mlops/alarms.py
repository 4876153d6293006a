"""Alarms on an endpoint's variant: too slow, too many errors; and on releases that go wrong.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

import pulumi
import pulumi_aws as aws

from components.common.iam import Json
from components.foundation.alerts.alert_rule import alert_on

WENT_WRONG = (
    *("FAILED", "Failed"),
    *("ROLLING_BACK", "RollingBack"),
    *("UPDATE_ROLLBACK_FAILED", "UpdateRollbackFailed"),
)
"""What events call an endpoint that does not come to what it was to be.

The page spells the one status that it shows as IN_SERVICE, the API as InService.
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

NAMESPACE, FAILURES = "AWS/SageMaker", "Invocation5XXErrors"
PERIOD_SECONDS = 60


def latency_alarm(
    name: str,
    *,
    parent: pulumi.Resource,
    endpoint_name: str,
    variant_name: str,
    latency_ms: int,
    topic_arn: pulumi.Input[str],
    namespace: str = NAMESPACE,
) -> aws.cloudwatch.MetricAlarm:
    """An alarm when the model's 99th percentile takes over `latency_ms` in 2 of 3 minutes.

    SageMaker gives ModelLatency in microseconds, and so does whatever else publishes it, in another
    `namespace`.
    """
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"{endpoint_name}: the slowest 1% of answers take over {latency_ms} ms",
        namespace=namespace,
        metric_name="ModelLatency",
        dimensions=_dimensions(endpoint_name, variant_name),
        extended_statistic="p99",
        period=PERIOD_SECONDS,
        evaluation_periods=3,
        datapoints_to_alarm=2,
        comparison_operator="GreaterThanThreshold",
        threshold=latency_ms * 1000,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def error_alarm(
    name: str,
    *,
    parent: pulumi.Resource,
    endpoint_name: str,
    variant_name: str,
    error_percent: float,
    topic_arn: pulumi.Input[str],
    namespace: str = NAMESPACE,
    failures: str = FAILURES,
) -> aws.cloudwatch.MetricAlarm:
    """An alarm when over `error_percent` of invocations fail in 2 of 3 minutes.

    `failures` is the metric of those that do, in `namespace`: SageMaker's counts HTTP 5xx.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
    """
    sums: list[aws.cloudwatch.MetricAlarmMetricQueryArgsDict] = [
        {
            "id": id_,
            "metric": {
                "namespace": namespace,
                "metric_name": metric_name,
                "dimensions": _dimensions(endpoint_name, variant_name),
                "period": PERIOD_SECONDS,
                "stat": "Sum",
            },
        }
        for id_, metric_name in (
            ("errors", failures),
            ("invocations", "Invocations"),
        )
    ]
    return aws.cloudwatch.MetricAlarm(
        name,
        alarm_description=f"{endpoint_name}: over {error_percent}% of invocations fail",
        metric_queries=[
            {
                "id": "percent",
                "label": "Failed invocations in percent",
                "expression": "IF(invocations > 0, 100 * errors / invocations, 0)",
                "return_data": True,
            },
            *sums,
        ],
        evaluation_periods=3,
        datapoints_to_alarm=2,
        comparison_operator="GreaterThanThreshold",
        threshold=error_percent,
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
        ok_actions=[topic_arn],
        opts=pulumi.ResourceOptions(parent=parent),
    )


def release_pattern(endpoint_name: str) -> Json:
    """The event pattern of an endpoint that fails, or is taken back to what it was."""
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Endpoint State Change"],
        "detail": {"EndpointName": [endpoint_name], "EndpointStatus": list(WENT_WRONG)},
    }


def release_alert(
    name: str, *, parent: pulumi.Resource, endpoint_name: str, topic_arn: pulumi.Input[str]
) -> None:
    """A rule that tells of a release which failed or was rolled back, whoever began it."""
    alert_on(
        name,
        release_pattern(endpoint_name),
        parent=parent,
        description=f"{endpoint_name} does not come to what it was to serve",
        topic_arn=topic_arn,
        says=(
            "The endpoint <endpoint> is <status>, with the configuration <configuration>. <reason>"
            "\n\nhttps://<region>.console.aws.amazon.com/sagemaker/home?region=<region>"
            "#/endpoints/<endpoint>"
        ),
        paths={
            "endpoint": "$.detail.EndpointName",
            "status": "$.detail.EndpointStatus",
            "configuration": "$.detail.EndpointConfigName",
            "reason": "$.detail.FailureReason",
            "region": "$.region",
        },
    )


def _dimensions(endpoint_name: str, variant_name: str) -> dict[str, pulumi.Input[str]]:
    return {"EndpointName": endpoint_name, "VariantName": variant_name}
