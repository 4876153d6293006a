"""What an account's Lake Formation is set to is found, and who deploys joins its administrators."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from embedded.cloud import Cloud
from infra.lake_settings import BY_IAM, new_account, settings_in_account

CALLER = "arn:aws:iam::123456789012:user/someone"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as empty:
        yield empty


class Caller:
    """STS, to which somebody else is calling."""

    def __init__(self, arn: str) -> None:
        self._arn = arn

    def get_caller_identity(self) -> dict[str, str]:
        return {"Arn": self._arn, "Account": "123456789012"}


def as_if(cloud: Cloud, arn: str) -> Callable[[str], Any]:
    return lambda service: Caller(arn) if service == "sts" else cloud.client(service)


def role(cloud: Cloud, name: str, path: str = "/") -> str:
    made = cloud.client("iam").create_role(RoleName=name, Path=path, AssumeRolePolicyDocument=TRUST)
    return str(made["Role"]["Arn"])


def put(cloud: Cloud, *admins: str, **settings: Any) -> None:
    told = [{"DataLakePrincipalIdentifier": arn} for arn in admins]
    cloud.client("lakeformation").put_data_lake_settings(
        DataLakeSettings={"DataLakeAdmins": told, **settings}
    )


def admins(cloud: Cloud, caller: str = CALLER, *, joins: bool = True) -> list[str]:
    return settings_in_account(as_if(cloud, caller), "maslow")(joins)["admins"]


def test_a_new_account_is_told_as_aws_begins_one(cloud: Cloud) -> None:
    assert settings_in_account(as_if(cloud, CALLER), "maslow")(False) == new_account(False)


def test_who_deploys_joins_who_is_there_and_who_previews_does_not(cloud: Cloud) -> None:
    others = role(cloud, "others")
    put(cloud, others)
    assert admins(cloud) == [others, CALLER]
    assert admins(cloud, joins=False) == [others]
    put(cloud, others, CALLER)
    assert admins(cloud) == [others, CALLER]


def test_a_session_joins_by_its_role_with_the_path(cloud: Cloud) -> None:
    deploys = role(cloud, "AWSReservedSSO_Admin_1a2b", "/aws-reserved/sso.amazonaws.com/")
    put(cloud)
    session = "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1a2b/me@example.com"
    assert admins(cloud, session) == [deploys]


def test_the_root_user_is_no_administrator_of_lakes(cloud: Cloud) -> None:
    put(cloud)
    assert admins(cloud, "arn:aws:iam::123456789012:root") == []


def test_the_projects_own_roles_that_are_gone_are_left_out(cloud: Cloud) -> None:
    there = role(cloud, "maslow-dev-ci-deploy")
    gone = there.replace("-dev-", "-old-")
    elsewhere = gone.replace("123456789012", "444455556666")
    stranger = gone.replace("maslow-", "others-")
    put(cloud, there, gone, elsewhere, stranger)
    assert admins(cloud, joins=False) == [there, elsewhere, stranger]


def test_all_that_is_set_is_kept(cloud: Cloud) -> None:
    nobody: list[Any] = []
    put(
        cloud,
        CreateTableDefaultPermissions=nobody,
        CreateDatabaseDefaultPermissions=[
            {
                "Principal": {"DataLakePrincipalIdentifier": BY_IAM["principal"]},
                "Permissions": ["ALL"],
            }
        ],
        ReadOnlyAdmins=[{"DataLakePrincipalIdentifier": CALLER}],
        Parameters={"CROSS_ACCOUNT_VERSION": "4", "SET_CONTEXT": "TRUE"},
        TrustedResourceOwners=["444455556666"],
        AllowExternalDataFiltering=True,
        ExternalDataFilteringAllowList=[{"DataLakePrincipalIdentifier": "444455556666"}],
        AllowFullTableExternalDataAccess=True,
        AuthorizedSessionTagValueList=["engine"],
    )
    assert settings_in_account(as_if(cloud, CALLER), "maslow")(False) == {
        "admins": [],
        "read_only_admins": [CALLER],
        "database_defaults": [BY_IAM],
        "table_defaults": [],
        "trusted_resource_owners": ["444455556666"],
        "external_filtering": True,
        "external_filtering_accounts": ["444455556666"],
        "external_full_access": True,
        "session_tags": ["engine"],
        "parameters": {"CROSS_ACCOUNT_VERSION": "4"},
    }
