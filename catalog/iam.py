"""Roles and their inline policies.

https://docs.aws.amazon.com/IAM/latest/APIReference/
"""

from catalog.record import Call, Conditions, Each, Grant, Iam, Tags, Type

AUTHORIZATION = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html"
"""Which actions there are, and on what."""
PROVIDER = (
    "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/iam/role.go"
)
"""What Terraform's provider calls."""

BOUNDED: Conditions = {
    "StringEquals": {
        "iam:PermissionsBoundary": "arn:aws:iam::{account}:policy/{project}-{environment}-boundary"
    }
}
"""The role has, or is being given, the environment's permissions boundary.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

ROLE = {"RoleName": "{id}"}
POLICY = {"PolicyArn": "{id}"}
PROFILE = {"InstanceProfileName": "{id}"}
IDENTITIES = {"OpenIDConnectProviderArn": "{id}"}


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
            Call(
                "PutRolePermissionsBoundary",
                takes=("permissionsBoundary",),
                given=ROLE,
                undo=Call("DeleteRolePermissionsBoundary", given=ROLE),
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
        ignored={"forceDetachPolicies": "read when the role is deleted"},
        tags=Tags(
            Call("TagRole", given=ROLE),
            Call("UntagRole", given={**ROLE, "TagKeys": "{removed}"}),
        ),
        cloudformation="AWS::IAM::Role",
        outputs={"arn": "arn:aws:iam::{account}:role/{name}"},
        holds_no_data="a role is written anew from the program",
        iam=Iam(
            on="arn:aws:iam::{account}:role/{name}",
            read="List*",
            # The provider changes the description by an operation of its own.
            update="UpdateRoleDescription",
            source=PROVIDER,
            grants=(
                Grant(
                    "iam",
                    "arn:aws:iam::{account}:role/{name}",
                    create="CreateRole",
                    update="PutRolePolicy DeleteRolePolicy",
                    when=BOUNDED,
                ),
            ),
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
        cloudformation="AWS::IAM::RolePolicy",
        holds_no_data="a policy is written anew from the program",
        iam=Iam(
            on="arn:aws:iam::{account}:role/{name}",
            when=BOUNDED,
            grants=(Grant("iam", "arn:aws:iam::{account}:role/{name}", read="GetRolePolicy"),),
        ),
    ),
    Type(
        "aws:iam/policy:Policy",
        "iam",
        name="name",
        limit=128,
        create=Call(
            "CreatePolicy",
            names={"name": "PolicyName", "policy": "PolicyDocument"},
            outputs={"id": "Policy.Arn"},
        ),
        read=Call(
            "GetPolicy",
            given=POLICY,
            at="Policy",
            outputs={"arn": "Arn", "policyId": "PolicyId"},
        ),
        update=(
            Call(
                "CreatePolicyVersion",
                takes=("policy",),
                names={"policy": "PolicyDocument"},
                given={**POLICY, "SetAsDefault": True},
            ),
        ),
        delete=Call("DeletePolicy", given=POLICY),
        tags=Tags(
            Call("TagPolicy", given=POLICY),
            Call("UntagPolicy", given={**POLICY, "TagKeys": "{removed}"}),
        ),
        id="arn:aws:iam::{account}:policy/{name}",
        cloudformation="AWS::IAM::ManagedPolicy",
        outputs={"arn": "{id}"},
        holds_no_data="a policy is written anew from the program",
        iam=Iam(
            on="arn:aws:iam::{account}:policy/{name}",
            read="GetPolicyVersion ListPolicyVersions ListPolicyTags",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "iam",
        id="{role}/{policyArn}",
        create=Call("AttachRolePolicy", names={"role": "RoleName", "policyArn": "PolicyArn"}),
        read=Call(
            "ListAttachedRolePolicies",
            given={"RoleName": "{role}"},
            at="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
        ),
        delete=Call("DetachRolePolicy", given={"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        holds_no_data="a policy is written anew from the program",
        iam=Iam(on="arn:aws:iam::{account}:role/{name}"),
    ),
    Type(
        "aws:iam/instanceProfile:InstanceProfile",
        "iam",
        id="{name}",
        name="name",
        limit=128,
        create=Call(
            "CreateInstanceProfile",
            names={"name": "InstanceProfileName"},
            outputs={"arn": "InstanceProfile.Arn"},
        ),
        read=Call(
            "GetInstanceProfile",
            given=PROFILE,
            at="InstanceProfile",
            outputs={
                "arn": "Arn",
                "uniqueId": "InstanceProfileId",
                "createDate": "CreateDate",
                "name": "InstanceProfileName",
            },
        ),
        steps=(
            Call(
                "AddRoleToInstanceProfile",
                takes=("role",),
                names={"role": "RoleName"},
                given=PROFILE,
            ),
        ),
        remade="a profile has one role, and no input tells which one it had before",
        delete=(
            Call("RemoveRoleFromInstanceProfile", given={**PROFILE, "RoleName": "{role}"}),
            Call("DeleteInstanceProfile", given=PROFILE),
        ),
        tags=Tags(
            Call("TagInstanceProfile", given=PROFILE),
            Call("UntagInstanceProfile", given={**PROFILE, "TagKeys": "{removed}"}),
        ),
        cloudformation="AWS::IAM::InstanceProfile",
        outputs={"arn": "arn:aws:iam::{account}:instance-profile/{name}"},
        holds_no_data="it names a role",
        iam=Iam(
            on="arn:aws:iam::{account}:instance-profile/{name}",
            read="ListInstanceProfileTags",
            source=AUTHORIZATION,
        ),
    ),
    Type(
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        "iam",
        create=Call(
            "CreateOpenIDConnectProvider",
            names={"clientIdLists": "ClientIDList", "thumbprintLists": "ThumbprintList"},
            outputs={"id": "OpenIDConnectProviderArn"},
        ),
        read=Call(
            "GetOpenIDConnectProvider",
            given=IDENTITIES,
            outputs={"thumbprintLists": "ThumbprintList"},
        ),
        update=(
            Call(
                "UpdateOpenIDConnectProviderThumbprint",
                takes=("thumbprintLists",),
                names={"thumbprintLists": "ThumbprintList"},
                given=IDENTITIES,
            ),
        ),
        delete=Call("DeleteOpenIDConnectProvider", given=IDENTITIES),
        tags=Tags(
            Call("TagOpenIDConnectProvider", given=IDENTITIES),
            Call("UntagOpenIDConnectProvider", given={**IDENTITIES, "TagKeys": "{removed}"}),
        ),
        id="arn:aws:iam::{account}:oidc-provider/{address}",
        cloudformation="AWS::IAM::OIDCProvider",
        outputs={"arn": "{id}"},
        holds_no_data="it is written anew from the program",
        # Who may sign in, and what managed policies say, is a person's to change.
        iam=Iam(on="arn:aws:iam::{account}:oidc-provider/*", read="ListOpenIDConnectProviderTags"),
    ),
)
