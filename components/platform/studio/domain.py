"""A domain of Studio: where profiles and spaces live, in the private network."""

import enum
from typing import Any, NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.durability import Durability
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered
from components.common.log_group import encrypted_log_group
from components.platform.studio.app_settings import OfferedImageArgs, user_settings
from components.platform.studio.policies import STUDIO_LOGS

SAGEMAKER = "sagemaker.amazonaws.com"


class SignIn(enum.Enum):
    """How people come in; AWS never changes it of a domain that is there."""

    IAM = "IAM"
    """By a role of IAM that may open their profile."""
    IDENTITY_CENTER = "SSO"
    """By the page of IAM Identity Center, which knows them by name."""


class StudioDomainArgs(PlacedArgs, LoggedArgs):
    """Where a domain stands, and what holds for all of its people."""

    domain_name: str
    """Name within the account and region, at most 63 characters."""
    sign_in: SignIn
    """How people come in."""
    vpc_id: pulumi.Input[str]
    """VPC that apps reach everything through."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets of apps and of the home file system."""
    security_group_id: pulumi.Input[str]
    """Security group of apps; its members speak to one another."""
    key_arn: pulumi.Input[str]
    """KMS key of the home file system and of the disks of spaces."""
    instances: list[str]
    """Instance types that people may start, the first of which is what an app starts on."""
    idle_minutes: int
    """Minutes without use after which an app is stopped."""
    disk_gb: int
    """The largest disk of a space, in GB."""
    setups: NotRequired[dict[str, pulumi.Input[str]]]
    """ARNs of the lifecycle configurations that apps start with, by kind of app."""
    images: NotRequired[dict[str, list[OfferedImageArgs]]]
    """Images that apps may be started in beside SageMaker's own, by kind of app."""
    logs_are_there: NotRequired[bool]
    """Whether somebody else has made the log group of the account's apps."""
    durability: Durability
    """What becomes of people's files when the stack goes."""


def nobodys_policy(*, region: str, account_id: str) -> Document:
    """What a profile may do that was made without a role: see its domain, and nothing else."""
    return document(
        allow(["sagemaker:DescribeDomain"], [f"arn:aws:sagemaker:{region}:{account_id}:domain/*"])
    )


class StudioDomain(pulumi.ComponentResource):
    """A domain whose apps reach the internet by the private network alone.

    JupyterLab and Code Editor stop when nobody uses them; Docker is off. What is not said of a
    profile holds for it from here: its role may do nothing.

    The home file system goes with the domain where nothing has to last; otherwise AWS keeps it.
    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/gs-studio-delete-domain.html
    """

    domain_id: pulumi.Output[str]
    """Id of the domain."""
    url: pulumi.Output[str]
    """Where people come in."""

    def __init__(
        self, name: str, args: StudioDomainArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StudioDomain", name, None, opts)
        durability = args["durability"]
        if not args.get("logs_are_there"):
            encrypted_log_group(
                f"{name}-logs",
                parent=self,
                key_arn=args["log_key_arn"],
                retention_days=args["log_retention_days"],
                log_group_name=STUDIO_LOGS,
            )
        role = ExecutionRole(
            f"{name}-nobody",
            {
                "service": SAGEMAKER,
                "account_id": args["account_id"],
                "policies": {
                    "work": rendered(
                        nobodys_policy, region=args["region"], account_id=args["account_id"]
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        everyone: Any = {
            "execution_role": role.arn,
            "security_groups": [args["security_group_id"]],
            **user_settings(
                idle_minutes=args["idle_minutes"],
                disk_gb=args["disk_gb"],
                instances=args["instances"],
                setups=args.get("setups"),
                images=args.get("images"),
            ),
        }
        domain = aws.sagemaker.Domain(
            f"{name}-domain",
            domain_name=args["domain_name"],
            auth_mode=args["sign_in"].value,
            vpc_id=args["vpc_id"],
            subnet_ids=args["subnet_ids"],
            app_network_access_type="VpcOnly",
            kms_key_id=args["key_arn"],
            # Apps and spaces bear the tags of the profile that starts them: its team's cost.
            tag_propagation="ENABLED",
            default_user_settings=everyone,
            domain_settings={"docker_settings": {"enable_docker_access": "DISABLED"}},
            retention_policy={
                "home_efs_file_system": "Delete"
                if durability is Durability.DISPOSABLE
                else "Retain"
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                protect=durability is Durability.PROTECTED,
                depends_on=role.ready,
            ),
        )
        self.domain_id = domain.id
        self.url = domain.url
        self.register_outputs({"domain_id": self.domain_id, "url": self.url})
