"""What scales an endpoint.

https://docs.aws.amazon.com/autoscaling/application/APIReference/
"""

from catalog.record import Call, Tags, Type

SCALED = {
    "ServiceNamespace": "{serviceNamespace}",
    "ResourceId": "{resourceId}",
    "ScalableDimension": "{scalableDimension}",
}
TARGET = Call("RegisterScalableTarget")
POLICY = Call("PutScalingPolicy", names={"name": "PolicyName"})

TYPES = (
    Type(
        "aws:appautoscaling/target:Target",
        "application-autoscaling",
        id="{resourceId}",
        create=TARGET,
        read=Call(
            "DescribeScalableTargets",
            given={
                "ServiceNamespace": "{serviceNamespace}",
                "ResourceIds": ["{resourceId}"],
                "ScalableDimension": "{scalableDimension}",
            },
            at="ScalableTargets[0]",
            outputs={"arn": "ScalableTargetARN", "roleArn": "RoleARN"},
        ),
        update=(TARGET,),
        delete=Call("DeregisterScalableTarget", given=SCALED),
        tags=Tags(
            Call("TagResource", given={"ResourceARN": "{arn}"}),
            Call("UntagResource", given={"ResourceARN": "{arn}", "TagKeys": "{removed}"}),
        ),
    ),
    Type(
        "aws:appautoscaling/policy:Policy",
        "application-autoscaling",
        id="{name}",
        name="name",
        limit=256,
        create=POLICY,
        read=Call(
            "DescribeScalingPolicies",
            given={**SCALED, "PolicyNames": ["{name}"]},
            at="ScalingPolicies[0]",
            outputs={"arn": "PolicyARN", "alarmArns": "Alarms[].AlarmARN"},
        ),
        update=(POLICY,),
        delete=Call("DeleteScalingPolicy", given={**SCALED, "PolicyName": "{name}"}),
    ),
)
