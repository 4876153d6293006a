import json

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

OTHER = "210987654321"
ECHO = {"StartAt": "Only", "States": {"Only": {"Type": "Pass", "End": True}}}


@pytest.fixture
def cloud():
    with Cloud() as running:
        yield running


@pytest.fixture
def events(cloud):
    return cloud.client("events")


@pytest.fixture
def rule(events):
    """A rule on events of the source `test` with these targets."""

    def put(*targets, name="rule", pattern=None, **more):
        pattern = {"source": ["test"], **(pattern or {})}
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), **more)
        bus = {"EventBusName": more["EventBusName"]} if "EventBusName" in more else {}
        answer = events.put_targets(
            Rule=name,
            Targets=[{"Id": str(number), **each} for number, each in enumerate(targets)],
            **bus,
        )
        assert answer["FailedEntryCount"] == 0

    return put


def put(events, detail=None, **more):
    entry = {"Source": "test", "DetailType": "Told", "Detail": json.dumps(detail or {}), **more}
    return events.put_events(Entries=[entry])


def sent(cloud):
    return [each["message"] for each in cloud.outbox()["sent"]]


def queue(cloud, name):
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]

    def received():
        got = sqs.receive_message(QueueUrl=url, MessageAttributeNames=["All"])
        return got.get("Messages", [])

    return arn["QueueArn"], received


def test_an_event_reaches_the_topic_of_a_rule_that_matches(cloud, events, topic, rule):
    rule({"Arn": topic}, pattern={"detail": {"size": [{"numeric": [">", 5]}]}})
    put(events, {"size": 3})
    assert sent(cloud) == []
    answer = put(events, {"size": 7}, Resources=["arn:one"])
    (message,) = map(json.loads, sent(cloud))
    assert message["id"] == answer["Entries"][0]["EventId"]
    assert message["detail"] == {"size": 7}
    assert message["detail-type"] == "Told"
    assert message["account"] == cloud.account_id
    assert message["region"] == "eu-west-1"
    assert message["resources"] == ["arn:one"]


def test_a_rule_that_is_off_calls_nobody(cloud, events, topic, rule):
    rule({"Arn": topic}, State="DISABLED")
    put(events)
    assert sent(cloud) == []
    events.enable_rule(Name="rule")
    put(events)
    assert len(sent(cloud)) == 1


def test_a_target_gets_what_its_transformer_makes(cloud, events, topic, rule):
    template = {"InputPathsMap": {"size": "$.detail.size"}, "InputTemplate": '"It is <size>."'}
    rule({"Arn": topic, "InputTransformer": template})
    put(events, {"size": 7})
    assert sent(cloud) == ['"It is 7."']


def test_a_queue_gets_the_event(cloud, events, rule):
    arn, received = queue(cloud, "told")
    rule({"Arn": arn, "InputPath": "$.detail"})
    put(events, {"a": 1})
    (message,) = received()
    assert json.loads(message["Body"]) == {"a": 1}


def test_a_state_machine_is_started_with_the_input(cloud, events, rule):
    machines = cloud.client("stepfunctions")
    machine = machines.create_state_machine(
        name="echo", definition=json.dumps(ECHO), roleArn="arn:aws:iam::123456789012:role/x"
    )["stateMachineArn"]
    rule({"Arn": machine, "Input": '{"a": 1}'})
    put(events)
    (execution,) = machines.list_executions(stateMachineArn=machine)["executions"]
    told = machines.describe_execution(executionArn=execution["executionArn"])
    assert json.loads(told["input"]) == {"a": 1}


def test_a_log_group_gets_the_event(cloud, events, rule):
    cloud.client("logs").create_log_group(logGroupName="/aws/events/told")
    rule({"Arn": "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/told"})
    put(events, {"a": 1})
    (event,) = cloud.client("logs").filter_log_events(logGroupName="/aws/events/told")["events"]
    assert json.loads(event["message"])["detail"] == {"a": 1}


def test_an_event_goes_to_the_bus_of_another_account_and_stays_what_it_was(cloud, events, rule):
    there = cloud.client("events", OTHER)
    bus = there.create_event_bus(Name="promotion")["EventBusArn"]
    topic = cloud.client("sns", OTHER).create_topic(Name="there")["TopicArn"]
    there.put_rule(
        Name="there", EventBusName="promotion", EventPattern='{"account": ["123456789012"]}'
    )
    there.put_targets(Rule="there", EventBusName="promotion", Targets=[{"Id": "1", "Arn": topic}])
    rule({"Arn": bus})
    put(events, {"a": 1})
    (message,) = map(json.loads, sent(cloud))
    assert message["account"] == cloud.account_id
    assert message["detail"] == {"a": 1}


def test_an_event_that_goes_round_is_given_up(cloud, events, rule):
    rule({"Arn": f"arn:aws:events:eu-west-1:{cloud.account_id}:event-bus/default"})
    put(events)
    (kept,) = cloud.outbox()["undelivered"]
    assert "goes no further" in kept["reason"]


def test_what_nothing_runs_is_kept_and_the_other_targets_are_called(cloud, events, topic, rule):
    pipeline = f"arn:aws:codepipeline:eu-west-1:{cloud.account_id}:build"
    function = f"arn:aws:lambda:eu-west-1:{cloud.account_id}:function:f"
    rule({"Arn": pipeline}, {"Arn": function}, {"Arn": topic})
    answer = put(events)
    assert answer["FailedEntryCount"] == 0
    assert len(sent(cloud)) == 1
    assert [(each["target"], each["reason"]) for each in cloud.outbox()["undelivered"]] == [
        (pipeline, "The embedded AWS does not run pipelines of CodePipeline."),
        (function, "The embedded AWS does not run functions of Lambda."),
    ]


def test_what_a_target_does_not_take_goes_to_its_dead_letter_queue(cloud, events, rule):
    arn, received = queue(cloud, "dead")
    nowhere = f"arn:aws:sns:eu-west-1:{cloud.account_id}:nowhere"
    rule({"Arn": nowhere, "DeadLetterConfig": {"Arn": arn}})
    put(events, {"a": 1})
    (message,) = received()
    assert json.loads(message["Body"])["detail"] == {"a": 1}
    attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    assert attributes["TARGET_ARN"] == nowhere
    assert attributes["RULE_ARN"].endswith(":rule/rule")
    assert attributes["ERROR_CODE"]
    assert attributes["ERROR_MESSAGE"]
    (kept,) = cloud.outbox()["undelivered"]
    assert kept["dead_letter_queue"] == arn


def test_an_entry_that_is_wrong_fails_by_itself(events):
    good = {"Source": "test", "DetailType": "Told", "Detail": "{}"}
    answer = events.put_events(
        Entries=[good, {**good, "Detail": "{"}, {**good, "Source": "aws.s3"}]
    )
    assert answer["FailedEntryCount"] == 2
    assert [each.get("ErrorCode") for each in answer["Entries"]] == [
        None,
        "MalformedDetail",
        "NotAuthorizedForSourceException",
    ]


@pytest.mark.parametrize("pattern", ['{"source": [{"begins": "x"}]}', '{"source": "x"}', "{"])
def test_a_pattern_that_aws_refuses_is_refused(events, pattern):
    with pytest.raises(ClientError, match="InvalidEventPattern"):
        events.put_rule(Name="wrong", EventPattern=pattern)


def test_a_pattern_is_tried_without_a_rule(events):
    event = json.dumps({"source": "test", "detail": {"a": 1}})
    for wanted, expected in ((1, True), (2, False)):
        pattern = json.dumps({"detail": {"a": [wanted]}})
        assert events.test_event_pattern(EventPattern=pattern, Event=event)["Result"] is expected


def test_an_archive_keeps_events_and_a_replay_sends_them_again(cloud, events, topic, rule):
    bus = f"arn:aws:events:eu-west-1:{cloud.account_id}:event-bus/default"
    archive = events.create_archive(ArchiveName="kept", EventSourceArn=bus)["ArchiveArn"]
    rule({"Arn": topic})
    put(events, {"a": 1})
    assert events.describe_archive(ArchiveName="kept")["EventCount"] == 1
    events.start_replay(
        ReplayName="again",
        EventSourceArn=archive,
        EventStartTime=1,
        EventEndTime=2,
        Destination={"Arn": bus},
    )
    assert [json.loads(each).get("replay-name") for each in sent(cloud)] == [None, "again"]
