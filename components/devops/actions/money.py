"""Budgets, anomalies of cost, and the tags that cost is told apart by.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscostexplorerservice.html
"""

from components.devops.actions.grant import GLOBAL, OURS, Grant, Table, listed


def _anomaly(noun: str) -> tuple[Grant, ...]:
    return (
        Grant(
            "ce",
            create=f"CreateAnomaly{noun}",
            when=GLOBAL,
            reason="neither monitors nor subscriptions have ARNs before they exist",
        ),
        Grant(
            "ce",
            f"arn:aws:ce::{{account}}:anomaly{noun.lower()}/*",
            read=f"GetAnomaly{noun}s ListTagsForResource",
            update=f"UpdateAnomaly{noun} TagResource UntagResource",
            delete=f"DeleteAnomaly{noun}",
            when=OURS,
        ),
    )


TABLE: Table = {
    "aws:budgets/budget:Budget": (
        Grant(
            "budgets",
            "arn:aws:budgets::{account}:budget/{name}",
            create="ModifyBudget",
            read="ViewBudget ListTagsForResource",
            update="TagResource UntagResource",
        ),
    ),
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": _anomaly("Monitor"),
    "aws:costexplorer/anomalySubscription:AnomalySubscription": _anomaly("Subscription"),
    "aws:costexplorer/costAllocationTag:CostAllocationTag": (
        Grant(
            "ce",
            create="UpdateCostAllocationTagsStatus",
            when=GLOBAL,
            reason="the tags that bills tell apart are the account's",
        ),
        listed("ce", "ListCostAllocationTags", when=GLOBAL),
    ),
}
