import threading
import time

import pytest

from embedded import clock, deploying
from embedded.cloud import Cloud

MINUTE = 60


class Endpoints:
    """SageMaker, as far as a wait asks it: each endpoint is Updating until a time of the clock."""

    def __init__(self, **minutes):
        self.until = {
            name: clock.now().timestamp() + count * MINUTE for name, count in minutes.items()
        }

    def describe_endpoint(self, EndpointName):  # noqa: N803  boto3's name
        moves = clock.now().timestamp() < self.until[EndpointName]
        return {"EndpointStatus": "Updating" if moves else "InService"}


@pytest.fixture
def cloud():
    with Cloud() as running:
        yield running


def test_a_wait_takes_no_time_and_tells_of_each_minute(cloud):
    told = []
    cloud.on_deploying = lambda name: told.append((name, int(clock.now().timestamp()) // MINUTE))
    began = time.monotonic()
    deploying.wait(Endpoints(served=20), "served")
    assert time.monotonic() - began < 10
    assert 20 <= len(told) <= 21
    assert {name for name, _ in told} == {"served"}
    minutes = [minute for _, minute in told]
    assert minutes == list(range(minutes[0], minutes[0] + len(minutes)))


def test_what_serves_is_not_waited_for(cloud):
    told = []
    cloud.on_deploying = told.append
    before = clock.now()
    deploying.wait(Endpoints(served=0), "served")
    assert told == []
    assert (clock.now() - before).total_seconds() < MINUTE


def test_time_passes_once_for_all_that_wait(cloud):
    told = []

    def hear(name):
        told.append(name)
        time.sleep(0.2 if len(told) == 1 else 0)  # both wait by the second minute

    cloud.on_deploying = hear
    endpoints = Endpoints(one=20, other=20)
    before = clock.now()
    waits = [
        threading.Thread(target=deploying.wait, args=(endpoints, name)) for name in ("one", "other")
    ]
    for each in waits:
        each.start()
    for each in waits:
        each.join(20)
    assert not any(each.is_alive() for each in waits)
    assert (clock.now() - before).total_seconds() < 22 * MINUTE
    assert told.count("one") >= 19
    assert told.count("other") >= 19


def test_what_the_hook_raises_ends_the_wait(cloud):
    def broken(name):
        raise ValueError(f"no traffic for {name}")

    cloud.on_deploying = broken
    with pytest.raises(ValueError, match="no traffic for served"):
        deploying.wait(Endpoints(served=5), "served")
    cloud.on_deploying = None
    deploying.wait(Endpoints(served=5), "served")


def test_a_hook_ends_with_its_cloud():
    with Cloud() as cloud:
        cloud.on_deploying = print
        assert deploying.told() is print
    assert deploying.told() is None
    with cloud:
        assert deploying.told() is print
