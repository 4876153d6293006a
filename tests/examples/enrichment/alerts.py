"""The platform's alerts, with a queue from which the team's own pager takes what is critical."""

import pulumi
import pulumi_aws as aws

from components.common.iam import Document, allow, deny, document, rendered
from components.foundation.alerts.alerts import Alerts, AlertsArgs

RETENTION_SECONDS = 14 * 24 * 3600


def pager_policy(*, queue_arn: str, topic_arn: str) -> Document:
    """Who may send: the topic of critical alerts, by TLS.

    https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html
    """
    return document(
        allow(
            ["sqs:SendMessage"],
            [queue_arn],
            principal={"Service": "sns.amazonaws.com"},
            when={"ArnEquals": {"aws:SourceArn": topic_arn}},
            sid="CriticalAlerts",
        ),
        deny(
            ["sqs:*"],
            [queue_arn],
            principal="*",
            when={"Bool": {"aws:SecureTransport": "false"}},
            sid="TlsOnly",
        ),
    )


class TeamAlerts(Alerts):
    """Alerts that the team's pager reads as well; to all others it is `Alerts`."""

    pager_queue_url: pulumi.Output[str]
    """URL of the queue that the pager reads."""

    def __init__(
        self, name: str, args: AlertsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__(name, args, opts)
        queue = aws.sqs.Queue(
            f"{name}-pager",
            # By SQS's own key: the policy of the platform's key does not let SNS use it.
            sqs_managed_sse_enabled=True,
            message_retention_seconds=RETENTION_SECONDS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = aws.sqs.QueuePolicy(
            f"{name}-pager-policy",
            queue_url=queue.url,
            policy=rendered(pager_policy, queue_arn=queue.arn, topic_arn=self.critical_arn),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.sns.TopicSubscription(
            f"{name}-critical-pager",
            topic=self.critical_arn,
            protocol="sqs",
            endpoint=queue.arn,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[policy]),
        )
        self.pager_queue_url = queue.url
