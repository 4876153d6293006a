"""What the function makes of records, and what it does with those that it cannot use."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from components.data.streams.runtime import to_features
from components.data.streams.runtime.to_features import Unfit, document_of, handler, values_of

COLUMNS = {
    "visit_id": "bigint",
    "visited_at": "timestamp",
    "age": "int",
    "creatinine": "decimal(5,2)",
    "ward": "string",
}
GROUP = {
    "name": "maslow-dev-visits-v1",
    "record_id": "visit_id",
    "event_time": "visited_at",
    "features": {
        "visit_id": "String",
        "visited_at": "String",
        "age": "Integral",
        "creatinine": "Fractional",
        "ward": "String",
    },
}
VISIT = {"visit_id": 7, "visited_at": "2026-01-31T12:00:00Z", "age": 61, "creatinine": 1.2}
ARRIVED = 1_769_860_800.5
PREFIX = "errors/visits/features-failed"


def values(**changes: Any) -> dict[str, str]:
    """The texts of a visit's features by name; a field of None is as good as none."""
    document = document_of(json.dumps({**VISIT, **changes}).encode())
    found = values_of(document, GROUP, COLUMNS)
    return {each["FeatureName"]: each["ValueAsString"] for each in found}


class Aws:
    """The clients of the function: they keep what they are asked, and refuse what they are told."""

    def __init__(self) -> None:
        self.put: list[dict[str, Any]] = []
        self.objects: list[dict[str, Any]] = []
        self.counted: list[dict[str, Any]] = []
        self.refuses: dict[str, str] = {}

    def put_record(self, **request: Any) -> None:
        texts = {each["FeatureName"]: each["ValueAsString"] for each in request["Record"]}
        if code := self.refuses.get(texts["visit_id"]):
            raise ClientError({"Error": {"Code": code, "Message": f"it is {code}"}}, "PutRecord")
        self.put.append({"group": request["FeatureGroupName"], **texts})

    def put_object(self, **request: Any) -> None:
        self.objects.append(request)

    def put_metric_data(self, **request: Any) -> None:
        self.counted.append(request)


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    made = Aws()
    monkeypatch.setattr(to_features, "client", lambda _: made)
    monkeypatch.setattr(to_features, "plan", lambda: {"columns": COLUMNS, "groups": [GROUP]})
    monkeypatch.setenv("ASIDE_BUCKET", "raw")
    monkeypatch.setenv("ASIDE_PREFIX", PREFIX)
    monkeypatch.setenv("KEY_ARN", "arn:aws:kms:eu-west-1:123456789012:key/data")
    monkeypatch.setenv("STREAM_NAME", "maslow-dev-stream-visits")
    return made


def event(*records: Any) -> dict[str, Any]:
    """What Lambda is given: records of one shard, numbered from 1."""
    texts = [each if isinstance(each, bytes) else json.dumps(each).encode() for each in records]
    return {
        "Records": [
            {
                "eventID": f"shardId-000000000003:{place}",
                "kinesis": {
                    "data": base64.b64encode(text).decode(),
                    "sequenceNumber": str(place),
                    "approximateArrivalTimestamp": ARRIVED,
                },
            }
            for place, text in enumerate(texts, 1)
        ]
    }


def test_a_record_becomes_texts_of_the_features_types() -> None:
    assert values() == {
        "visit_id": "7",
        "visited_at": "2026-01-31T12:00:00.000Z",
        "age": "61",
        "creatinine": "1.2",
    }


def test_fields_are_found_whatever_their_capitals() -> None:
    assert values(Ward="icu")["ward"] == "icu"


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("2026-01-31 12:00:00.123456", "2026-01-31T12:00:00.123Z"),
        (1_769_860_800, "2026-01-31T12:00:00.000Z"),
        (1_769_860_800_250, "2026-01-31T12:00:00.250Z"),
        (1_769_860_800_250_000, "2026-01-31T12:00:00.250Z"),
    ],
)
def test_times_become_what_the_feature_store_takes(told: Any, text: str) -> None:
    assert values(visited_at=told)["visited_at"] == text


def test_a_time_of_a_fractional_feature_is_seconds() -> None:
    features = {**GROUP["features"], "visited_at": "Fractional"}  # type: ignore[dict-item]
    found = values_of(VISIT, {**GROUP, "features": features}, COLUMNS)
    assert {"FeatureName": "visited_at", "ValueAsString": "1769860800.000"} in found


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"visit_id": None}, "it has no value of visit_id"),
        ({"visited_at": None}, "it has no value of visited_at"),
        ({"visited_at": "yesterday"}, 'visited_at: "yesterday" is no String'),
        ({"visited_at": True}, "visited_at: true is no String"),
        ({"age": "old"}, 'age: "old" is no Integral'),
        ({"age": 61.5}, "age: 61.5 is no Integral"),
        ({"age": True}, "age: true is no Integral"),
        ({"age": 2**63}, "is no Integral"),
        ({"creatinine": "high"}, 'creatinine: "high" is no Fractional'),
        ({"creatinine": "nan"}, 'creatinine: "nan" is no Fractional'),
        ({"creatinine": [1]}, "creatinine: [1] is no Fractional"),
    ],
)
def test_what_does_not_fit_is_told_by_its_feature(changes: dict[str, Any], why: str) -> None:
    with pytest.raises(Unfit) as told:
        values(**changes)
    assert why in str(told.value)


def test_whole_numbers_come_in_any_form() -> None:
    assert values(age=61.0)["age"] == "61"
    assert values(age=" 061")["age"] == "61"


def test_an_event_time_of_text_must_be_one_already() -> None:
    columns = {**COLUMNS, "visited_at": "string"}
    assert values_of(VISIT, GROUP, columns)
    with pytest.raises(Unfit, match="visited_at"):
        values_of({**VISIT, "visited_at": "2026-01-31 12:00:00"}, GROUP, columns)
    with pytest.raises(Unfit, match="visited_at"):
        values_of({**VISIT, "visited_at": "2026-02-31T12:00:00Z"}, GROUP, columns)


@pytest.mark.parametrize(("raw", "why"), [(b"{", "it is no JSON"), (b"[1]", "no JSON object")])
def test_what_is_no_object_of_json_is_no_record(raw: bytes, why: str) -> None:
    with pytest.raises(Unfit, match=why):
        document_of(raw)


def test_good_records_are_put_and_bad_ones_set_aside_with_the_reason(aws: Aws) -> None:
    again = handler(event(VISIT, {**VISIT, "age": "old"}, {**VISIT, "visit_id": 8}), None)
    assert again == {"batchItemFailures": []}
    assert [each["visit_id"] for each in aws.put] == ["7", "8"]
    assert aws.put[0]["group"] == "maslow-dev-visits-v1"
    (kept,) = aws.objects
    assert (kept["Bucket"], kept["Key"]) == (
        "raw",
        f"{PREFIX}/day=2026-01-31/shardId-000000000003-1.json",
    )
    assert kept["SSEKMSKeyId"] == "arn:aws:kms:eu-west-1:123456789012:key/data"
    told = json.loads(kept["Body"])
    assert told["errorMessage"] == 'age: "old" is no Integral of it'
    assert json.loads(base64.b64decode(told["rawData"]))["age"] == "old"
    assert (told["sequenceNumber"], told["arrivalTimestamp"]) == ("2", int(ARRIVED * 1000))


def test_bad_records_are_counted(aws: Aws) -> None:
    handler(event(b"{", b"[", VISIT), None)
    (counted,) = aws.counted
    (datum,) = counted["MetricData"]
    assert (counted["Namespace"], datum["MetricName"]) == ("maslow/Streams", "BadRecords")
    assert datum["Value"] == 2
    assert datum["Dimensions"] == [{"Name": "StreamName", "Value": "maslow-dev-stream-visits"}]


def test_nothing_is_written_where_all_is_well(aws: Aws) -> None:
    handler(event(VISIT), None)
    assert (aws.objects, aws.counted) == ([], [])


def test_what_the_store_refuses_for_good_is_set_aside(aws: Aws) -> None:
    aws.refuses = {"7": "ValidationError"}
    assert handler(event(VISIT, {**VISIT, "visit_id": 8}), None) == {"batchItemFailures": []}
    assert [each["visit_id"] for each in aws.put] == ["8"]
    assert json.loads(aws.objects[0]["Body"])["errorMessage"] == "it is ValidationError"


def test_what_the_store_does_not_take_for_now_is_tried_again_from_there(aws: Aws) -> None:
    aws.refuses = {"8": "ServiceUnavailable"}
    again = handler(event(b"{", {**VISIT, "visit_id": 8}, {**VISIT, "visit_id": 9}), None)
    assert again == {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert aws.put == []
    assert len(aws.objects) == 1
