"""Who of another account looks the versions of a model up, and deploys them.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-registry-deploy-xaccount.html
"""

from collections.abc import Sequence

from components.iam import Document, allow, document
from components.other_accounts import OtherRolesArgs, account, only

LOOKED_UP = ("sagemaker:DescribeModelPackageGroup", "sagemaker:ListModelPackages")
DEPLOYED = ("sagemaker:CreateModel", "sagemaker:DescribeModelPackage")


def group_arn(group: str, *, account_id: str, region: str) -> str:
    """The ARN of a model package group."""
    return f"arn:aws:sagemaker:{region}:{account_id}:model-package-group/{group}"


def packages_of(group_arn: str) -> str:
    """The ARN of all model packages of a group."""
    return f"{group_arn.replace(':model-package-group/', ':model-package/')}/*"


def group_policy(*, group_arn: str, readers: Sequence[OtherRolesArgs]) -> Document:
    """The policy of a model package group that other accounts' roles deploy versions of.

    ListModelPackages is checked on the packages as well as on the group.
    """
    packages = packages_of(group_arn)
    return document(
        *(
            statement
            for reader in readers
            for statement in (
                allow(LOOKED_UP, [group_arn], principal=account(reader), when=only(reader)),
                allow(
                    [*DEPLOYED, "sagemaker:ListModelPackages"],
                    [packages],
                    principal=account(reader),
                    when=only(reader),
                ),
            )
        )
    )


def look_up_and_deploy(*, group_arn: str) -> Document:
    """What a role needs in its own policy, to deploy versions of another account's groups.

    `group_arn` may be a pattern.
    """
    return document(
        allow(LOOKED_UP, [group_arn]),
        allow([*DEPLOYED, "sagemaker:ListModelPackages"], [packages_of(group_arn)]),
    )
