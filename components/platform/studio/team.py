"""A team in Studio: a role for each of its personas, a profile for each of its people."""

import enum
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.durability import Durability
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, Statement, document, rendered
from components.data.jobs.args import PlaceArgs
from components.platform.experiments.policies import work_with_runs
from components.platform.studio.app_settings import OfferedImageArgs, user_settings
from components.platform.studio.data_policies import query_as_team, read_features, use_data
from components.platform.studio.policies import (
    read_models,
    start_images,
    start_pipelines,
    work_in_studio,
)

SAGEMAKER = "sagemaker.amazonaws.com"
MEMBER_TAG, PERSONA_TAG = "maslow:member", "maslow:persona"


class Worker(enum.Enum):
    """A persona who works in Studio."""

    DATA_SCIENTIST = "data-scientist"
    """Learns from the team's data and features, and starts its pipelines."""
    ML_ENGINEER = "ml-engineer"
    """Starts the team's pipelines and sees its models' versions; reads nothing of the lake."""
    DATA_ENGINEER = "data-engineer"
    """Reads and writes the team's places, and starts nothing."""


HOME_APPS = {
    Worker.DATA_SCIENTIST: "JupyterLab",
    Worker.ML_ENGINEER: "CodeEditor",
    Worker.DATA_ENGINEER: "CodeEditor",
}
"""What the space is for that somebody has from the first."""


class MemberArgs(TypedDict):
    """A person."""

    profile: str
    """Name of the profile within the domain, at most 63 letters, digits and hyphens."""
    person: str
    """What the person is called; with Identity Center, the name that they sign in by."""
    persona: Worker
    """As what the person works."""


class TeamExperimentsArgs(TypedDict):
    """Where the team's people keep runs of MLflow."""

    arn: pulumi.Input[str]
    """ARN of an app or a tracking server."""
    bucket: pulumi.Input[str]
    """Bucket of its artifacts, under the key of `artifacts_bucket`."""
    personas: dict[str, bool]
    """Personas who come in, each with whether they change anything."""


class StudioTeamArgs(PlacedArgs):
    """Who is in a team, and what it works with."""

    team: str
    """Name of the team."""
    domain_id: pulumi.Input[str]
    """Domain of the profiles."""
    by_name: bool
    """Whether the domain signs people in by their names in Identity Center."""
    members: list[MemberArgs]
    """The people, at least one; each profile once."""
    security_group_id: NotRequired[pulumi.Input[str]]
    """Security group of their apps; the domain's own unless given."""
    instances: list[str]
    """Instance types that the team may start, the first of which is what an app starts on."""
    idle_minutes: int
    """Minutes without use after which an app is stopped."""
    disk_gb: int
    """The largest disk of a space, in GB."""
    space_gb: NotRequired[int]
    """Disk of the space that each member gets from the first, in GB; none unless given."""
    repositories: list[str]
    """Git repositories that JupyterLab offers to clone."""
    setups: NotRequired[dict[str, pulumi.Input[str]]]
    """ARNs of the lifecycle configurations that apps start with, by kind of app."""
    images: NotRequired[dict[str, list[OfferedImageArgs]]]
    """Images that apps may be started in beside SageMaker's own, by kind of app."""
    image_uris: NotRequired[dict[str, str]]
    """URIs in ECR of these images, by the image's name."""
    models: dict[str, str]
    """The team's models, each with what its pipeline and its group of versions are called."""
    groups: list[pulumi.Input[str]]
    """Names of the feature groups that it reads."""
    features_bucket: pulumi.Input[str]
    """Bucket of the features zone."""
    features_database: pulumi.Input[str]
    """Glue database of the features zone."""
    reads: list[PlaceArgs]
    """Places of the lake that it reads."""
    writes: list[PlaceArgs]
    """Places of the lake that it reads and writes."""
    workgroup: NotRequired[str]
    """Athena workgroup of its own, a pattern of its name; the team queries nothing without one."""
    results_bucket: pulumi.Input[str]
    """Bucket of its queries' results, which are under the team's name."""
    key_arn: pulumi.Input[str]
    """KMS key of the lake, and of the disks of spaces."""
    experiments: NotRequired[TeamExperimentsArgs]
    """Where they keep runs of MLflow; nowhere unless given."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of models and reports."""
    artifacts_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    makes_log_groups: bool
    """Whether apps make the log group that they write to."""
    durability: Durability
    """Whether the disks of spaces outlive the stack."""


def team_policy(
    *,
    persona: str,
    team: str,
    domain_id: str,
    instances: list[str],
    image_uris: dict[str, str],
    models: dict[str, str],
    groups: list[str],
    features_bucket: str,
    features_database: str,
    reads: list[PlaceArgs],
    writes: list[PlaceArgs],
    workgroup: str,
    results_bucket: str,
    key_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    account_id: str,
    region: str,
    makes_log_groups: bool,
) -> Document:
    """What a persona of a team may do from Studio."""
    worker, here = Worker(persona), {"account_id": account_id, "region": region}
    statements: list[Statement] = work_in_studio(
        domain_id=domain_id,
        instances=instances,
        key_arn=key_arn,
        makes_log_groups=makes_log_groups,
        **here,
    )
    if image_uris:
        statements += start_images(image_uris, **here)
    if worker is not Worker.ML_ENGINEER:
        statements += use_data(reads, writes, key_arn=key_arn, **here)
        if workgroup:
            statements += query_as_team(
                workgroup, results_bucket=results_bucket, results_prefix=team, **here
            )
    if worker is Worker.DATA_SCIENTIST:
        statements += read_features(
            groups, bucket=features_bucket, database=features_database, key_arn=key_arn, **here
        )
    if worker is not Worker.DATA_ENGINEER and models:
        statements += start_pipelines(sorted(models.values()), **here)
        statements += read_models(
            models,
            artifacts_bucket=artifacts_bucket,
            artifacts_key_arn=artifacts_key_arn,
            **here,
        )
    return document(*statements)


class StudioTeam(pulumi.ComponentResource):
    """The roles, profiles and first spaces of a team.

    Raises ValueError for a team without members, and for a profile of two of them.

    https://docs.aws.amazon.com/sagemaker/latest/dg/domain-user-profile.html
    """

    role_arns: dict[str, pulumi.Output[str]]
    """ARN of the execution role of each persona in the team, by persona."""
    profiles: list[str]
    """Names of the profiles."""

    def __init__(
        self, name: str, args: StudioTeamArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StudioTeam", name, None, opts)
        names = [member["profile"] for member in args["members"]]
        if not names:
            raise ValueError(f"{args['team']}: nobody is in the team")
        if twice := sorted({each for each in names if names.count(each) > 1}):
            raise ValueError(f"{args['team']}: {', '.join(twice)} is the profile of two people")
        there = {member["persona"] for member in args["members"]}
        roles = {
            worker: _role(f"{name}-{worker.value}", self, worker, args)
            for worker in Worker
            if worker in there
        }
        for member in args["members"]:
            role = roles[member["persona"]]
            profile = _profile(f"{name}-{member['profile']}", self, member, role, args)
            if "space_gb" in args:
                _space(f"{name}-{member['profile']}-space", self, member, profile, args)
        self.role_arns = {worker.value: role.arn for worker, role in roles.items()}
        self.profiles = names
        self.register_outputs({"role_arns": self.role_arns, "profiles": self.profiles})


def _role(
    name: str, parent: pulumi.Resource, worker: Worker, args: StudioTeamArgs
) -> ExecutionRole:
    return ExecutionRole(
        name,
        {
            "service": SAGEMAKER,
            "account_id": args["account_id"],
            "policies": {
                **_experiments(worker, args),
                "work": rendered(
                    team_policy,
                    persona=worker.value,
                    team=args["team"],
                    domain_id=args["domain_id"],
                    instances=args["instances"],
                    image_uris=args.get("image_uris", {}),
                    models=args["models"],
                    groups=args["groups"],
                    features_bucket=args["features_bucket"],
                    features_database=args["features_database"],
                    reads=args["reads"],
                    writes=args["writes"],
                    workgroup=args.get("workgroup", ""),
                    results_bucket=args["results_bucket"],
                    key_arn=args["key_arn"],
                    artifacts_bucket=args["artifacts_bucket"],
                    artifacts_key_arn=args["artifacts_key_arn"],
                    account_id=args["account_id"],
                    region=args["region"],
                    makes_log_groups=args["makes_log_groups"],
                ),
            },
        },
        pulumi.ResourceOptions(parent=parent),
    )


def _experiments(worker: Worker, args: StudioTeamArgs) -> dict[str, pulumi.Input[str]]:
    """The policy by which a persona of the team works with experiments, if it does."""
    if "experiments" not in args or worker.value not in args["experiments"]["personas"]:
        return {}
    experiments = args["experiments"]
    return {
        "experiments": rendered(
            work_with_runs,
            arn=experiments["arn"],
            bucket=experiments["bucket"],
            key_arn=args["artifacts_key_arn"],
            region=args["region"],
            changes=experiments["personas"][worker.value],
        )
    }


def _profile(
    name: str,
    parent: pulumi.Resource,
    member: MemberArgs,
    role: ExecutionRole,
    args: StudioTeamArgs,
) -> aws.sagemaker.UserProfile:
    settings: Any = {  # of the shape that a domain takes as well
        "execution_role": role.arn,
        **user_settings(
            idle_minutes=args["idle_minutes"],
            disk_gb=args["disk_gb"],
            instances=args["instances"],
            repositories=args["repositories"],
            setups=args.get("setups"),
            images=args.get("images"),
        ),
    }
    if "security_group_id" in args:
        settings["security_groups"] = [args["security_group_id"]]
    return aws.sagemaker.UserProfile(
        name,
        domain_id=args["domain_id"],
        user_profile_name=member["profile"],
        single_sign_on_user_identifier="UserName" if args["by_name"] else None,
        single_sign_on_user_value=member["person"] if args["by_name"] else None,
        user_settings=settings,
        tags={MEMBER_TAG: member["person"], PERSONA_TAG: member["persona"].value},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=role.ready),
    )


def _space(
    name: str,
    parent: pulumi.Resource,
    member: MemberArgs,
    profile: aws.sagemaker.UserProfile,
    args: StudioTeamArgs,
) -> aws.sagemaker.Space:
    """A private space of a member, whose disk holds what they write."""
    return aws.sagemaker.Space(
        name,
        domain_id=args["domain_id"],
        space_name=member["profile"],
        ownership_settings={"owner_user_profile_name": profile.user_profile_name},
        space_sharing_settings={"sharing_type": "Private"},
        space_settings={
            "app_type": HOME_APPS[member["persona"]],
            "space_storage_settings": {
                "ebs_storage_settings": {"ebs_volume_size_in_gb": args["space_gb"]}
            },
        },
        opts=pulumi.ResourceOptions(
            parent=parent, protect=args["durability"] is Durability.PROTECTED
        ),
    )
