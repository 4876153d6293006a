"""Features from a stream on the embedded AWS: what is put into it is got from the feature store."""

import json

import pytest

from embedded.cloud import Cloud
from infra.hosts.session import session
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

GROUP = "maslow-dev-patient-visits-v1"
SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "features": [
        {
            "name": "patient-visits",
            "record_id": "visit_id",
            "event_time": "visited_at",
            "features": {
                "visit_id": "string",
                "visited_at": "string",
                "age": "integral",
                "creatinine": "fractional",
            },
        }
    ],
    "streams": [
        {
            "name": "visits",
            "columns": {
                "visit_id": "string",
                "visited_at": "timestamp",
                "age": "int",
                "creatinine": "double",
                "note": "string",
            },
            "features": ["patient-visits"],
        }
    ],
}


class Platform:
    """An environment with a stream whose records become features."""

    def __init__(self, cloud, project):
        self.cloud = cloud
        with session(
            project, from_config(SETTINGS, "eu-west-1", "dev"), cloud, lambda _: None
        ) as up:
            self.outputs = up(from_config(SETTINGS, "eu-west-1", "dev")).outputs

    def put(self, *records):
        self.cloud.client("kinesis").put_records(
            StreamName=self.outputs["streams"]["visits"],
            Records=[
                {
                    "Data": each if isinstance(each, bytes) else json.dumps(each).encode(),
                    "PartitionKey": "one ward",
                }
                for each in records
            ],
        )

    def got(self, visit):
        """The features of a visit by name, none where there is no record of it."""
        answer = self.cloud.client("sagemaker-featurestore-runtime").get_record(
            FeatureGroupName=GROUP, RecordIdentifierValueAsString=visit
        )
        return {each["FeatureName"]: each["ValueAsString"] for each in answer.get("Record", [])}

    def aside(self):
        """What was set aside, the lines of all objects."""
        s3, bucket = self.cloud.client("s3"), self.outputs["zones"]["raw"]
        listed = s3.list_objects_v2(Bucket=bucket, Prefix="errors/visits/features-failed/day=")
        return [
            json.loads(line)
            for one in listed.get("Contents", [])
            for line in s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read().splitlines()
        ]

    def alarms(self, word):
        return [
            one
            for one in self.cloud.outbox()["sent"]
            if word in one["message"] and "ALARM:" in one["subject"]
        ]


@pytest.fixture(scope="module")
def platform(project):
    with Cloud("eu-west-1") as running:
        yield Platform(running, project)


def visit(id_, at, **values):
    return {"visit_id": id_, "visited_at": at, **values}


def test_what_is_put_into_the_stream_is_got_from_the_feature_store(platform):
    platform.put(visit("a", "2026-01-31T12:00:00Z", age=61, creatinine=1.2, note="any"))
    platform.cloud.advance(5)
    assert platform.got("a") == {
        "visit_id": "a",
        "visited_at": "2026-01-31T12:00:00.000Z",
        "age": "61",
        "creatinine": "1.2",
    }


def test_late_and_repeated_events_leave_the_newest(platform):
    newest = visit("b", "2026-01-31 12:00:02.5", age=70)
    platform.put(
        visit("b", "2026-01-31T12:00:01Z", age=69),
        newest,
        newest,
        visit("b", "2026-01-31T11:00:00Z", age=1),
    )
    platform.cloud.advance(5)
    assert platform.got("b") == {
        "visit_id": "b",
        "visited_at": "2026-01-31T12:00:02.500Z",
        "age": "70",
    }


def test_bad_records_are_set_aside_told_and_hold_up_nothing(platform):
    platform.put(
        b"no json",
        visit("c", "2026-01-31T12:00:00Z", age="old"),
        {"visit_id": "c", "age": 3},
        visit("c", "2026-01-31T12:00:00Z", age=33),
    )
    platform.cloud.advance(5)
    assert platform.got("c")["age"] == "33"
    reasons = [line["errorMessage"] for line in platform.aside()]
    assert len(reasons) == 3
    assert any("no JSON" in one for one in reasons)
    assert 'age: "old" is no Integral of it' in reasons
    assert "it has no value of visited_at" in reasons
    platform.cloud.advance(600)
    assert len(platform.alarms("visits: records do not fit the feature groups")) == 1
    assert platform.alarms("visits: the function that makes features") == []


def test_the_records_arrive_as_files_all_the_same(platform):
    platform.cloud.advance(301)
    listed = platform.cloud.client("s3").list_objects_v2(
        Bucket=platform.outputs["zones"]["raw"], Prefix="visits/day="
    )
    assert listed["KeyCount"] > 0


def test_what_the_store_does_not_take_for_now_is_tried_again(platform):
    functions = platform.cloud.client("lambda")
    (function,) = functions.list_functions()["Functions"]
    name, told = function["FunctionName"], function["Environment"]["Variables"]
    # The function reaches no feature store, and then it does.
    nowhere = {**told, "AWS_ENDPOINT_URL_SAGEMAKER_FEATURESTORE_RUNTIME": "http://127.0.0.1:9"}
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**nowhere, "AWS_MAX_ATTEMPTS": "1"}}
    )
    platform.put(visit("d", "2026-01-31T12:00:00Z", age=44))
    platform.cloud.advance(10)
    assert platform.got("d") == {}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": told})
    platform.cloud.advance(600)
    assert platform.got("d")["age"] == "44"
