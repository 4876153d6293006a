"""Where the platform's container images live."""

import json
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.iam import Document, Json, Statement, document
from components.common.job_access import PULL
from components.common.other_accounts import OtherRolesArgs, account, only

UNTAGGED_DAYS = 14
KEEP_TAGGED = 200


class ImageRegistryArgs(TypedDict):
    """What an image registry needs to know."""

    key_arn: pulumi.Input[str]
    """KMS key that encrypts the layers."""
    durability: Durability
    """Whether the images outlive the stack."""
    untagged_days: NotRequired[int]
    """Days until an image that no tag points at expires; 14 unless given."""
    keep_tagged: NotRequired[int]
    """How many tagged images stay, newest first; 200 unless given.

    An endpoint pulls its image anew whenever an instance starts, so this must reach back beyond
    everything that is deployed.
    """
    readers: NotRequired[list[OtherRolesArgs]]
    """Roles of other accounts that pull the images."""


def lifecycle(*, untagged_days: int, keep_tagged: int) -> Json:
    """The repository's lifecycle policy.

    Raises ValueError for a count below one, which AWS refuses.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
    """
    for what, count in (("untagged_days", untagged_days), ("keep_tagged", keep_tagged)):
        if count < 1:
            raise ValueError(f"{what}: {count} is less than 1")
    return {
        "rules": [
            {
                "rulePriority": 1,
                "description": f"untagged images expire after {untagged_days} days",
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": untagged_days,
                },
                "action": {"type": "expire"},
            },
            {
                "rulePriority": 2,
                "description": f"the newest {keep_tagged} tagged images stay",
                "selection": {
                    "tagStatus": "tagged",
                    "tagPatternList": ["*"],
                    "countType": "imageCountMoreThan",
                    "countNumber": keep_tagged,
                },
                "action": {"type": "expire"},
            },
        ]
    }


def pull_policy(readers: Sequence[OtherRolesArgs]) -> Document:
    """The policy of a repository that other accounts' roles pull from.

    Such a policy names no resource: it is the repository's own.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
    """
    return document(
        *(
            Statement(
                Effect="Allow", Principal=account(reader), Action=list(PULL), Condition=only(reader)
            )
            for reader in readers
        )
    )


class ImageRegistry(pulumi.ComponentResource):
    """An ECR repository whose tags never move, whose images are scanned as they arrive.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
    """

    repository_arn: pulumi.Output[str]
    repository_name: pulumi.Output[str]
    repository_url: pulumi.Output[str]

    def __init__(
        self, name: str, args: ImageRegistryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ImageRegistry", name, None, opts)
        policy = lifecycle(
            untagged_days=args.get("untagged_days", UNTAGGED_DAYS),
            keep_tagged=args.get("keep_tagged", KEEP_TAGGED),
        )
        repository = aws.ecr.Repository(
            f"{name}-images",
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration={"scan_on_push": True},
            encryption_configurations=[{"encryption_type": "KMS", "kms_key": args["key_arn"]}],
            force_delete=args["durability"] is Durability.DISPOSABLE,
            opts=stateful(self, args["durability"]),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-lifecycle",
            repository=repository.name,
            policy=json.dumps(policy),
            opts=setting_of_stateful(self, args["durability"]),
        )
        if args.get("readers"):
            aws.ecr.RepositoryPolicy(
                f"{name}-readers",
                repository=repository.name,
                policy=json.dumps(pull_policy(args["readers"])),
                opts=setting_of_stateful(self, args["durability"]),
            )
        self.repository_arn = repository.arn
        self.repository_name = repository.name
        self.repository_url = repository.repository_url
        self.register_outputs(
            {
                "repository_arn": self.repository_arn,
                "repository_name": self.repository_name,
                "repository_url": self.repository_url,
            }
        )
