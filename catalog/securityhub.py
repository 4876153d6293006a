"""The hub, and the standards that it judges by.

https://docs.aws.amazon.com/securityhub/1.0/APIReference/
"""

from catalog.record import Call, Iam, Type, arn_of, linked_role

SUBSCRIPTION = {"StandardsSubscriptionArns": ["{id}"]}

TYPES = (
    Type(
        "aws:securityhub/account:Account",
        "securityhub",
        id="{account}",
        create=Call("EnableSecurityHub"),
        read=Call("DescribeHub", outputs={"arn": "HubArn"}),
        delete=Call("DisableSecurityHub"),
        steps=(Call("UpdateSecurityHubConfiguration", takes=("autoEnableControls",)),),
        cloudformation="AWS::SecurityHub::Hub",
        outputs={"arn": arn_of("securityhub", "hub/default")},
        holds_data="the findings",
        iam=Iam(
            on="hub/default",
            update="UpdateSecurityHubConfiguration",
            grants=(linked_role("securityhub.amazonaws.com"),),
        ),
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
        id=arn_of("securityhub", "subscription/aws-foundational-security-best-practices/v/1.0.0"),
        cloudformation="AWS::SecurityHub::Standard",
        outputs={"arn": "{id}"},
        holds_no_data="its controls are checked anew when it is back",
        iam=Iam(on="hub/default"),
    ),
)
