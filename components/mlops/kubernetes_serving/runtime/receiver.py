"""Keeps what a model on Kubernetes is asked and answers, as an endpoint of SageMaker's would.

KServe's logger sends it each request and each answer. It writes a sample of them to S3 as lines of
data capture, and publishes CloudWatch metrics of all of them once a minute: `Invocations`,
`Failures` (requests that were not answered with status 200), `ModelLatency` (microseconds), and
`Available`, which is 1 while the model says that it is well, or sleeps as Knative means it to. It
takes events into memory alone before it answers, since the logger holds requests up where its queue
of 100 is full.

It is told by environment variables: `ENDPOINT`, `VARIANT`, `PING_URL`, `BUCKET`, `PREFIX`,
`KEY_ARN`, `PERCENT`, `NAMESPACE`; and, of a model that Knative runs, `DEPLOYMENTS`, by which labels
its Deployments are found.
"""

import json
import os
import signal
import sys
import threading
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from .api import NotAnswered
from .asleep import deployments, is_as_it_should
from .events import Event, NoEvent, Pairs, event_of, is_sampled, line_of
from .identity import session

PORT = 8080
EVERY_SECONDS = 60
PING_SECONDS = 5
MOST_BYTES = 64 * 1024 * 1024
"""Of lines that are kept where S3 takes none; those that come then are lost, and counted."""
MOST_VALUES = 150
"""In one datum of a metric.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
"""
PROBE = {"K-Kubelet-Probe": "maslow"}
"""By this header KServe's agent knows a probe, which it does not log."""
QUIET_PROBE = {**PROBE, "K-Network-Probe": "queue"}
"""By these Knative's activator answers of itself, and wakes no model; where it is not in between,
the queue before a pod answers whether that is ready.

https://github.com/knative/serving/blob/main/pkg/activator/handler/healthz_handler.go
https://github.com/knative/serving/blob/main/pkg/queue/health/handler.go
"""


class Keeper:
    """What has come since the last minute, and where it goes."""

    def __init__(self, told: Mapping[str, str], s3: Any, cloudwatch: Any) -> None:
        self._told, self._s3, self._cloudwatch = told, s3, cloudwatch
        self._percent = int(told["PERCENT"])
        self._lock = threading.Lock()
        self._pairs = Pairs()
        self._lines: dict[str, list[str]] = defaultdict(list)
        self._bytes = self._lost = self._answered = 0
        self._latencies: Counter[int] = Counter()

    def take(self, event: Event, now: float) -> None:
        """Take one event; `now` are seconds of a clock that never goes back."""
        with self._lock:
            exchange = self._pairs.add(event, now)
            if exchange is None:
                return
            self._answered += 1
            self._latencies[exchange.microseconds] += 1
            if is_sampled(event.id, self._percent):
                self._keep(f"{exchange.request.at:%Y/%m/%d/%H}", line_of(exchange))

    def flush(self, now: float, *, available: bool) -> None:
        """Write the lines, and publish the metrics; what cannot be written is tried again."""
        with self._lock:
            lines, self._lines, self._bytes = self._lines, defaultdict(list), 0
            failures = self._pairs.unanswered(now)
            answered, self._answered = self._answered, 0
            latencies, self._latencies = self._latencies, Counter()
            lost, self._lost = self._lost, 0
        if lost:
            _say(f"{lost} lines are lost: S3 has taken none for too long")
        for hour, kept in lines.items():
            try:
                self._write(hour, kept)
            except Exception as error:  # noqa: BLE001, PERF203 - the next minute tries again
                _say(f"S3 took {len(kept)} lines not: {error}")
                with self._lock:
                    for line in kept:
                        self._keep(hour, line)
        data = [
            self._datum("Invocations", "Count", Value=answered + failures),
            self._datum("Failures", "Count", Value=failures),
            self._datum("Available", "None", Value=int(available)),
            *self._latency_data(latencies),
        ]
        try:
            self._cloudwatch.put_metric_data(Namespace=self._told["NAMESPACE"], MetricData=data)
        except Exception as error:  # noqa: BLE001 - an alarm tells of metrics that are missing
            _say(f"CloudWatch took the metrics not: {error}")

    def _keep(self, hour: str, line: str) -> None:
        if self._bytes + len(line) > MOST_BYTES:
            self._lost += 1
            return
        self._lines[hour].append(line)
        self._bytes += len(line)

    def _write(self, hour: str, lines: list[str]) -> None:
        told = self._told
        name = f"{datetime.now(timezone.utc):%M-%S}-{uuid.uuid4()}.jsonl"
        self._s3.put_object(
            Bucket=told["BUCKET"],
            Key=f"{told['PREFIX']}/{told['ENDPOINT']}/{told['VARIANT']}/{hour}/{name}",
            Body="".join(lines).encode(),
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=told["KEY_ARN"],
        )

    def _latency_data(self, latencies: Counter[int]) -> Iterator[dict[str, Any]]:
        values = sorted(latencies)
        for begin in range(0, len(values), MOST_VALUES):
            some = values[begin : begin + MOST_VALUES]
            yield self._datum(
                "ModelLatency",
                "Microseconds",
                Values=[float(each) for each in some],
                Counts=[float(latencies[each]) for each in some],
            )

    def _datum(self, name: str, unit: str, **values: Any) -> dict[str, Any]:
        dimensions = {"EndpointName": self._told["ENDPOINT"], "VariantName": self._told["VARIANT"]}
        return {
            "MetricName": name,
            "Unit": unit,
            "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
            **values,
        }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the logger keeps its connections
    keeper: Keeper

    def do_GET(self) -> None:
        """Say that it is there."""
        self._answer(HTTPStatus.OK)

    def do_POST(self) -> None:
        """Take an event."""
        try:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            event = event_of(dict(self.headers.items()), body)
        except (NoEvent, ValueError) as error:
            self._answer(HTTPStatus.BAD_REQUEST, str(error))
            return
        self.keeper.take(event, time.monotonic())
        self._answer(HTTPStatus.OK)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base's name
        """Say nothing of each request."""

    def _answer(self, status: int, text: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())


def server(keeper: Keeper, port: int = PORT) -> ThreadingHTTPServer:
    """An HTTP server that has `keeper` take what is sent to it."""
    handler = type("Handler", (_Handler,), {"keeper": keeper})
    return ThreadingHTTPServer(("", port), handler)


def is_there(told: Mapping[str, str]) -> bool:
    """Whether the model is well, or would be woken by a request: as the environment tells."""
    if "DEPLOYMENTS" not in told:
        return is_available(told["PING_URL"])
    if not is_available(told["PING_URL"], QUIET_PROBE):
        return False
    try:
        return is_as_it_should(deployments(told["DEPLOYMENTS"]))
    except (NotAnswered, OSError, ValueError) as error:
        _say(f"Kubernetes tells of no pods: {error}")
        return False


def is_available(url: str, probe: Mapping[str, str] = PROBE) -> bool:
    """Whether what is there says that it is well."""
    try:
        asked = Request(url, headers=dict(probe))  # noqa: S310
        with urlopen(asked, timeout=PING_SECONDS) as answer:  # noqa: S310
            return bool(answer.status == HTTPStatus.OK)
    except HTTPError as refused:
        refused.close()
        return False
    except OSError:
        return False


def main() -> None:
    """Serve until told to end, and then write what is left."""
    told = dict(os.environ)
    aws = session()
    keeper = Keeper(told, aws.client("s3"), aws.client("cloudwatch"))
    serving = server(keeper)
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    while not ended.wait(EVERY_SECONDS):
        keeper.flush(time.monotonic(), available=is_there(told))
    serving.shutdown()
    keeper.flush(time.monotonic(), available=is_there(told))


def _say(text: str) -> None:
    sys.stdout.write(json.dumps({"receiver": text}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
