from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

BEGIN = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def put(cloud, request):
    """Put data of a metric in a namespace of the test's own; that namespace."""
    namespace = request.node.name[:200]

    def data(*data, name="m"):
        cloud.client("cloudwatch").put_metric_data(
            Namespace=namespace, MetricData=[{"MetricName": name, **each} for each in data]
        )
        return namespace

    return data


def statistics(cloud, namespace, *names, period=60, minutes=10, **more):
    told = cloud.client("cloudwatch").get_metric_statistics(
        Namespace=namespace,
        MetricName="m",
        StartTime=BEGIN,
        EndTime=BEGIN + timedelta(minutes=minutes),
        Period=period,
        **({"Statistics": list(names)} if names else {}),
        **more,
    )["Datapoints"]
    return sorted(told, key=lambda point: point["Timestamp"])


def at(minute, value, **more):
    return {"Timestamp": BEGIN + timedelta(minutes=minute), "Value": value, **more}


ALL = ("Sum", "Average", "Minimum", "Maximum", "SampleCount")


def test_values_of_a_period_come_to_its_statistics(cloud, put):
    namespace = put(at(0, 1), at(0.5, 3), at(1, 10))
    first, second = statistics(cloud, namespace, *ALL)
    assert [first[name] for name in ALL] == [4, 2, 1, 3, 2]
    assert [second[name] for name in ALL] == [10, 10, 10, 10, 1]
    assert first["Timestamp"] == BEGIN


def test_a_longer_period_takes_all_of_it(cloud, put):
    namespace = put(*(at(minute, minute) for minute in range(10)))
    first, second = statistics(cloud, namespace, "Sum", period=300)
    assert (first["Sum"], second["Sum"]) == (10, 35)


def test_values_with_counts_and_sets_of_statistics_are_counted(cloud, put):
    several = {"Timestamp": BEGIN, "Values": [1.0, 5.0], "Counts": [3.0, 1.0]}
    summed = {"SampleCount": 4, "Sum": 40, "Minimum": 7, "Maximum": 20}
    namespace = put(several, {"Timestamp": BEGIN, "StatisticValues": summed})
    (point,) = statistics(cloud, namespace, *ALL)
    assert [point[name] for name in ALL] == [48, 6, 1, 20, 8]


def test_a_million_of_a_value_is_kept_as_one(cloud, put):
    namespace = put({"Timestamp": BEGIN, "Values": [2.0], "Counts": [1e6]})
    (point,) = statistics(cloud, namespace, "SampleCount", "Sum")
    assert (point["SampleCount"], point["Sum"]) == (1e6, 2e6)


def test_a_percentile_is_the_value_that_so_many_do_not_exceed(cloud, put):
    namespace = put(*(at(0, value) for value in range(1, 101)))
    (point,) = statistics(cloud, namespace, ExtendedStatistics=["p50", "p99", "p99.9"])
    assert point["ExtendedStatistics"] == {"p50": 50, "p99": 99, "p99.9": 100}


def test_a_percentile_is_unknown_of_sets_of_statistics(cloud, put):
    summed = {"SampleCount": 4, "Sum": 40, "Minimum": 7, "Maximum": 20}
    namespace = put({"Timestamp": BEGIN, "StatisticValues": summed})
    assert statistics(cloud, namespace, ExtendedStatistics=["p50"]) == []


def test_a_metric_is_told_by_its_dimensions_and_its_unit(cloud, put):
    dimensions = [{"Name": "Host", "Value": "one"}]
    namespace = put(
        at(0, 1, Dimensions=dimensions, Unit="Seconds"),
        at(0, 2, Dimensions=dimensions, Unit="Count"),
        at(0, 4),
    )
    (alone,) = statistics(cloud, namespace, "Sum")
    assert alone["Sum"] == 4
    (both,) = statistics(cloud, namespace, "Sum", Dimensions=dimensions)
    assert both["Sum"] == 3
    (one,) = statistics(cloud, namespace, "Sum", Dimensions=dimensions, Unit="Count")
    assert one["Sum"] == 2
    metrics = cloud.client("cloudwatch").list_metrics(Namespace=namespace)["Metrics"]
    assert sorted(len(metric["Dimensions"]) for metric in metrics) == [0, 1]


def query(namespace, id_="m", name="m", stat="Sum", **more):
    metric = {"Namespace": namespace, "MetricName": name}
    return {"Id": id_, "MetricStat": {"Metric": metric, "Period": 60, "Stat": stat}, **more}


def data(cloud, *queries, **more):
    return {
        result["Id"]: result
        for result in cloud.client("cloudwatch").get_metric_data(
            MetricDataQueries=list(queries),
            StartTime=BEGIN,
            EndTime=BEGIN + timedelta(minutes=10),
            **more,
        )["MetricDataResults"]
    }


def test_metric_data_come_newest_first_unless_asked_otherwise(cloud, put):
    namespace = put(at(0, 1), at(2, 3))
    assert data(cloud, query(namespace))["m"]["Values"] == [3, 1]
    ascending = data(cloud, query(namespace), ScanBy="TimestampAscending")["m"]
    assert ascending["Values"] == [1, 3]
    assert ascending["Timestamps"] == [BEGIN, BEGIN + timedelta(minutes=2)]


def test_expressions_are_evaluated_and_others_left_out_if_they_are_not_asked_for(cloud, put):
    namespace = put(at(0, 2), at(1, 6))
    put(at(0, 4), at(1, 8), name="n")
    told = data(
        cloud,
        {"Id": "share", "Expression": "twice / 2 + m2"},
        {"Id": "twice", "Expression": "m * 2", "ReturnData": False},
        query(namespace, ReturnData=False),
        query(namespace, "m2", "n", ReturnData=False),
        ScanBy="TimestampAscending",
    )
    assert list(told) == ["share"]
    assert told["share"]["Values"] == [6, 14]


@pytest.mark.parametrize("expression", ["SELECT AVG(m) FROM n", "SEARCH('x', 'Sum')", "m + nobody"])
def test_what_is_not_evaluated_is_refused_by_its_name(cloud, put, expression):
    namespace = put(at(0, 1))
    with pytest.raises(ClientError, match=r"SELECT|SEARCH|nobody") as refused:
        data(cloud, query(namespace), {"Id": "e", "Expression": expression, "Period": 60})
    assert refused.value.response["Error"]["Code"] == "ValidationError"
