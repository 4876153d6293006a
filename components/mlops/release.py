"""What an endpoint's move to another configuration needs, and desired state cannot say.

Pulumi runs it as hooks around the endpoint's update, with the credentials of who deploys.
https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pulumi

from components.common.aws_client import aws_client
from components.mlops.autoscaling import DIMENSION, NAMESPACE

Call = tuple[str, dict[str, Any]]
"""An operation of Application Auto Scaling, by its boto3 name, with its request."""

TARGET = ("MinCapacity", "MaxCapacity", "SuspendedState")
POLICY = (
    "PolicyName",
    "PolicyType",
    "StepScalingPolicyConfiguration",
    "TargetTrackingScalingPolicyConfiguration",
    "PredictiveScalingPolicyConfiguration",
)
SCHEDULE = (
    "ScheduledActionName",
    "Schedule",
    "Timezone",
    "StartTime",
    "EndTime",
    "ScalableTargetAction",
)
"""Of what AWS tells of scaling, what the requests that make it take."""


class RolledBack(Exception):
    """SageMaker took an endpoint back to the configuration that it came from."""


def release_hooks(
    name: str,
    *,
    endpoint_name: str,
    region: str,
    scaled: bool,
    first: Sequence[pulumi.ResourceHook] = (),
) -> pulumi.ResourceHookBinding:
    """Hooks for the update of an endpoint of that name; `name` is the prefix of theirs.

    Before it, a variant that gets another instance type stops being scaled, since SageMaker refuses
    the update otherwise. After it, and where it fails, the variant is scaled as it was, unless the
    new one is not to be (`scaled`). An update that SageMaker rolled back raises RolledBack, which
    fails the deployment before it deletes what still serves. Hooks of `first` run before these.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-scaling-update.html
    """
    aside: list[Call] = []
    started = datetime.now(UTC)

    def before(args: pulumi.ResourceHookArgs) -> None:
        nonlocal started
        started = datetime.now(UTC)
        wanted = _configuration(args.new_inputs)
        for variant in changed_variants(aws_client("sagemaker", region), endpoint_name, wanted):
            aside.extend(
                deregister(
                    aws_client("application-autoscaling", region),
                    f"endpoint/{endpoint_name}/variant/{variant}",
                )
            )

    def put_back() -> None:
        register(aws_client("application-autoscaling", region), aside)
        aside.clear()

    def after(args: pulumi.ResourceHookArgs) -> None:
        try:
            require_released(
                aws_client("sagemaker", region),
                aws_client("cloudwatch", region),
                endpoint_name=endpoint_name,
                configuration=_configuration(args.new_inputs),
                alarms=_rollback_alarms(args.new_inputs),
                since=started,
            )
        except RolledBack:
            put_back()
            raise
        if scaled:
            put_back()

    async def before_update(args: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(before, args)

    async def after_update(args: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(after, args)

    async def on_error(_: pulumi.ErrorHookArgs) -> bool:
        await asyncio.to_thread(put_back)
        return False

    return pulumi.ResourceHookBinding(
        before_update=[*first, pulumi.ResourceHook(f"{name}-before", before_update)],
        after_update=[pulumi.ResourceHook(f"{name}-after", after_update)],
        on_error=[pulumi.ErrorHook(f"{name}-failed", on_error)],
    )


def changed_variants(sagemaker: Any, endpoint_name: str, configuration: str) -> list[str]:
    """Variants that an endpoint serves now and that `configuration` gives another instance type.

    One that it lacks is among them.
    """
    live = sagemaker.describe_endpoint(EndpointName=endpoint_name)["EndpointConfigName"]
    before, after = (
        {
            variant["VariantName"]: variant.get("InstanceType")
            for variant in sagemaker.describe_endpoint_config(EndpointConfigName=name)[
                "ProductionVariants"
            ]
        }
        for name in (live, configuration)
    )
    return [name for name, instance in before.items() if after.get(name) != instance]


def deregister(autoscaling: Any, resource_id: str) -> list[Call]:
    """Stop the scaling of a variant. Returns the calls that make it what it was.

    Deregistering takes policies and scheduled actions with it, also those that others have added.
    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
    """
    variant = {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource_id,
        "ScalableDimension": DIMENSION,
    }
    targets = autoscaling.describe_scalable_targets(
        ServiceNamespace=NAMESPACE, ResourceIds=[resource_id], ScalableDimension=DIMENSION
    )["ScalableTargets"]
    if not targets:
        return []
    tags = autoscaling.list_tags_for_resource(ResourceARN=targets[0]["ScalableTargetARN"])["Tags"]
    policies = autoscaling.get_paginator("describe_scaling_policies").paginate(**variant)
    schedules = autoscaling.get_paginator("describe_scheduled_actions").paginate(**variant)
    again = [
        ("register_scalable_target", {**variant, **_only(TARGET, targets[0]), "Tags": tags}),
        *(
            ("put_scaling_policy", {**variant, **_only(POLICY, policy)})
            for page in policies
            for policy in page["ScalingPolicies"]
        ),
        *(
            ("put_scheduled_action", {**variant, **_only(SCHEDULE, action)})
            for page in schedules
            for action in page["ScheduledActions"]
        ),
    ]
    autoscaling.deregister_scalable_target(**variant)
    return again


def register(autoscaling: Any, calls: Iterable[Call]) -> None:
    """Make the calls that `deregister` returned."""
    for operation, request in calls:
        getattr(autoscaling, operation)(**request)


def require_released(
    sagemaker: Any,
    cloudwatch: Any,
    *,
    endpoint_name: str,
    configuration: str,
    alarms: Collection[str],
    since: datetime,
) -> None:
    """Raise RolledBack unless an endpoint serves `configuration`.

    SageMaker says InService after a rollback too, and Pulumi's provider takes that for success.
    `alarms` are the names of those that roll back; the ones that have changed `since` are told.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
    """
    described = sagemaker.describe_endpoint(EndpointName=endpoint_name)
    live = described["EndpointConfigName"]
    if live == configuration:
        return
    found = cloudwatch.describe_alarms(AlarmNames=[*alarms])["MetricAlarms"] if alarms else []
    reasons = [described["FailureReason"]] if described.get("FailureReason") else []
    reasons += [
        f"the alarm {alarm['AlarmName']} is {alarm['StateValue']}: {alarm['StateReason']}"
        for alarm in found
        if alarm["StateValue"] == "ALARM"
        or alarm.get("StateTransitionedTimestamp", alarm["StateUpdatedTimestamp"]) >= since
    ]
    why = "; ".join(reasons) or "SageMaker gives no reason, and no alarm has changed"
    raise RolledBack(
        f"SageMaker rolled {endpoint_name} back from {configuration} to {live}, which serves. "
        f"Why: {why}. Nothing that serves was deleted. The next `pulumi up` tries again: approve "
        "another version, or mend the cause, before it."
    )


def _configuration(inputs: Mapping[str, Any] | None) -> str:
    return str((inputs or {})["endpointConfigName"])


def _rollback_alarms(inputs: Mapping[str, Any] | None) -> list[str]:
    rollback = ((inputs or {}).get("deploymentConfig") or {}).get("autoRollbackConfiguration") or {}
    return [alarm["alarmName"] for alarm in rollback.get("alarms") or []]


def _only(members: Collection[str], answer: Mapping[str, Any]) -> dict[str, Any]:
    return {member: answer[member] for member in members if member in answer}
