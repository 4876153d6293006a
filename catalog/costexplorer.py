"""Monitors of unusual cost, who is notified of it, and cost-allocation tags.

https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/
"""

from catalog.record import GLOBAL, OURS, Call, Grant, Iam, Tags, Type, listed

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscostexplorerservice.html"
"""Which actions there are, and on what."""

TAGS = Tags(
    Call("TagResource", names={"tags": "ResourceTags"}, given={"ResourceArn": "{id}"}),
    Call("UntagResource", given={"ResourceArn": "{id}", "ResourceTagKeys": "{removed}"}),
)
ACTIVATE = Call(
    "UpdateCostAllocationTagsStatus",
    names={
        "tagKey": "CostAllocationTagsStatus.TagKey",
        "status": "CostAllocationTagsStatus.Status",
    },
)


TYPES = (
    Type(
        "aws:costexplorer/anomalyMonitor:AnomalyMonitor",
        "ce",
        emulated=False,
        name="name",
        limit=1024,
        create=Call(
            "CreateAnomalyMonitor",
            names={"name": "AnomalyMonitor.MonitorName", "tags": "ResourceTags"},
            inside="AnomalyMonitor",
            outputs={"id": "MonitorArn", "arn": "MonitorArn"},
        ),
        read=Call(
            "GetAnomalyMonitors",
            given={"MonitorArnList": ["{id}"]},
            at="AnomalyMonitors[0]",
            outputs={"arn": "MonitorArn"},
        ),
        update=(
            Call(
                "UpdateAnomalyMonitor",
                takes=("name",),
                names={"name": "MonitorName"},
                given={"MonitorArn": "{id}"},
            ),
        ),
        delete=Call("DeleteAnomalyMonitor", given={"MonitorArn": "{id}"}),
        tags=TAGS,
        id="arn:aws:ce::{account}:anomalymonitor/{uuid}",
        cloudformation="AWS::CE::AnomalyMonitor",
        outputs={"arn": "{id}"},
        holds_data="what it has learned of usual spending",
        iam=Iam(
            on="arn:aws:ce::{account}:anomalymonitor/*",
            when=OURS,
            read="ListTagsForResource",
            grants=(
                Grant(
                    "ce",
                    create="CreateAnomalyMonitor",
                    when=GLOBAL,
                    reason="neither monitors nor subscriptions have ARNs before they exist",
                ),
            ),
        ),
    ),
    Type(
        "aws:costexplorer/anomalySubscription:AnomalySubscription",
        "ce",
        emulated=False,
        name="name",
        limit=1024,
        create=Call(
            "CreateAnomalySubscription",
            names={
                "name": "AnomalySubscription.SubscriptionName",
                "monitorArnLists": "AnomalySubscription.MonitorArnList",
                "tags": "ResourceTags",
            },
            inside="AnomalySubscription",
            outputs={"id": "SubscriptionArn", "arn": "SubscriptionArn"},
        ),
        read=Call(
            "GetAnomalySubscriptions",
            given={"SubscriptionArnList": ["{id}"]},
            at="AnomalySubscriptions[0]",
            outputs={"arn": "SubscriptionArn"},
        ),
        update=(
            Call(
                "UpdateAnomalySubscription",
                takes=("frequency", "monitorArnLists", "subscribers", "thresholdExpression"),
                names={"monitorArnLists": "MonitorArnList"},
                given={"SubscriptionArn": "{id}"},
            ),
        ),
        delete=Call("DeleteAnomalySubscription", given={"SubscriptionArn": "{id}"}),
        tags=TAGS,
        id="arn:aws:ce::{account}:anomalysubscription/{uuid}",
        cloudformation="AWS::CE::AnomalySubscription",
        outputs={"arn": "{id}"},
        holds_no_data="it passes anomalies on and keeps none",
        iam=Iam(
            on="arn:aws:ce::{account}:anomalysubscription/*",
            when=OURS,
            read="ListTagsForResource",
            grants=(
                Grant(
                    "ce",
                    create="CreateAnomalySubscription",
                    when=GLOBAL,
                    reason="neither monitors nor subscriptions have ARNs before they exist",
                ),
            ),
        ),
    ),
    Type(
        "aws:costexplorer/costAllocationTag:CostAllocationTag",
        "ce",
        emulated=False,
        id="{tagKey}",
        create=ACTIVATE,
        read=Call(
            "ListCostAllocationTags",
            given={"TagKeys": ["{id}"]},
            at="CostAllocationTags[0]",
            outputs={"type": "Type"},
        ),
        update=(ACTIVATE,),
        replaces=("tagKey",),
        delete=Call(
            "UpdateCostAllocationTagsStatus",
            given={"CostAllocationTagsStatus": [{"TagKey": "{id}", "Status": "Inactive"}]},
        ),
        outputs={"type": "UserDefined"},
        holds_no_data="it switches how bills are told apart",
        iam=Iam(
            grants=(
                Grant(
                    "ce",
                    create="UpdateCostAllocationTagsStatus",
                    when=GLOBAL,
                    reason="the tags that bills tell apart are the account's",
                    source=AUTHORIZATION,
                ),
                listed("ce", "ListCostAllocationTags", when=GLOBAL, source=AUTHORIZATION),
            )
        ),
    ),
)
