"""Events of KServe's logger, as lines of data capture."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from components.mlops.kubernetes_serving.runtime.events import (
    ANSWER,
    INFERENCE_ID,
    LONGEST_SECONDS,
    REQUEST,
    NoEvent,
    Pairs,
    event_of,
    is_sampled,
    line_of,
)
from components.mlops.monitoring.runtime.capture import Reader
from components.mlops.monitoring.runtime.sources import Line

AT = "2026-08-21T14:26:03.123456789Z"
LATER = "2026-08-21T16:26:03.173456999+02:00"
NAMES = ["age", "visits"]


def event(kind, body, content_type="text/csv", *, at=AT, event_id="one", **more):
    """As cloudevents' SDK for Go sends it, in binary form."""
    headers = {
        "Ce-Id": event_id,
        "Ce-Type": kind,
        "Ce-Time": at,
        "Ce-Source": "maslow-dev-readmission-predictor-7d4c",
        "Ce-Specversion": "1.0",
        "Content-Type": content_type,
        **more,
    }
    return event_of(headers, body)


def exchange(asked=b"54,2\n", answered=b"0.25\n", content_type="text/csv", **more):
    pairs = Pairs()
    assert pairs.add(event(REQUEST, asked, content_type, **more), 0) is None
    found = pairs.add(event(ANSWER, answered, content_type, at=LATER), 0)
    assert found
    return found


def read(text, predictions=("score",)):
    reader = Reader(NAMES, predictions)
    rows = list(reader.rows([Line(text.encode(), "a.jsonl", 1, "AllTraffic")]))
    assert reader.aside.examples == []
    return rows


@pytest.mark.parametrize("answers_first", [False, True])
def test_a_request_and_its_answer_are_put_together_in_either_order(answers_first):
    halves = [event(REQUEST, b"54,2\n"), event(ANSWER, b"0.25\n", at=LATER)]
    pairs = Pairs()
    first, second = reversed(halves) if answers_first else halves
    assert pairs.add(first, 0) is None
    assert pairs.add(event(REQUEST, b"1,1\n", event_id="another"), 0) is None
    found = pairs.add(second, 0)
    assert found
    assert (found.request.body, found.answer.body) == (b"54,2\n", b"0.25\n")
    assert found.microseconds == 50_000


def test_what_waits_too_long_for_an_answer_has_failed_once():
    pairs = Pairs()
    pairs.add(event(REQUEST, b"54,2\n"), 0)
    pairs.add(event(ANSWER, b"0.25\n", event_id="of a request that nobody told"), 0)
    assert pairs.unanswered(LONGEST_SECONDS) == 0
    assert pairs.unanswered(LONGEST_SECONDS + 1) == 1
    assert pairs.unanswered(LONGEST_SECONDS + 1) == 0
    assert pairs.add(event(ANSWER, b"0.25\n"), LONGEST_SECONDS + 2) is None


@pytest.mark.parametrize(
    ("asked", "answered", "content_type", "told"),
    [
        (b"54,2\n61,0\n", b"0.25\n0.5\n", "text/csv", [{"score": 0.25}, {"score": 0.5}]),
        (b"54,2\n", b"0.25\n", "text/csv; charset=utf-8", [{"score": 0.25}]),
        (
            b'{"instances": [{"age": "54", "visits": "2"}]}',
            b'{"predictions": [{"label": "yes", "score": 0.75}]}',
            "application/json",
            [{"label": "yes", "score": 0.75}],
        ),
        # Asked in one format and answered in the other, of which the logger says nothing.
        (b'[["54", "2"]]', b"0.25\n", "application/json", [{"score": 0.25}]),
        (b"54,2\n", b'{"predictions": [0.25]}', "text/csv", [{"score": 0.25}]),
    ],
)
def test_monitors_read_the_line_as_one_of_an_endpoint(asked, answered, content_type, told):
    rows = read(line_of(exchange(asked, answered, content_type)))
    assert [row.prediction for row in rows] == told
    assert rows[0].features == ["54", "2"]
    assert rows[0].at == datetime(2026, 8, 21, 14, 26, 3, tzinfo=UTC)


def test_a_label_that_is_a_number_stays_a_label_where_the_model_tells_labels():
    (row,) = read(line_of(exchange(answered=b"3\n")), ["label", "scores.3"])
    assert row.prediction == {"label": "3"}


def test_what_is_no_text_is_kept_in_base64():
    line = json.loads(line_of(exchange(b"\xff\xd8", b"\xff", "image/jpeg")))
    sides = line["captureData"]
    assert {side["encoding"] for side in sides.values()} == {"BASE64"}
    assert sides["endpointInput"]["data"] == "/9g="
    assert sides["endpointInput"]["observedContentType"] == "image/jpeg"


@pytest.mark.parametrize("encode", [str, lambda text: text.replace('"', "%22")])
def test_the_callers_name_of_a_request_is_kept_for_its_truth(encode):
    told = encode(json.dumps({INFERENCE_ID: ["visit-7"]}))
    line = json.loads(line_of(exchange(**{"Ce-Metadata": told})))
    assert line["eventMetadata"]["inferenceId"] == "visit-7"
    assert "inferenceId" not in json.loads(line_of(exchange()))["eventMetadata"]


@pytest.mark.parametrize(
    "changed",
    [
        {"Ce-Type": "org.kubeflow.serving.inference.feedback"},
        {"Ce-Id": ""},
        {"Ce-Time": "yesterday"},
        {"Ce-Time": "2026-13-40T25:00:00Z"},
    ],
)
def test_what_is_no_event_of_the_logger_is_refused(changed):
    with pytest.raises(NoEvent):
        event(REQUEST, b"54,2\n", **changed)


def test_a_sample_is_that_share_of_requests_and_the_same_each_time():
    ids = [f"{number}-{timedelta(seconds=number)}" for number in range(2000)]
    taken = [each for each in ids if is_sampled(each, 25)]
    assert 400 < len(taken) < 600
    assert all(is_sampled(each, 25) for each in taken)
    assert not any(is_sampled(each, 0) for each in ids)
    assert all(is_sampled(each, 100) for each in ids)
