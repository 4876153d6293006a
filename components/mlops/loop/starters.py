"""What starts the loop: alarms, here and elsewhere, new data, and the calendar.

Each start tells the machine its cause and a reason, as `components.mlops.loop.machine` reads them.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi

from components.common.event_start import arrived, start_on_event, starting_role
from components.common.iam import Json
from components.mlops.monitoring.job_request import MonitorKind

CAUSES: Mapping[str, Sequence[MonitorKind]] = {
    "drift": (MonitorKind.DATA, MonitorKind.EXPLAIN, MonitorKind.BIAS),
    "quality": (MonitorKind.QUALITY,),
}
"""Kinds of monitors by what their alarms are a cause of. Drift is of what comes in, of why, and of
whom it favours."""
ALARMED = {
    "drift": "its data drifted: <alarm> went off",
    "quality": "its answers got worse: <alarm> went off",
}
"""What is said of an alarm, by cause."""


class ElsewhereArgs(TypedDict):
    """Alarms of another environment, which serves the same model."""

    environment: str
    """The environment."""
    alarm_prefixes: Mapping[str, Sequence[str]]
    """What the names of its alarms on the model begin with, by the cause that they stand for."""
    account_id: NotRequired[str]
    """Its account, unless it is in the same one."""
    event_bus: NotRequired[pulumi.Input[str]]
    """Bus that its account's events come by, unless it is in the same account."""


class DataArgs(TypedDict):
    """Where new data arrives."""

    bucket: pulumi.Input[str]
    """Bucket, which must send its events to EventBridge."""
    prefix: str
    """Where in it, without a slash at the end."""


class StartersArgs(TypedDict):
    """What starts the loop; each may be missing, for a person always can."""

    alarms: Mapping[str, Sequence[pulumi.Input[str]]]
    """Names of the alarms by cause: `drift`, `quality`."""
    elsewhere: NotRequired[Sequence[ElsewhereArgs]]
    """Environments whose alarms start it as well."""
    new_data: NotRequired[DataArgs]
    """Objects that start it."""
    schedule: NotRequired[str]
    """When it starts by the calendar: an expression of EventBridge, in UTC."""


def alarm_pattern(alarm_names: Sequence[str | Json]) -> Json:
    """The event pattern of alarms going off, given by their names or by tests of those.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": list(alarm_names), "state": {"value": ["ALARM"]}},
    }


def alarms_elsewhere(alarm_prefixes: Sequence[str], account_id: str | None = None) -> Json:
    """The event pattern of alarms going off whose names begin so, in one account where it is given.

    `*` in a beginning stands for anything.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    tests: list[Json] = [
        {"wildcard": f"{prefix}*"} if "*" in prefix else {"prefix": prefix}
        for prefix in alarm_prefixes
    ]
    pattern = alarm_pattern(tests)
    return {**pattern, "account": [account_id]} if account_id else pattern


def declare_starters(
    name: str,
    args: StartersArgs,
    *,
    model: str,
    machine_arn: pulumi.Output[str],
    account_id: pulumi.Input[str],
    parent: pulumi.Resource,
) -> None:
    """The rules that start the machine, as children of `parent`, if there is any."""
    alarms = {cause: names for cause, names in args["alarms"].items() if names}
    elsewhere, data = args.get("elsewhere", []), args.get("new_data")
    schedule = args.get("schedule")
    if not (alarms or elsewhere or data or schedule):
        return
    role = starting_role(name, parent=parent, machine_arn=machine_arn, account_id=account_id)

    def on_alarm(suffix: str, cause: str, said: str, pattern: pulumi.Input[str]) -> Json:
        return {
            "name": f"{name}-{suffix}",
            "description": said,
            "pattern": pattern,
            "paths": {"alarm": "$.detail.alarmName"},
            "given": {"cause": cause, "reason": ALARMED[cause], "alarm": "<alarm>"},
        }

    starts: list[Json] = [
        on_alarm(
            cause,
            cause,
            f"{cause.capitalize()} retrains {model}",
            pulumi.Output.all(*names).apply(lambda known: json.dumps(alarm_pattern(known))),
        )
        for cause, names in alarms.items()
    ]
    for place in elsewhere:
        there = place["environment"]
        for cause, prefixes in place["alarm_prefixes"].items():
            pattern = json.dumps(alarms_elsewhere(prefixes, place.get("account_id")))
            suffix = there if cause == "drift" else f"{there}-{cause}"
            said = f"{cause.capitalize()} in {there} retrains {model}"
            starts.append({**on_alarm(suffix, cause, said, pattern), "bus": place.get("event_bus")})
    if data:
        prefix = data["prefix"]
        starts.append(
            {
                "name": f"{name}-data",
                "description": f"New data retrains {model}",
                "pattern": pulumi.Output.from_input(data["bucket"]).apply(
                    lambda bucket: json.dumps(arrived(bucket, prefix))
                ),
                "given": {"cause": "new-data", "reason": f"data arrived below {prefix}/"},
            }
        )
    if schedule:
        starts.append(
            {
                "name": f"{name}-schedule",
                "description": f"The calendar retrains {model}",
                "schedule": schedule,
                "given": {"cause": "schedule", "reason": schedule},
            }
        )
    for start in starts:
        start_on_event(
            start.pop("name"), parent=parent, machine_arn=machine_arn, role=role, **start
        )
