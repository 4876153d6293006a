"""Spending that is unlike before: found by AWS Cost Anomaly Detection, told at once."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.cost.budget import CostTag


def monitored(tag: CostTag) -> str:
    """The specification of a monitor of what bears a tag.

    Each key of an expression is there, as AWS answers them: the provider compares the texts, and a
    difference would replace the monitor, which then learns anew what is usual.

    https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_Expression.html
    """
    return json.dumps(
        {
            **dict.fromkeys(("And", "CostCategories", "Dimensions", "Not", "Or")),
            "Tags": {"Key": tag["key"], "MatchOptions": None, "Values": [tag["value"]]},
        }
    )


class CostAnomaliesArgs(TypedDict):
    """What is watched, and what is told."""

    least_usd: float
    """Impact of an anomaly, in US dollars, from which it is told."""
    topic_arn: pulumi.Input[str]
    """Topic to notify; its policy and its key must let `costalerts.amazonaws.com` publish."""
    tag: CostTag
    """Tag of what is watched; the account that pays must have activated it."""
    monitor_arn: NotRequired[str]
    """ARN of a monitor that is there already, instead of one by tag."""


class CostAnomalies(pulumi.ComponentResource):
    """A monitor of what bears a tag, and a subscription to its anomalies.

    The monitor is not one by service: AWS takes a single one in an account, and makes it itself
    in new ones (`Default-Services-Monitor`), which `monitor_arn` may name. In an organization's
    member accounts it has to: AWS takes monitors by tag in the one alone that pays. Topics are
    told immediately: AWS's daily and weekly summaries are for e-mail only.

    Raises ValueError for an impact that is not above zero.

    https://docs.aws.amazon.com/cost-management/latest/userguide/getting-started-ad.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
    """

    monitor_arn: pulumi.Output[str]
    """ARN of the monitor."""

    def __init__(
        self, name: str, args: CostAnomaliesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:CostAnomalies", name, None, opts)
        if args["least_usd"] <= 0:
            raise ValueError(f"{name}: an anomaly has an impact above 0 dollars")
        if "monitor_arn" in args:
            self.monitor_arn = pulumi.Output.from_input(args["monitor_arn"])
        else:
            self.monitor_arn = aws.costexplorer.AnomalyMonitor(
                f"{name}-monitor",
                monitor_type="CUSTOM",
                monitor_specification=monitored(args["tag"]),
                opts=pulumi.ResourceOptions(parent=self),
            ).arn
        aws.costexplorer.AnomalySubscription(
            f"{name}-subscription",
            frequency="IMMEDIATE",
            monitor_arn_lists=[self.monitor_arn],
            subscribers=[{"type": "SNS", "address": args["topic_arn"]}],
            threshold_expression={
                "dimension": {
                    "key": "ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    "match_options": ["GREATER_THAN_OR_EQUAL"],
                    "values": [f"{args['least_usd']:.2f}".removesuffix(".00")],
                }
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({"monitor_arn": self.monitor_arn})
