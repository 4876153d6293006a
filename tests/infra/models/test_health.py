from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from infra.models import health

AT = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)
HEAD = "maslow-dev-readmission"


@pytest.fixture
def alarm(cloud):
    def put(name, state=None):
        cloudwatch = cloud.client("cloudwatch")
        cloudwatch.put_metric_alarm(
            AlarmName=name,
            Namespace="test",
            MetricName="m",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            Statistic="Maximum",
            ComparisonOperator="GreaterThanOrEqualToThreshold",
        )
        if state:
            cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="so it is")

    return put


@pytest.fixture
def ran(cloud):
    """Put what a run of a monitor tells."""

    def put(kind, worst=None, model="readmission"):
        dimensions = [{"Name": "Model", "Value": model}, {"Name": "Monitor", "Value": kind}]
        told = {"Ran": 1.0} | ({} if worst is None else {"Worst": worst})
        cloud.client("cloudwatch").put_metric_data(
            Namespace="maslow/Monitors",
            MetricData=[
                {"MetricName": name, "Dimensions": dimensions, "Value": value}
                for name, value in told.items()
            ],
        )

    return put


def test_the_alarms_are_those_of_the_models_components(place, alarm):
    alarm(f"{HEAD}-endpoint-errors-0a1b2c3", "ALARM")
    alarm(f"{HEAD}-monitor-data-worst-0a1b2c3", "OK")
    alarm("maslow-dev-length-of-stay-endpoint-errors-0a1b2c3", "ALARM")
    alarm(f"{HEAD}-delivery-failed", "ALARM")
    found = health.alarms(place, "readmission")
    assert [one["name"] for one in found] == [
        f"{HEAD}-endpoint-errors-0a1b2c3",
        f"{HEAD}-monitor-data-worst-0a1b2c3",
    ]
    assert health.going_off(found) == [f"{HEAD}-endpoint-errors-0a1b2c3"]
    assert found[0]["reason"] == "so it is"
    assert found[0]["since"].endswith("Z")


def test_a_composite_alarm_is_one_too(place, alarm, cloud):
    alarm("part", "ALARM")
    cloud.client("cloudwatch").put_composite_alarm(
        AlarmName=f"{HEAD}-loop-both", AlarmRule='ALARM("part")'
    )
    assert [one["name"] for one in health.alarms(place, "readmission")] == [f"{HEAD}-loop-both"]


def test_a_model_whose_name_begins_with_anothers_keeps_its_alarms(place, alarm):
    (model, *_) = place.stack.platform.models
    longer = model.model_copy(update={"name": "readmission-endpoint"})
    platform = place.stack.platform.model_copy(update={"models": (model, longer)})
    both = replace(place, stack=replace(place.stack, platform=platform))
    mine, other = f"{HEAD}-endpoint-errors-1", f"{HEAD}-endpoint-endpoint-errors-1"
    alarm(mine)
    alarm(other)
    assert [one["name"] for one in health.alarms(both, "readmission")] == [mine]
    assert [one["name"] for one in health.alarms(both, longer.name)] == [other]


@pytest.mark.parametrize(
    ("worst", "ran", "said"),
    [
        (None, None, "unknown"),
        (None, (AT, 1.0), "unknown"),
        ((AT, 0.99), (AT, 1.0), "ok"),
        ((AT, 1.0), (AT, 1.0), "drift"),
        ((AT - timedelta(hours=1), 0.2), (AT, 1.0), "unknown"),
        ((AT - timedelta(hours=1), 3.0), (AT, 1.0), "unknown"),
    ],
)
def test_a_monitor_is_known_only_by_what_its_last_run_told(worst, ran, said):
    assert health.finding("data", worst, ran)["finding"] == said


def test_what_monitors_told_last_is_told_by_their_kind(place, ran, alarm, cloud):
    alarm(f"{HEAD}-monitor-quality-worst-0a1b2c3")
    ran("data", 0.4)
    cloud.advance(3600)
    ran("data", 1.7)
    ran("bias")
    ran("explain", 0.1, model="length-of-stay")
    ahead = replace(place, running=None)
    watched = health.alarms(place, "readmission")
    found = {
        one["monitor"]: (one["finding"], one["worst"])
        for one in at(ahead, cloud, lambda there: health.drift(there, "readmission", watched))
    }
    assert found == {
        "data": ("drift", 1.7),
        "quality": ("unknown", None),
        "bias": ("unknown", None),
    }


def at(place, cloud, ask):
    """Ask by the cloud's own time, which was put forward."""

    class Served:
        url = cloud.url

    return ask(replace(place, running=Served()))


def test_the_time_is_that_of_the_embedded_aws(place, cloud):
    cloud.advance(7 * 86400)
    ahead = at(place, cloud, lambda there: there.now())
    assert ahead - datetime.now(UTC) > timedelta(days=6)
    assert abs(place.now() - datetime.now(UTC)) < timedelta(minutes=1)
