import io
import os
import subprocess
import sys
import tarfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from embedded.cloud import Cloud
from embedded.sagemaker.model_server import Container, Died, ModelServer, ModelServers

HANDLER = """
import os, subprocess, time

def model_fn(model_dir):
    return subprocess.Popen(["sleep", "600"]).pid

def input_fn(body, content_type):
    return body

def predict_fn(data, model):
    time.sleep(float(data))
    return f"{os.getpid()} {model} {os.getcwd()}"

def output_fn(prediction, accept):
    return prediction
"""


def _tarball() -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(HANDLER)
        archive.addfile(member, io.BytesIO(HANDLER.encode()))
    return stream.getvalue()


def _begin() -> ModelServer:
    return ModelServer(tarball=_tarball, environment=dict(os.environ))


def _gone(pid: int) -> bool:
    """Whether the process has ended; one that nobody has waited for yet counts as ended."""
    shown = subprocess.run(
        ["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()[:1] in ("", "Z")


def _answer(server: ModelServer, seconds: str = "0") -> tuple[int, int, Path]:
    body = server.answer(seconds.encode(), "text/csv", "text/csv").body.decode()
    process, child, folder = body.split(maxsplit=2)
    return int(process), int(child), Path(folder)


@pytest.fixture
def servers():
    servers = ModelServers()
    servers.open()
    yield servers
    servers.close()


def test_a_stopped_server_takes_its_children_and_its_folder_along():
    server = _begin()
    process, child, folder = _answer(server)
    assert folder.exists()
    server.stop()
    server.stop()
    assert _gone(process)
    assert _gone(child)
    assert not folder.parent.exists()


def test_stopping_ends_a_request_under_way():
    server = _begin()
    _answer(server)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(_answer, server, "60")
        time.sleep(0.3)
        server.stop()
        with pytest.raises(Died):
            asked.result(timeout=10)


def test_a_server_too_slow_is_ended(monkeypatch):
    monkeypatch.setattr("embedded.sagemaker.model_server.REQUEST_SECONDS", 0.5)
    server = _begin()
    process, _, _ = _answer(server)
    with pytest.raises(Died, match="did not answer within"):
        _answer(server, "60")
    assert server.stopped
    assert _gone(process)


def test_a_container_keeps_its_server_until_another_set_is_wanted(servers):
    one, two = Container("s3://a/1"), Container("s3://a/2")
    first = servers.of(one, _begin)
    process, _, _ = _answer(first)
    assert servers.of(one, _begin) is first
    assert servers.processes() == [process]
    servers.keep_only([two])
    assert _gone(process)
    assert servers.of(one, _begin) is not first


def test_closed_servers_start_no_more(servers):
    process, _, _ = _answer(servers.of(Container("s3://a/1"), _begin))
    servers.close()
    assert _gone(process)
    with pytest.raises(Died, match="stopping"):
        servers.of(Container("s3://a/1"), _begin)


def test_a_killed_program_leaves_no_server_behind():
    program = """
import os, signal, sys
from embedded.cloud import Cloud
from embedded.sagemaker.model_server import ModelServer
tarball = bytes.fromhex(sys.stdin.readline())
server = ModelServer(tarball=lambda: tarball, environment=dict(os.environ))
print(server.answer(b"0", "text/csv", "text/csv").body.decode(), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program],
        input=_tarball().hex() + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    process, child, folder = ended.stdout.strip().split(maxsplit=2)
    deadline = time.monotonic() + 10
    while not (_gone(int(process)) and _gone(int(child))) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _gone(int(process))
    assert _gone(int(child))
    assert not Path(folder).parent.exists()


def test_a_stopped_cloud_leaves_no_model_behind():
    with Cloud() as cloud:
        s3, sagemaker = cloud.client("s3"), cloud.client("sagemaker")
        s3.create_bucket(
            Bucket="artifacts", CreateBucketConfiguration={"LocationConstraint": cloud.region}
        )
        s3.put_object(Bucket="artifacts", Key="model.tar.gz", Body=_tarball())
        sagemaker.create_model(
            ModelName="model",
            PrimaryContainer={"Image": "image", "ModelDataUrl": "s3://artifacts/model.tar.gz"},
        )
        sagemaker.create_endpoint_config(
            EndpointConfigName="config",
            ProductionVariants=[
                {"VariantName": "only", "ModelName": "model", "InstanceType": "ml.c6i.large"}
            ],
        )
        sagemaker.create_endpoint(EndpointName="endpoint", EndpointConfigName="config")
        answer = cloud.client("sagemaker-runtime").invoke_endpoint(
            EndpointName="endpoint", Body=b"0", ContentType="text/csv", Accept="text/csv"
        )
        process, child, folder = answer["Body"].read().decode().split(maxsplit=2)
        assert Path(folder).exists()
    assert _gone(int(process))
    assert _gone(int(child))
    assert not Path(folder).parent.exists()
