"""What an account's Lake Formation is set to, so that a deployment forgets nothing of it.

The settings are one object for an account and a region, and are written whole: who administers the
lakes of others stays among the administrators, and who deploys joins them, for only administrators
tag, grant and opt in.
https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_PutDataLakeSettings.html
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from components.data.governance.lake_access import DefaultArgs, LakeSettingsArgs

BY_IAM: DefaultArgs = {"principal": "IAM_ALLOWED_PRINCIPALS", "permissions": ["ALL"]}
"""What an account begins with: of what is new, IAM decides.

https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
"""
ALWAYS = "SET_CONTEXT"
"""The parameter that AWS tells by itself, and takes from nobody."""
ROLE = re.compile(r"arn:aws[\w-]*:iam::(?P<account>\d{12}):role/(?:[\w+=,.@/-]*/)?(?P<name>[^/]+)")
SESSION = re.compile(r"arn:aws[\w-]*:sts::\d{12}:assumed-role/(?P<name>[^/]+)/.*")


def new_account(_joins: bool) -> LakeSettingsArgs:
    """What an account begins with, with nobody to administer it."""
    return {
        "admins": [],
        "read_only_admins": [],
        "database_defaults": [BY_IAM],
        "table_defaults": [BY_IAM],
        "trusted_resource_owners": [],
        "external_filtering": False,
        "external_filtering_accounts": [],
        "external_full_access": False,
        "session_tags": [],
        "parameters": {},
    }


def settings_in_account(
    client: Callable[[str], Any], project: str
) -> Callable[[bool], LakeSettingsArgs]:
    """Ask AWS; the look-up is told whether who is asking joins the administrators.

    Roles of the project's environments that are gone are left out, as AWS takes no administrator
    that is not there. The look-up raises ClientError.
    """

    def settings(joins: bool) -> LakeSettingsArgs:
        found = client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
        caller = client("sts").get_caller_identity()
        iam = client("iam")
        admins = [
            arn
            for arn in _principals(found, "DataLakeAdmins")
            if not _gone(iam, arn, caller["Account"], f"{project}-")
        ]
        who = _administrator(iam, caller["Arn"]) if joins else ""
        parameters = found.get("Parameters", {})
        return {
            "admins": [*admins, who] if who and who not in admins else admins,
            "read_only_admins": [*_principals(found, "ReadOnlyAdmins")],
            "database_defaults": [*_defaults(found, "CreateDatabaseDefaultPermissions")],
            "table_defaults": [*_defaults(found, "CreateTableDefaultPermissions")],
            "trusted_resource_owners": found.get("TrustedResourceOwners", []),
            "external_filtering": found.get("AllowExternalDataFiltering", False),
            "external_filtering_accounts": [
                *_principals(found, "ExternalDataFilteringAllowList"),
            ],
            "external_full_access": found.get("AllowFullTableExternalDataAccess", False),
            "session_tags": found.get("AuthorizedSessionTagValueList", []),
            "parameters": {key: value for key, value in parameters.items() if key != ALWAYS},
        }

    return settings


def _principals(found: Mapping[str, Any], key: str) -> Iterator[str]:
    for each in found.get(key, []):
        yield str(each["DataLakePrincipalIdentifier"])


def _defaults(found: Mapping[str, Any], key: str) -> Iterator[DefaultArgs]:
    for each in found.get(key, []):
        principal = str(each["Principal"]["DataLakePrincipalIdentifier"])
        yield {"principal": principal, "permissions": [*each["Permissions"]]}


def _gone(iam: Any, arn: str, account: str, prefix: str) -> bool:
    """Whether a role of the project's own names, in this account, is no longer there."""
    role = ROLE.fullmatch(arn)
    if role is None or role["account"] != account or not role["name"].startswith(prefix):
        return False
    try:
        iam.get_role(RoleName=role["name"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchEntity":
            return True
        raise
    return False


def _administrator(iam: Any, caller: str) -> str:
    """The ARN by which Lake Formation knows who is asking; empty for the root user and the like.

    A session tells its role's name alone, and not the path that is part of the role's ARN.
    """
    if session := SESSION.fullmatch(caller):
        return str(iam.get_role(RoleName=session["name"])["Role"]["Arn"])
    return caller if ":iam:" in caller and ":user/" in caller else ""
