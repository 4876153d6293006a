"""Monthly budgets, of an account or of what bears a tag, and when they speak up."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.limits import BUDGET_NOTIFICATIONS
from components.foundation.alerts.alerts import AlertTopics

SPENT = 100
"""Percent of a budget at which it is spent."""


class CostTag(TypedDict):
    """A cost-allocation tag: cost of what bears it."""

    key: str
    """Key, such as `maslow:environment`; the account that pays must have activated it."""
    value: str
    """Value, such as `prod`."""


class BudgetArgs(TypedDict):
    """What a budget is made of."""

    monthly_usd: float
    """What may be spent in a calendar month, in US dollars."""
    alert_at: list[int]
    """Percentages of it that, once spent, are told; at most four."""
    alert_topics: AlertTopics
    """Topics: `warning` hears of a budget that is spent or will be, `info` of shares below."""
    tag: NotRequired[CostTag]
    """Tag of what counts; the whole account does without it."""


class Budget(pulumi.ComponentResource):
    """A monthly cost budget over the whole account, or over what bears a tag.

    Besides the given percentages, it tells when the month is forecast to end above the budget.
    One by tag sees nothing until the tag is activated for cost allocation, and no cost from before.
    Raises ValueError for percentages that are not unique and above zero, or are too many: AWS
    takes five notifications a budget.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html
    """

    name: pulumi.Output[str]
    """Name of the budget."""

    def __init__(
        self, name: str, args: BudgetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Budget", name, None, opts)
        if len(args["alert_at"]) >= BUDGET_NOTIFICATIONS:
            raise ValueError(f"{name}: a budget alerts at {BUDGET_NOTIFICATIONS - 1} percentages")
        if (
            len(set(args["alert_at"])) < len(args["alert_at"])
            or min(args["alert_at"], default=1) < 1
        ):
            raise ValueError(f"{name}: alert_at takes different percentages above zero")

        topics = args["alert_topics"]
        budget = aws.budgets.Budget(
            f"{name}-monthly",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{args['monthly_usd']:.2f}".removesuffix(".00"),
            limit_unit="USD",
            cost_filters=_only(args["tag"]) if "tag" in args else None,
            notifications=[
                *(
                    _notification(
                        "ACTUAL", percent, topics["warning" if percent >= SPENT else "info"]
                    )
                    for percent in args["alert_at"]
                ),
                _notification("FORECASTED", SPENT, topics["warning"]),
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = budget.name
        self.register_outputs({"name": self.name})


def _only(tag: CostTag) -> list[aws.budgets.BudgetCostFilterArgsDict]:
    return [{"name": "TagKeyValue", "values": [f"user:{tag['key']}${tag['value']}"]}]


def _notification(
    kind: str, percent: int, topic_arn: pulumi.Input[str]
) -> aws.budgets.BudgetNotificationArgsDict:
    return {
        "comparison_operator": "GREATER_THAN",
        "notification_type": kind,
        "threshold": percent,
        "threshold_type": "PERCENTAGE",
        "subscriber_sns_topic_arns": [topic_arn],
    }
