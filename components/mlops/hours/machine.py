"""The state machine that turns an endpoint off and on again, as plain values.

Input: `{"on": true | false}`. SageMaker keeps no endpoint without instances unless it is of
inference components: off is that it is deleted, and on that it is created anew, of the
configuration that was deployed last. It is scaled again once it serves.

https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
"""

from typing import TypedDict

from components.common.iam import Document, Json, allow, allow_everywhere, document
from components.common.log_group import deliver_logs
from components.common.states import choice, fail, retried, told_topic, wait
from components.mlops.autoscaling import DIMENSION, NAMESPACE

POLL_SECONDS = 60
MOST_HOURS = 3
"""How long an update before it, and it itself, may take together."""
UNSETTLED = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")
NOT_SWITCHED = "NotSwitched"


class ScalingArgs(TypedDict):
    """How the variant of the endpoint is scaled."""

    variant_name: str
    """Name of the variant."""
    min_instances: int
    """Fewest instances."""
    max_instances: int
    """Most instances."""
    policy_name: str
    """Name of the policy."""
    policy: Json
    """Its target tracking, as Application Auto Scaling takes it."""


class SwitchArgs(TypedDict):
    """What the machine is made of, once it is known."""

    endpoint_name: str
    """Name of the endpoint."""
    configuration_name: str
    """Configuration that it is created with."""
    tags: dict[str, str]
    """Its tags."""
    scaling: ScalingArgs | None
    """How it is scaled; None where it is not."""
    topic_arn: str
    """Topic that is told why it could not be switched."""


def switch_machine(args: SwitchArgs) -> Json:
    """The definition: what is to be on or off already is left as it is.

    An endpoint that is being changed is waited for. One that has failed is neither on nor off: that
    is told, and a person looks.
    """
    scaling = args["scaling"]
    name = args["endpoint_name"]
    found = f"$states.result.Endpoints[EndpointName = '{name}'].EndpointStatus"
    variant = {
        "ServiceNamespace": NAMESPACE,
        "ResourceId": f"endpoint/{name}/variant/{scaling['variant_name'] if scaling else ''}",
        "ScalableDimension": DIMENSION,
    }
    states: dict[str, Json] = {
        "Begin": {
            "Type": "Pass",
            "Assign": {
                "told": {
                    "on": "{% $states.context.Execution.Input.on %}",
                    "began": "{% $millis() %}",
                }
            },
            "Next": "Find",
        },
        # The first in the order of names is the one that no longer name contains.
        "Find": retried(
            "sagemaker:listEndpoints",
            {"NameContains": name, "SortBy": "Name", "SortOrder": "Ascending", "MaxResults": 100},
            "HowIsIt",
            output={"status": f"{{% $join([{found}], '') %}}"},
        ),
        "HowIsIt": choice(
            {
                "IsTooLong": f"$states.input.status in {list(UNSETTLED)}",
                "Create": "$told.on and $states.input.status = ''",
                "Scale" if scaling else "On": "$told.on and $states.input.status = 'InService'",
                "Broken": "$told.on",
                "Off": "$states.input.status = ''",
            },
            "FindScaling" if scaling else "Delete",
        ),
        "IsTooLong": choice(
            {"TakesTooLong": f"$millis() - $told.began > {MOST_HOURS * 3_600_000}"}, "Settle"
        ),
        "Settle": wait(POLL_SECONDS, "Find"),
        "Create": retried(
            "sagemaker:createEndpoint",
            {
                "EndpointName": name,
                "EndpointConfigName": args["configuration_name"],
                "Tags": [{"Key": key, "Value": value} for key, value in args["tags"].items()],
            },
            "Settle",
        ),
        "Delete": retried("sagemaker:deleteEndpoint", {"EndpointName": name}, "Settle"),
        "On": {"Type": "Succeed", "Output": {"outcome": "on"}},
        "Off": {"Type": "Succeed", "Output": {"outcome": "off"}},
        "TakesTooLong": _failure("'it is still ' & $states.input.status"),
        "Broken": _failure("'it is ' & $states.input.status"),
        "Alert": told_topic(
            args["topic_arn"],
            f"{name} is not switched",
            f"{{% '{name} was to be ' & ($told.on ? 'on' : 'off') & ' by its hours, and is not: ' "
            "& $states.input.Error & ': ' & $substring($states.input.Cause, 0, 2000) %}",
            "NotSwitched",
            output="{% $states.input %}",
            caught=False,
        ),
        "NotSwitched": fail(NOT_SWITCHED, "{% $states.input.Error & ': ' & $states.input.Cause %}"),
    }
    if scaling:
        states |= {
            "Scale": retried(
                "applicationautoscaling:registerScalableTarget",
                {
                    **variant,
                    "MinCapacity": scaling["min_instances"],
                    "MaxCapacity": scaling["max_instances"],
                },
                "ScaleBy",
            ),
            "ScaleBy": retried(
                "applicationautoscaling:putScalingPolicy",
                {
                    **variant,
                    "PolicyName": scaling["policy_name"],
                    "PolicyType": "TargetTrackingScaling",
                    "TargetTrackingScalingPolicyConfiguration": scaling["policy"],
                },
                "On",
            ),
            "FindScaling": retried(
                "applicationautoscaling:describeScalableTargets",
                {
                    "ServiceNamespace": NAMESPACE,
                    "ResourceIds": [variant["ResourceId"]],
                    "ScalableDimension": DIMENSION,
                },
                "IsScaled",
                output={"targets": "{% $count($states.result.ScalableTargets) %}"},
            ),
            "IsScaled": choice({"Unscale": "$states.input.targets > 0"}, "Delete"),
            "Unscale": retried(
                "applicationautoscaling:deregisterScalableTarget", {**variant}, "Delete"
            ),
        }
    return {
        "Comment": f"Turns {name} off and on again",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": (MOST_HOURS + 1) * 3600,
        "StartAt": "Begin",
        "States": states,
    }


def switch_policy(
    *,
    endpoint_name: str,
    configuration_name: str,
    topic_arn: str,
    messages_key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """Delete and create one endpoint, scale it, tell a topic, and keep a log.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_applicationautoscaling.html
    """
    sagemaker = f"arn:aws:sagemaker:{region}:{account_id}"
    endpoint = f"{sagemaker}:endpoint/{endpoint_name}"
    return document(
        allow_everywhere(
            ["sagemaker:ListEndpoints", "application-autoscaling:DescribeScalableTargets"],
            reason="a listing is of all of a region",
        ),
        allow(
            ["sagemaker:CreateEndpoint"],
            [endpoint, f"{sagemaker}:endpoint-config/{configuration_name}"],
        ),
        allow(
            ["sagemaker:AddTags", "sagemaker:DeleteEndpoint", "sagemaker:DescribeEndpoint"],
            [endpoint],
        ),
        allow(
            [
                "application-autoscaling:RegisterScalableTarget",
                "application-autoscaling:DeregisterScalableTarget",
                "application-autoscaling:PutScalingPolicy",
            ],
            [f"arn:aws:application-autoscaling:{region}:{account_id}:scalable-target/*"],
            when={"StringEquals": {"application-autoscaling:service-namespace": NAMESPACE}},
        ),
        allow(["sns:Publish"], [topic_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
        deliver_logs(),
    )


def _failure(cause: str) -> Json:
    """A state that goes to the alert with an error of our own; `cause` is JSONata."""
    return {
        "Type": "Pass",
        "Output": {"Error": NOT_SWITCHED, "Cause": f"{{% {cause} %}}"},
        "Next": "Alert",
    }
