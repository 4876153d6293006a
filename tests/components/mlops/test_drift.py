import pytest

from components.mlops.drift import Frequency, chunks, drift_queries


def queries(features):
    return drift_queries(
        features, endpoint_name="live", schedule_name="watch", frequency=Frequency.DAILY
    )


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (10, [10]), (11, [10, 1]), (30, [10, 10, 10])]
)
def test_an_alarm_looks_at_ten_features_at_most(count, sizes):
    features = [f"f{number}" for number in range(count)]

    groups = chunks(features)

    assert [len(group) for group in groups] == sizes
    assert [feature for group in groups for feature in group] == features


def test_the_largest_drift_counts():
    largest, *metrics = queries(["age", "creatinine"])

    assert largest["expression"] == "MAX([m0, m1])"
    assert largest["return_data"] is True
    assert [each["id"] for each in metrics] == ["m0", "m1"]


def test_drift_is_looked_for_where_the_monitor_publishes_it():
    metric = queries(["age"])[1]["metric"]

    assert metric == {
        "namespace": "aws/sagemaker/Endpoints/data-metrics",
        "metric_name": "feature_baseline_drift_age",
        "dimensions": {"Endpoint": "live", "MonitoringSchedule": "watch"},
        "period": 86400,
        "stat": "Maximum",
    }


@pytest.mark.parametrize("features", [[], [f"f{number}" for number in range(11)]])
def test_more_than_an_alarm_can_look_at_is_refused(features):
    with pytest.raises(ValueError, match="1 to 10 features"):
        queries(features)


def test_schedules_have_a_form_that_sagemaker_takes():
    assert Frequency.HOURLY.expression == "cron(0 * ? * * *)"
    assert Frequency.DAILY.expression == "cron(0 0 ? * * *)"
