"""The queue that keeps the events which EventBridge could not deliver, and the alarm on it."""

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.iam import Document, allow, deny_without_tls, document, rendered

RETENTION_SECONDS = 14 * 24 * 3600
"""The longest that SQS keeps a message.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html
"""
PERIOD_SECONDS = 60


def dead_letter_policy(
    *, queue_arn: str, name_prefix: str, account_id: str, region: str
) -> Document:
    """Who may send: the environment's own rules, on any bus of the account, by TLS.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """
    rules = f"arn:aws:events:{region}:{account_id}:rule"
    return document(
        allow(
            ["sqs:SendMessage"],
            [queue_arn],
            principal={"Service": "events.amazonaws.com"},
            when={
                "ArnLike": {
                    "aws:SourceArn": [f"{rules}/{name_prefix}*", f"{rules}/*/{name_prefix}*"]
                }
            },
            sid="Rules",
        ),
        deny_without_tls(["sqs:*"], [queue_arn]),
    )


class DeadLetterQueueArgs(AccountArgs):
    """What the queue is made of."""

    key_arn: pulumi.Input[str]
    """Key that encrypts the events; its policy must let EventBridge use it."""
    name_prefix: str
    """What the names of the environment's rules begin with, such as `maslow-prod-`."""
    topic_arn: pulumi.Input[str]
    """Topic that is notified of an event which was not delivered."""
    region: str
    """Region of the environment: a rule sends to a queue of its own region only."""


class DeadLetterQueue(pulumi.ComponentResource):
    """A queue for what was given up after all retries; it is kept for 14 days.

    Who answers the alarm reads there which event met which rule, and why it was not delivered.
    """

    arn: pulumi.Output[str]
    """ARN of the queue, known once rules may send to it."""

    def __init__(
        self, name: str, args: DeadLetterQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:DeadLetterQueue", name, None, opts)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            kms_master_key_id=args["key_arn"],
            message_retention_seconds=RETENTION_SECONDS,
            opts=pulumi.ResourceOptions(parent=self),
        )
        policy = aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=rendered(
                dead_letter_policy,
                queue_arn=queue.arn,
                name_prefix=args["name_prefix"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            alarm_description=f"{name}: an event was given up and waits in the dead-letter queue",
            namespace="AWS/SQS",
            metric_name="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            # SQS reports nothing of a queue that has been empty and idle for six hours.
            treat_missing_data="notBreaching",
            alarm_actions=[args["topic_arn"]],
            ok_actions=[args["topic_arn"]],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.arn = pulumi.Output.all(queue.arn, policy.id).apply(lambda known: str(known[0]))
        self.register_outputs({"arn": self.arn})
