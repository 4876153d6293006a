import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta

import pytest

from embedded.clock import Clock, TooMuch
from embedded.cloud import Cloud


class Every:
    """A source that is due at each multiple of so many seconds."""

    def __init__(self, seconds, told, name=""):
        self.seconds, self.told, self.name = seconds, told, name

    def next(self, after):
        return datetime.fromtimestamp((after.timestamp() // self.seconds + 1) * self.seconds, UTC)

    def fire(self, at):
        self.told.append((self.name, at))
        return 1


def test_all_that_is_due_is_done_in_order_and_at_its_time():
    clock, told = Clock(), []
    seen = []
    clock.add(Every(60, told, "minutes"))
    clock.add(Every(300, told, "fives"))
    first = Every(60, seen)
    first.fire = lambda at: seen.append(clock.now() == at) or 1
    clock.add(first)
    done = clock.advance(600)
    assert done == len(told) + len(seen)
    assert [name for name, _ in told].count("minutes") == 10
    assert [name for name, _ in told].count("fives") == 2
    assert [at for _, at in told] == sorted(at for _, at in told)
    assert all(seen)


def test_the_clock_is_as_far_ahead_as_it_was_put():
    clock = Clock()
    clock.advance(3600)
    clock.advance(1800)
    ahead = clock.now() - datetime.now(UTC)
    assert abs(ahead - timedelta(seconds=5400)) < timedelta(seconds=1)


def test_what_was_done_is_not_done_again():
    clock, told = Clock(), []
    clock.add(Every(60, told))
    for _ in range(10):
        clock.advance(60)
    assert len(told) == len(set(told)) == 10


def test_an_advance_does_no_more_than_its_limit():
    clock, told = Clock(limit=5), []
    clock.add(Every(60, told))
    with pytest.raises(TooMuch, match="More than 5 actions"):
        clock.advance(3600)
    assert len(told) == 6
    assert clock.now() - datetime.now(UTC) < timedelta(seconds=360)


@pytest.mark.parametrize("seconds", [-1, float("nan"), 366 * 86400 + 1])
def test_time_does_not_go_back_nor_on_for_years(seconds):
    with pytest.raises(ValueError, match="seconds to advance"):
        Clock().advance(seconds)


def test_time_passes_by_itself():
    clock, told = Clock(), []
    clock.add(Every(1, told))
    clock.start()
    try:
        time.sleep(2.5)
    finally:
        clock.stop()
    assert 1 <= len(told) <= 3


def test_a_clock_stops_at_once():
    clock = Clock()
    clock.start()
    began = time.monotonic()
    clock.stop()
    assert time.monotonic() - began < 0.5


def test_a_wait_ends_when_the_clock_has_passed_it():
    clock = Clock()
    waiting = threading.Thread(target=clock.wait, args=(3600, lambda: True))
    waiting.start()
    while not clock.waiting:
        time.sleep(0.01)
    clock.advance(3599)
    assert waiting.is_alive()
    clock.advance(2)
    waiting.join(2)
    assert not waiting.is_alive()


def test_a_wait_ends_with_the_clock():
    clock = Clock()
    waiting = threading.Thread(target=clock.wait, args=(3600, lambda: True))
    waiting.start()
    clock.stop()
    waiting.join(2)
    assert not waiting.is_alive()


def test_a_cloud_is_put_forward_by_a_path_of_its_own():
    with Cloud() as cloud:
        address = f"{cloud.url}/moto-api/maslow/clock"

        def post(body):
            request = urllib.request.Request(address, data=body, method="POST")  # noqa: S310
            with urllib.request.urlopen(request) as answer:  # noqa: S310
                return answer.read().decode()

        assert "now" in post(b'{"advance_seconds": 3600}')
        for wrong in (b"{}", b'{"advance_seconds": -1}', b"3600", b"no"):
            with pytest.raises(urllib.error.HTTPError) as refused:
                post(wrong)
            assert refused.value.code == 400
            assert "advance_seconds" in refused.value.read().decode()


def test_a_cloud_that_does_not_run_has_no_time():
    cloud = Cloud()
    with pytest.raises(RuntimeError, match="not running"):
        cloud.advance(1)


def test_a_new_cloud_begins_with_the_machines_time_and_an_empty_outbox():
    with Cloud() as cloud:
        cloud.advance(86400)
        topic = cloud.client("sns").create_topic(Name="told")["TopicArn"]
        cloud.client("sns").publish(TopicArn=topic, Message="once")
        assert cloud.outbox()["sent"]
    with Cloud() as cloud:
        assert cloud.outbox() == {"sent": [], "undelivered": []}
        cloud.client("cloudwatch").put_metric_alarm(
            AlarmName="now",
            Namespace="n",
            MetricName="m",
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
        )
        (alarm,) = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
        assert alarm["StateUpdatedTimestamp"] - datetime.now(UTC) < timedelta(minutes=1)


def test_time_is_put_forward_while_others_ask():
    """Neither waits for the other for ever, and none meets half of a change."""
    broken = []
    with Cloud() as cloud:
        cloudwatch = cloud.client("cloudwatch")

        def ask():
            try:
                for index in range(40):
                    cloudwatch.put_metric_alarm(
                        AlarmName=f"{threading.get_ident()}-{index}",
                        Namespace="n",
                        MetricName="m",
                        Statistic="Sum",
                        Period=60,
                        EvaluationPeriods=1,
                        Threshold=1,
                        ComparisonOperator="LessThanThreshold",
                    )
                    cloudwatch.put_metric_data(
                        Namespace="n", MetricData=[{"MetricName": "m", "Value": index}]
                    )
                    cloud.outbox()
            except Exception as error:  # noqa: BLE001  any is a failure
                broken.append(error)

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for _ in range(20):
            cloud.advance(600)
        for thread in threads:
            thread.join(30)
        assert not any(thread.is_alive() for thread in threads)
    assert broken == []
