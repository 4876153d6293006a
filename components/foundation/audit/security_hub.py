"""Security Hub: the account against AWS's own best practices."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.alerts.alert_rule import Pattern, alert_on
from components.foundation.alerts.alerts import AlertTopics

BEST_PRACTICES = "standards/aws-foundational-security-best-practices/v/1.0.0"


def new_findings(severity: str) -> Pattern:
    """The events that tell of new findings of a severity, such as `HIGH`.

    GuardDuty's are left out: it tells of its own.

    https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
    """
    return {
        "source": ["aws.securityhub"],
        "detail-type": ["Security Hub Findings - Imported"],
        "detail": {
            "findings": {
                "Severity": {"Label": [severity]},
                "Workflow": {"Status": ["NEW"]},
                "RecordState": ["ACTIVE"],
                "ProductName": [{"anything-but": ["GuardDuty"]}],
            }
        },
    }


class SecurityHubArgs(TypedDict):
    """What is judged, and whom findings are told."""

    region: str
    """Region that it judges."""
    topics: AlertTopics
    """Topics by severity: critical findings are critical, high ones warnings."""
    hub_arn: NotRequired[str]
    """The region's hub, with the standards that its owner chose; without one it is made."""


class SecurityHub(pulumi.ComponentResource):
    """Alerts on a hub's findings, and the hub unless there is one.

    The standard of one that is made here is AWS's Foundational Security Best Practices.
    An account has one in each region: a second one is refused by AWS. Most controls judge what a
    recorder of AWS Config records, and say nothing without one.

    https://docs.aws.amazon.com/securityhub/latest/userguide/fsbp-standard.html
    """

    arn: pulumi.Output[str]
    """ARN of the hub."""

    def __init__(
        self, name: str, args: SecurityHubArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SecurityHub", name, None, opts)
        if "hub_arn" in args:
            self.arn = pulumi.Output.from_input(args["hub_arn"])
        else:
            self.arn = self._hub(name, args["region"])
        for severity, topic_arn in (
            ("CRITICAL", args["topics"]["critical"]),
            ("HIGH", args["topics"]["warning"]),
        ):
            alert_on(
                f"{name}-{severity.lower()}",
                new_findings(severity),
                parent=self,
                description=f"Security Hub's new findings of {severity.lower()} severity",
                topic_arn=topic_arn,
                says="Security Hub: <title> (<severity>, account <account>, <region>)",
                paths={
                    "title": "$.detail.findings[0].Title",
                    "severity": "$.detail.findings[0].Severity.Label",
                    "account": "$.account",
                    "region": "$.region",
                },
            )
        self.register_outputs({"arn": self.arn})

    def _hub(self, name: str, region: str) -> pulumi.Output[str]:
        hub = aws.securityhub.Account(
            f"{name}-hub",
            enable_default_standards=False,
            auto_enable_controls=True,
            control_finding_generator="SECURITY_CONTROL",
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.securityhub.StandardsSubscription(
            f"{name}-best-practices",
            standards_arn=f"arn:aws:securityhub:{region}::{BEST_PRACTICES}",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[hub]),
        )
        return hub.arn
