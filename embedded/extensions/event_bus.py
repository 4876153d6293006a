"""EventBridge's buses: what is put on one goes to the targets of the rules that match.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
"""

import json
import logging
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.core.responses import BaseResponse
from moto.events.exceptions import (
    InvalidEventPatternException,
    ResourceNotFoundException,
    ValidationException,
)
from moto.events.models import (
    EventPattern,
    EventPatternParser,
    EventsBackend,
    Rule,
    events_backends,
)
from moto.events.responses import EventsHandler

from catalog import event_patterns
from embedded import clock, outbox, schedules
from embedded.event_inputs import Invalid, text_for
from embedded.extensions.event_targets import Sender, deliver
from embedded.extensions.operations import add

log = logging.getLogger(__name__)

MOST_ENTRIES = 10
MOST_BYTES = 262_144
MOST_HOPS = 16
"""Events that one leads to at once, as a rule does that puts it where it came from."""

Event = Any
"""An event of JSON, as moto's EventMessageType."""

_hops = threading.local()
_put_rule_by_moto = EventsBackend.put_rule  # replaced below


def install() -> None:
    """Have rules matched, and their targets called."""
    add(EventsBackend, put_rule, put_events)
    add(EventsHandler, test_event_pattern)
    add(EventPattern, matches_event)
    add(Rule, send_to_targets)
    EventPatternParser._validate_event_pattern = _check_pattern  # type: ignore[method-assign]  # noqa: SLF001


def emit(
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    resources: Sequence[str],
    detail: Mapping[str, Any],
) -> None:
    """Put an event of an AWS service on the account's own bus. What breaks there is logged."""
    event = event_of(
        account,
        region,
        source=source,
        detail_type=detail_type,
        resources=resources,
        detail=detail,
    )
    bus = events_backends[account][region]
    try:
        _onto(bus, "default", event)
    except RecursionError as error:
        arn = bus.describe_event_bus("default").arn
        outbox.keep_undelivered(resources[0], arn, str(error), json.dumps(event))
    except Exception:
        log.exception("an event of %s was lost", source)


def put_events(self: EventsBackend, events: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """PutEvents: an entry that is wrong fails by itself."""
    if not 1 <= len(events) <= MOST_ENTRIES:
        raise ValidationException(
            f"1 validation error detected: Value '[PutEventsRequestEntry]' at 'entries' failed to "
            f"satisfy constraint: Member must have length less than or equal to {MOST_ENTRIES}"
        )
    return [_entered(self, entry) for entry in events]


def put_rule(
    self: EventsBackend,
    name: str,
    *,
    scheduled_expression: str | None = None,
    **arguments: Any,
) -> Rule:
    """PutRule, with the time from which a rate counts; refuses a schedule that AWS would."""
    if scheduled_expression:
        try:
            parsed = schedules.parse(scheduled_expression)
        except schedules.Invalid as error:
            raise ValidationException("Parameter ScheduleExpression is not valid.") from error
        if isinstance(parsed, schedules.At):
            raise ValidationException("Parameter ScheduleExpression is not valid.")
    bus = self._normalize_event_bus_arn(arguments.get("event_bus_arn"))
    before = self.event_buses[bus].rules.get(name) if bus in self.event_buses else None
    rule = _put_rule_by_moto(self, name, scheduled_expression=scheduled_expression, **arguments)
    same = before is not None and before.scheduled_expression == scheduled_expression
    vars(rule)["began"] = vars(before).get("began") if same else clock.now()
    return rule


def test_event_pattern(self: BaseResponse) -> str:
    """TestEventPattern."""
    try:
        pattern = event_patterns.parse(self._get_param("EventPattern"))
        event = json.loads(self._get_param("Event"))
    except event_patterns.Invalid as error:
        raise InvalidEventPatternException(reason=str(error)) from error
    except json.JSONDecodeError as error:
        raise ValidationException("Parameter Event is not valid JSON.") from error
    return json.dumps({"Result": event_patterns.matches(pattern, event)})


def matches_event(self: EventPattern, event: Mapping[str, Any]) -> bool:
    """Whether an event matches; no pattern, that of a schedule, matches none."""
    pattern = self.get_pattern()
    return bool(pattern) and event_patterns.matches(pattern, event)


def send_to_targets(
    self: Rule,
    original_event: Event,
    transform_input: bool = True,  # noqa: ARG001  moto's replays give it
) -> None:
    """Send an event to the rule's targets, if the rule is enabled and matches it."""
    if self.state == "DISABLED" or not self.event_pattern.matches_event(original_event):
        return
    call_targets(self, original_event)


def call_targets(rule: Rule, event: Event) -> None:
    """Send an event to each target of a rule; one that fails keeps none of the others from it."""
    named = {"name": rule.name, "arn": rule.arn}
    for target in list(rule.targets):
        if _is_archive(target["Arn"]):
            _archive(rule, target, event)
            continue
        try:
            text = text_for(target, event, named)
        except Invalid as error:
            outbox.keep_undelivered(rule.arn, target["Arn"], str(error), json.dumps(event))
            continue
        deliver(Sender(rule.arn, rule.account_id, rule.region_name), target, text, event, forward)


def _entered(backend: EventsBackend, entry: Mapping[str, Any]) -> dict[str, Any]:
    for name in ("Source", "DetailType", "Detail"):
        if not entry.get(name):
            reason = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": reason}
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    if not isinstance(detail, dict):
        return {"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."}
    if len(entry["Detail"]) > MOST_BYTES:
        raise ValidationException("Total size of the entries in the request is over the limit.")
    if str(entry["Source"]).startswith("aws."):
        reason = "Parameter Source is not valid. Reason: Source may not begin with aws."
        return {"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": reason}
    event = event_of(
        backend.account_id,
        backend.region_name,
        source=entry["Source"],
        detail_type=entry["DetailType"],
        resources=entry.get("Resources") or [],
        detail=detail,
        time=entry.get("Time"),
    )
    bus = str(entry.get("EventBusName") or "default")
    # A bus that is not there takes the event, and nothing comes of it, as on AWS.
    with suppress(ResourceNotFoundException):
        if bus.startswith("arn:"):
            forward(bus, event)
        else:
            _onto(backend, bus, event)
    return {"EventId": event["id"]}


def event_of(
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    resources: Sequence[str],
    detail: Mapping[str, Any],
    time: float | None = None,
) -> Event:
    """An event, of the clock's time unless another is given in seconds since 1970."""
    at = datetime.fromtimestamp(float(time), UTC) if time else clock.now()
    return {
        "version": "0",
        "id": str(uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }


def _onto(backend: EventsBackend, bus: str, event: Event) -> None:
    """Have the rules of a bus see an event.

    Raises RecursionError for one that goes round, and moto's ResourceNotFoundException.
    """
    hops = getattr(_hops, "count", 0)
    if hops >= MOST_HOPS:
        raise RecursionError(f"An event led to another {MOST_HOPS} times: it goes no further.")
    rules = list(backend.describe_event_bus(bus).rules.values())
    _hops.count = hops + 1
    try:
        for rule in rules:
            rule.send_to_targets(event)
    finally:
        _hops.count = hops


def forward(arn: str, event: Event) -> None:
    """Put an event on a bus by its ARN, perhaps another account's, as it is.

    Raises RecursionError for one that goes round, and moto's ResourceNotFoundException.
    """
    region, account = arn.split(":")[3:5]
    _onto(events_backends[account][region], arn.rpartition("/")[2], event)


def _is_archive(arn: str) -> bool:
    service, *_, resource = arn.split(":")[2:6]
    return service == "events" and not resource


def _archive(rule: Rule, target: Mapping[str, Any], event: Event) -> None:
    """Keep an event in the archive that moto made the rule for."""
    template = target.get("InputTransformer", {}).get("InputTemplate", "")
    for archive in events_backends[rule.account_id][rule.region_name].archives.values():
        if archive.arn in template and archive.uuid in template:
            archive.events.append(event)


def _check_pattern(self: EventPatternParser, pattern: dict[str, Any]) -> None:  # noqa: ARG001
    try:
        if pattern:
            event_patterns.check(pattern)
    except event_patterns.Invalid as error:
        raise InvalidEventPatternException(reason=str(error)) from error
