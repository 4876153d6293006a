"""What SNS's topics send: kept for whoever reads the outbox, and sent on within this process only.

https://docs.aws.amazon.com/sns/latest/dg/sns-event-destinations.html
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.sns.models import Topic

from embedded import outbox
from embedded.extensions.operations import add

WITHIN = ("sqs",)
"""Protocols that reach what is embedded here. Nobody else is to be called from here."""


def install() -> None:
    """Have topics keep what they send."""
    add(Topic, publish)


def publish(
    self: Topic,
    message: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    **options: Any,
) -> str:
    """Send a message to the topic's queues, and keep it; returns its id."""
    from moto.moto_api._internal import mock_random

    message_id = str(mock_random.uuid4())
    subscriptions, _ = self.sns_backend.list_subscriptions_by_topic(topic_arn=self.arn)
    for subscription in subscriptions:
        if subscription.protocol not in WITHIN:
            continue
        try:
            subscription.publish(
                message,
                message_id,
                subject=subject,
                message_attributes=message_attributes,
                **options,
            )
        except ServiceException as error:
            outbox.keep_undelivered(self.arn, subscription.endpoint, str(error), message)
    self.sent_notifications.append(
        (message_id, message, subject, message_attributes, options.get("group_id"))
    )
    outbox.keep_sent(self.arn, subject, message, message_id)
    return message_id
