"""An account that has what it has once: it is used as it is, and stays when the stack goes."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.composition import declare
from infra.found import CALLED, DETECTOR, FINDERS, HUB, MACIE, PROVIDER, RECORDER, TRAIL
from infra.graph import Run
from infra.hosts.in_process import InProcessHost, Outcome
from infra.hosts.progress import Operation
from infra.live import in_account, state_of_stack
from infra.naming import Names
from infra.project import Project
from infra.settings import from_config
from infra.settings.yamlfile import read
from infra.versions import none_yet

ISSUER = "https://token.actions.githubusercontent.com"
OURS = {
    "audit": {"config_rules": True, "guardduty": True, "security_hub": True, "macie": {}},
    "durability": "disposable",
    "models": [],
    "features": [],
    "ci": {"github": "example/ml-platform"},
}


Up = Callable[[], Outcome]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        yield running


def standing(project: Project, cloud: Cloud, **changes: Any) -> tuple[InProcessHost, Up]:
    """The host of a stack that asks for all of it, and a pass of it."""
    dev = project.stack("dev")
    assert dev.path is not None
    config: dict[str, Any] = read(dev.path).values["config"]["maslow:platform"] | OURS | changes
    config.pop("promotion")
    config.pop("accounts")
    stack = replace(from_config(config, dev.region, "dev"), path=dev.path)
    run = Run(project=project.name, stack="dev", region=stack.region)
    host = InProcessHost(Resources(cloud), run, cloud.environment)

    def program() -> None:
        live = in_account(cloud.client, Names(project.name, "dev"), state_of_stack)
        declare(stack, none_yet, project.root, services=(), live=live)

    return host, lambda: host.up(program)


def furnish(cloud: Cloud) -> None:
    """What an organization gives an account."""
    cloud.client("guardduty").create_detector(Enable=True)
    cloud.client("securityhub").enable_security_hub()
    cloud.client("macie2").enable_macie()
    constraint = {"LocationConstraint": cloud.region}
    cloud.client("s3").create_bucket(Bucket="central", CreateBucketConfiguration=constraint)
    config = cloud.client("config")
    role = f"arn:aws:iam::{cloud.account_id}:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "central", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "central", "s3BucketName": "central"})
    config.start_configuration_recorder(ConfigurationRecorderName="central")
    cloudtrail = cloud.client("cloudtrail")
    cloudtrail.create_trail(Name="central", S3BucketName="central", IsMultiRegionTrail=True)
    everything = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    cloudtrail.put_event_selectors(TrailName="central", EventSelectors=[everything])
    cloudtrail.start_logging(Name="central")
    cloud.client("iam").create_open_id_connect_provider(
        Url=ISSUER, ClientIDList=["sts.amazonaws.com"]
    )


def there(cloud: Cloud) -> dict[str, str]:
    return {type_: find(cloud.client, ISSUER) for type_, find in FINDERS.items() if type_ in CALLED}


def made(outcome: Outcome) -> set[str]:
    return {resource.type for resource in outcome.graph.resources} & set(CALLED)


def test_what_an_account_has_is_used_and_left(
    project: Project, cloud: Cloud, capfd: pytest.CaptureFixture[str]
) -> None:
    furnish(cloud)
    before = there(cloud)
    assert all(before.values())
    host, up = standing(project, cloud)
    first = up()
    assert made(first) == set()
    told = capfd.readouterr()
    for id_ in before.values():
        assert f"the account has {id_}, which is used as it is" in told.out + told.err
    assert set(up().changes) == {Operation.SAME}
    host.destroy()
    assert there(cloud) == before


def test_what_the_stack_made_stays_its_own(project: Project, cloud: Cloud) -> None:
    host, up = standing(project, cloud)
    first = up()
    assert made(first) == {DETECTOR, HUB, MACIE, PROVIDER, RECORDER, TRAIL}
    again = up()
    assert made(again) == made(first)
    assert set(again.changes) == {Operation.SAME}
    host.destroy()
    assert not any(there(cloud).values())


def test_keys_and_an_archive_that_the_file_names_are_used_and_left(
    project: Project, cloud: Cloud
) -> None:
    furnish(cloud)
    kms, s3 = cloud.client("kms"), cloud.client("s3")
    key = kms.create_key(Description="central")["KeyMetadata"]
    host, up = standing(
        project,
        cloud,
        keys={"existing": {"audit": key["Arn"], "logs": key["Arn"]}},
        audit={"log_archive": "central", "data_events": True},
    )
    graph = up().graph
    assert {r.name for r in graph.of_type("aws:kms/key:Key")} == {
        f"maslow-dev-{holds}-key" for holds in ("artifacts", "data", "messages")
    }
    trails = [(r.inputs["s3BucketName"], r.inputs["kmsKeyId"]) for r in graph.of_type(TRAIL)]
    assert trails == [("central", key["Arn"])] * 2  # one goes where the file says all the same
    assert not [
        bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if "-trails-" in bucket["Name"]
    ]
    aliases = {
        alias["AliasName"]
        for alias in kms.list_aliases()["Aliases"]
        if alias.get("TargetKeyId") == key["KeyId"]
    }
    assert aliases == {"alias/maslow-dev-audit", "alias/maslow-dev-logs"}
    host.destroy()
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"
    s3.head_bucket(Bucket="central")
