"""One stage of a pipeline that runs commands: a CodeBuild project with a role of its own."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs, LoggedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.common.log_group import encrypted_log_group
from components.devops.delivery.buildspec import Buildspec
from components.devops.delivery.stage_permissions import build_permissions, network_permissions

IMAGE = "aws/codebuild/amazonlinux-x86_64-standard:5.0"
QUEUED_MINUTES = 60
"""How long a build may wait for a machine before it fails."""
CACHES = "build-cache"
"""What the keys of all caches begin with; no pipeline's artifacts do."""


class VariableArgs(TypedDict):
    """An environment variable of a build."""

    name: str
    """Name of the variable."""
    value: pulumi.Input[str]
    """Its value, or the ARN of the secret that holds it."""
    secret: bool
    """Whether the value is the ARN of a Secrets Manager secret."""


class BuildNetworkArgs(TypedDict):
    """The subnets that builds run in."""

    vpc_id: pulumi.Input[str]
    """VPC of the subnets."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets; what a build loads must be reachable from them."""
    security_group_id: pulumi.Input[str]
    """Security group of the builds."""
    region: str
    """Region of the network."""


class StageBuildArgs(AccountArgs, LoggedArgs):
    """What a build of a pipeline needs to know."""

    buildspec: Buildspec
    """What it runs."""
    minutes: int
    """How long it may take, 5 to 2160 minutes."""
    description: str
    """What it is for."""
    pipeline_name: str
    """Name of the pipeline whose artifacts it works on."""
    policies: dict[str, pulumi.Input[str]]
    """What it may do beyond reading its revision and writing its log: JSON policies by name."""
    policy_arns: NotRequired[list[pulumi.Input[str]]]
    """Managed policies of the platform's own that it may use besides."""
    variables: list[VariableArgs]
    """Its environment."""
    artifact_bucket_arn: pulumi.Input[str]
    """ARN of the bucket that the revisions travel through."""
    artifact_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    puts_artifacts: NotRequired[bool]
    """Whether it hands artifacts on; without, it only reads them."""
    cache: NotRequired[bool]
    """Whether the files that the buildspec names under `cache` are kept for the next build.

    They are this project's own: another build could not be trusted with what this one runs.
    """
    docker: NotRequired[bool]
    """Whether it builds images: Docker needs the privileged mode, and nothing else does."""
    concurrent: NotRequired[bool]
    """Whether builds may run beside each other; otherwise a second one fails.

    As many then run as the account's quota lets, and further ones wait. A number of its own would
    be refused where the quota is lower, which is one in a new account.
    https://docs.aws.amazon.com/codebuild/latest/userguide/limits.html
    """
    network: NotRequired[BuildNetworkArgs]
    """Subnets to run in; without, builds run in a network of CodeBuild's own."""


class StageBuild(pulumi.ComponentResource):
    """A CodeBuild project, its log group and its role."""

    project_name: pulumi.Output[str]
    project_arn: pulumi.Output[str]
    role_arn: pulumi.Output[str]
    """ARN of the role that it works as."""

    def __init__(
        self, name: str, args: StageBuildArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StageBuild", name, None, opts)
        log = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            # Where the console, and whoever reads the logs of all builds, looks for them.
            log_group_name=f"/aws/codebuild/{name}",
        )
        role = self._role(name, args, log)
        attached = [
            aws.iam.RolePolicyAttachment(
                f"{name}-attached-{number + 1}",
                role=role.name,
                policy_arn=arn,
                opts=pulumi.ResourceOptions(parent=self),
            )
            for number, arn in enumerate(args.get("policy_arns", []))
        ]
        project = aws.codebuild.Project(
            f"{name}-build",
            description=args["description"],
            service_role=role.arn,
            source={"type": "CODEPIPELINE", "buildspec": json.dumps(args["buildspec"], indent=2)},
            artifacts={"type": "CODEPIPELINE"},
            cache=_cache(name, args),
            environment={
                "type": "LINUX_CONTAINER",
                "compute_type": "BUILD_GENERAL1_MEDIUM",
                "image": IMAGE,
                "privileged_mode": args.get("docker", False),
                "environment_variables": [
                    {
                        "name": variable["name"],
                        "value": variable["value"],
                        "type": "SECRETS_MANAGER" if variable["secret"] else "PLAINTEXT",
                    }
                    for variable in args["variables"]
                ],
            },
            encryption_key=args["artifact_key_arn"],
            build_timeout=args["minutes"],
            queued_timeout=QUEUED_MINUTES,
            concurrent_build_limit=None if args.get("concurrent") else 1,
            vpc_config=_vpc(args),
            logs_config={"cloudwatch_logs": {"status": "ENABLED", "group_name": log.name}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*role.ready, *attached]),
        )
        self.project_name = project.name
        self.project_arn = project.arn
        self.role_arn = role.arn
        self.register_outputs(
            {
                "project_name": self.project_name,
                "project_arn": self.project_arn,
                "role_arn": self.role_arn,
            }
        )

    def _role(self, name: str, args: StageBuildArgs, log: aws.cloudwatch.LogGroup) -> ExecutionRole:
        policies: dict[str, pulumi.Input[str]] = {
            "build": rendered(
                build_permissions,
                log_group_arn=log.arn,
                artifact_bucket_arn=args["artifact_bucket_arn"],
                artifact_key_arn=args["artifact_key_arn"],
                pipeline=args["pipeline_name"],
                puts_artifacts=args.get("puts_artifacts", False),
                cache_prefix=f"{CACHES}/{name}" if args.get("cache") else None,
            )
        }
        if "network" in args:
            network = args["network"]
            policies["network"] = rendered(
                network_permissions,
                subnet_ids=network["subnet_ids"],
                security_group_id=network["security_group_id"],
                account_id=args["account_id"],
                region=network["region"],
            )
        return ExecutionRole(
            name,
            {
                "service": "codebuild.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {**policies, **args["policies"]},
            },
            pulumi.ResourceOptions(parent=self),
        )


def _cache(name: str, args: StageBuildArgs) -> aws.codebuild.ProjectCacheArgsDict | None:
    """The cache in S3: one on the machine itself would be lost with it.

    https://docs.aws.amazon.com/codebuild/latest/userguide/caching-s3.html
    """
    if not args.get("cache"):
        return None
    bucket = pulumi.Output.from_input(args["artifact_bucket_arn"]).apply(
        lambda arn: arn.split(":")[-1]
    )
    return {"type": "S3", "location": pulumi.Output.concat(bucket, "/", CACHES, "/", name)}


def _vpc(args: StageBuildArgs) -> aws.codebuild.ProjectVpcConfigArgsDict | None:
    if "network" not in args:
        return None
    network = args["network"]
    return {
        "vpc_id": network["vpc_id"],
        "subnets": network["subnet_ids"],
        "security_group_ids": [network["security_group_id"]],
    }
