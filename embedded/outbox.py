"""What the Cloud has sent, and what it could not deliver, for whoever wants to read it."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

from embedded import clock
from embedded.turns import turn

KEPT = 10_000
"""Entries of each kind: older ones are forgotten."""


@dataclass(frozen=True)
class Sent:
    """A message that a topic has sent."""

    time: str
    """ISO 8601, UTC."""
    topic: str
    """The topic's ARN."""
    subject: str | None
    message: str
    message_id: str


@dataclass(frozen=True)
class Undelivered:
    """What a target did not take."""

    time: str
    """ISO 8601, UTC."""
    sender: str
    """ARN of the rule, schedule or alarm."""
    target: str
    """ARN of the target."""
    reason: str
    message: str
    dead_letter_queue: str | None = None
    """ARN of the queue that has it, if there is one."""


_sent: deque[Sent] = deque(maxlen=KEPT)
_undelivered: deque[Undelivered] = deque(maxlen=KEPT)


def keep_sent(topic: str, subject: str | None, message: str, message_id: str) -> None:
    """Take note of a message that a topic has sent."""
    _sent.append(Sent(_time(), topic, subject, message, message_id))


def keep_undelivered(
    sender: str, target: str, reason: str, message: str, queue: str | None = None
) -> None:
    """Take note of what a target did not take, and why."""
    _undelivered.append(Undelivered(_time(), sender, target, reason, message, queue))


def read() -> dict[str, list[dict[str, Any]]]:
    """All entries: `sent` and `undelivered`, oldest first."""
    with turn():
        return {
            "sent": [asdict(each) for each in _sent],
            "undelivered": [asdict(each) for each in _undelivered],
        }


def forget() -> None:
    """Forget every entry."""
    _sent.clear()
    _undelivered.clear()


def _time() -> str:
    return f"{clock.now():%Y-%m-%dT%H:%M:%SZ}"
