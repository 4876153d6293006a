"""The audit trail, the record of settings, threats and findings.

A deployment sets these up and changes them; none can switch them off.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonguardduty.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html
"""

from components.devops.actions.grant import HERE, OURS, Grant, Table, linked_role, listed

RECORDER = "configuration-recorder/{name}"
CONFIG = "config.amazonaws.com"
HUB = "hub/default"

TABLE: Table = {
    "aws:cfg/conformancePack:ConformancePack": (
        Grant(
            "config",
            "conformance-pack/{name}",
            create="PutConformancePack",
            delete="DeleteConformancePack",
        ),
        listed("config", "DescribeConformancePacks DescribeConformancePackStatus"),
        linked_role("config-conforms.amazonaws.com"),
    ),
    "aws:cfg/deliveryChannel:DeliveryChannel": (
        Grant(
            "config",
            create="PutDeliveryChannel",
            when=HERE,
            reason="a region has one delivery channel, without an ARN",
        ),
        listed("config", "DescribeDeliveryChannels"),
    ),
    "aws:cfg/recorder:Recorder": (
        Grant("config", RECORDER, create="PutConfigurationRecorder"),
        listed("config", "DescribeConfigurationRecorders"),
        linked_role(CONFIG),
    ),
    "aws:cfg/recorderStatus:RecorderStatus": (
        Grant("config", RECORDER, create="StartConfigurationRecorder"),
        listed("config", "DescribeConfigurationRecorderStatus"),
    ),
    "aws:cloudtrail/trail:Trail": (
        Grant(
            "cloudtrail",
            "trail/{name}",
            create="CreateTrail StartLogging PutEventSelectors PutInsightSelectors",
            read="GetTrail GetTrailStatus GetEventSelectors GetInsightSelectors ListTags",
            update="UpdateTrail AddTags RemoveTags",
        ),
        listed("cloudtrail", "DescribeTrails"),
        linked_role("cloudtrail.amazonaws.com"),
    ),
    "aws:guardduty/detector:Detector": (
        Grant(
            "guardduty",
            create="CreateDetector",
            when=HERE,
            reason="a region has one detector, which has no ARN before it exists",
        ),
        Grant(
            "guardduty",
            "detector/*",
            read="GetDetector ListTagsForResource",
            update="UpdateDetector TagResource UntagResource",
            when=OURS,
        ),
        linked_role("guardduty.amazonaws.com"),
    ),
    "aws:guardduty/detectorFeature:DetectorFeature": (
        Grant("guardduty", "detector/*", read="GetDetector", update="UpdateDetector", when=OURS),
        linked_role("malware-protection.guardduty.amazonaws.com"),
    ),
    "aws:securityhub/account:Account": (
        Grant(
            "securityhub",
            HUB,
            create="EnableSecurityHub",
            read="DescribeHub",
            update="UpdateSecurityHubConfiguration",
        ),
        linked_role("securityhub.amazonaws.com"),
    ),
    "aws:securityhub/standardsSubscription:StandardsSubscription": (
        Grant(
            "securityhub",
            HUB,
            create="BatchEnableStandards",
            read="GetEnabledStandards",
            delete="BatchDisableStandards",
        ),
    ),
}
