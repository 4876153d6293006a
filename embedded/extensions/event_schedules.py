"""What fires by the clock: EventBridge's scheduled rules, and the schedules of its Scheduler.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule.html
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from botocore import xform_name
from moto.events.models import Rule, events_backends
from moto.scheduler.exceptions import ValidationException
from moto.scheduler.models import (
    EventBridgeSchedulerBackend,
    Schedule,
    scheduler_backends,
)

from embedded import clock, own_clients, schedules
from embedded.extensions.event_bus import call_targets, event_of, forward
from embedded.extensions.event_targets import Sender, Undeliverable, call, give_up
from embedded.extensions.operations import add

UNIVERSAL = "aws-sdk"
CLIENTS = {"sfn": "stepfunctions", "eventbridge": "events", "cloudwatchlogs": "logs"}
"""boto3's names of services whose SDK is called otherwise."""

_create_schedule = EventBridgeSchedulerBackend.create_schedule  # both are replaced below
_update_schedule = EventBridgeSchedulerBackend.update_schedule


class _Rules:
    """The scheduled rules of all accounts."""

    def next(self, after: datetime) -> datetime | None:
        """When the first of them is due."""
        dues = (_rule_due(rule, after) for rule in _rules())
        return min((due for due in dues if due), default=None)

    def fire(self, at: datetime) -> int:
        """Call the targets of those that are due, with the event that AWS makes for them."""
        before = at - timedelta(microseconds=1)
        due = [rule for rule in _rules() if _rule_due(rule, before) == at]
        for rule in due:
            event = event_of(
                rule.account_id,
                rule.region_name,
                source="aws.events",
                detail_type="Scheduled Event",
                resources=[rule.arn],
                detail={},
            )
            call_targets(rule, event)
        return len(due)


class _Schedules:
    """The schedules of all accounts."""

    def next(self, after: datetime) -> datetime | None:
        """When the first of them is due."""
        dues = (_schedule_due(schedule, after) for _, schedule in _schedules())
        return min((due for due in dues if due), default=None)

    def fire(self, at: datetime) -> int:
        """Call the targets of those that are due."""
        before = at - timedelta(microseconds=1)
        due = [each for each in _schedules() if _schedule_due(each[1], before) == at]
        for backend, schedule in due:
            invoke(backend, schedule, at)
            ended = _schedule_due(schedule, at) is None
            if ended and schedule.action_after_completion == "DELETE":
                backend.schedule_groups[schedule.group_name].delete_schedule(schedule.name)
        return len(due)


def install() -> None:
    """Have rules and schedules fire."""
    add(EventBridgeSchedulerBackend, create_schedule, update_schedule)
    clock.current().add(_Rules())
    clock.current().add(_Schedules())


def create_schedule(self: EventBridgeSchedulerBackend, **arguments: Any) -> Schedule:
    """CreateSchedule, with the time from which a rate counts."""
    _check(arguments)
    schedule: Schedule = _create_schedule(self, **arguments)
    vars(schedule)["began"] = clock.now()
    return schedule


def update_schedule(self: EventBridgeSchedulerBackend, **arguments: Any) -> Schedule:
    """UpdateSchedule: a rate counts from the update on."""
    _check(arguments)
    schedule: Schedule = _update_schedule(self, **arguments)
    vars(schedule)["began"] = clock.now()
    return schedule


def invoke(backend: EventBridgeSchedulerBackend, schedule: Schedule, at: datetime) -> None:
    """Call the target of a schedule, for the time at which it was due."""
    target = dict(schedule.target)
    arn = str(target["Arn"])
    sender = Sender(schedule.arn, backend.account_id, backend.region_name)
    text = _with_context(target.get("Input") or "{}", schedule, at)
    try:
        if arn.split(":")[5] == UNIVERSAL:
            _call_universal(sender, arn, text)
        elif told := target.get("EventBridgeParameters"):
            _put_event(sender, arn, told, text)
        else:
            call(target, text, _as_event(text), forward)
    except Exception as error:  # noqa: BLE001  whatever a target breaks by, time goes on
        give_up(sender, target, text, error)


def _rules() -> Iterator[Rule]:
    for account in list(events_backends.values()):
        for backend in list(account.values()):
            for bus in list(backend.event_buses.values()):
                for rule in list(bus.rules.values()):
                    if rule.scheduled_expression and rule.state != "DISABLED":
                        yield rule


def _schedules() -> Iterator[tuple[EventBridgeSchedulerBackend, Schedule]]:
    for account in list(scheduler_backends.values()):
        for backend in list(account.values()):
            for group in list(backend.schedule_groups.values()):
                for schedule in list(group.schedules.values()):
                    if schedule.state == "ENABLED":
                        yield backend, schedule


def _rule_due(rule: Rule, after: datetime) -> datetime | None:
    began: datetime = vars(rule)["began"]
    return _due(str(rule.scheduled_expression), after, began.replace(microsecond=0), UTC)


def _schedule_due(schedule: Schedule, after: datetime) -> datetime | None:
    """When a schedule is next due; a rate counts from its start date, if it has one."""
    began: datetime = vars(schedule)["began"].replace(microsecond=0)
    if first := _date(schedule.start_date):
        began = first
        after = max(after, first - timedelta(microseconds=1))
    zone = ZoneInfo(schedule.schedule_expression_timezone)
    due = _due(schedule.schedule_expression, after, began, zone)
    last = _date(schedule.end_date)
    return None if due and last and due > last else due


@lru_cache(maxsize=4096)
def _due(expression: str, after: datetime, began: datetime, zone: tzinfo) -> datetime | None:
    parsed = schedules.parse(expression)
    if isinstance(parsed, schedules.Rate):
        return parsed.next(after, began)
    return parsed.next(after, zone)


def _date(told: Any) -> datetime | None:
    """A date of a request: seconds since 1970, or none."""
    return datetime.fromtimestamp(float(told), UTC) if told else None


def _check(arguments: dict[str, Any]) -> None:
    expression = arguments["schedule_expression"]
    zone = arguments.get("schedule_expression_timezone") or "UTC"
    try:
        schedules.parse(expression)
        ZoneInfo(zone)
    except schedules.Invalid as error:
        raise ValidationException(f"Invalid Schedule Expression {expression}.") from error
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValidationException(f"Invalid Schedule Expression Timezone {zone}.") from error


def _with_context(text: str, schedule: Schedule, at: datetime) -> str:
    """An input with its context attributes.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    values = {
        "<aws.scheduler.schedule-arn>": schedule.arn,
        "<aws.scheduler.scheduled-time>": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "<aws.scheduler.execution-id>": str(uuid4()),
        "<aws.scheduler.attempt-number>": "1",
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def _call_universal(sender: Sender, arn: str, text: str) -> None:
    """Call an operation of a service, with the input as its request."""
    service, _, action = arn.split(":", 6)[6].partition(":")
    client = own_clients.client(CLIENTS.get(service, service), sender.account)
    operation = getattr(client, xform_name(action[:1].upper() + action[1:]), None)
    if operation is None:
        raise Undeliverable(f"{service} has no operation {action}.")
    operation(**json.loads(text))


def _put_event(sender: Sender, arn: str, told: dict[str, str], text: str) -> None:
    """Put an event of one's own on a bus."""
    event = event_of(
        sender.account,
        sender.region,
        source=told["Source"],
        detail_type=told["DetailType"],
        resources=[sender.arn],
        detail=json.loads(text),
    )
    forward(arn, event)


def _as_event(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
