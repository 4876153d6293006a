"""CloudWatch's metric alarms: evaluated by the clock, as they are put and as they are told.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation.html
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from moto.cloudwatch.exceptions import InvalidParameterValue
from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from embedded import clock
from embedded.alarm_reasons import data_of, reason_of
from embedded.alarm_states import INSUFFICIENT_DATA, Rule, judged
from embedded.extensions.alarm_changes import change, history
from embedded.extensions.composite_alarms import follow
from embedded.extensions.idle_variants import PER_INSTANCE, idle
from embedded.extensions.metrics import metric_of
from embedded.extensions.operations import add, paged
from embedded.extensions.queue_metrics import NAMESPACE as QUEUES
from embedded.extensions.queue_metrics import sample
from embedded.metric_math import Invalid
from embedded.metric_store import Key, UnknownStatistic, dimensions_of
from embedded.watching import Refused, Stat, Watch, math_watch, metric_watch

EVERY_SECONDS = 60
HIGH_RESOLUTION_SECONDS = 10
HELD_SECONDS = 60
"""For how long an alarm keeps the state that it was told: AWS's next comparison is as near."""

STATE = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp")

_put_by_moto = CloudWatchBackend.put_metric_alarm  # all three are replaced below
_set_by_moto = CloudWatchBackend.set_alarm_state
_described_by_moto = CloudWatchResponse.describe_alarms


class _Evaluations:
    """All alarms each minute, and those of a short period each ten seconds."""

    def next(self, after: datetime) -> datetime | None:
        """The next of these times, if there is an alarm."""
        periods = [watch.period for _, _, watch in _watched()]
        if not periods:
            return None
        every = HIGH_RESOLUTION_SECONDS if min(periods) < EVERY_SECONDS else EVERY_SECONDS
        seconds = (int(after.timestamp()) // every + 1) * every
        return datetime.fromtimestamp(seconds, UTC)

    def fire(self, at: datetime) -> int:
        """Evaluate the alarms that are due."""
        seconds, count = at.timestamp(), 0
        whole = not seconds % EVERY_SECONDS
        for backend, alarm, watch in list(_watched()):
            if (whole or watch.period < EVERY_SECONDS) and _held(alarm) <= at:
                evaluate(backend, alarm, watch, seconds)
                count += 1
        return count


def install() -> None:
    """Have alarms evaluated."""
    add(CloudWatchBackend, put_metric_alarm, set_alarm_state)
    add(CloudWatchResponse, describe_alarms, describe_alarm_history)
    clock.current().add(_Evaluations())


def put_metric_alarm(self: CloudWatchBackend, **arguments: Any) -> Alarm:
    """PutMetricAlarm: a new alarm is evaluated at once, one that was there keeps its state."""
    before: Alarm | None = self.alarms.get(arguments["name"])
    try:
        watch = _watch(arguments)
    except (Refused, Invalid, UnknownStatistic) as error:
        raise InvalidParameterValue(str(error)) from error
    alarm = _put_by_moto(self, **arguments)
    now = clock.now().replace(tzinfo=None)
    vars(alarm)["watch"] = watch
    alarm.configuration_updated_timestamp = now
    if before is not None and before.rule is None:
        vars(alarm).update({name: getattr(before, name) for name in STATE})
    else:
        alarm.state_value = INSUFFICIENT_DATA
        alarm.state_updated_timestamp = now
    every = HIGH_RESOLUTION_SECONDS if watch.period < EVERY_SECONDS else EVERY_SECONDS
    evaluate(self, alarm, watch, clock.now().timestamp() // every * every)
    return alarm


def set_alarm_state(
    self: CloudWatchBackend, alarm_name: str, reason: str, reason_data: str, state_value: str
) -> None:
    """SetAlarmState: the alarm changes as if it had been evaluated, until it is."""
    before = {name: getattr(self.alarms.get(alarm_name), name, None) for name in STATE}
    _set_by_moto(self, alarm_name, reason, reason_data, state_value)
    alarm = self.alarms[alarm_name]
    vars(alarm).update(before)  # the change is made below, with all that follows from it
    vars(alarm)["held_until"] = clock.now() + timedelta(seconds=HELD_SECONDS)
    if change(self, alarm, state_value, reason, reason_data):
        follow(self, alarm)


def describe_alarms(self: CloudWatchResponse) -> ActionResult:
    """DescribeAlarms: of metric alarms, unless AlarmTypes asks for others."""
    kinds = self._get_param("AlarmTypes") or ["MetricAlarm"]
    result: dict[str, Any] = dict(vars(_described_by_moto(self))["_result"])
    return ActionResult(
        {
            "MetricAlarms": result["MetricAlarms"] if "MetricAlarm" in kinds else [],
            "CompositeAlarms": result["CompositeAlarms"] if "CompositeAlarm" in kinds else [],
        }
    )


def describe_alarm_history(self: CloudWatchResponse) -> ActionResult:
    """DescribeAlarmHistory, the newest first unless ScanBy says otherwise."""
    name, kind = self._get_param("AlarmName"), self._get_param("HistoryItemType")
    items = [
        dict(item, Number=index)
        for index, item in enumerate(history(self.cloudwatch_backend))
        if name in (None, item["AlarmName"]) and kind in (None, item["HistoryItemType"])
    ]
    if self._get_param("ScanBy") != "TimestampAscending":
        items.reverse()
    return paged(self, "AlarmHistoryItems", items, "Number", by="MaxRecords")


def evaluate(backend: CloudWatchBackend, alarm: Alarm, watch: Watch, at: float) -> None:
    """Judge an alarm by its data points up to a time, in seconds since 1970."""
    for stat in watch.stats.values():
        if stat.key.namespace == QUEUES:
            sample(backend, stat.key, at)
        elif stat.key.name == PER_INSTANCE:
            idle(backend, stat.key, at)
    try:
        points = watch.points(partial(metric_of, backend), at)
    except (Invalid, ArithmeticError):
        vars(alarm)["evaluation_state"] = "EVALUATION_ERROR"
        return
    breaches = [None if each.value is None else watch.breaches(each.value) for each in points]
    state = judged(breaches, watch.rule)
    if state is None or state == alarm.state_value:
        return
    reason = reason_of(watch, points, breaches, state)
    data = data_of(watch, points, at, alarm.statistic or alarm.extended_statistic)
    if change(backend, alarm, state, reason, json.dumps(data)):
        follow(backend, alarm)


def _watched() -> Iterator[tuple[CloudWatchBackend, Alarm, Watch]]:
    for account in list(cloudwatch_backends.values()):
        for backend in list(account.values()):
            for alarm in list(backend.alarms.values()):
                if watch := vars(alarm).get("watch"):
                    yield backend, alarm, watch


def _held(alarm: Alarm) -> datetime:
    until: datetime = vars(alarm).get("held_until", datetime.min.replace(tzinfo=UTC))
    return until


def _watch(arguments: dict[str, Any]) -> Watch:
    periods = int(arguments["evaluation_periods"])
    rule = Rule(
        periods,
        int(arguments.get("datapoints_to_alarm") or periods),
        arguments.get("treat_missing_data") or "missing",
    )
    comparison, threshold = arguments["comparison_operator"], arguments["threshold"]
    waits = arguments.get("evaluate_low_sample_count_percentile") == "ignore"
    if not (queries := arguments.get("metric_data_queries")):
        key = Key(
            arguments["namespace"],
            arguments["metric_name"],
            dimensions_of(arguments.get("dimensions") or []),
        )
        statistic = arguments["statistic"] or arguments["extended_statistic"] or ""
        return metric_watch(
            Stat(key, statistic, arguments.get("unit")),
            rule=rule,
            period=int(arguments["period"]),
            comparison=comparison,
            threshold=float(threshold),
            waits=waits,
        )
    told = []
    for query in queries:
        stat, metric = query.metric_stat, None
        if stat:
            dimensions = frozenset((each.name, each.value) for each in stat.metric.dimensions)
            key = Key(stat.metric.namespace, stat.metric.metric_name, dimensions)
            metric = Stat(key, stat.stat, stat.unit)
        told.append(
            {
                "id": query.id,
                "stat": metric,
                "expression": query.expression,
                "period": stat.period if stat else query.period,
                "returned": query.return_data not in (False, "false"),
            }
        )
    return math_watch(
        told,
        rule=rule,
        comparison=comparison,
        threshold=None if threshold is None else float(threshold),
    )
