"""What is known of a model's health: its alarms, and what its monitors told last.

Silence is not health: a monitor that never ran, or whose last run had too few rows to tell, is
unknown.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from components.mlops.monitoring.job_request import MonitorKind
from components.mlops.monitoring.policies import NAMESPACE
from infra.models.place import Place, iso
from infra.models.shapes import AlarmShape, DriftShape, Finding
from infra.needs.model_context import NAME_LIMIT

KINDS = [kind.value for kind in MonitorKind]
OWNERS = ("endpoint", "monitor", "loop")
"""The components whose alarms are a model's."""
BACK = timedelta(days=40)
"""How far back runs are looked for: monthly ones are the rarest."""
PERIOD_SECONDS = 300
"""The shortest that CloudWatch still has after that time."""
LIMIT = 1.0
"""A monitor's worst finding reaches its limit here, and its alarm goes off."""


def heads(place: Place, model: str) -> list[str]:
    """What the names of a model's alarms begin with."""
    return [f"{place.names(model, owner, limit=NAME_LIMIT)}-" for owner in OWNERS]


def alarms(place: Place, model: str) -> list[AlarmShape]:
    """The alarms on a model, by name. Raises botocore's errors.

    The name of another model may go on where this one's ends: what is that one's is left out.
    """
    others = [
        head
        for one in place.stack.platform.models
        if one.name != model
        for head in heads(place, one.name)
    ]
    pages = place.client("cloudwatch").get_paginator("describe_alarms")
    kinds = ["MetricAlarm", "CompositeAlarm"]
    found = {
        alarm["AlarmName"]: alarm
        for head in heads(place, model)
        for page in pages.paginate(AlarmNamePrefix=head, AlarmTypes=kinds)
        for alarm in (*page.get("MetricAlarms", []), *page.get("CompositeAlarms", []))
        if not is_of_another(alarm["AlarmName"], head, others)
    }
    return [_alarm(found[name]) for name in sorted(found)]


def is_of_another(name: str, head: str, others: Iterable[str]) -> bool:
    """Whether a name that begins with `head` begins with more of another's."""
    return any(len(other) > len(head) and name.startswith(other) for other in others)


def _alarm(alarm: Mapping[str, Any]) -> AlarmShape:
    since = alarm.get("StateTransitionedTimestamp") or alarm.get("StateUpdatedTimestamp")
    return {
        "name": alarm["AlarmName"],
        "state": alarm["StateValue"],
        "since": iso(since) if since else None,
        "reason": alarm.get("StateReason") or "",
    }


def going_off(found: Iterable[AlarmShape]) -> list[str]:
    """The names of the alarms that are in ALARM."""
    return [alarm["name"] for alarm in found if alarm["state"] == "ALARM"]


def drift(place: Place, model: str, watched: Sequence[AlarmShape]) -> list[DriftShape]:
    """What each monitor of a model told last. Raises botocore's errors.

    Those are told of that have an alarm among `watched`, or have run.
    """
    until = place.now() + timedelta(seconds=PERIOD_SECONDS)
    told = _last(place, model, until)
    head = f"{place.names(model, 'monitor', limit=NAME_LIMIT)}-"
    has_alarm = {
        kind for kind in KINDS for one in watched if one["name"].startswith(f"{head}{kind}-")
    }
    return [
        finding(kind, told.get((kind, "Worst")), told.get((kind, "Ran")))
        for kind in KINDS
        if kind in has_alarm or (kind, "Ran") in told
    ]


def finding(
    kind: str, worst: tuple[datetime, float] | None, ran: tuple[datetime, float] | None
) -> DriftShape:
    """What a monitor told last, from its last values of Worst and Ran, each with its time."""
    said: Finding = "unknown"
    if worst and ran and worst[0] >= ran[0]:
        said = "drift" if worst[1] >= LIMIT else "ok"
    return {
        "monitor": kind,
        "finding": said,
        "worst": worst[1] if worst else None,
        "told": iso(worst[0]) if worst else None,
        "ran": iso(ran[0]) if ran else None,
    }


def _last(
    place: Place, model: str, until: datetime
) -> dict[tuple[str, str], tuple[datetime, float]]:
    """The last value, with its time, of each metric by the monitor's kind and the metric's name."""
    asked = [(kind, metric) for kind in KINDS for metric in ("Worst", "Ran")]
    queries = [
        {
            "Id": f"m{place_of_query}",
            "MetricStat": {
                "Metric": {
                    "Namespace": NAMESPACE,
                    "MetricName": metric,
                    "Dimensions": [
                        {"Name": "Model", "Value": model},
                        {"Name": "Monitor", "Value": kind},
                    ],
                },
                "Period": PERIOD_SECONDS,
                "Stat": "Maximum",
            },
        }
        for place_of_query, (kind, metric) in enumerate(asked)
    ]
    pages = place.client("cloudwatch").get_paginator("get_metric_data")
    found: dict[tuple[str, str], tuple[datetime, float]] = {}
    for page in pages.paginate(
        MetricDataQueries=queries,
        StartTime=until - BACK,
        EndTime=until,
        ScanBy="TimestampDescending",
    ):
        for result in page["MetricDataResults"]:
            values = list(zip(result["Timestamps"], result["Values"], strict=True))
            key = asked[int(result["Id"][1:])]
            if values:
                found[key] = max([*values, *([found[key]] if key in found else [])])
    return found
