import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

HOUR = 3600
ROLE = "arn:aws:iam::123456789012:role/schedules"
OFF = {"Mode": "OFF"}


@pytest.fixture
def cloud():
    with Cloud() as running:
        yield running


def sent(cloud):
    return [each["message"] for each in cloud.outbox()["sent"]]


def rule(cloud, topic, expression, name="rule", **more):
    events = cloud.client("events")
    events.put_rule(Name=name, ScheduleExpression=expression, **more)
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": topic}])


def schedule(cloud, expression, target, name="schedule", **more):
    cloud.client("scheduler").create_schedule(
        Name=name,
        ScheduleExpression=expression,
        FlexibleTimeWindow=OFF,
        Target={"RoleArn": ROLE, **target},
        **more,
    )


def test_a_rule_fires_at_its_rate(cloud, topic):
    rule(cloud, topic, "rate(15 minutes)")
    cloud.advance(HOUR)
    told = list(map(json.loads, sent(cloud)))
    assert len(told) == 4
    assert {event["detail-type"] for event in told} == {"Scheduled Event"}
    assert {event["source"] for event in told} == {"aws.events"}
    assert told[0]["resources"][0].endswith(":rule/rule")
    times = [datetime.fromisoformat(event["time"]) for event in told]
    assert {after - before for before, after in pairwise(times)} == {timedelta(minutes=15)}


def test_a_rule_fires_by_its_cron_expression(cloud, topic):
    rule(cloud, topic, "cron(30 * * * ? *)")
    cloud.advance(24 * HOUR)
    told = [json.loads(each)["time"] for each in sent(cloud)]
    assert len(told) == 24
    assert {time[13:] for time in told} == {":30:00Z"}


def test_a_rule_that_is_off_does_not_fire_and_no_event_matches_a_schedule(cloud, topic):
    rule(cloud, topic, "rate(1 minute)", State="DISABLED")
    rule(cloud, topic, "rate(1 day)", name="daily")
    cloud.client("events").put_events(
        Entries=[{"Source": "test", "DetailType": "Told", "Detail": "{}"}]
    )
    cloud.advance(HOUR)
    assert sent(cloud) == []


@pytest.mark.parametrize("expression", ["cron(* * * * *)", "rate(1 hours)", "rate(0 minutes)"])
def test_an_expression_that_aws_refuses_is_refused(cloud, topic, expression):
    with pytest.raises(ClientError, match="ScheduleExpression is not valid"):
        rule(cloud, topic, expression)
    with pytest.raises(ClientError, match="Invalid Schedule Expression"):
        schedule(cloud, expression, {"Arn": topic})


def test_a_schedule_sends_its_input_with_what_it_knows(cloud, topic):
    text = json.dumps(
        {"at": "<aws.scheduler.scheduled-time>", "id": "<aws.scheduler.execution-id>"}
    )
    schedule(cloud, "rate(30 minutes)", {"Arn": topic, "Input": text})
    cloud.advance(HOUR + 60)
    told = list(map(json.loads, sent(cloud)))
    assert len(told) == 2
    assert len({each["id"] for each in told}) == 2
    first, second = (datetime.fromisoformat(each["at"]) for each in told)
    assert second - first == timedelta(minutes=30)


def test_a_schedule_keeps_the_time_of_its_zone(cloud, topic):
    schedule(
        cloud,
        "cron(0 9 * * ? *)",
        {"Arn": topic, "Input": '"<aws.scheduler.scheduled-time>"'},
        ScheduleExpressionTimezone="Asia/Tokyo",
    )
    cloud.advance(24 * HOUR)
    (told,) = sent(cloud)
    assert told.endswith('T00:00:00Z"')


def test_a_schedule_for_once_fires_once_and_goes_if_it_is_to(cloud, topic):
    when = datetime.now(UTC) + timedelta(minutes=10)
    schedule(cloud, f"at({when:%Y-%m-%dT%H:%M:%S})", {"Arn": topic}, ActionAfterCompletion="DELETE")
    cloud.advance(HOUR)
    assert len(sent(cloud)) == 1
    assert cloud.client("scheduler").list_schedules()["Schedules"] == []


def test_a_schedule_lasts_from_its_start_to_its_end(cloud, topic):
    now = datetime.now(UTC)
    schedule(
        cloud,
        "rate(10 minutes)",
        {"Arn": topic},
        StartDate=now + timedelta(minutes=30),
        EndDate=now + timedelta(minutes=51),
    )
    cloud.advance(2 * HOUR)
    assert len(sent(cloud)) == 2


def test_a_schedule_calls_any_operation(cloud, topic):
    schedule(
        cloud,
        "rate(1 hour)",
        {
            "Arn": "arn:aws:scheduler:::aws-sdk:sns:publish",
            "Input": json.dumps({"TopicArn": topic, "Message": "told"}),
        },
    )
    cloud.advance(HOUR)
    assert sent(cloud) == ["told"]


def test_a_schedule_puts_an_event(cloud, topic):
    events = cloud.client("events")
    events.put_rule(Name="rule", EventPattern='{"source": ["own"]}')
    events.put_targets(Rule="rule", Targets=[{"Id": "1", "Arn": topic}])
    schedule(
        cloud,
        "rate(1 hour)",
        {
            "Arn": f"arn:aws:events:eu-west-1:{cloud.account_id}:event-bus/default",
            "EventBridgeParameters": {"Source": "own", "DetailType": "Told"},
            "Input": '{"a": 1}',
        },
    )
    cloud.advance(HOUR)
    (message,) = map(json.loads, sent(cloud))
    assert message["detail"] == {"a": 1}


@pytest.mark.parametrize(
    ("arn", "told"),
    [
        ("arn:aws:scheduler:::aws-sdk:sagemaker:startPipelineExecution", "nobody"),
        ("arn:aws:scheduler:::aws-sdk:sagemaker:dance", "dance"),
        ("arn:aws:lambda:eu-west-1:123456789012:function:f", "Lambda"),
    ],
)
def test_what_a_schedule_can_not_do_is_kept(cloud, arn, told):
    schedule(cloud, "rate(1 hour)", {"Arn": arn, "Input": '{"PipelineName": "nobody"}'})
    cloud.advance(HOUR)
    (kept,) = cloud.outbox()["undelivered"]
    assert told in kept["reason"]
    assert kept["sender"].endswith(":schedule/default/schedule")
