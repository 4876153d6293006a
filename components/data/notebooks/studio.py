"""EMR Studio of an environment: workspaces of notebooks, which run on EMR Serverless."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.bucket import PrivateBucket, PrivateBucketArgs
from components.common.durability import Durability
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.data.jobs.args import PlaceArgs
from components.data.notebooks.groups import studio_groups
from components.data.notebooks.policies import (
    EMR,
    SERVERLESS,
    WORKSPACES,
    notebook_policy,
    person_policy,
    storage_policy,
    user_trust,
)

MOST_SUBNETS = 5
"""https://docs.aws.amazon.com/emr/latest/APIReference/API_CreateStudio.html"""


class NotebookPersonaArgs(TypedDict):
    """A persona who works there."""

    reads: list[PlaceArgs]
    """Places of the lake that its notebooks read."""
    writes: list[PlaceArgs]
    """Places that they read and write."""
    groups: list[str]
    """Groups of Identity Center that come as this persona; none where IAM signs people in."""
    role_name: NotRequired[pulumi.Input[str]]
    """Name of the role that people of the persona have; where IAM signs them in."""


class SparkStudioArgs(PlacedArgs):
    """What a studio is made of."""

    studio_name: str
    """Name within the account, at most 256 characters."""
    by_name: bool
    """Whether Identity Center signs people in, by their groups; IAM does otherwise."""
    personas: dict[str, NotebookPersonaArgs]
    """Who works there, by persona; at least one."""
    idp_url: NotRequired[str]
    """Page of the identity provider that signs people in who come by the studio's address."""
    relay_state: NotRequired[str]
    """What that provider calls its parameter RelayState; `RelayState` unless given."""
    application_arn: pulumi.Input[str]
    """ARN of the application of EMR Serverless that notebooks run on."""
    vpc_id: pulumi.Input[str]
    """VPC of the environment."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets of it; the first five are the studio's."""
    key_arn: pulumi.Input[str]
    """KMS key of the lake, and of workspaces."""
    access_log_bucket: pulumi.Input[str]
    """Bucket of the access logs of the bucket of workspaces."""
    durability: Durability
    """Whether workspaces outlive the stack."""


Session = tuple[aws.iam.Policy, aws.iam.RolePolicyAttachment]
"""A session policy, and what allows the role of people the same."""


class SparkStudio(pulumi.ComponentResource):
    """A studio whose people make workspaces of notebooks, which run as the role of their persona.

    Raises ValueError without a persona, and for one that nobody could come as.

    https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-create-studio.html
    """

    url: pulumi.Output[str]
    """Where people come in."""
    role_arns: dict[str, pulumi.Output[str]]
    """ARN of the role that notebooks of each persona run as."""

    def __init__(
        self, name: str, args: SparkStudioArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SparkStudio", name, None, opts)
        if not args["personas"]:
            raise ValueError(f"{name}: nobody works in the studio")
        workspaces: PrivateBucketArgs = {
            "key_arn": args["key_arn"],
            "account_id": args["account_id"],
            "durability": args["durability"],
            "log_bucket": args["access_log_bucket"],
        }
        child = pulumi.ResourceOptions(parent=self)
        self._bucket = PrivateBucket(f"{name}-workspaces", workspaces, child).bucket
        self._service = self._role(
            f"{name}-service",
            args,
            EMR,
            rendered(storage_policy, bucket=self._bucket, key_arn=args["key_arn"]),
        )
        notebooks = {
            persona: self._notebook_role(f"{name}-{persona}", args, told)
            for persona, told in args["personas"].items()
        }
        people = self._user_role(name, args) if args["by_name"] else None
        sessions = {
            persona: self._session(f"{name}-{persona}", args, people, role.arn)
            for persona, role in notebooks.items()
            if people is not None
        }
        studio = self._studio(name, args, people, [allowed for _, allowed in sessions.values()])
        for persona, told in args["personas"].items():
            if people is not None:
                self._let_groups_in(f"{name}-{persona}", told, studio, *sessions[persona])
            else:
                runs_as = notebooks[persona].arn
                self._let_role_in(f"{name}-{persona}", args, told, studio, runs_as)
        self.url = studio.url
        self.role_arns = {persona: role.arn for persona, role in notebooks.items()}
        self.register_outputs({"url": self.url, "role_arns": self.role_arns})

    def _studio(
        self,
        name: str,
        args: SparkStudioArgs,
        people: aws.iam.Role | None,
        allowed: Sequence[aws.iam.RolePolicyAttachment],
    ) -> aws.emr.Studio:
        workspace, engine = studio_groups(name, parent=self, vpc_id=args["vpc_id"])
        subnets = pulumi.Output.from_input(args["subnet_ids"]).apply(lambda ids: ids[:MOST_SUBNETS])
        return aws.emr.Studio(
            f"{name}-studio",
            name=args["studio_name"],
            description="Notebooks of Spark on EMR Serverless",
            auth_mode="SSO" if people is not None else "IAM",
            default_s3_location=pulumi.Output.concat("s3://", self._bucket, f"/{WORKSPACES}"),
            encryption_key_arn=args["key_arn"],
            service_role=self._service.arn,
            user_role=people.arn if people is not None else None,
            idp_auth_url=args.get("idp_url"),
            idp_relay_state_parameter_name=args.get("relay_state"),
            vpc_id=args["vpc_id"],
            subnet_ids=subnets,
            workspace_security_group_id=workspace.id,
            engine_security_group_id=engine.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self._service.ready, *allowed]),
        )

    def _role(
        self, name: str, args: SparkStudioArgs, service: str, policy: pulumi.Input[str]
    ) -> ExecutionRole:
        return ExecutionRole(
            name,
            {"service": service, "account_id": args["account_id"], "policies": {"work": policy}},
            pulumi.ResourceOptions(parent=self),
        )

    def _notebook_role(
        self, name: str, args: SparkStudioArgs, told: NotebookPersonaArgs
    ) -> ExecutionRole:
        policy = rendered(
            notebook_policy,
            reads=pulumi.Output.all(*told["reads"]),
            writes=pulumi.Output.all(*told["writes"]),
            key_arn=args["key_arn"],
            account_id=args["account_id"],
            region=args["region"],
        )
        return self._role(f"{name}-as", args, SERVERLESS, policy)

    def _user_role(self, name: str, args: SparkStudioArgs) -> aws.iam.Role:
        return aws.iam.Role(
            f"{name}-people",
            description="People in EMR Studio, of whom each may do what their group may",
            assume_role_policy=rendered(user_trust, account_id=args["account_id"]),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policy(
        self,
        args: SparkStudioArgs,
        studio_arn: pulumi.Input[str],
        runs_as: pulumi.Output[str],
    ) -> pulumi.Output[str]:
        return rendered(
            person_policy,
            studio_arn=studio_arn,
            application_arn=args["application_arn"],
            service_role_arn=self._service.arn,
            notebook_role_arn=runs_as,
            bucket=self._bucket,
            account_id=args["account_id"],
            region=args["region"],
        )

    def _session(
        self,
        name: str,
        args: SparkStudioArgs,
        people: aws.iam.Role,
        runs_as: pulumi.Output[str],
    ) -> Session:
        """What a persona may do in the studio, and the one role of people that may do all of it.

        What a session policy allows, the role has to be allowed as well.
        https://docs.aws.amazon.com/emr/latest/ManagementGuide/how-emr-studio-works.html
        """
        child = pulumi.ResourceOptions(parent=self)
        policy = aws.iam.Policy(
            f"{name}-session", policy=self._policy(args, "", runs_as), opts=child
        )
        allowed = aws.iam.RolePolicyAttachment(
            f"{name}-allowed", role=people.name, policy_arn=policy.arn, opts=child
        )
        return policy, allowed

    def _let_groups_in(
        self,
        name: str,
        told: NotebookPersonaArgs,
        studio: aws.emr.Studio,
        policy: aws.iam.Policy,
        allowed: aws.iam.RolePolicyAttachment,
    ) -> None:
        """Have groups come as the one role of people, which a session policy narrows."""
        if not told["groups"]:
            raise ValueError(f"{name}: no group of Identity Center comes as the persona")
        for group in told["groups"]:
            aws.emr.StudioSessionMapping(
                f"{name}-{group}",
                studio_id=studio.id,
                identity_type="GROUP",
                identity_name=group,
                session_policy_arn=policy.arn,
                opts=pulumi.ResourceOptions(parent=self, depends_on=[allowed]),
            )

    def _let_role_in(
        self,
        name: str,
        args: SparkStudioArgs,
        told: NotebookPersonaArgs,
        studio: aws.emr.Studio,
        runs_as: pulumi.Output[str],
    ) -> None:
        """Let the persona's role open the studio, and no other."""
        if "role_name" not in told:
            raise ValueError(f"{name}: nobody signs in as the persona")
        aws.iam.RolePolicy(
            f"{name}-notebooks",
            role=told["role_name"],
            policy=self._policy(args, studio.arn, runs_as),
            opts=pulumi.ResourceOptions(parent=self),
        )
