"""Roles, their policies, and keys.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
"""

from components.common.iam import Conditions
from components.devops.actions.grant import HERE, OURS, Grant, Table, listed

ROLE = "arn:aws:iam::{account}:role/{name}"
POLICY = "arn:aws:iam::{account}:policy/{name}"

BOUNDED: Conditions = {
    "StringEquals": {
        "iam:PermissionsBoundary": "arn:aws:iam::{account}:policy/{project}-{environment}-boundary"
    }
}
"""The role has, or is being given, the environment's permissions boundary.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
"""

ALIASED: Conditions = {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/{name}"}}

TABLE: Table = {
    # Who may sign in, and what managed policies say and who holds them, is a person's to change.
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": (
        Grant(
            "iam",
            "arn:aws:iam::{account}:oidc-provider/*",
            read="GetOpenIDConnectProvider ListOpenIDConnectProviderTags",
        ),
    ),
    "aws:iam/policy:Policy": (
        Grant("iam", POLICY, read="GetPolicy GetPolicyVersion ListPolicyVersions ListPolicyTags"),
    ),
    "aws:iam/role:Role": (
        Grant(
            "iam",
            ROLE,
            create="CreateRole",
            update="PutRolePolicy DeleteRolePolicy",
            when=BOUNDED,
        ),
        Grant(
            "iam",
            ROLE,
            read="GetRole List*",
            update="UpdateRole UpdateAssumeRolePolicy TagRole UntagRole",
            delete="DeleteRole",
        ),
    ),
    "aws:iam/rolePolicy:RolePolicy": (
        Grant("iam", ROLE, create="PutRolePolicy", delete="DeleteRolePolicy", when=BOUNDED),
        Grant("iam", ROLE, read="GetRolePolicy"),
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": (
        Grant("iam", ROLE, read="ListAttachedRolePolicies"),
    ),
    "aws:kms/alias:Alias": (
        Grant(
            "kms",
            "key/* alias/{name}",
            create="CreateAlias",
            update="UpdateAlias",
            delete="DeleteAlias",
            when=OURS,
        ),
        listed("kms", "ListAliases"),
    ),
    "aws:kms/key:Key": (
        Grant("kms", create="CreateKey", when=HERE, reason="a key has no ARN before it exists"),
        Grant(
            "kms",
            "key/*",
            update="EnableKeyRotation DisableKeyRotation TagResource UntagResource",
            when=OURS,
        ),
        Grant("kms", "key/*", update="PutKeyPolicy UpdateKeyDescription", when=ALIASED),
        # Services ask for grants of their own on the keys that they are told to use.
        Grant(
            "kms",
            "key/*",
            create="CreateGrant",
            when={"Bool": {"kms:GrantIsForAWSResource": "true"}},
        ),
        Grant(
            "kms", "key/*", read="DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags"
        ),
    ),
}
