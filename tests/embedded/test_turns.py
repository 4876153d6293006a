"""moto's state is one thread's at a time, and what waits keeps nobody else waiting."""

import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import boto3
import pytest
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from embedded.cloud import UNKNOWN, Cloud
from embedded.turns import others_first, turn

WAIT_SECONDS = 20
"""Longer than anything here takes; a test that waits for it has failed."""


def by_socket(cloud: Cloud, service: str, **more: Config):
    return boto3.client(
        service, region_name=cloud.region, endpoint_url=cloud.url, **UNKNOWN, **more
    )


def other(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_requests_take_turns_from_whichever_side_they_come(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once: list[int] = []
    inside: set[int] = set()
    answered = DomainDispatcherApplication.__call__

    def watched(self: DomainDispatcherApplication, environ, start_response):
        inside.add(threading.get_ident())
        at_once.append(len(inside))
        time.sleep(0.001)  # long enough for another one to come in
        try:
            return answered(self, environ, start_response)
        finally:
            inside.discard(threading.get_ident())

    monkeypatch.setattr(DomainDispatcherApplication, "__call__", watched)
    sides = [cloud.client("iam"), by_socket(cloud, "iam"), by_socket(cloud, "sts")]
    calls = [sides[0].list_roles, sides[1].list_roles, sides[2].get_caller_identity] * 20
    with ThreadPoolExecutor(8) as pool:
        for call in [pool.submit(call) for call in calls]:
            call.result()
    assert set(at_once) == {1}
    assert len(at_once) == len(calls)


def test_a_turn_within_a_turn_is_the_same_one() -> None:
    with turn(), turn():
        pass
    came = threading.Event()
    other(lambda: _take(came))
    assert came.wait(WAIT_SECONDS)


def test_nobody_has_a_turn_before_the_last_one_ends() -> None:
    came = threading.Event()
    with turn():
        thread = other(lambda: _take(came))
        assert not came.wait(0.1)
    assert came.wait(WAIT_SECONDS)
    thread.join()


def test_what_waits_lets_others_have_their_turn_and_takes_its_own_back() -> None:
    came, second = threading.Event(), threading.Event()
    with turn():
        with others_first():
            other(lambda: _take(came))
            assert came.wait(WAIT_SECONDS)
        other(lambda: _take(second))
        assert not second.wait(0.1)
    assert second.wait(WAIT_SECONDS)


def test_a_failure_ends_the_turn() -> None:
    with pytest.raises(RuntimeError), turn(), others_first():
        raise RuntimeError
    came = threading.Event()
    other(lambda: _take(came))
    assert came.wait(WAIT_SECONDS)


def test_who_polls_a_queue_gets_the_message_that_another_request_brings(cloud: Cloud) -> None:
    url = by_socket(cloud, "sqs").create_queue(QueueName="late")["QueueUrl"]
    polls = by_socket(cloud, "sqs")
    with ThreadPoolExecutor(1) as pool:
        poll = pool.submit(polls.receive_message, QueueUrl=url, WaitTimeSeconds=WAIT_SECONDS)
        time.sleep(0.2)
        cloud.client("sqs").send_message(QueueUrl=url, MessageBody="here")
        (message,) = poll.result(WAIT_SECONDS / 2)["Messages"]
    assert message["Body"] == "here"


def test_who_polls_an_empty_queue_is_told_so_once_the_wait_is_over(cloud: Cloud) -> None:
    url = by_socket(cloud, "sqs").create_queue(QueueName="empty")["QueueUrl"]
    began = time.monotonic()
    answer = by_socket(cloud, "sqs").receive_message(QueueUrl=url, WaitTimeSeconds=1)
    assert "Messages" not in answer
    assert time.monotonic() - began >= 1


def test_a_body_that_does_not_come_keeps_nobody_waiting(cloud: Cloud) -> None:
    host, _, port = cloud.url.removeprefix("http://").partition(":")
    settings = Config(read_timeout=WAIT_SECONDS, retries={"total_max_attempts": 1})
    others = by_socket(cloud, "iam", config=settings)
    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(b"PUT /any/key HTTP/1.1\r\nHost: s3\r\nContent-Length: 9\r\n\r\nhalf")
        time.sleep(0.2)
        assert "Roles" in others.list_roles()


def _take(came: threading.Event) -> None:
    with turn():
        came.set()
