"""Studio goes in order: apps, spaces, profiles, the domain, and files where nothing has to last.

SageMaker, here as there, refuses every other order.
"""

from typing import Any

import pulumi
import pytest

from components.common.durability import Durability
from components.platform.studio.domain import SignIn, StudioDomain
from components.platform.studio.team import MemberArgs, StudioTeam, Worker
from embedded.lifecycle import Refused
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Phase
from infra.needs.studio_hooks import emptying, studio_hooks
from tests.embedded.extensions import studio
from tests.embedded.extensions.studio import app, space

ANA: MemberArgs = {"profile": "ana", "person": "ana", "persona": Worker.DATA_SCIENTIST}
BEN: MemberArgs = {"profile": "ben", "person": "ben", "persona": Worker.ML_ENGINEER}
ACCOUNT = "123456789012"


class Deployed:
    """A domain with a team in it, on the embedded AWS."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        self.steps: list[Any] = []
        self.host = InProcessHost(
            Resources(cloud), Run(stack="dev"), cloud.environment, on_step=self.steps.append
        )
        self.vpc, self.subnets = studio.network(cloud)
        self.group = cloud.client("ec2").create_security_group(
            GroupName=f"apps-{self.vpc}", Description="Apps", VpcId=self.vpc
        )["GroupId"]
        self.key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.sagemaker = cloud.client("sagemaker")
        self.domain = ""
        self.files = ""

    def up(self, durability: Durability, *members: MemberArgs, space_gb: int = 0) -> None:
        outputs = self.host.up(lambda: self._program(durability, members, space_gb)).outputs
        self.domain = outputs["domain"]
        there = self.sagemaker.describe_domain(DomainId=self.domain)
        self.files = there["HomeEfsFileSystemId"]

    def _program(
        self, durability: Durability, members: tuple[MemberArgs, ...], space_gb: int
    ) -> None:
        hooks = studio_hooks(durability, "eu-west-1")
        options = pulumi.ResourceOptions(transformations=[emptying(hooks)])
        shared: Any = {
            "instances": ["ml.t3.medium"],
            "idle_minutes": 60,
            "disk_gb": 50,
            "key_arn": self.key,
            "security_group_id": self.group,
            "durability": durability,
            "account_id": ACCOUNT,
            "region": "eu-west-1",
        }
        domain = StudioDomain(
            "studio",
            {
                **shared,
                "domain_name": f"studio-{self.vpc}",
                "sign_in": SignIn.IAM,
                "vpc_id": self.vpc,
                "subnet_ids": self.subnets,
                "logs_are_there": True,
                "log_key_arn": self.key,
                "log_retention_days": 30,
            },
            options,
        )
        pulumi.export("domain", domain.domain_id)
        args: Any = {
            **shared,
            "team": "oncology",
            "domain_id": domain.domain_id,
            "by_name": False,
            "members": list(members),
            "repositories": [],
            "models": {},
            "groups": [],
            "features_bucket": "features",
            "features_database": "features",
            "reads": [],
            "writes": [],
            "results_bucket": "results",
            "artifacts_bucket": "artifacts",
            "artifacts_key_arn": self.key,
            "makes_log_groups": False,
        }
        if space_gb:
            args["space_gb"] = space_gb
        if members:
            StudioTeam("oncology", args, options)

    def deleted(self) -> list[str]:
        """The kinds of Studio's things that were deleted, in order."""
        return [
            step.type.rpartition(":")[2]
            for step in self.steps
            if step.phase is Phase.DONE
            and step.operation.value == "delete"
            and step.type.startswith("aws:sagemaker")
        ]

    def left(self) -> dict[str, int]:
        """What of the domain is there still, by kind."""
        efs, ec2 = self.cloud.client("efs"), self.cloud.client("ec2")
        systems = efs.describe_file_systems()["FileSystems"]
        (found,) = [one for one in systems if one["FileSystemId"] == self.files] or [None]
        named = [{"Name": "group-name", "Values": [f"security-group-for-*-nfs-{self.domain}"]}]
        domains = self.sagemaker.list_domains()["Domains"]
        return {
            "domains": sum(one["DomainId"] == self.domain for one in domains),
            "profiles": len(
                self.sagemaker.list_user_profiles(DomainIdEquals=self.domain)["UserProfiles"]
            ),
            "spaces": len(self.sagemaker.list_spaces(DomainIdEquals=self.domain)["Spaces"]),
            "apps": sum(
                one["Status"] == "InService"
                for one in self.sagemaker.list_apps(DomainIdEquals=self.domain)["Apps"]
            ),
            "files": 1 if found else 0,
            "mount targets": found["NumberOfMountTargets"] if found else 0,
            "security groups": len(ec2.describe_security_groups(Filters=named)["SecurityGroups"]),
        }


NOTHING = dict.fromkeys(
    ("domains", "profiles", "spaces", "apps", "files", "mount targets", "security groups"), 0
)


@pytest.fixture
def deployed(cloud):
    return Deployed(cloud)


def test_what_people_made_goes_first_and_all_of_it_where_nothing_has_to_last(deployed):
    deployed.up(Durability.DISPOSABLE, ANA, BEN, space_gb=5)
    space(deployed.sagemaker, deployed.domain, "scratch")
    app(deployed.sagemaker, deployed.domain, "scratch")
    app(deployed.sagemaker, deployed.domain, "ana")
    assert deployed.left() == {
        "domains": 1,
        "profiles": 2,
        "spaces": 3,
        "apps": 2,
        "files": 1,
        "mount targets": 2,
        "security groups": 2,
    }
    deployed.host.destroy()
    assert deployed.left() == NOTHING
    kinds = deployed.deleted()
    assert kinds[-1] == "Domain"
    assert kinds.count("UserProfile") == kinds.count("Space") == 2


def test_where_data_is_kept_spaces_are_not_deleted_and_are_named(deployed):
    deployed.up(Durability.KEEP, ANA)
    space(deployed.sagemaker, deployed.domain, "scratch")
    running = app(deployed.sagemaker, deployed.domain, "scratch")
    with pytest.raises(Refused, match=rf"the space scratch of {deployed.domain} has a disk"):
        deployed.host.destroy()
    assert deployed.left()["spaces"] == deployed.left()["apps"] == 1
    deployed.sagemaker.delete_app(**running)
    deployed.sagemaker.delete_space(DomainId=deployed.domain, SpaceName="scratch")
    deployed.host.destroy()
    assert deployed.left() == {**NOTHING, "files": 1}


def test_a_space_of_the_stacks_own_is_kept_as_well(deployed):
    deployed.up(Durability.KEEP, ANA, space_gb=5)
    with pytest.raises(Refused, match="the space ana of"):
        deployed.host.destroy()
    assert deployed.left()["spaces"] == 1


def test_a_protected_domain_stays_with_all_that_is_in_it(deployed):
    deployed.up(Durability.PROTECTED, ANA)
    before = deployed.left()
    with pytest.raises(Refused, match="is protected: a destroy must not take it"):
        deployed.host.destroy()
    assert deployed.left() == before


def test_who_leaves_a_team_takes_their_apps_and_spaces_along_and_no_others(deployed):
    deployed.up(Durability.DISPOSABLE, ANA, BEN)
    for person in ("ana", "ben"):
        space(deployed.sagemaker, deployed.domain, f"{person}s", person)
        app(deployed.sagemaker, deployed.domain, f"{person}s")
    deployed.up(Durability.DISPOSABLE, ANA)
    (left,) = deployed.sagemaker.list_spaces(DomainIdEquals=deployed.domain)["Spaces"]
    assert left["SpaceName"] == "anas"
    assert deployed.left()["profiles"] == deployed.left()["apps"] == 1
    deployed.host.destroy()
    assert deployed.left() == NOTHING
