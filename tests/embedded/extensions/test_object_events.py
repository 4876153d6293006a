import json
import time

import pytest

from embedded.cloud import Cloud

PATTERN = {
    "source": ["aws.s3"],
    "detail-type": ["Object Created"],
    "detail": {"bucket": {"name": ["told"]}, "object": {"key": [{"prefix": "visits/"}]}},
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud() as running:
        events, sns, s3 = (running.client(each) for each in ("events", "sns", "s3"))
        topic = sns.create_topic(Name="seen")["TopicArn"]
        events.put_rule(Name="seen", EventPattern=json.dumps(PATTERN))
        events.put_targets(Rule="seen", Targets=[{"Id": "1", "Arn": topic}])
        place = {"LocationConstraint": running.region}
        for bucket in ("told", "untold"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        s3.put_bucket_notification_configuration(
            Bucket="told", NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        yield running


def test_an_object_that_arrives_below_a_prefix_is_told_of(cloud):
    s3 = cloud.client("s3")
    for bucket, key in (("untold", "visits/1.csv"), ("told", "x.csv"), ("told", "visits/2.csv")):
        s3.put_object(Bucket=bucket, Key=key, Body=b"a\n1\n")
    until = time.monotonic() + 10
    while not (sent := cloud.outbox()["sent"]) and time.monotonic() < until:
        time.sleep(0.05)
    (event,) = [json.loads(each["message"]) for each in sent]
    assert event["resources"] == ["arn:aws:s3:::told"]
    assert event["detail"]["object"]["key"] == "visits/2.csv"
    assert event["detail"]["object"]["size"] == 4
    assert event["detail"]["reason"] == "PutObject"
