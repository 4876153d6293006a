"""The account's monthly budget, and when it speaks up."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.limits import BUDGET_NOTIFICATIONS


class BudgetArgs(TypedDict):
    """What a budget is made of."""

    monthly_usd: float
    """What the account may cost in a calendar month, in US dollars."""
    alert_at: list[int]
    """Percentages of it that, once spent, are told; at most four."""
    topic_arn: pulumi.Input[str]
    """Topic that is told."""


class Budget(pulumi.ComponentResource):
    """A monthly cost budget over the whole account.

    Besides the given percentages, it tells when the month is forecast to end above the budget.
    Raises ValueError for percentages that are not unique and above zero, or are too many: AWS
    takes five notifications a budget.

    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-best-practices.html
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

        budget = aws.budgets.Budget(
            f"{name}-monthly",
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=f"{args['monthly_usd']:.2f}".removesuffix(".00"),
            limit_unit="USD",
            notifications=[
                *(
                    _notification("ACTUAL", percent, args["topic_arn"])
                    for percent in args["alert_at"]
                ),
                _notification("FORECASTED", 100, args["topic_arn"]),
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = budget.name
        self.register_outputs({"name": self.name})


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
