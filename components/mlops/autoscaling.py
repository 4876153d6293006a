"""Scaling of an endpoint's variant by the invocations that each of its instances takes."""

import pulumi
import pulumi_aws as aws

from components.common.iam import Json

NAMESPACE = "sagemaker"
DIMENSION = "sagemaker:variant:DesiredInstanceCount"
METRIC = "SageMakerVariantInvocationsPerInstance"
SCALE_OUT_COOLDOWN_SECONDS = 60
SCALE_IN_COOLDOWN_SECONDS = 300


def tracking(invocations_per_minute: int) -> Json:
    """The target tracking of a policy, as Application Auto Scaling itself takes it.

    https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TargetTrackingScalingPolicyConfiguration.html
    """
    return {
        "PredefinedMetricSpecification": {"PredefinedMetricType": METRIC},
        "TargetValue": invocations_per_minute,
        "ScaleOutCooldown": SCALE_OUT_COOLDOWN_SECONDS,
        "ScaleInCooldown": SCALE_IN_COOLDOWN_SECONDS,
    }


def scale_variant(
    name: str,
    *,
    parent: pulumi.Resource,
    endpoint: aws.sagemaker.Endpoint,
    endpoint_name: str,
    variant_name: str,
    min_instances: int,
    max_instances: int,
    invocations_per_minute: int,
) -> aws.appautoscaling.Policy:
    """Keep a variant at `invocations_per_minute` an instance, between two instance counts.

    Quick to grow, slow to shrink. The variant must exist before it is registered, hence `endpoint`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
    """
    target = aws.appautoscaling.Target(
        f"{name}-target",
        service_namespace=NAMESPACE,
        resource_id=f"endpoint/{endpoint_name}/variant/{variant_name}",
        scalable_dimension=DIMENSION,
        min_capacity=min_instances,
        max_capacity=max_instances,
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[endpoint]),
    )
    return aws.appautoscaling.Policy(
        f"{name}-policy",
        policy_type="TargetTrackingScaling",
        service_namespace=target.service_namespace,
        resource_id=target.resource_id,
        scalable_dimension=target.scalable_dimension,
        target_tracking_scaling_policy_configuration={
            "predefined_metric_specification": {"predefined_metric_type": METRIC},
            "target_value": invocations_per_minute,
            "scale_out_cooldown": SCALE_OUT_COOLDOWN_SECONDS,
            "scale_in_cooldown": SCALE_IN_COOLDOWN_SECONDS,
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
