"""Target tracking: a variant's instances follow what is asked of it, by alarms as AWS makes them.

The instances are counts: as many processes answer as before.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-policy.html
"""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import (
    ApplicationAutoscalingBackend,
    FakeApplicationAutoscalingPolicy,
    applicationautoscaling_backends,
)
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.cloudwatch.models import Alarm, cloudwatch_backends
from moto.core.responses import ActionResult
from moto.sagemaker.models import FakeEndpoint, sagemaker_backends

from embedded import clock
from embedded.clock import utcnow
from embedded.extensions.metrics import metric_of
from embedded.extensions.operations import add, kept, paged
from embedded.extensions.releases import DIMENSION
from embedded.extensions.state_changes import endpoint_changed
from embedded.metric_store import Key, dimensions_of, statistic_of

MINUTE = 60
HIGH_PERIODS, LOW_PERIODS = 3, 15
LOW_PART = 0.9
"""Of the target, below which a variant shrinks."""
COOLDOWN_SECONDS = 300
"""Where the policy names none."""
PREDEFINED = "SageMakerVariantInvocationsPerInstance"

_put = ApplicationAutoscalingBackend.put_scaling_policy


class _Scaling:
    """Each minute, what alarms of policies ask for: such an action is repeated, as no other is."""

    def next(self, after: datetime) -> datetime | None:
        """The next whole minute, if there is such a policy."""
        if not any(_tracked()):
            return None
        return datetime.fromtimestamp((int(after.timestamp()) // MINUTE + 1) * MINUTE, UTC)

    def fire(self, at: datetime) -> int:
        """Scale each variant whose alarm goes off."""
        if at.timestamp() % MINUTE:
            return 0
        count = 0
        for backend, policy in list(_tracked()):
            for alarm in policy.alarms:
                if alarm.state_value == "ALARM":
                    _scale(backend, policy, alarm, at)
                    count += 1
        return count


def install() -> None:
    """Put the policies into moto's Application Auto Scaling, and have them followed."""
    add(ApplicationAutoscalingBackend, put_scaling_policy)
    add(ApplicationAutoScalingResponse, describe_scaling_activities)
    clock.current().add(_Scaling())


def put_scaling_policy(
    self: ApplicationAutoscalingBackend,
    policy_name: str,
    service_namespace: str,
    resource_id: str,
    scalable_dimension: str,
    policy_body: dict[str, Any],
    policy_type: str | None,
) -> FakeApplicationAutoscalingPolicy:
    """PutScalingPolicy: one that tracks a variant's target has an alarm above and one below it.

    Raises AWSValidationException for a metric that is not tracked here.
    """
    key = FakeApplicationAutoscalingPolicy.formulate_key(
        service_namespace, resource_id, scalable_dimension, policy_name
    )
    before = self.policies.get(key)
    tracks = scalable_dimension == DIMENSION and policy_type == "TargetTrackingScaling"
    metric = _metric(policy_body, resource_id) if tracks else {}
    policy = _put(
        self,
        policy_name,
        service_namespace,
        resource_id,
        scalable_dimension,
        policy_body,
        policy_type,
    )
    policy.creation_time = clock.now().timestamp()
    if before:
        policy.policy_arn = before.policy_arn
        before.delete_alarms(self.account_id, self.region_name)
    if metric:
        _watch(self, policy, metric)
    return policy


def describe_scaling_activities(self: ApplicationAutoScalingResponse) -> ActionResult:
    """DescribeScalingActivities, the newest first."""
    asked = {
        name: self._get_param(name)
        for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")
    }
    found = [
        activity
        for activity in reversed(_activities(self.applicationautoscaling_backend))
        if all(value in (None, activity[name]) for name, value in asked.items())
    ]
    return paged(self, "ScalingActivities", found, "ActivityId")


def _tracked() -> Iterator[tuple[ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy]]:
    """The policies that have alarms."""
    for _, _, each in applicationautoscaling_backends.iter_backends():
        backend = cast("ApplicationAutoscalingBackend", each)
        for policy in list(backend.policies.values()):
            if policy.scalable_dimension == DIMENSION and policy.alarms:
                yield backend, policy


def _metric(body: dict[str, Any], resource_id: str) -> dict[str, Any]:
    """What an alarm watches for a policy. Raises AWSValidationException."""
    if custom := body.get("CustomizedMetricSpecification"):
        if "Metrics" in custom:
            raise AWSValidationException(
                "The embedded AWS tracks a customized metric by its name, not by metric math."
            )
        return {
            "namespace": custom["Namespace"],
            "metric_name": custom["MetricName"],
            "statistic": custom["Statistic"],
            "dimensions": custom.get("Dimensions", []),
        }
    kind = body.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
    if kind != PREDEFINED:
        raise AWSValidationException(
            f"The embedded AWS does not track the predefined metric {kind}: {PREDEFINED} or a "
            "customized metric."
        )
    _, endpoint, _, variant = resource_id.split("/")
    return {
        "namespace": "AWS/SageMaker",
        "metric_name": "InvocationsPerInstance",
        "statistic": "Sum",
        "dimensions": [
            {"Name": "EndpointName", "Value": endpoint},
            {"Name": "VariantName", "Value": variant},
        ],
    }


def _watch(
    backend: ApplicationAutoscalingBackend,
    policy: FakeApplicationAutoscalingPolicy,
    metric: dict[str, Any],
) -> None:
    body = policy._policy_body  # noqa: SLF001  moto has no other way
    target = float(body["TargetValue"])
    wanted = [("AlarmHigh", "GreaterThanThreshold", HIGH_PERIODS, target)]
    if not body.get("DisableScaleIn"):
        wanted.append(("AlarmLow", "LessThanThreshold", LOW_PERIODS, target * LOW_PART))
    cloudwatch = cloudwatch_backends[backend.account_id][backend.region_name]
    policy.alarms = [
        cloudwatch.put_metric_alarm(
            **metric,
            name=f"TargetTracking-{policy.resource_id}-{kind}-{uuid4()}",
            metric_data_queries=[],
            comparison_operator=comparison,
            evaluation_periods=periods,
            period=MINUTE,
            threshold=threshold,
            description=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy "
            f"{policy.policy_arn}.",
            alarm_actions=[policy.policy_arn],
        )
        for kind, comparison, periods, threshold in wanted
    ]


def _scale(
    backend: ApplicationAutoscalingBackend,
    policy: FakeApplicationAutoscalingPolicy,
    alarm: Alarm,
    at: datetime,
) -> None:
    """Set the instances that keep the metric at its target, within the bounds and cool-downs."""
    body = policy._policy_body  # noqa: SLF001
    target = backend.targets.get(DIMENSION, {}).get(policy.resource_id)
    _, endpoint_name, _, variant_name = policy.resource_id.split("/")
    sagemaker = sagemaker_backends[backend.account_id][backend.region_name]
    endpoint = sagemaker.endpoints.get(endpoint_name)
    if target is None or endpoint is None or endpoint.endpoint_status != "InService":
        return
    (variant,) = [
        each for each in endpoint.production_variants if each["VariantName"] == variant_name
    ]
    grows = alarm.comparison_operator == "GreaterThanThreshold"
    way = "Out" if grows else "In"
    suspended = cast("dict[str, bool]", target.suspended_state or {})
    if suspended.get(f"DynamicScaling{way}Suspended") or _is_cooling(backend, policy, way, at):
        return
    current = int(variant["DesiredInstanceCount"])
    value = _highest(backend, alarm, at, HIGH_PERIODS if grows else LOW_PERIODS)
    if value is None:
        return
    wanted = math.ceil(current * value / float(body["TargetValue"]))
    wanted = max(wanted, current + 1) if grows else min(wanted, current)
    wanted = max(target.min_capacity or 0, min(target.max_capacity or wanted, wanted))
    if (wanted > current) if grows else (wanted < current):
        _set(backend, policy, alarm, endpoint, variant, wanted)
        kept(backend, "scaled")[f"{policy.policy_arn} {way}"] = at


def _is_cooling(
    backend: ApplicationAutoscalingBackend,
    policy: FakeApplicationAutoscalingPolicy,
    way: str,
    at: datetime,
) -> bool:
    """Whether the policy has scaled that way, Out or In, too short a time ago."""
    body = policy._policy_body  # noqa: SLF001
    seconds = body.get(f"Scale{way}Cooldown", COOLDOWN_SECONDS)
    scaled: dict[str, datetime] = kept(backend, "scaled")
    last = scaled.get(f"{policy.policy_arn} {way}")
    return last is not None and at < last + timedelta(seconds=seconds)


def _highest(
    backend: ApplicationAutoscalingBackend, alarm: Alarm, at: datetime, periods: int
) -> float | None:
    """The metric's highest value in the last minutes, None where it has none."""
    cloudwatch = cloudwatch_backends[backend.account_id][backend.region_name]
    named = [{"Name": str(each.name), "Value": str(each.value)} for each in alarm.dimensions]
    key = Key(alarm.namespace, alarm.metric_name, dimensions_of(named))
    end = at.timestamp()
    points = metric_of(cloudwatch, key).periods(end - periods * MINUTE, end, MINUTE)
    values = [statistic_of(samples, alarm.statistic) for _, samples in points]
    return max((value for value in values if value is not None), default=None)


def _set(
    backend: ApplicationAutoscalingBackend,
    policy: FakeApplicationAutoscalingPolicy,
    alarm: Alarm,
    endpoint: FakeEndpoint,
    variant: dict[str, Any],
    instances: int,
) -> None:
    """Change a variant's instances, and tell of it."""
    sagemaker = sagemaker_backends[backend.account_id][backend.region_name]
    endpoint_changed(sagemaker, endpoint, "UPDATING")
    variant.update(DesiredInstanceCount=instances, CurrentInstanceCount=instances)
    endpoint.last_modified_time = utcnow()
    endpoint_changed(sagemaker, endpoint, "IN_SERVICE")
    _activities(backend).append(
        {
            "ActivityId": str(uuid4()),
            "ServiceNamespace": policy.service_namespace,
            "ResourceId": policy.resource_id,
            "ScalableDimension": policy.scalable_dimension,
            "Description": f"Setting desired instance count to {instances}.",
            "Cause": f"monitor alarm {alarm.name} in state ALARM triggered policy "
            f"{policy.policy_name}",
            "StartTime": utcnow(),
            "EndTime": utcnow(),
            "StatusCode": "Successful",
            "StatusMessage": f"Successfully set desired instance count to {instances}. Change "
            "successfully fulfilled by sagemaker.",
        }
    )


def _activities(backend: ApplicationAutoscalingBackend) -> list[dict[str, Any]]:
    activities: list[dict[str, Any]] = kept(backend, "activities").setdefault("all", [])
    return activities
