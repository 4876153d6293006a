import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from embedded import extensions, server
from embedded.cloud import Cloud, PortTaken


def _port(url: str) -> int:
    return int(url.rpartition(":")[2])


def _bind(port: int) -> None:
    with socket.socket() as free:
        free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        free.bind(("127.0.0.1", port))
        free.listen()


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "embedded-aws"]


def test_a_client_of_the_cloud_creates_and_reads():
    with Cloud("eu-central-1") as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(
            Bucket="features", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        s3.put_object(Bucket="features", Key="a b/ü", Body=b"1")
        assert s3.get_object(Bucket="features", Key="a b/ü")["Body"].read() == b"1"


def test_each_cloud_begins_empty():
    with Cloud() as cloud:
        cloud.client("iam").create_role(RoleName="left-over", AssumeRolePolicyDocument="{}")
    with Cloud() as cloud:
        assert cloud.client("iam").list_roles()["Roles"] == []


def test_a_stopped_cloud_frees_its_port_and_its_thread():
    with Cloud() as cloud:
        port = _port(cloud.url)
        assert _threads()
    _bind(port)
    assert not _threads()
    with pytest.raises(RuntimeError, match="not running"):
        _ = cloud.url


def test_an_open_connection_dies_with_the_cloud():
    with Cloud() as cloud:
        connection = socket.create_connection(("127.0.0.1", _port(cloud.url)), timeout=5)
        connection.sendall(b"GET /moto-api/config HTTP/1.1\r\n")
        time.sleep(0.2)
    with connection:
        assert connection.recv(1) == b""


def test_stopping_again_changes_nothing():
    cloud = Cloud()
    cloud.start()
    cloud.stop()
    cloud.stop()
    with cloud:
        assert cloud.client("sts").get_caller_identity()["Account"] == cloud.account_id


def test_a_given_port_is_used():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    with Cloud(port=port) as cloud:
        assert cloud.url == f"http://127.0.0.1:{port}"


def test_a_taken_port_is_named():
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        with pytest.raises(PortTaken, match=str(port)) as raised:
            Cloud(port=port).start()
    assert raised.value.port == port
    with Cloud(port=port):
        pass


def test_a_client_that_comes_while_the_cloud_stops_is_refused_at_once(monkeypatch):
    close, refused = extensions.close, []

    def close_later():
        with pytest.raises(EndpointConnectionError):
            cloud.client("iam").list_roles()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", _port(cloud.url)), timeout=5)
        refused.append(True)
        close()

    monkeypatch.setattr(extensions, "close", close_later)
    with Cloud() as cloud:
        assert cloud.client("iam").list_roles()
    assert refused


def test_a_cloud_may_be_stopped_by_two_threads_at_once():
    with Cloud() as cloud, ThreadPoolExecutor(2) as pool:
        for stop in [pool.submit(cloud.stop) for _ in range(2)]:
            stop.result()
    assert not _threads()


def test_a_second_cloud_in_the_process_is_refused_and_leaves_the_first_alone():
    with Cloud() as cloud:
        cloud.client("iam").create_role(RoleName="kept", AssumeRolePolicyDocument="{}")
        with pytest.raises(RuntimeError, match="already runs"):
            Cloud().start()
        assert len(cloud.client("iam").list_roles()["Roles"]) == 1


@pytest.mark.parametrize("step", ["reset", "configure", "Server"])
def test_an_interrupt_while_starting_leaves_nothing_behind(monkeypatch, step):
    def interrupt(*_):
        raise KeyboardInterrupt

    before = dict(os.environ)
    with monkeypatch.context() as patched:
        patched.setattr(server, step, interrupt)
        with pytest.raises(KeyboardInterrupt):
            Cloud().start()
    assert dict(os.environ) == before
    assert not _threads()
    with Cloud() as cloud:
        assert cloud.client("s3").list_buckets()["Buckets"] == []


def test_a_failure_inside_the_block_stops_the_cloud():
    cloud = Cloud()

    def fail() -> None:
        with cloud:
            ports.append(_port(cloud.url))
            _ = 1 / 0

    ports: list[int] = []
    with pytest.raises(ZeroDivisionError):
        fail()
    _bind(ports[0])


def test_an_interrupted_program_ends_at_once_and_says_nothing_of_its_own():
    program = (
        "import signal, os\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background\n"
        "from embedded.cloud import Cloud\n"
        "try:\n"
        "    with Cloud() as cloud:\n"
        "        cloud.client('sts').get_caller_identity()\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "        signal.pause()\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', cloud._port)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ended.stdout, ended.stderr) == ("interrupted 0\n", "")


def test_requests_are_not_logged_to_the_terminal(capfd):
    with Cloud() as cloud:
        cloud.client("s3").list_buckets()
        with pytest.raises(ClientError):
            cloud.client("sagemaker").list_hubs()
    assert capfd.readouterr() == ("", "")


def test_sixteen_threads_create_at_once():
    def create(number: int) -> None:
        cloud.client("s3").create_bucket(
            Bucket=f"bucket-{number}",
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
        )
        cloud.client("iam").create_role(RoleName=f"role-{number}", AssumeRolePolicyDocument="{}")
        cloud.client("sns").create_topic(Name=f"topic-{number}")
        cloud.client("sagemaker").create_model_package_group(
            ModelPackageGroupName=f"group-{number}"
        )

    with Cloud() as cloud:
        with ThreadPoolExecutor(16) as pool:
            list(pool.map(create, range(32)))
        assert len(cloud.client("s3").list_buckets()["Buckets"]) == 32
        assert len(cloud.client("iam").list_roles()["Roles"]) == 32
        assert len(cloud.client("sns").list_topics()["Topics"]) == 32
        groups = cloud.client("sagemaker").list_model_package_groups()
        assert len(groups["ModelPackageGroupSummaryList"]) == 32


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sagemaker", "list_hubs", {}),
        ("iam", "get_mfa_device", {"SerialNumber": "arn:aws:iam::1:mfa/a"}),
        ("mwaa", "list_environments", {}),
        ("guardduty", "list_publishing_destinations", {"DetectorId": "a"}),
        ("codeartifact", "list_packages", {"domain": "packages", "repository": "python"}),
    ],
)
def test_what_moto_lacks_is_answered_as_not_implemented(service, operation, parameters):
    with Cloud() as cloud, pytest.raises(ClientError) as raised:
        getattr(cloud.client(service), operation)(**parameters)
    assert raised.value.response["Error"]["Code"] == "NotImplemented"
    assert "has not been implemented" in raised.value.response["Error"]["Message"]
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


def test_the_users_own_aws_settings_do_not_reach_the_cloud(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "nowhere")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("MOTO_ACCOUNT_ID", "999999999999")
    with Cloud() as cloud:
        cloud.client("s3").list_buckets()
        assert cloud.client("sts").get_caller_identity()["Account"] == "123456789012"
    assert os.environ["AWS_PROFILE"] == "nowhere"


def test_another_account_has_a_state_of_its_own():
    with Cloud(account_id="222222222222") as cloud:
        there = cloud.client("sts", "111111111111").get_caller_identity()
        assert there["Account"] == "111111111111"
        cloud.client("sns", "111111111111").create_topic(Name="theirs")
        assert cloud.client("sns").list_topics()["Topics"] == []
        assert cloud.client("sts").get_caller_identity()["Account"] == "222222222222"
    with Cloud() as cloud:
        assert cloud.client("sns", "111111111111").list_topics()["Topics"] == []
        assert cloud.client("sts").get_caller_identity()["Account"] == "123456789012"


def test_the_environment_turns_another_process_to_the_cloud():
    with Cloud("eu-north-1") as cloud:
        cloud.client("sns").create_topic(Name="seen")
        program = "import boto3; print(boto3.client('sns').list_topics()['Topics'])"
        inherited = {"PATH": os.environ["PATH"]}
        ended = subprocess.run(
            [sys.executable, "-c", program],
            env=inherited | cloud.environment,
            capture_output=True,
            text=True,
            check=True,
        )
    assert "arn:aws:sns:eu-north-1:123456789012:seen" in ended.stdout


def test_importing_the_module_imports_neither_moto_nor_boto3():
    program = (
        "import sys, embedded.cloud\n"
        "print([name for name in ('moto', 'boto3', 'flask') if name in sys.modules])"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ended.stdout == "[]\n"


def test_state_machines_run_and_call_back():
    with Cloud() as cloud:
        cloud.client("sns").create_topic(Name="told")
        machines = cloud.client("stepfunctions")
        definition = (
            '{"StartAt": "List", "States": {"List": {"Type": "Task", "End": true, '
            '"Resource": "arn:aws:states:::aws-sdk:sns:listTopics", "Parameters": {}}}}'
        )
        machine = machines.create_state_machine(
            name="lists",
            definition=definition,
            roleArn="arn:aws:iam::123456789012:role/states",
        )["stateMachineArn"]
        execution = machines.start_execution(stateMachineArn=machine)["executionArn"]
        deadline = time.monotonic() + 30
        while (run := machines.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() < deadline
            time.sleep(0.1)
    assert run["status"] == "SUCCEEDED"
    assert "told" in run["output"]
