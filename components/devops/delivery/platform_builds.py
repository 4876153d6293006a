"""The builds of the platform's own pipelines: validation, preview, deployment."""

from typing import NotRequired

import pulumi

from components.common.args import LoggedArgs, PlacedArgs
from components.devops.delivery import buildspec
from components.devops.delivery.source import SourceArgs
from components.devops.delivery.stage_build import (
    BuildNetworkArgs,
    StageBuild,
    StageBuildArgs,
    VariableArgs,
)
from components.devops.delivery.state import StateArgs, state_policy, state_variables

MINUTES = {"Validate": 60, "Preview": 30, "Deploy": 180}
"""How long each build may take; a deployment waits for endpoints to roll over."""


class PlatformPipelineArgs(PlacedArgs, LoggedArgs):
    """What every pipeline of the platform needs to know."""

    pipeline_name: str
    """Name of the pipeline, at most 100 characters; builds find their artifacts by it."""
    source: SourceArgs
    """Where revisions come from."""
    environment: str
    """Environment, which is the stack, to preview and deploy."""
    preview_policy_arns: list[pulumi.Input[str]]
    """The managed policies by which the platform is previewed."""
    state: StateArgs
    """Pulumi's state."""
    artifact_bucket: pulumi.Input[str]
    """Name of the bucket that the revisions travel through."""
    artifact_bucket_arn: pulumi.Input[str]
    """Its ARN."""
    artifact_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    network: NotRequired[BuildNetworkArgs]
    """Subnets that previews and deployments run in, where what they reach is private."""


def platform_build(
    stage: str,
    *,
    name: str,
    parent: pulumi.Resource,
    args: PlatformPipelineArgs,
    policy_arns: list[pulumi.Input[str]],
    cache: bool = True,
    concurrent: bool = False,
) -> StageBuild:
    """The build of one stage; only preview and deployment reach the state and the platform.

    `policy_arns` are the managed policies that let it reach the platform; none for validation.
    Without `cache` nothing that one build writes is run by another.
    """
    policies = _state_policy(stage, args)
    variables: list[VariableArgs] = [
        {"name": buildspec.ENVIRONMENT, "value": args["environment"], "secret": False},
        *state_variables(args["state"]),
    ]
    build: StageBuildArgs = {
        "buildspec": _spec(stage, cache=cache),
        "minutes": MINUTES[stage],
        "description": f"{stage} {args['source']['repository']} for {args['environment']}",
        "pipeline_name": args["pipeline_name"],
        "policies": policies,
        "policy_arns": policy_arns,
        "variables": variables if policies else [],
        "account_id": args["account_id"],
        "artifact_bucket_arn": args["artifact_bucket_arn"],
        "artifact_key_arn": args["artifact_key_arn"],
        "log_key_arn": args["log_key_arn"],
        "log_retention_days": args["log_retention_days"],
        "cache": cache,
        "concurrent": concurrent,
    }
    if policies and "network" in args:
        build["network"] = args["network"]
    return StageBuild(f"{name}-{stage.lower()}", build, pulumi.ResourceOptions(parent=parent))


def _spec(stage: str, *, cache: bool) -> buildspec.Buildspec:
    cli = buildspec.cli_version()
    match stage:
        case "Validate":
            spec = buildspec.validate()
        case "Preview":
            spec = buildspec.preview(pulumi_version=cli)
        case _:
            spec = buildspec.deploy(pulumi_version=cli)
    return spec if cache else {part: spec[part] for part in spec if part != "cache"}


def _state_policy(stage: str, args: PlatformPipelineArgs) -> dict[str, pulumi.Input[str]]:
    """What the build may do with Pulumi's state: validation nothing, only a deployment writes."""
    if stage == "Validate":
        return {}
    return {
        "state": state_policy(
            args["state"],
            writes=stage == "Deploy",
            account_id=args["account_id"],
            region=args["region"],
        )
    }
