"""What scales an endpoint.

https://docs.aws.amazon.com/autoscaling/application/APIReference/
"""

from catalog.record import Call, Conditions, Grant, Iam, Tags, Type, arn_of, linked_role, listed

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_applicationautoscaling.html"
"""Which actions there are, and on what."""

OF_ENDPOINTS: Conditions = {
    "StringEquals": {"application-autoscaling:service-namespace": "sagemaker"}
}

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
        cloudformation="AWS::ApplicationAutoScaling::ScalableTarget",
        outputs={"arn": arn_of("application-autoscaling", "scalable-target/{hex}")},
        holds_no_data="it bounds how many instances there are",
        iam=Iam(
            on="scalable-target/*",
            when=OF_ENDPOINTS,
            grants=(
                Grant(
                    "application-autoscaling",
                    "scalable-target/*",
                    read="ListTagsForResource",
                    # A target that is registered again gets back the schedules that it had.
                    update="PutScheduledAction TagResource UntagResource",
                ),
                listed("application-autoscaling", "Describe*"),
                linked_role("sagemaker.application-autoscaling.amazonaws.com"),
            ),
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
        cloudformation="AWS::ApplicationAutoScaling::ScalingPolicy",
        outputs={
            "arn": arn_of(
                "autoscaling",
                "scalingPolicy:{uuid}:resource/sagemaker/{resourceId}:policyName/{name}",
            )
        },
        holds_no_data="it says when instances are added",
        iam=Iam(
            on="scalable-target/*",
            when=OF_ENDPOINTS,
            grants=(
                Grant(
                    "cloudwatch",
                    # It makes its alarms with the permissions of its caller.
                    "alarm:TargetTracking-endpoint/{name}",
                    create="PutMetricAlarm",
                    delete="DeleteAlarms",
                    source=AUTHORIZATION,
                ),
                listed("cloudwatch", "DescribeAlarms", source=AUTHORIZATION),
                listed("application-autoscaling", "Describe*"),
            ),
        ),
    ),
)
