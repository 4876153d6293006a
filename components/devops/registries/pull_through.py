"""Mirrors: public images, pulled through the environment's own registry and kept in it."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, Statement, allow, document, rendered
from components.common.job_access import PULL
from components.devops.registries.image_registry import lifecycle

UPSTREAMS = {
    "ecr-public": "public.ecr.aws",
    "kubernetes": "registry.k8s.io",
    "quay": "quay.io",
    "docker-hub": "registry-1.docker.io",
    "github": "ghcr.io",
    "gitlab": "registry.gitlab.com",
}
"""Public registry to its address.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""
WITH_LOGIN = ("docker-hub", "github", "gitlab")
PREFIX_LIMIT = 30
KEEP_TAGGED = 50


class MirrorArgs(TypedDict):
    """One registry to mirror."""

    upstream: str
    """Which: a key of UPSTREAMS."""
    prefix: str
    """What the names of the images' repositories begin with, before a slash; at most 30
    characters."""
    secret_arn: NotRequired[pulumi.Input[str]]
    """Secrets Manager secret with the login, for a registry that wants one."""


class PullThroughArgs(PlacedArgs):
    """What the mirrors need to know."""

    mirrors: list[MirrorArgs]
    """What is mirrored."""
    key_arn: pulumi.Input[str]
    """KMS key that encrypts the layers."""
    untagged_days: int
    """Days until an image that no tag points at expires."""


def creation_policy(*, prefixes: list[str], key_arn: str, account_id: str, region: str) -> Document:
    """What ECR may do when it makes the repository of an image that is pulled the first time.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates-custom.html
    """
    return document(
        allow(
            ["ecr:CreateRepository", "ecr:ReplicateImage", "ecr:TagResource"],
            [mirrored(prefix, account_id=account_id, region=region) for prefix in prefixes],
        ),
        allow(["kms:CreateGrant", "kms:DescribeKey", "kms:RetireGrant"], [key_arn]),
    )


def mirrored(prefix: str, *, account_id: str, region: str) -> str:
    """The ARN of all repositories of one mirror."""
    return f"arn:aws:ecr:{region}:{account_id}:repository/{prefix}/*"


def pull_through(prefix: str, *, account_id: str, region: str) -> Statement:
    """Pull an image through a mirror, also one that is not there yet.

    Beside this the caller needs what it takes to log in to ECR.
    https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
    """
    return allow(
        sorted([*PULL, "ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]),
        [mirrored(prefix, account_id=account_id, region=region)],
    )


class PullThrough(pulumi.ComponentResource):
    """Rules that mirror public registries, and how the repositories are that ECR makes for them.

    Their tags can move, unlike those of the platform's own images: ECR follows the upstream's tag
    within a day. A digest pins an image in either.

    Raises ValueError for an unknown registry, a prefix that is too long, and where a login is
    missing or not wanted.
    """

    urls: list[pulumi.Output[str]]
    """Address of each mirror, in the order of the args: what stands before an image's name."""

    def __init__(
        self, name: str, args: PullThroughArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PullThrough", name, None, opts)
        for mirror in args["mirrors"]:
            _check(mirror)
        role = ExecutionRole(
            f"{name}-creation",
            {
                "service": "ecr.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "repositories": rendered(
                        creation_policy,
                        prefixes=[mirror["prefix"] for mirror in args["mirrors"]],
                        key_arn=args["key_arn"],
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        policy = lifecycle(untagged_days=args["untagged_days"], keep_tagged=KEEP_TAGGED)
        self.urls = []
        for mirror in args["mirrors"]:
            upstream, prefix = mirror["upstream"], mirror["prefix"]
            template = aws.ecr.RepositoryCreationTemplate(
                f"{name}-{upstream}-template",
                prefix=prefix,
                description=f"Images mirrored from {UPSTREAMS[upstream]}",
                applied_fors=["PULL_THROUGH_CACHE"],
                custom_role_arn=role.arn,
                image_tag_mutability="MUTABLE",
                encryption_configurations=[{"encryption_type": "KMS", "kms_key": args["key_arn"]}],
                lifecycle_policy=json.dumps(policy),
                opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
            )
            rule = aws.ecr.PullThroughCacheRule(
                f"{name}-{upstream}",
                ecr_repository_prefix=prefix,
                upstream_registry_url=UPSTREAMS[upstream],
                credential_arn=mirror.get("secret_arn"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[template]),
            )
            self.urls.append(
                pulumi.Output.format(
                    "{0}.dkr.ecr.{1}.amazonaws.com/{2}",
                    args["account_id"],
                    args["region"],
                    rule.ecr_repository_prefix,
                )
            )
        self.register_outputs({"urls": self.urls})


def _check(mirror: MirrorArgs) -> None:
    upstream, prefix = mirror["upstream"], mirror["prefix"]
    if upstream not in UPSTREAMS:
        raise ValueError(f"{upstream}: ECR mirrors {', '.join(UPSTREAMS)}")
    if len(prefix) > PREFIX_LIMIT:
        raise ValueError(f"{prefix}: a mirror's prefix has at most {PREFIX_LIMIT} characters")
    if ("secret_arn" in mirror) != (upstream in WITH_LOGIN):
        wants = "wants a login" if upstream in WITH_LOGIN else "takes no login"
        raise ValueError(f"{upstream} {wants}")
