"""How an endpoint moves from one configuration to the next.

https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from collections.abc import Sequence
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.limits import BAKE_MINUTES, CANARY_PERCENT

_Routing = (
    aws.sagemaker.EndpointDeploymentConfigBlueGreenUpdatePolicyTrafficRoutingConfigurationArgsDict
)

ALL_TRAFFIC = "AllTraffic"
"""Name of the one variant that serves live traffic."""

PROVISIONING_SECONDS = 1800
TERMINATION_WAIT_SECONDS = 120


class Rollout(TypedDict):
    """How traffic shifts to a new version."""

    canary_percent: int
    """Part of the new fleet that takes traffic first, in percent, at most 50; 0 shifts all traffic
    at once."""
    bake_minutes: int
    """Minutes, at most 45, in which an alarm still rolls the deployment back."""


def deployment_config(
    rollout: Rollout, *, min_instances: int, rollback_alarms: Sequence[pulumi.Input[str]]
) -> aws.sagemaker.EndpointDeploymentConfigArgsDict:
    """A blue/green deployment that one of `rollback_alarms` (their names) rolls back.

    A canary is at most half of the new fleet, so that one instance can have none: then all traffic
    shifts at once, and the old fleet is kept for the bake instead. Pulumi's provider gives up on an
    endpoint after an hour, hence the limit of the bake; SageMaker's own is one hour. The provider
    replaces an endpoint whose rollback alarms become others, so that their names must last.

    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-canary.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-blue-green-all-at-once.html

    Raises ValueError for a canary or a bake outside these limits.
    """
    percent, minutes = rollout["canary_percent"], rollout["bake_minutes"]
    if not 0 <= percent <= CANARY_PERCENT:
        raise ValueError(f"a canary of {percent}% is not between 0 and {CANARY_PERCENT}%")
    if not 0 <= minutes <= BAKE_MINUTES:
        raise ValueError(f"a bake of {minutes} minutes is not between 0 and {BAKE_MINUTES}")
    bake = minutes * 60
    routing: _Routing = {"type": "ALL_AT_ONCE", "wait_interval_in_seconds": 0}
    wait = bake
    if percent and min_instances > 1:
        routing = {
            "type": "CANARY",
            "wait_interval_in_seconds": bake,
            "canary_size": {"type": "CAPACITY_PERCENT", "value": percent},
        }
        wait = TERMINATION_WAIT_SECONDS
    return {
        "blue_green_update_policy": {
            "traffic_routing_configuration": routing,
            "termination_wait_in_seconds": wait,
            "maximum_execution_timeout_in_seconds": PROVISIONING_SECONDS + bake + wait,
        },
        "auto_rollback_configuration": {
            "alarms": [{"alarm_name": name} for name in rollback_alarms]
        },
    }
