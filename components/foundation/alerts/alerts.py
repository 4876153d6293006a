"""Alerts: a topic for each severity that alarms, rules and budgets publish to, and who reads it."""

import enum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.iam import Document, allow, deny_without_tls, document, rendered


class Severity(enum.Enum):
    """How soon somebody has to act; the members are in the order of their urgency."""

    CRITICAL = "critical"
    """Somebody acts now: users notice already."""
    WARNING = "warning"
    """Somebody acts soon, before users notice."""
    INFO = "info"
    """Somebody may want to know, such as that an approval is awaited."""


class AlertTopics(TypedDict):
    """ARNs of the topics, for components that tell of more than one severity."""

    critical: pulumi.Input[str]
    """Topic of what needs somebody now."""
    warning: pulumi.Input[str]
    """Topic of what needs somebody soon."""
    info: pulumi.Input[str]
    """Topic of what is worth knowing."""


def severities_from(lowest: Severity) -> list[Severity]:
    """The severities that reach a receiver who gets nothing below `lowest`, most urgent first."""
    ordered = list(Severity)
    return ordered[: ordered.index(lowest) + 1]


def alert_topic_policy(*, topic_arn: str, account_id: str, region: str) -> Document:
    """Who may publish: this account's alarms, rules, budgets and cost anomalies, by TLS.

    Identities of the account publish by their own IAM policies.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    return document(
        allow(
            ["sns:Publish"],
            [topic_arn],
            principal={"Service": "cloudwatch.amazonaws.com"},
            when={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{region}:{account_id}:alarm:*"},
            },
            sid="Alarms",
        ),
        allow(
            ["sns:Publish"],
            [topic_arn],
            principal={"Service": "budgets.amazonaws.com"},
            when={
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": f"arn:aws:budgets::{account_id}:*"},
            },
            sid="Budgets",
        ),
        allow(
            ["sns:Publish"],
            [topic_arn],
            principal={"Service": "costalerts.amazonaws.com"},
            when={"StringEquals": {"aws:SourceAccount": account_id}},
            sid="CostAnomalies",
        ),
        # EventBridge supports no condition in a topic's policy.
        allow(
            ["sns:Publish"],
            [topic_arn],
            principal={"Service": "events.amazonaws.com"},
            sid="Rules",
        ),
        deny_without_tls(["sns:Publish"], [topic_arn]),
    )


class PagerDutyArgs(TypedDict):
    """A service of PagerDuty with the integration Amazon CloudWatch.

    The integration opens an incident for an alarm and resolves it when the alarm is over. It drops
    what is no alarm, such as the messages of rules and budgets:
    https://support.pagerduty.com/main/docs/aws-cloudwatch-integration-guide
    """

    url: pulumi.Input[str]
    """HTTPS address of the integration, whose key is in it: a secret."""
    lowest: Severity
    """Lowest severity of which it is notified."""


class AlertsArgs(TypedDict):
    """What the alert topics are made of."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the messages; its policy must let the publishing services use it."""
    account_id: pulumi.Input[str]
    """Account whose alarms, rules and budgets may publish."""
    region: str
    """Region of the topics and of the alarms."""
    emails: dict[str, Severity]
    """Addresses, each with the lowest severity that it is sent. Their owner confirms AWS's first
    message for each topic."""
    pagerduty: NotRequired[PagerDutyArgs]
    """Whom PagerDuty calls."""


class Alerts(pulumi.ComponentResource):
    """An encrypted topic for each severity, and who is written to or called."""

    critical_arn: pulumi.Output[str]
    """ARN of the topic of what needs somebody now; like the others, known once it may be used."""
    warning_arn: pulumi.Output[str]
    """ARN of the topic of what needs somebody soon."""
    info_arn: pulumi.Output[str]
    """ARN of the topic of what is worth knowing."""

    def __init__(
        self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Alerts", name, None, opts)
        arns = {severity: self._topic(f"{name}-{severity.value}", args) for severity in Severity}
        self._arns = arns
        for email, lowest in args["emails"].items():
            for severity in severities_from(lowest):
                aws.sns.TopicSubscription(
                    f"{name}-{severity.value}-{email}",
                    topic=arns[severity],
                    protocol="email",
                    endpoint=email,
                    opts=pulumi.ResourceOptions(parent=self),
                )
        if "pagerduty" in args:
            self._page(name, args["pagerduty"])
        self.critical_arn = arns[Severity.CRITICAL]
        self.warning_arn = arns[Severity.WARNING]
        self.info_arn = arns[Severity.INFO]
        self.register_outputs(
            {
                "critical_arn": self.critical_arn,
                "warning_arn": self.warning_arn,
                "info_arn": self.info_arn,
            }
        )

    @property
    def topics(self) -> AlertTopics:
        """The ARNs, as components that tell of more than one severity take them."""
        return {
            "critical": self.critical_arn,
            "warning": self.warning_arn,
            "info": self.info_arn,
        }

    def arn_of(self, severity: Severity) -> pulumi.Output[str]:
        """The ARN of the topic of one severity."""
        return self._arns[severity]

    def _page(self, name: str, pagerduty: PagerDutyArgs) -> None:
        """PagerDuty confirms by itself, and reads messages in SNS's envelope only."""
        for severity in severities_from(pagerduty["lowest"]):
            aws.sns.TopicSubscription(
                f"{name}-{severity.value}-pagerduty",
                topic=self._arns[severity],
                protocol="https",
                endpoint=pagerduty["url"],
                endpoint_auto_confirms=True,
                opts=pulumi.ResourceOptions(parent=self),
            )

    def _topic(self, name: str, args: AlertsArgs) -> pulumi.Output[str]:
        topic = aws.sns.Topic(
            f"{name}-topic",
            kms_master_key_id=args["key_arn"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=rendered(
                alert_topic_policy,
                topic_arn=topic.arn,
                account_id=args["account_id"],
                region=args["region"],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        ).arn
