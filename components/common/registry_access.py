"""Who of another account looks the versions of a model up, and deploys them.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html
"""

from collections.abc import Sequence

from components.common.iam import Document, allow, document
from components.common.other_accounts import OtherRolesArgs, account, only

LOOK_UP = ("sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages")
DESCRIBE = ("sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages")
"""ListModelPackages is checked on the packages as well as on the group."""
DEPLOY = ("sagemaker:CreateModel",)


def group_arn(group: str, *, account_id: str, region: str) -> str:
    """The ARN of a model package group."""
    return f"arn:aws:sagemaker:{region}:{account_id}:model-package-group/{group}"


def packages_of(group_arn: str) -> str:
    """The ARN of all model packages of a group."""
    return f"{group_arn.replace(':model-package-group/', ':model-package/')}/*"


def group_policy(
    *,
    group_arn: str,
    readers: Sequence[OtherRolesArgs],
    deployers: Sequence[OtherRolesArgs],
) -> Document:
    """The policy of a group whose versions other accounts' roles look up, and some deploy."""
    packages = packages_of(group_arn)
    wanted = [
        *((reader, LOOK_UP, group_arn) for reader in readers),
        *((reader, DESCRIBE, packages) for reader in readers),
        *((deployer, DEPLOY, packages) for deployer in deployers),
    ]
    return document(
        *(
            allow(actions, [arn], principal=account(roles), when=only(roles))
            for roles, actions, arn in wanted
        )
    )


def look_up(*, group_arn: str) -> Document:
    """What a role needs in its own policy, to look versions up in groups of another account.

    `group_arn` may be a pattern.
    """
    return document(allow(LOOK_UP, [group_arn]), allow(DESCRIBE, [packages_of(group_arn)]))


def deploy(*, group_arn: str) -> Document:
    """What a role needs beside that, to deploy them."""
    return document(allow(DEPLOY, [packages_of(group_arn)]))
