"""A domain of Studio: where its apps stand, when they stop, and what becomes of its files."""

from typing import Any

import pytest

from components.common.durability import Durability
from components.platform.studio.domain import SignIn, StudioDomain, StudioDomainArgs
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
DOMAIN = "aws:sagemaker/domain:Domain"
GROUP = "aws:cloudwatch/logGroup:LogGroup"


def recorded(**changes: Any) -> Graph:
    args: StudioDomainArgs = {
        "domain_name": "maslow-dev-studio",
        "sign_in": SignIn.IAM,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "security_group_id": "sg-workloads",
        "key_arn": KEY,
        "instances": ["ml.m5.large", "ml.t3.medium"],
        "idle_minutes": 90,
        "disk_gb": 40,
        "log_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/logs",
        "log_retention_days": 30,
        "durability": Durability.KEEP,
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: StudioDomain("maslow-dev-studio", args) and None)


def domain(graph: Graph) -> Any:
    (found,) = graph.of_type(DOMAIN)
    return found


def test_apps_stand_in_the_private_network_alone() -> None:
    inputs = domain(recorded()).inputs
    assert inputs["appNetworkAccessType"] == "VpcOnly"
    assert (inputs["vpcId"], inputs["subnetIds"]) == ("vpc-1", ["subnet-a", "subnet-b"])
    assert inputs["defaultUserSettings"]["securityGroups"] == ["sg-workloads"]
    assert inputs["kmsKeyId"] == KEY
    assert inputs["domainSettings"]["dockerSettings"]["enableDockerAccess"] == "DISABLED"


@pytest.mark.parametrize("app", ["jupyterLabAppSettings", "codeEditorAppSettings"])
def test_apps_stop_when_nobody_uses_them_and_nobody_makes_that_later(app: str) -> None:
    settings = domain(recorded()).inputs["defaultUserSettings"][app]
    assert settings["appLifecycleManagement"]["idleSettings"] == {
        "lifecycleManagement": "ENABLED",
        "idleTimeoutInMinutes": 90,
        "minIdleTimeoutInMinutes": 60,
        "maxIdleTimeoutInMinutes": 90,
    }
    assert settings["defaultResourceSpec"]["instanceType"] == "ml.m5.large"


def test_a_disk_grows_to_what_is_allowed() -> None:
    storage = domain(recorded()).inputs["defaultUserSettings"]["spaceStorageSettings"]
    assert storage["defaultEbsStorageSettings"] == {
        "defaultEbsVolumeSizeInGb": 5,
        "maximumEbsVolumeSizeInGb": 40,
    }


@pytest.mark.parametrize(
    ("durability", "files", "protected"),
    [
        (Durability.DISPOSABLE, "Delete", False),
        (Durability.KEEP, "Retain", False),
        (Durability.PROTECTED, "Retain", True),
    ],
)
def test_files_go_with_the_domain_only_where_nothing_has_to_last(
    durability: Durability, files: str, protected: bool
) -> None:
    made = domain(recorded(durability=durability))
    assert made.inputs["retentionPolicy"] == {"homeEfsFileSystem": files}
    assert bool(made.options.get("protect")) is protected


@pytest.mark.parametrize("sign_in", SignIn)
def test_people_come_in_by_one_of_two_ways(sign_in: SignIn) -> None:
    assert domain(recorded(sign_in=sign_in)).inputs["authMode"] == sign_in.value


def test_a_profile_without_a_role_of_its_own_may_do_nothing() -> None:
    graph = recorded()
    (policy,) = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    assert policy.inputs["policy"].count('"Effect"') == 1
    assert '"Action": ["sagemaker:DescribeDomain"]' in policy.inputs["policy"]
    assert policy.urn in domain(graph).dependencies


def test_logs_are_encrypted_and_end_unless_somebody_else_keeps_them() -> None:
    (group,) = recorded().of_type(GROUP)
    assert (group.inputs["name"], group.inputs["retentionInDays"]) == ("/aws/sagemaker/studio", 30)
    assert recorded(logs_are_there=True).of_type(GROUP) == []
