"""SQS's long polling, during which other requests are answered: one may bring the message.

https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
"""

import time
from typing import Any

from moto.sqs.models import Message, SQSBackend

from embedded.extensions.operations import add
from embedded.turns import others_first

POLL_SECONDS = 0.05

_ask_once = SQSBackend.receive_message


def install() -> None:
    """Have moto's SQS wait without keeping others from their turn."""
    add(SQSBackend, receive_message)


def receive_message(
    self: SQSBackend, queue_name: str, count: int, wait_seconds_timeout: int, *options: Any
) -> list[Message]:
    """ReceiveMessage: what there is at once, or what comes within the wait, in seconds."""
    deadline = time.monotonic() + wait_seconds_timeout
    while True:
        messages = _ask_once(self, queue_name, count, 0, *options)
        if messages or time.monotonic() >= deadline:
            return messages
        with others_first():
            time.sleep(POLL_SECONDS)
