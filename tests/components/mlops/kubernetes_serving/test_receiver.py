"""What keeps a model's requests: its server, what it writes, and what it publishes."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from components.mlops.kubernetes_serving.runtime import receiver
from components.mlops.kubernetes_serving.runtime.events import (
    ANSWER,
    INFERENCE_ID,
    LONGEST_SECONDS,
    REQUEST,
)
from components.mlops.kubernetes_serving.runtime.receiver import Keeper, is_available, server
from components.mlops.monitoring.runtime.capture import Reader
from components.mlops.monitoring.runtime.sources import Window, captured

BUCKET = "received"
NAMES = ["age", "visits"]
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def s3(cloud):
    client = cloud.client("s3")
    client.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    return client


@pytest.fixture
def told(cloud, s3, request):
    key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
    return {
        "ENDPOINT": request.node.name[:40],
        "VARIANT": "AllTraffic",
        "BUCKET": BUCKET,
        "PREFIX": "captured/readmission",
        "KEY_ARN": key,
        "PERCENT": "100",
        "NAMESPACE": "maslow/Serving",
    }


@pytest.fixture
def listening():
    """Serves a keeper, or a handler, and tells its address."""
    running = []

    def start(made):
        threading.Thread(target=made.serve_forever, daemon=True).start()
        running.append(made)
        return f"http://localhost:{made.server_address[1]}/"

    yield start
    for each in running:
        each.shutdown()
        each.server_close()


def send(url, kind, body, at, event_id="one", **more):
    headers = {
        "Ce-Id": event_id,
        "Ce-Type": kind,
        "Ce-Time": at.isoformat(),
        "Content-Type": "text/csv",
        **more,
    }
    asked = Request(url, data=body, headers=headers)  # noqa: S310 - this machine
    with urlopen(asked, timeout=10) as answer:  # noqa: S310
        return answer.status


def lines(s3, told):
    where = f"s3://{BUCKET}/{told['PREFIX']}/{told['ENDPOINT']}"
    window = Window(NOW - timedelta(hours=3), NOW + timedelta(hours=1))
    reader = Reader(NAMES, ["score"])
    rows = list(reader.rows(captured(where, window, s3), window))
    assert reader.aside.examples == []
    return rows


def statistics(cloud, told, name, statistic):
    found = cloud.client("cloudwatch").get_metric_statistics(
        Namespace=told["NAMESPACE"],
        MetricName=name,
        Dimensions=[
            {"Name": "EndpointName", "Value": told["ENDPOINT"]},
            {"Name": "VariantName", "Value": told["VARIANT"]},
        ],
        StartTime=NOW - timedelta(hours=1),
        EndTime=NOW + timedelta(hours=1),
        Period=7200,
        Statistics=[statistic],
    )
    return [point[statistic] for point in found["Datapoints"]]


def test_what_is_sent_is_where_monitors_look_and_under_the_key(cloud, s3, told, listening):
    keeper = Keeper(told, s3, cloud.client("cloudwatch"))
    url = listening(server(keeper, 0))
    names = {"Ce-Metadata": json.dumps({INFERENCE_ID: ["visit-7"]})}
    before = NOW - timedelta(hours=1)
    assert send(url, REQUEST, b"54,2\n61,0\n", before, **names) == 200
    assert send(url, ANSWER, b"0.25\n0.5\n", before + timedelta(milliseconds=40)) == 200
    assert send(url, REQUEST, b"33,1\n", NOW, "two") == 200
    assert send(url, ANSWER, b"0.75\n", NOW + timedelta(milliseconds=80), "two") == 200
    keeper.flush(0, available=True)

    rows = lines(s3, told)
    assert sorted((row.features, row.prediction["score"], row.variant) for row in rows) == [
        (["33", "1"], 0.75, "AllTraffic"),
        (["54", "2"], 0.25, "AllTraffic"),
        (["61", "0"], 0.5, "AllTraffic"),
    ]
    assert {row.inference_id for row in rows} == {"visit-7", ""}
    stored = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{told['PREFIX']}/{told['ENDPOINT']}/")
    assert len(stored["Contents"]) == 2  # one of each hour
    for each in stored["Contents"]:
        head = s3.head_object(Bucket=BUCKET, Key=each["Key"])
        assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", told["KEY_ARN"])


def test_metrics_are_of_all_requests_whatever_the_sample(cloud, s3, told, listening):
    told["PERCENT"] = "0"
    keeper = Keeper(told, s3, cloud.client("cloudwatch"))
    url = listening(server(keeper, 0))
    for number, milliseconds in enumerate((40, 40, 90)):
        send(url, REQUEST, b"1,1\n", NOW, str(number))
        send(url, ANSWER, b"0.1\n", NOW + timedelta(milliseconds=milliseconds), str(number))
    send(url, REQUEST, b"malformed", NOW, "failed")
    keeper.flush(float("inf"), available=True)

    assert _stored(s3, told) == 0
    assert statistics(cloud, told, "Invocations", "Sum") == [4]
    assert statistics(cloud, told, "Failures", "Sum") == [1]
    assert statistics(cloud, told, "ModelLatency", "Maximum") == [90_000]
    assert statistics(cloud, told, "ModelLatency", "SampleCount") == [3]
    assert statistics(cloud, told, "Available", "Maximum") == [1]


def _stored(s3, told):
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix=f"{told['PREFIX']}/{told['ENDPOINT']}/")
    return found["KeyCount"]


def test_a_minute_without_requests_tells_whether_the_model_is_there(cloud, s3, told):
    Keeper(told, s3, cloud.client("cloudwatch")).flush(0, available=False)
    assert statistics(cloud, told, "Available", "Maximum") == [0]
    assert statistics(cloud, told, "Invocations", "Sum") == [0]
    assert statistics(cloud, told, "ModelLatency", "SampleCount") == []


def test_more_latencies_than_a_datum_takes_are_in_several(cloud, s3, told):
    keeper = Keeper(told, s3, cloud.client("cloudwatch"))
    for number in range(400):
        for kind, later in ((REQUEST, 0), (ANSWER, number)):
            keeper.take(_event(kind, str(number), timedelta(milliseconds=later)), 0)
    keeper.flush(0, available=True)
    assert statistics(cloud, told, "ModelLatency", "SampleCount") == [400]


def test_what_s3_takes_not_is_written_a_minute_later_and_bounded(
    cloud, s3, told, monkeypatch, capsys
):
    def refuses(**_):
        raise ConnectionError("no way out")

    keeper = Keeper(told, SimpleNamespace(put_object=refuses), cloud.client("cloudwatch"))
    for kind in (REQUEST, ANSWER):
        keeper.take(_event(kind, "one"), 0)
    keeper.flush(0, available=True)
    assert "no way out" in capsys.readouterr().out
    monkeypatch.setattr(receiver, "MOST_BYTES", 500)
    for kind in (REQUEST, ANSWER):
        keeper.take(_event(kind, "two"), 0)
    monkeypatch.setattr(keeper, "_s3", s3)
    keeper.flush(0, available=True)
    assert "1 lines are lost" in capsys.readouterr().out
    assert [row.event_id for row in lines(s3, told)] == ["one"]


def test_a_request_that_waits_for_its_answer_has_not_failed_yet(cloud, s3, told):
    keeper = Keeper(told, s3, cloud.client("cloudwatch"))
    keeper.take(_event(REQUEST, "one"), 0)
    keeper.flush(LONGEST_SECONDS, available=True)
    assert statistics(cloud, told, "Failures", "Sum") == [0]
    keeper.flush(LONGEST_SECONDS + 1, available=True)
    assert statistics(cloud, told, "Failures", "Sum") == [1]


def test_what_is_no_event_is_refused_and_a_probe_is_answered(cloud, s3, told, listening):
    url = listening(server(Keeper(told, s3, cloud.client("cloudwatch")), 0))
    with pytest.raises(HTTPError) as error:
        send(url, "something.else", b"", NOW)
    assert error.value.code == 400
    error.value.close()
    with urlopen(url, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200


def test_the_model_is_asked_as_by_a_probe_and_is_away_where_it_says_so(listening):
    seen = []

    class Model(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append((self.path, self.headers.get("K-Kubelet-Probe")))
            self.send_response(200 if len(seen) == 1 else 503)
            self.end_headers()

        def log_message(self, *_):
            pass

    url = listening(HTTPServer(("localhost", 0), Model)) + "ping"
    assert is_available(url)
    assert not is_available(url)
    assert seen == [("/ping", "maslow")] * 2
    assert not is_available("http://localhost:1/ping")


def _event(kind, event_id, later=timedelta()):
    body = b"54,2\n" if kind == REQUEST else b"0.25\n"
    return receiver.event_of(
        {
            "Ce-Id": event_id,
            "Ce-Type": kind,
            "Ce-Time": (NOW + later).isoformat(),
            "Content-Type": "text/csv",
        },
        body,
    )
