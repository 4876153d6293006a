"""Security Hub: the account against AWS's own best practices."""

from typing import TypedDict

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
    """What a hub is made of."""

    region: str
    """Region that it judges."""
    topics: AlertTopics
    """Topics by severity: critical findings are critical, high ones warnings."""


class SecurityHub(pulumi.ComponentResource):
    """The hub, AWS's Foundational Security Best Practices as its standard, and alerts on findings.

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
        hub = aws.securityhub.Account(
            f"{name}-hub",
            enable_default_standards=False,
            auto_enable_controls=True,
            control_finding_generator="SECURITY_CONTROL",
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.securityhub.StandardsSubscription(
            f"{name}-best-practices",
            standards_arn=f"arn:aws:securityhub:{args['region']}::{BEST_PRACTICES}",
            opts=pulumi.ResourceOptions(parent=self, depends_on=[hub]),
        )
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
        self.arn = hub.arn
        self.register_outputs({"arn": self.arn})
