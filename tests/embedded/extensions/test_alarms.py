import json
import time
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

MINUTE = 60


@pytest.fixture
def cloud():
    """A cloud of the test's own, since its clock goes on."""
    with Cloud() as running:
        yield running


@pytest.fixture
def topic(cloud):
    return cloud.client("sns").create_topic(Name="alerts")["TopicArn"]


@pytest.fixture
def alarm(cloud, topic):
    """Put an alarm on the metric Load of one host; its state."""
    cloudwatch = cloud.client("cloudwatch")

    def put(name="load", **changes):
        cloudwatch.put_metric_alarm(
            **{
                "AlarmName": name,
                "Namespace": "Test",
                "MetricName": "Load",
                "Dimensions": [{"Name": "Host", "Value": "one"}],
                "Statistic": "Maximum",
                "Period": MINUTE,
                "EvaluationPeriods": 1,
                "ComparisonOperator": "GreaterThanThreshold",
                "Threshold": 5,
                "TreatMissingData": "notBreaching",
                "AlarmActions": [topic],
                **changes,
            }
        )
        return name

    return put


def load(cloud, value, host="one", **more):
    datum = {"MetricName": "Load", "Dimensions": [{"Name": "Host", "Value": host}], **more}
    if value is not None:
        datum["Value"] = value
    cloud.client("cloudwatch").put_metric_data(Namespace="Test", MetricData=[datum])


def shown(cloud, name="load"):
    told = cloud.client("cloudwatch").describe_alarms(
        AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"]
    )
    (found,) = told["MetricAlarms"] + told["CompositeAlarms"]
    return found


def state(cloud, name="load"):
    return shown(cloud, name)["StateValue"]


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        ("notBreaching", "OK"),
        ("breaching", "ALARM"),
        ("missing", "INSUFFICIENT_DATA"),
        ("ignore", "INSUFFICIENT_DATA"),
    ],
)
def test_an_alarm_without_data_is_what_it_takes_missing_data_for(cloud, alarm, treatment, expected):
    alarm(TreatMissingData=treatment)
    assert state(cloud) == expected


def test_an_alarm_goes_off_when_the_period_of_the_breach_ends(cloud, alarm):
    alarm()
    load(cloud, 9)
    assert state(cloud) == "OK"
    cloud.advance(MINUTE)
    assert state(cloud) == "ALARM"
    assert "[9.0 (" in shown(cloud)["StateReason"]
    assert "greater than the threshold (5.0)" in shown(cloud)["StateReason"]


def test_an_alarm_comes_back_when_its_metric_does(cloud, alarm):
    alarm()
    load(cloud, 9)
    cloud.advance(MINUTE)
    load(cloud, 1)
    cloud.advance(MINUTE)
    assert state(cloud) == "OK"


def test_a_metric_of_other_dimensions_is_another(cloud, alarm):
    alarm()
    load(cloud, 9, host="two")
    cloud.advance(MINUTE)
    assert state(cloud) == "OK"


def test_two_of_three_data_points_are_needed_where_the_alarm_says_so(cloud, alarm):
    alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    for value, expected in ((9, "OK"), (1, "OK"), (9, "ALARM")):
        load(cloud, value)
        cloud.advance(MINUTE)
        assert state(cloud) == expected


def test_a_percentile_is_watched(cloud):
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName="load",
        Namespace="Test",
        MetricName="Load",
        Dimensions=[{"Name": "Host", "Value": "one"}],
        ExtendedStatistic="p90",
        Period=MINUTE,
        EvaluationPeriods=1,
        ComparisonOperator="GreaterThanThreshold",
        Threshold=5,
    )
    load(cloud, None, Values=[1.0, 9.0], Counts=[95.0, 5.0])
    cloud.advance(MINUTE)
    assert state(cloud) == "OK"
    load(cloud, None, Values=[1.0, 9.0], Counts=[80.0, 20.0])
    cloud.advance(MINUTE)
    assert state(cloud) == "ALARM"


def math(cloud, expression, **changes):
    def metric(name, of):
        watched = {"Namespace": "Test", "MetricName": of, "Dimensions": []}
        stat = {"Metric": watched, "Period": MINUTE, "Stat": "Sum"}
        return {"Id": name, "MetricStat": stat, "ReturnData": False}

    cloud.client("cloudwatch").put_metric_alarm(
        **{
            "AlarmName": "share",
            "Metrics": [
                {"Id": "share", "Expression": expression, "ReturnData": True},
                metric("errors", "Errors"),
                metric("calls", "Calls"),
            ],
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 10,
            "TreatMissingData": "notBreaching",
            **changes,
        }
    )


def counts(cloud, **values):
    data = [{"MetricName": name, "Value": value} for name, value in values.items()]
    cloud.client("cloudwatch").put_metric_data(Namespace="Test", MetricData=data)


def test_an_alarm_watches_metric_maths(cloud):
    math(cloud, "IF(calls > 0, 100 * errors / calls, 0)")
    counts(cloud, Errors=1, Calls=100)
    cloud.advance(MINUTE)
    assert state(cloud, "share") == "OK"
    counts(cloud, Errors=20, Calls=100)
    cloud.advance(MINUTE)
    assert state(cloud, "share") == "ALARM"


@pytest.mark.parametrize("expression", ["ANOMALY_DETECTION_BAND(calls)", "MAX([errors, other])"])
def test_an_expression_that_is_not_evaluated_is_refused_when_it_is_put(cloud, expression):
    with pytest.raises(ClientError, match=r"ANOMALY_DETECTION_BAND|other"):
        math(cloud, expression)


def test_a_statistic_that_is_not_computed_is_refused_when_it_is_put(cloud, alarm):
    with pytest.raises(ClientError, match="tm90"):
        alarm(Statistic="tm90")


def test_an_alarm_that_is_put_again_keeps_its_state(cloud, alarm):
    alarm(TreatMissingData="breaching")
    assert state(cloud) == "ALARM"
    alarm(TreatMissingData="ignore", Threshold=7)
    assert state(cloud) == "ALARM"
    assert shown(cloud)["Threshold"] == 7


def test_a_change_tells_the_topic_what_aws_tells(cloud, alarm, topic):
    alarm(AlarmDescription="too much")
    load(cloud, 9)
    cloud.advance(MINUTE)
    (sent,) = cloud.outbox()["sent"]
    assert sent["topic"] == topic
    assert sent["subject"] == 'ALARM: "load" in Europe (Ireland)'
    message = json.loads(sent["message"])
    assert message["NewStateValue"] == "ALARM"
    assert message["OldStateValue"] == "OK"
    assert message["AlarmDescription"] == "too much"
    assert message["Trigger"]["MetricName"] == "Load"
    assert message["Trigger"]["Dimensions"] == [{"name": "Host", "value": "one"}]


def test_an_alarm_whose_actions_are_off_tells_nobody(cloud, alarm):
    alarm(ActionsEnabled=False)
    load(cloud, 9)
    cloud.advance(MINUTE)
    assert state(cloud) == "ALARM"
    assert cloud.outbox()["sent"] == []


def test_an_action_that_nothing_does_is_kept_as_undelivered(cloud, alarm):
    action = "arn:aws:automate:eu-west-1:ec2:stop"
    alarm(AlarmActions=[action])
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName="load", StateValue="ALARM", StateReason="told"
    )
    (kept,) = cloud.outbox()["undelivered"]
    assert kept["target"] == action
    assert "automate" in kept["reason"]


def test_a_state_that_is_told_lasts_until_the_next_evaluation(cloud, alarm):
    alarm()
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName="load", StateValue="ALARM", StateReason="told"
    )
    assert state(cloud) == "ALARM"
    assert len(cloud.outbox()["sent"]) == 1
    cloud.advance(2 * MINUTE)
    assert state(cloud) == "OK"


def test_a_state_that_is_told_lasts_a_minute_at_least(cloud, alarm):
    alarm()
    cloud.advance(MINUTE - (datetime.now(UTC).timestamp() + 2) % MINUTE)
    cloud.client("cloudwatch").set_alarm_state(
        AlarmName="load", StateValue="ALARM", StateReason="told"
    )
    cloud.advance(10)
    assert state(cloud) == "ALARM"


def test_an_alarm_on_a_queue_sees_its_messages(cloud, alarm):
    queue = cloud.client("sqs").create_queue(QueueName="dead")["QueueUrl"]
    alarm(
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=[{"Name": "QueueName", "Value": "dead"}],
        Threshold=0,
    )
    cloud.advance(MINUTE)
    assert state(cloud) == "OK"
    cloud.client("sqs").send_message(QueueUrl=queue, MessageBody="given up")
    cloud.advance(MINUTE)
    assert state(cloud) == "ALARM"


def test_a_composite_alarm_follows_its_children(cloud, alarm, topic):
    cloudwatch = cloud.client("cloudwatch")
    alarm("one")
    alarm("two", MetricName="Other", AlarmActions=[])
    cloudwatch.put_composite_alarm(
        AlarmName="both", AlarmRule="ALARM(one) AND NOT ALARM(two)", AlarmActions=[topic]
    )
    assert state(cloud, "both") == "OK"
    load(cloud, 9)
    cloud.advance(MINUTE)
    assert state(cloud, "both") == "ALARM"
    assert shown(cloud, "both")["AlarmRule"] == "ALARM(one) AND NOT ALARM(two)"
    assert [each["subject"].split(" in ")[0] for each in cloud.outbox()["sent"]] == [
        'ALARM: "one"',
        'ALARM: "both"',
    ]


def test_composite_alarms_that_look_at_each_other_come_to_an_end(cloud, alarm):
    cloudwatch = cloud.client("cloudwatch")
    alarm("one")
    cloudwatch.put_composite_alarm(AlarmName="a", AlarmRule="ALARM(one)")
    cloudwatch.put_composite_alarm(AlarmName="b", AlarmRule="NOT ALARM(a)")
    cloudwatch.put_composite_alarm(AlarmName="a", AlarmRule="ALARM(one) OR ALARM(b)")
    began = time.monotonic()
    cloudwatch.set_alarm_state(AlarmName="one", StateValue="ALARM", StateReason="told")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize("rule", ["ALARM(nobody)", "ALARM(", "one"])
def test_a_composite_alarm_of_no_alarm_or_no_rule_is_refused(cloud, alarm, rule):
    alarm("one")
    with pytest.raises(ClientError, match="AlarmRule"):
        cloud.client("cloudwatch").put_composite_alarm(AlarmName="both", AlarmRule=rule)


def test_the_history_tells_each_change(cloud, alarm):
    alarm()
    load(cloud, 9)
    cloud.advance(MINUTE)
    items = cloud.client("cloudwatch").describe_alarm_history(
        AlarmName="load", HistoryItemType="StateUpdate"
    )["AlarmHistoryItems"]
    assert [item["HistorySummary"] for item in items] == [
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ]


def test_times_are_those_of_the_clock(cloud, alarm):
    alarm()
    cloud.advance(86400)
    load(cloud, 9)
    cloud.advance(MINUTE)
    tomorrow = datetime.now(UTC) + timedelta(seconds=86400)
    assert abs(shown(cloud)["StateUpdatedTimestamp"] - tomorrow) < timedelta(minutes=2)


@pytest.mark.parametrize("busy", [False, True])
def test_an_hour_of_a_hundred_alarms_takes_no_second(cloud, alarm, busy):
    for index in range(100):
        alarm(f"load-{index}", EvaluationPeriods=3, DatapointsToAlarm=2, AlarmActions=[])
    if busy:
        begin = datetime.now(UTC)
        for minute in range(60):
            load(cloud, 1, Timestamp=begin + timedelta(minutes=minute))
    began = time.monotonic()
    assert cloud.advance(3600) >= 6000
    assert time.monotonic() - began < 1
