"""Alerts: the one topic that alarms, rules and budgets publish to, and who reads it."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.iam import Document, allow, deny, document, rendered


def alert_topic_policy(*, topic_arn: str, account_id: str, region: str) -> Document:
    """Who may publish: this account's alarms, rules and budgets, by TLS.

    Identities of the account publish by their own IAM policies.

    https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
    https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html
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
        # EventBridge supports no condition in a topic's policy.
        allow(
            ["sns:Publish"],
            [topic_arn],
            principal={"Service": "events.amazonaws.com"},
            sid="Rules",
        ),
        deny(
            ["sns:Publish"],
            [topic_arn],
            principal="*",
            when={"Bool": {"aws:SecureTransport": "false"}},
            sid="TlsOnly",
        ),
    )


class AlertsArgs(TypedDict):
    """What the alert topic is made of."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the messages; its policy must let the publishing services use it."""
    account_id: pulumi.Input[str]
    """Account whose alarms, rules and budgets may publish."""
    region: str
    """Region of the topic and of the alarms."""
    emails: list[str]
    """Addresses that are sent every alert, after their owner has confirmed AWS's first message."""


class Alerts(pulumi.ComponentResource):
    """An encrypted topic and its email subscriptions."""

    topic_arn: pulumi.Output[str]
    """ARN of the topic, known once its policy is in place."""

    def __init__(
        self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Alerts", name, None, opts)
        topic = aws.sns.Topic(
            f"{name}-topic",
            kms_master_key_id=args["key_arn"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = aws.sns.TopicPolicy(
            f"{name}-policy",
            arn=topic.arn,
            policy=rendered(
                alert_topic_policy,
                topic_arn=topic.arn,
                account_id=args["account_id"],
                region=args["region"],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        for email in args["emails"]:
            aws.sns.TopicSubscription(
                f"{name}-{email}",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.topic_arn = policy.arn
        self.register_outputs({"topic_arn": self.topic_arn})
