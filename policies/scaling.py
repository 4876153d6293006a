"""What scales grows sooner than it shrinks, and starts within its limits.

A cool-down that is longer on the way out than on the way in lets requests wait, and takes away at
once what was just added. A variant that starts outside the limits of its scaling is resized right
after each deployment, by instances that were not asked for.

https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html
"""

from collections.abc import Iterator

from infra.graph import Graph
from policies.finding import Finding, found

CONFIGURATION = "targetTrackingScalingPolicyConfiguration"
SECONDS = 300
"""Both cool-downs of SageMaker's variants, unless a policy says otherwise."""


def scaling(graph: Graph) -> list[Finding]:
    """Scaling policies that shrink as soon as they grow, and variants outside their limits."""
    return [*_cooldowns(graph), *_counts(graph)]


def _cooldowns(graph: Graph) -> Iterator[Finding]:
    for policy in graph.of_type("aws:appautoscaling/policy:Policy"):
        tracking = policy.inputs.get(CONFIGURATION, {})
        grows, shrinks = (
            SECONDS if tracking.get(key) is None else tracking[key]
            for key in ("scaleOutCooldown", "scaleInCooldown")
        )
        if tracking and grows >= shrinks:
            message = f"it shrinks {shrinks} seconds after a change, and grows {grows} after one"
            yield found(__name__, policy, message)


def _counts(graph: Graph) -> Iterator[Finding]:
    limits = {
        target.inputs["resourceId"]: (target.inputs["minCapacity"], target.inputs["maxCapacity"])
        for target in graph.of_type("aws:appautoscaling/target:Target")
    }
    named = {
        endpoint.inputs["endpointConfigName"]: endpoint.inputs.get("name", endpoint.name)
        for endpoint in graph.of_type("aws:sagemaker/endpoint:Endpoint")
    }
    for configuration in graph.of_type("aws:sagemaker/endpointConfiguration:EndpointConfiguration"):
        endpoint = named.get(configuration.inputs.get("name", configuration.name))
        for variant in configuration.inputs["productionVariants"]:
            least, most = limits.get(
                f"endpoint/{endpoint}/variant/{variant['variantName']}", (None, None)
            )
            count = variant.get("initialInstanceCount")
            if least is not None and not least <= (count or 0) <= most:
                message = f"starts with {count} instances, and scales between {least} and {most}"
                yield found(__name__, configuration, message)
