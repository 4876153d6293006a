"""Roles and their inline policies.

https://docs.aws.amazon.com/IAM/latest/APIReference/
"""

from typing import Any

from infra.embedded.catalog.entry import Call, Each, Tags, Type, Values

ROLE = {"RoleName": "{id}"}


def _empty(client: Any, state: Values) -> None:
    """Take the policies off a role that declares them itself, or is to be forced."""
    role, forced = state["id"], state.get("forceDetachPolicies")
    try:
        if forced or state.get("inlinePolicies"):
            for name in client.list_role_policies(RoleName=role)["PolicyNames"]:
                client.delete_role_policy(RoleName=role, PolicyName=name)
        if forced or state.get("managedPolicyArns"):
            for policy in client.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
                client.detach_role_policy(RoleName=role, PolicyArn=policy["PolicyArn"])
    except client.exceptions.NoSuchEntityException:
        return


TYPES = (
    Type(
        "aws:iam/role:Role",
        "iam",
        id="{name}",
        name="name",
        limit=64,
        create=Call(
            "CreateRole",
            names={"name": "RoleName", "assumeRolePolicy": "AssumeRolePolicyDocument"},
        ),
        read=Call(
            "GetRole",
            given=ROLE,
            at="Role",
            outputs={"arn": "Arn", "uniqueId": "RoleId", "name": "RoleName"},
        ),
        update=(
            Call("UpdateRole", takes=("description", "maxSessionDuration"), given=ROLE),
            Call(
                "UpdateAssumeRolePolicy",
                takes=("assumeRolePolicy",),
                names={"assumeRolePolicy": "PolicyDocument"},
                given=ROLE,
            ),
        ),
        steps=(
            Each(
                "inlinePolicies",
                Call(
                    "PutRolePolicy",
                    names={"name": "PolicyName", "policy": "PolicyDocument"},
                    given=ROLE,
                ),
                Call("DeleteRolePolicy", takes=("name",), names={"name": "PolicyName"}, given=ROLE),
            ),
            Each(
                "managedPolicyArns",
                Call("AttachRolePolicy", names={"value": "PolicyArn"}, given=ROLE),
                Call("DetachRolePolicy", names={"value": "PolicyArn"}, given=ROLE),
            ),
        ),
        delete=Call("DeleteRole", given=ROLE),
        empty=_empty,
        ignored={"forceDetachPolicies": "read when the role is deleted"},
        tags=Tags(
            Call("TagRole", given=ROLE),
            Call("UntagRole", given={**ROLE, "TagKeys": "{removed}"}),
        ),
    ),
    Type(
        "aws:iam/rolePolicy:RolePolicy",
        "iam",
        id="{role}:{name}",
        name="name",
        limit=128,
        create=Call(
            "PutRolePolicy",
            names={"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"},
        ),
        read=Call("GetRolePolicy", given={"RoleName": "{role}", "PolicyName": "{name}"}),
        update=(
            Call(
                "PutRolePolicy",
                names={"role": "RoleName", "name": "PolicyName", "policy": "PolicyDocument"},
            ),
        ),
        delete=Call("DeleteRolePolicy", given={"RoleName": "{role}", "PolicyName": "{name}"}),
    ),
)
