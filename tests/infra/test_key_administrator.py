from collections.abc import Iterator

import pytest

from embedded.cloud import Cloud
from infra import key_administrator
from infra.errors import InputError
from infra.key_administrator import administers
from infra.naming import Names
from infra.project import Project
from infra.settings import StackFile

NAMES = Names("maslow", "prod")
ACCOUNT = "333333333333"
SETS = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com*"
ALLOWED = [
    f"arn:aws:iam::{ACCOUNT}:role/maslow-prod-ci-deploy*",
    f"{SETS}/AWSReservedSSO_AdministratorAccess_????????????????",
    f"arn:aws:iam::{ACCOUNT}:user/alice",
]


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def prod(project: Project) -> StackFile:
    return project.stack("prod")


@pytest.mark.parametrize(
    ("caller", "may"),
    [
        ("sts::333333333333:assumed-role/maslow-prod-ci-deploy/run", True),
        (
            "sts::333333333333:assumed-role/AWSReservedSSO_AdministratorAccess_0123456789abcdef/a",
            True,
        ),
        ("sts::333333333333:assumed-role/AWSReservedSSO_ViewOnlyAccess_0123456789abcdef/a", False),
        ("sts::333333333333:assumed-role/Admin/alice", False),
        ("iam::333333333333:user/alice", True),
        ("iam::333333333333:user/bob", False),
        ("iam::333333333333:root", True),
    ],
)
def test_who_administers_is_told_by_a_session_too(caller: str, may: bool) -> None:
    assert administers(f"arn:aws:{caller}", ALLOWED) is may


def test_who_could_not_make_the_keys_is_told_who_can(cloud: Cloud, prod: StackFile) -> None:
    with pytest.raises(InputError) as refused:
        key_administrator.require(prod, NAMES, cloud.client)
    message = str(refused.value)
    assert message.startswith("stacks/Pulumi.prod.yaml: keys.administrators is platform-engineers")
    assert ":user/moto is none of them" in message
    assert "access.personas.break-glass" in message
    assert "AWSReservedSSO_AdministratorAccess_" in message
    assert f":{cloud.account_id}:role/maslow-prod-break-glass" in message


def test_once_the_keys_are_there_nobody_is_asked(cloud: Cloud, prod: StackFile) -> None:
    kms = cloud.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/maslow-prod-data", TargetKeyId=key)
    key_administrator.require(prod, NAMES, cloud.client)


def test_where_iam_says_who_administers_nobody_is_asked(cloud: Cloud, project: Project) -> None:
    key_administrator.require(project.stack("dev"), Names("maslow", "dev"), cloud.client)
