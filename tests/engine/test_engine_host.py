import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from infra.automation import EngineFailed, NoSuchStack
from infra.hosts.engine import EngineHost
from infra.hosts.progress import Operation, Phase

pytestmark = pytest.mark.engine

PROJECT = """
name: small
runtime: python
main: infra
stackConfigDir: stacks
"""

PROGRAM = """
import json

import pulumi
import pulumi_aws as aws

config = pulumi.Config()
provider = aws.Provider("aws", region="eu-west-1", default_tags={"tags": {"owner": "ml"}})
opts = pulumi.ResourceOptions(provider=provider)
account = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(provider=provider))
bucket = aws.s3.Bucket("raw", tags={"zone": config.require("zone")}, opts=opts)
trust = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
path = config.require("path")
role = aws.iam.Role("job", path=path, assume_role_policy=json.dumps(trust), opts=opts)


def reading(arn):
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": f"{arn}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


aws.iam.RolePolicy("read", role=role.name, policy=bucket.arn.apply(reading), opts=opts)
pulumi.export("bucket", bucket.bucket)
pulumi.export("role", role.name)
pulumi.export("account", account.account_id)
pulumi.export("key", pulumi.Output.secret("hunter2"))
"""


class Small:
    """A project of a few resources, whose settings can change."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.stack_file = root / "stacks" / "Pulumi.local.yaml"
        for folder in ("infra", "stacks"):
            (root / folder).mkdir()
        (root / "Pulumi.yaml").write_text(PROJECT)
        self.program(PROGRAM)
        self.settings(zone="raw", path="/a/")

    def program(self, text: str) -> None:
        (self.root / "infra" / "__main__.py").write_text(text)

    def settings(self, **settings: str) -> None:
        config = {f"small:{key}": value for key, value in settings.items()}
        self.stack_file.write_text(json.dumps({"config": config}))


@pytest.fixture
def small(tmp_path):
    return Small(tmp_path)


@pytest.fixture
def host(cloud, resources, small):
    with EngineHost(cloud, resources, small.stack_file, root=small.root) as running:
        yield running


def changed(steps):
    return {
        (step.operation, step.name)
        for step in steps
        if step.phase is Phase.DONE and step.operation is not Operation.SAME
    }


def test_a_stack_lives_under_the_engine_from_preview_to_destroy(host, small, cloud):
    s3, iam = cloud.client("s3"), cloud.client("iam")

    preview = host.engine.preview()
    assert preview.changes == {Operation.CREATE: 5}
    assert s3.list_buckets()["Buckets"] == []

    outputs = host.engine.up().outputs
    assert outputs["account"] == cloud.account_id
    assert outputs["key"] == "[secret]"
    assert [bucket["Name"] for bucket in s3.list_buckets()["Buckets"]] == [outputs["bucket"]]
    assert _tags(s3, outputs["bucket"]) == {"owner": "ml", "zone": "raw"}
    policy = iam.list_role_policies(RoleName=outputs["role"])["PolicyNames"]
    assert len(policy) == 1

    assert host.engine.up().unchanged
    assert host.engine.outputs() == outputs

    small.settings(zone="curated", path="/a/")
    host.configure(small.stack_file)
    steps = []
    host.engine.up(steps.append)
    assert changed(steps) == {(Operation.UPDATE, "raw")}
    assert _tags(s3, outputs["bucket"]) == {"owner": "ml", "zone": "curated"}

    small.settings(zone="curated", path="/b/")
    host.configure(small.stack_file)
    steps = []
    moved = host.engine.up(steps.append).outputs
    assert changed(steps) == {(Operation.REPLACE, "job"), (Operation.REPLACE, "read")}
    assert [role["RoleName"] for role in iam.list_roles()["Roles"]] == [moved["role"]]
    assert moved["role"] != outputs["role"]

    host.engine.destroy(remove=True)
    assert s3.list_buckets()["Buckets"] == []
    assert iam.list_roles()["Roles"] == []
    with pytest.raises(NoSuchStack):
        host.engine.outputs()


def test_what_the_embedded_aws_refuses_is_told_in_one_line(host, small, cloud):
    cloud.client("iam").create_role(RoleName="taken", AssumeRolePolicyDocument="{}")
    small.program(
        'import pulumi_aws as aws\naws.iam.Role("job", name="taken", assume_role_policy="{}")\n'
    )
    with pytest.raises(EngineFailed, match=r"^job: .*EntityAlreadyExists") as failed:
        host.engine.up()
    assert "\n" not in str(failed.value)
    host.engine.destroy()


def test_what_the_program_raises_is_told_without_a_traceback(host, small):
    small.program('raise LookupError("no such setting")\n')
    with pytest.raises(EngineFailed, match=r"LookupError: no such setting$"):
        host.engine.preview()


def test_an_interruption_leaves_no_process_and_no_folder(small, tmp_path):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    small.program(
        textwrap.dedent(
            f"""
            import os, pathlib, time
            host = os.getppid()
            engine = pathlib.Path(f"/proc/{{host}}/stat").read_text().split()[3]
            pids = pathlib.Path({str(tmp_path)!r}) / "pids"
            pids.write_text(f"{{os.getpid()}} {{host}} {{engine}} .")
            time.sleep(600)
            """
        )
    )
    caller = textwrap.dedent(
        f"""
        import signal
        from pathlib import Path
        from embedded.cloud import Cloud
        from infra.hosts.engine import EngineHost
        from embedded.resources import Resources
        root = Path({str(small.root)!r})
        signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
        try:
            with Cloud() as cloud:
                stack_file = root / "stacks" / "Pulumi.local.yaml"
                with EngineHost(cloud, Resources(cloud), stack_file, root=root) as host:
                    host.engine.up()
        except KeyboardInterrupt:
            raise SystemExit(130)
        """
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    with subprocess.Popen([sys.executable, "-c", caller], env=environment) as process:
        try:
            pids = _awaited(tmp_path / "pids").split()[:3]
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 130
        finally:
            process.kill()
    assert [pid for pid in pids if _alive(pid)] == []
    assert list(temporary.glob("maslow-*")) == []


def _tags(s3, bucket):
    tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in tags}


def _awaited(path):
    deadline = time.monotonic() + 120
    while not (path.exists() and path.read_text().endswith(".")):
        assert time.monotonic() < deadline, f"{path} was not written"
        time.sleep(0.1)
    return path.read_text()


def _alive(pid):
    try:
        state = Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
    return state != "Z"
