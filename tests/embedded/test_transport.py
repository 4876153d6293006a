"""This process's own clients are answered without a socket, and as by the server."""

import socket

import boto3
import pytest

from embedded.cloud import UNKNOWN, Cloud


def by_socket(cloud: Cloud, service: str):
    return boto3.client(service, region_name=cloud.region, endpoint_url=cloud.url, **UNKNOWN)


def test_no_connection_is_opened(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection")

    cloud.client("s3").create_bucket(
        Bucket="first", CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    monkeypatch.setattr(socket.socket, "connect", refuse)
    names = [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]
    assert "first" in names


@pytest.mark.parametrize("key", ["plain", "a folder/ä+b c.csv", "per%cent?and=more"])
def test_an_object_is_the_same_by_either_way(cloud: Cloud, key: str) -> None:
    bucket = f"either-{len(key)}"
    cloud.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    body = bytes(range(256)) * 300
    cloud.client("s3").put_object(
        Bucket=bucket, Key=key, Body=body, Metadata={"Some_Key": "some value"}
    )
    answers = [
        client.get_object(Bucket=bucket, Key=key)
        for client in (cloud.client("s3"), by_socket(cloud, "s3"))
    ]
    bodies = [answer["Body"].read() for answer in answers]
    assert bodies == [body, body]
    assert answers[0]["Metadata"] == answers[1]["Metadata"]
    assert answers[0]["ETag"] == answers[1]["ETag"]


def test_what_is_refused_is_refused_alike(cloud: Cloud) -> None:
    said = []
    for client in (cloud.client("sqs"), by_socket(cloud, "sqs")):
        with pytest.raises(client.exceptions.QueueDoesNotExist) as raised:
            client.get_queue_url(QueueName="none")
        said.append(raised.value.response["Error"])
    assert said[0] == said[1]
