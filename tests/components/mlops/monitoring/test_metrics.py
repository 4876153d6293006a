from datetime import UTC, datetime, timedelta

import pytest

from components.mlops.monitoring.runtime import metrics

REPORT = {
    "model": "readmission",
    "monitor": "data",
    "status": "drift",
    "rows": 1200,
    "set_aside": {"lines": 3},
    "violations": [{}, {}],
    "worst": {"column": "age", "drift": 1.9},
    "columns": [
        {"name": "age", "drift": 1.9},
        {"name": "ward", "drift": 0.2},
        {"name": "x", "drift": None},
    ],
}


def told(report):
    return {
        (one["MetricName"], *(each["Value"] for each in one["Dimensions"])): one["Value"]
        for one in metrics.data(report)
    }


def test_a_run_tells_its_drift_by_feature_and_what_it_looked_at():
    run = ("readmission", "data")
    assert told(REPORT) == {
        ("Ran", *run): 1,
        ("Rows", *run): 1200,
        ("SetAside", *run): 3,
        ("Violations", *run): 2,
        ("Worst", *run): 1.9,
        ("Drift", *run, "age"): 1.9,
        ("Drift", *run, "ward"): 0.2,
    }


@pytest.mark.parametrize("status", ["not-enough-data", "no-data"])
def test_a_run_that_knows_nothing_tells_that_it_ran_and_no_more(status):
    names = {name for name, *_ in told({**REPORT, "status": status})}

    assert names == {"Ran", "Rows", "SetAside"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age", "age"),
        ("Größe", r"Gr\xf6\xdfe"),
        (":x", "_:x"),
        (" ", "-"),
        ("a\nb", r"a\nb"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_that_cloudwatch_would_refuse_is_written_in_another_way(name, value):
    assert metrics.dimension_value(name) == value


def test_many_metrics_go_in_several_calls_and_arrive(cloud, misfits):
    client = cloud.client("cloudwatch")
    columns = [{"name": f"feature {number}", "drift": 0.5} for number in range(1200)]
    data = metrics.data({**REPORT, "columns": columns})
    calls = []
    client.meta.events.register(
        "provide-client-params.cloudwatch.PutMetricData",
        lambda params, **_: calls.append(params),
    )

    metrics.put(data, client)

    shape = client.meta.service_model.operation_model("PutMetricData").input_shape
    assert [list(misfits(shape, call, "PutMetricData")) for call in calls] == [[]] * 3
    assert [len(call["MetricData"]) for call in calls] == [500, 500, 205]
    listed = [
        each
        for page in client.get_paginator("list_metrics").paginate(Namespace=metrics.NAMESPACE)
        for each in page["Metrics"]
    ]
    assert len(listed) == 1205
    now = datetime.now(UTC)
    (point,) = client.get_metric_statistics(
        Namespace=metrics.NAMESPACE,
        MetricName="Worst",
        Dimensions=[
            {"Name": "Model", "Value": "readmission"},
            {"Name": "Monitor", "Value": "data"},
        ],
        StartTime=now - timedelta(minutes=5),
        EndTime=now + timedelta(minutes=5),
        Period=600,
        Statistics=["Maximum"],
    )["Datapoints"]
    assert point["Maximum"] == 1.9
