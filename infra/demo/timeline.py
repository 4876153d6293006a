"""The record of a demonstration: what happened and what was measured, by the cloud's clock.

As JSON it is as timeline.schema.json says: `events` in their order; `drift`, `quality` and
`traffic`, each a list of what was measured; `served`, which version had which share of the traffic
when; `alarms`, each time that one was in alarm; and what is stated of the data. Times are ISO 8601
in UTC, as the cloud's clock has them, which the demonstration puts forward.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

SCHEMA = "maslow/demo"
VERSION = 1

Json = dict[str, Any]
Number = int | float


class Kind(StrEnum):
    """What an event is."""

    DEPLOY = "deploy"
    TRAIN = "train"
    TRAFFIC = "traffic"
    MONITOR = "monitor"
    DRIFT = "drift"
    ALARM = "alarm"
    CALM = "calm"
    """An alarm is over."""
    LOOP = "loop"
    COMPARE = "compare"
    APPROVE = "approve"
    REJECT = "reject"
    CANARY = "canary"
    RELEASE = "release"
    FAULT = "fault"
    ROLLBACK = "rollback"
    TOLD = "told"
    """A message went to people."""


class Phase(StrEnum):
    """How a version serves."""

    LIVE = "live"
    CANARY = "canary"


class Timeline:
    """The record in the making; may be written to from any thread."""

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        environment: str,
        region: str,
        model: str,
        stated: Mapping[str, str],
        on_event: Callable[[Json], None] = lambda _: None,
    ) -> None:
        """A record by the clock `now`; `on_event` hears each event as it is told.

        `stated` says, by heading, what the reader must know of the data and of what is made up.
        """
        self._now = now
        self._on_event = on_event
        self._lock = threading.RLock()
        self._open: dict[str, Json] = {}
        self._found: Json = {
            "schema": SCHEMA,
            "version": VERSION,
            "environment": environment,
            "region": region,
            "model": model,
            "began": self._at(),
            "ended": self._at(),
            "seconds": 0,
            "stated": dict(stated),
            "events": [],
            "drift": [],
            "quality": [],
            "traffic": [],
            "served": [],
            "alarms": [],
            "costs": [],
            "not_emulated": {},
        }

    def tell(self, kind: Kind, text: str, **numbers: Number) -> Json:
        """An event that is happening now, in a sentence, with its numbers by name."""
        event = {"at": self._at(), "kind": str(kind), "text": text, "numbers": numbers}
        with self._lock:
            self._found["events"].append(event)
        self._on_event(event)
        return event

    def drift(self, worst: Number | None, *, rows: int, version: int, status: str) -> None:
        """A run of the data monitor: `worst` is 1 at the limit; None where it could not say."""
        self._add("drift", worst=worst, rows=rows, version=version, status=status)

    def quality(self, value: Number, *, metric: str, rows: int, version: int) -> None:
        """How good the answers to so many records with a known target were."""
        self._add("quality", metric=metric, value=value, rows=rows, version=version)

    def traffic(self, *, since: datetime, requests: int, errors: int, rows: int) -> None:
        """What was sent since a time: requests, how many failed, and the records in them."""
        self._add("traffic", since=iso(since), requests=requests, errors=errors, rows=rows)

    def serves(self, shares: Mapping[int, Number]) -> bool:
        """Which version has which share (above 0, at most 1) of the traffic from now on.

        The greater share is live, another a canary. Returns whether that is a change.
        """
        with self._lock:
            if shares == {one["version"]: one["share"] for one in self._serving()}:
                return False
            for one in self._serving():
                one["until"] = self._at()
            most = max(shares.values(), default=0)
            for version, share in shares.items():
                phase = Phase.LIVE if share == most else Phase.CANARY
                self._add("served", until=None, version=version, share=share, phase=str(phase))
            return True

    def alarm(self, name: str, *, is_on: bool) -> bool:
        """The state of an alarm, by a name for people; returns whether that is a change."""
        with self._lock:
            if is_on == (name in self._open):
                return False
            if is_on:
                self._open[name] = self._add("alarms", until=None, name=name)
            else:
                self._open.pop(name)["until"] = self._at()
            return True

    def document(
        self, seconds: Number, *, costs: Sequence[Json] = (), not_emulated: Mapping[str, int]
    ) -> Json:
        """The record until now, as JSON; `seconds` is what all of it took on this machine.

        `costs` are lines of infra.demo.costs, `not_emulated` the resource types whose requests
        were validated and went nowhere, with their counts. What serves or is in alarm still is
        shown until now.
        """
        with self._lock:
            return {
                **self._found,
                "ended": self._at(),
                "seconds": seconds,
                "costs": list(costs),
                "not_emulated": dict(sorted(not_emulated.items())),
            }

    def _serving(self) -> Iterator[Json]:
        return (one for one in self._found["served"] if one["until"] is None)

    def _add(self, series: str, **found: Any) -> Json:
        one = {"at": self._at(), **found}
        with self._lock:
            self._found[series].append(one)
        return one

    def _at(self) -> str:
        return iso(self._now())


def iso(at: datetime) -> str:
    """A time as the record has it."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def moment(at: str) -> datetime:
    """A time of the record, back again."""
    return datetime.fromisoformat(at)
