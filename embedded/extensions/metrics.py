"""CloudWatch's metrics: put, and got as statistics of periods and as metric math.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import repeat
from typing import Any

from moto.cloudwatch.exceptions import (
    InvalidParameterCombination,
    InvalidParameterValue,
    ValidationError,
)
from moto.cloudwatch.models import (
    CloudWatchBackend,
    MetricAggregatedDatum,
    MetricDatum,
    MetricDatumBase,
)
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from embedded import clock
from embedded.extensions.operations import add, kept
from embedded.metric_functions import Scope, Series, Value
from embedded.metric_math import Invalid, parse
from embedded.metric_store import (
    Dimensions,
    Key,
    Metric,
    Sample,
    UnknownStatistic,
    check,
    dimensions_of,
    statistic_of,
)

NO_UNIT = "None"
MOST_COUNTED = 1e12


def install() -> None:
    """Put the store in the place of moto's list."""
    add(CloudWatchBackend, put_metric_data, get_metric_data)
    add(CloudWatchResponse, get_metric_statistics)


def metrics(backend: CloudWatchBackend) -> dict[Key, Metric]:
    """The backend's metrics."""
    store: dict[Any, Metric] = kept(backend, "metrics")
    return store


def metric_of(backend: CloudWatchBackend, key: Key) -> Metric:
    """A metric, without samples if nobody has put any; S3's are moto's own."""
    if key.namespace == "AWS/S3":
        return _provided(backend, key)
    return metrics(backend).get(key) or Metric()


def put_metric_data(
    self: CloudWatchBackend, namespace: str, metric_data: Sequence[Mapping[str, Any]]
) -> None:
    """PutMetricData. ListMetrics of moto's needs one datum of each metric, and has no other."""
    for number, datum in enumerate(metric_data, start=1):
        self._validate_parameters_put_metric_data(dict(datum), number)
    for datum in metric_data:
        dimensions = datum.get("Dimensions") or []
        key = Key(namespace, datum["MetricName"], dimensions_of(dimensions))
        unit = datum.get("Unit") or NO_UNIT
        time = seconds(datum.get("Timestamp") or clock.now())
        if key not in metrics(self):
            metrics(self)[key] = Metric()
            shown = MetricDatum(namespace, key.name, 0.0, list(dimensions), None, unit)
            self.metric_data.append(shown)
        for low, high, total, count in _samples(datum):
            metrics(self)[key].put(Sample(time, total, count, low, high, unit))


def get_metric_data(
    self: CloudWatchBackend,
    queries: Sequence[Mapping[str, Any]],
    start_time: datetime,
    end_time: datetime,
    scan_by: str = "TimestampDescending",
) -> list[dict[str, Any]]:
    """GetMetricData, metric math included; Metrics Insights and SEARCH are refused."""
    begin, end = seconds(start_time), seconds(end_time)
    if begin >= end:
        raise ValidationError("The parameter StartTime must be less than the parameter EndTime.")
    try:
        values = _evaluated(self, queries, begin, end)
    except (Invalid, UnknownStatistic) as error:
        raise ValidationError(str(error)) from error
    results = []
    for query in queries:
        if query.get("ReturnData", True) is False:
            continue
        found = values[query["Id"]]
        series = found if isinstance(found, dict) else {}
        times = sorted(series, reverse=scan_by == "TimestampDescending")
        results.append(
            {
                "id": query["Id"],
                "label": query.get("Label") or _label(query),
                "timestamps": [datetime.fromtimestamp(at, UTC) for at in times],
                "values": [series[at] for at in times],
                "status_code": "Complete",
            }
        )
    return results


def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
    """GetMetricStatistics, percentiles included; without order, as AWS's."""
    begin, end = seconds(self._get_param("StartTime")), seconds(self._get_param("EndTime"))
    if begin >= end:
        message = "The parameter StartTime must be less than the parameter EndTime."
        raise InvalidParameterValue(message)
    simple = self._get_param("Statistics") or []
    extended = self._get_param("ExtendedStatistics") or []
    if bool(simple) == bool(extended):
        raise InvalidParameterCombination(
            "Must specify either Statistics or ExtendedStatistics"
            if not simple
            else "Must not specify both Statistics and ExtendedStatistics"
        )
    name = self._get_param("MetricName")
    key = Key(
        self._get_param("Namespace"), name, dimensions_of(self._get_param("Dimensions") or [])
    )
    metric = metric_of(self.cloudwatch_backend, key)
    period, unit = int(self._get_param("Period")), self._get_param("Unit")
    points = []
    for at, samples in metric.periods(begin, end, period, unit):
        point = {"Timestamp": datetime.fromtimestamp(at, UTC), "Unit": samples[0].unit}
        try:
            told = {each: statistic_of(samples, each) for each in (*simple, *extended)}
        except UnknownStatistic as error:
            raise InvalidParameterValue(str(error)) from error
        known = {each: value for each, value in told.items() if value is not None}
        if known:
            points.append(point | (known if simple else {"ExtendedStatistics": known}))
    return ActionResult({"Label": name, "Datapoints": points})


def seconds(time: datetime) -> float:
    """Seconds since 1970; moto's times are in UTC without saying so."""
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()


def key_of(stat: Mapping[str, Any]) -> Key:
    """The metric of a MetricStat."""
    metric = stat["Metric"]
    dimensions: Dimensions = dimensions_of(metric.get("Dimensions") or [])
    return Key(metric["Namespace"], metric["MetricName"], dimensions)


def _evaluated(
    backend: CloudWatchBackend, queries: Sequence[Mapping[str, Any]], begin: float, end: float
) -> dict[str, Value]:
    """What each query comes to, by its id."""
    values: dict[str, Value] = {}
    periods = [query["MetricStat"]["Period"] for query in queries if "MetricStat" in query]
    waiting = []
    for query in queries:
        if stat := query.get("MetricStat"):
            values[query["Id"]] = _series(backend, stat, begin, end)
        else:
            waiting.append(query)
    while waiting:
        ready = next((query for query in waiting if _ids(query) <= values.keys()), waiting[0])
        waiting.remove(ready)
        period = float(ready.get("Period") or max(map(int, periods), default=60))
        first = begin // period * period
        times = [first + period * index for index in range(int((end - first - 1e-9) // period) + 1)]
        scope = Scope(values, times, period)
        values[ready["Id"]] = parse(ready["Expression"]).evaluate(scope)
    return values


def _ids(query: Mapping[str, Any]) -> frozenset[str]:
    return parse(query["Expression"]).ids


def _series(
    backend: CloudWatchBackend, stat: Mapping[str, Any], begin: float, end: float
) -> Series:
    check(stat["Stat"])
    metric = metric_of(backend, key_of(stat))
    found = {
        at: statistic_of(samples, stat["Stat"])
        for at, samples in metric.periods(begin, end, int(stat["Period"]), stat.get("Unit"))
    }
    return {at: value for at, value in found.items() if value is not None}


def _label(query: Mapping[str, Any]) -> str:
    if stat := query.get("MetricStat"):
        return f"{stat['Metric']['MetricName']} {stat['Stat']}"
    label: str = query["Id"]
    return label


def _samples(datum: Mapping[str, Any]) -> Iterable[tuple[float, float, float, float]]:
    """Lowest, highest, sum and count of what a datum puts."""
    if statistics := datum.get("StatisticValues"):
        names = ("Minimum", "Maximum", "Sum", "SampleCount")
        low, high, total, count = (float(statistics[name]) for name in names)
        yield low, high, total, count
        return
    values = datum.get("Values") or [datum.get("Value", 0)]
    counts = datum.get("Counts") or repeat(1)
    for value, count in zip(map(float, values), map(float, counts), strict=False):
        if 0 < count <= MOST_COUNTED:
            yield value, value, value * count, count


def _provided(backend: CloudWatchBackend, key: Key) -> Metric:
    """What moto computes of a service when it is asked."""
    metric = Metric()
    for datum in backend.aws_metric_data:
        dimensions = frozenset((each.name, each.value) for each in datum.dimensions)
        if (datum.namespace, datum.name, dimensions) == key:
            metric.put(_sample_of(datum))
    return metric


def _sample_of(datum: MetricDatumBase) -> Sample:
    time, unit = seconds(datum.timestamp), datum.unit or NO_UNIT
    if isinstance(datum, MetricAggregatedDatum):
        return Sample(time, datum.sum, datum.sample_count, datum.min, datum.max, unit)
    value = float(vars(datum)["value"])
    return Sample(time, value, 1.0, value, value, unit)
