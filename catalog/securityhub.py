"""The hub, and the standards that it judges by.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/
"""

from catalog.record import Call, Type

SUBSCRIPTION = {"StandardsSubscriptionArns": ["{id}"]}

TYPES = (
    Type(
        "aws:securityhub/account:Account",
        "securityhub",
        id="{account}",
        create=Call("EnableSecurityHub"),
        read=Call("DescribeHub", outputs={"arn": "HubArn"}),
        delete=Call("DisableSecurityHub"),
        ignored={"autoEnableControls": "moto has no UpdateSecurityHubConfiguration"},
    ),
    Type(
        "aws:securityhub/standardsSubscription:StandardsSubscription",
        "securityhub",
        create=Call(
            "BatchEnableStandards",
            names={"standardsArn": "StandardsSubscriptionRequests.StandardsArn"},
        ),
        read=Call("GetEnabledStandards", given=SUBSCRIPTION),
        delete=Call("BatchDisableStandards", given=SUBSCRIPTION),
        emulated=False,
    ),
)
