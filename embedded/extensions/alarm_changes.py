"""What comes of an alarm that changes its state: its actions, an event, and composite alarms.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-actions.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
"""

import json
from collections import deque
from datetime import datetime
from functools import cache
from typing import Any

from botocore.loaders import Loader
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.core.exceptions import ServiceException
from moto.sns.models import sns_backends

from embedded import clock, outbox
from embedded.alarm_reasons import stamp
from embedded.extensions.event_bus import emit
from embedded.extensions.operations import kept

HISTORY_KEPT = 5_000
SUBJECT_LENGTH = 100


def change(
    backend: CloudWatchBackend, alarm: Alarm, state: str, reason: str, data: str | None
) -> bool:
    """Put an alarm into a state, and do what follows; returns whether it has changed."""
    if alarm.state_value == state:
        return False
    previous = _shown(alarm)
    now = clock.now()
    alarm.state_value, alarm.state_reason, alarm.state_reason_data = state, reason, data or "{}"
    alarm.state_updated_timestamp = now.replace(tzinfo=None)
    vars(alarm)["state_transitioned_timestamp"] = alarm.state_updated_timestamp
    summary = f"Alarm updated from {previous['value']} to {state}"
    note(backend, alarm, "StateUpdate", summary, {"oldState": previous, "newState": _shown(alarm)})
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.cloudwatch",
        detail_type="CloudWatch Alarm State Change",
        resources=[alarm.alarm_arn],
        detail={
            "alarmName": alarm.name,
            "state": _shown(alarm),
            "previousState": previous,
            "configuration": _configuration(alarm),
        },
    )
    if alarm.actions_enabled:
        _act(backend, alarm, previous["value"], now)
    return True


def note(
    backend: CloudWatchBackend, alarm: Alarm, kind: str, summary: str, data: dict[str, Any]
) -> None:
    """Keep an item of an alarm's history."""
    history(backend).append(
        {
            "AlarmName": alarm.name,
            "AlarmType": "CompositeAlarm" if alarm.rule else "MetricAlarm",
            "Timestamp": clock.now().replace(tzinfo=None),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps({"version": "1.0", **data}),
        }
    )


def history(backend: CloudWatchBackend) -> deque[dict[str, Any]]:
    """The items of all the backend's alarms, oldest first."""
    items: deque[dict[str, Any]] = kept(backend, "alarm_history").setdefault(
        "items", deque(maxlen=HISTORY_KEPT)
    )
    return items


def _act(backend: CloudWatchBackend, alarm: Alarm, before: str, now: datetime) -> None:
    actions = {
        "ALARM": alarm.alarm_actions,
        "OK": alarm.ok_actions,
        "INSUFFICIENT_DATA": alarm.insufficient_data_actions,
    }[alarm.state_value]
    message = json.dumps(_message(backend, alarm, before, now))
    subject = f'{alarm.state_value}: "{alarm.name}" in {_region_name(backend.region_name)}'
    for action in actions:
        service, region, account = action.split(":")[2:5]
        problem = ""
        if service == "sns":
            topics = sns_backends[account][region]
            try:
                topics.publish(message, action, subject=subject[:SUBJECT_LENGTH])
            except (ServiceException, ValueError) as error:
                problem = str(error)
        elif service != "autoscaling":  # target_tracking looks at the state itself, each minute
            problem = f"The embedded AWS does no action of {service}."
        if problem:
            outbox.keep_undelivered(alarm.alarm_arn, action, problem, message)
        state = "Failed" if problem else "Succeeded"
        summary = f"{state} to execute action {action}"
        note(backend, alarm, "Action", summary, {"actionState": state})


def _shown(alarm: Alarm) -> dict[str, str]:
    shown = {
        "value": alarm.state_value,
        "reason": alarm.state_reason,
        "timestamp": stamp(alarm.state_updated_timestamp),
    }
    if alarm.state_reason_data not in ("", "{}"):
        shown["reasonData"] = alarm.state_reason_data
    return shown


def _configuration(alarm: Alarm) -> dict[str, Any]:
    """The alarm's configuration, as events tell it."""
    configuration: dict[str, Any] = {"description": alarm.description} if alarm.description else {}
    if alarm.rule:
        return configuration | {"alarmRule": alarm.rule}
    if not alarm.metric_data_queries:
        statistic = alarm.statistic or alarm.extended_statistic
        metric = _metric(alarm.namespace, alarm.metric_name, alarm.dimensions)
        told = {"metric": metric, "period": alarm.period, "stat": statistic}
        single = {"id": "m1", "metricStat": told, "returnData": True}
        return configuration | {"metrics": [single]}
    queries = []
    for query in alarm.metric_data_queries:
        told = {"id": query.id, "returnData": query.return_data not in (False, "false")}
        if query.label:
            told["label"] = query.label
        if query.metric_stat:
            watched = query.metric_stat.metric
            told["metricStat"] = {
                "metric": _metric(watched.namespace, watched.metric_name, watched.dimensions),
                "period": query.metric_stat.period,
                "stat": query.metric_stat.stat,
            }
        else:
            told["expression"] = query.expression
        queries.append(told)
    return configuration | {"metrics": queries}


def _metric(namespace: str, name: str, dimensions: Any) -> dict[str, Any]:
    named = {each.name: each.value for each in dimensions}
    return {"namespace": namespace, "name": name, "dimensions": named}


def _message(
    backend: CloudWatchBackend, alarm: Alarm, before: str, now: datetime
) -> dict[str, Any]:
    """What a topic is told.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    message: dict[str, Any] = {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": backend.account_id,
        "AlarmConfigurationUpdatedTimestamp": stamp(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": stamp(now),
        "Region": _region_name(backend.region_name),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": before,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
    }
    if alarm.rule:
        return message | {"AlarmRule": alarm.rule}
    trigger: dict[str, Any] = {
        "Period": alarm.period,
        "EvaluationPeriods": alarm.evaluation_periods,
        "DatapointsToAlarm": alarm.datapoints_to_alarm or alarm.evaluation_periods,
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": alarm.threshold,
        "TreatMissingData": alarm.treat_missing_data or "missing",
    }
    if alarm.metric_data_queries:
        trigger["Metrics"] = _configuration(alarm)["metrics"]
    else:
        trigger |= {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "StatisticType": "Statistic" if alarm.statistic else "ExtendedStatistic",
            "Statistic": (alarm.statistic or alarm.extended_statistic or "").upper(),
            "Unit": alarm.unit,
            "Dimensions": [{"name": each.name, "value": each.value} for each in alarm.dimensions],
        }
    return message | {"Trigger": trigger}


@cache
def _region_name(region: str) -> str:
    """A region's name in words, or its code where botocore has none."""
    for partition in Loader().load_data("endpoints")["partitions"]:
        if region in partition["regions"]:
            name: str = partition["regions"][region]["description"]
            return name
    return region
