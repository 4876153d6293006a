import json

import pytest

from embedded.cloud import Cloud


@pytest.fixture
def cloud():
    with Cloud() as running:
        yield running


def test_the_outbox_tells_what_a_topic_has_sent(cloud, topic):
    told = cloud.client("sns").publish(TopicArn=topic, Subject="About", Message="the matter")
    (sent,) = cloud.outbox()["sent"]
    assert sent["topic"] == topic
    assert (sent["subject"], sent["message"]) == ("About", "the matter")
    assert sent["message_id"] == told["MessageId"]
    assert sent["time"].endswith("Z")


def test_a_queue_that_subscribes_gets_the_message(cloud, topic):
    sqs = cloud.client("sqs")
    url = sqs.create_queue(QueueName="hears")["QueueUrl"]
    arn = f"arn:aws:sqs:eu-west-1:{cloud.account_id}:hears"
    cloud.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    cloud.client("sns").publish(TopicArn=topic, Message="the matter")
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"])["Message"] == "the matter"


@pytest.mark.parametrize(
    ("protocol", "endpoint"),
    [
        ("http", "http://127.0.0.1:9/hook"),
        ("https", "https://127.0.0.1:9/hook"),
        ("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:f"),
        ("email", "team@example.com"),
    ],
)
def test_nobody_outside_is_called(cloud, topic, protocol, endpoint):
    cloud.client("sns").subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)
    cloud.client("sns").publish(TopicArn=topic, Message="the matter")
    assert len(cloud.outbox()["sent"]) == 1
