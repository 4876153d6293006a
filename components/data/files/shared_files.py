"""A file system that teams share, each in a folder of its own."""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.iam import rendered
from components.data.files.access_point import access_point
from components.data.files.policies import file_system_policy
from components.foundation.alerts.alert_rule import alert_on

NFS = 2049
FOLDER_PERMISSIONS = "0770"
TRAINING_FOLDER, TRAINING_PERMISSIONS = "/training", "0755"
"""Where training jobs read, in a folder for each team, as whoever mounts without access points."""
TRANSITION_DAYS = (1, 7, 14, 30, 60, 90, 180, 270, 365)
"""Days without use after which EFS can move a file to Infrequent Access.

https://docs.aws.amazon.com/efs/latest/ug/API_LifecyclePolicy.html
"""
FAILED_BACKUPS = ["ABORTED", "EXPIRED", "FAILED"]


class SharedFilesArgs(AccountArgs):
    """Who shares the file system, and where it is reached."""

    teams: list[str]
    """Names of the teams; each gets a folder and an access point."""
    training: NotRequired[list[str]]
    """Names of teams that have a second folder, which training jobs read; none unless given."""
    backup: bool
    """Whether AWS Backup copies it each day, and keeps each copy for 35 days."""
    infrequent_days: int
    """Days without use after which a file moves to Infrequent Access, of `TRANSITION_DAYS`; 0 for
    never. A file that is read again moves back."""
    vpc_id: pulumi.Input[str]
    """VPC of the subnets."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets, each in another availability zone: EFS takes one mount target a zone."""
    subnet_count: int
    """How many they are."""
    workload_security_group_id: pulumi.Input[str]
    """Group of those that may reach the file system."""
    key_arn: pulumi.Input[str]
    """KMS key that encrypts it."""
    topic_arn: pulumi.Input[str]
    """Topic that hears of backups that failed."""
    durability: Durability
    """Whether the files outlive the stack."""


def check(args: SharedFilesArgs) -> None:
    """Raise ValueError, naming the argument, for what AWS would refuse."""
    if args["infrequent_days"] not in (0, *TRANSITION_DAYS):
        allowed = ", ".join(map(str, TRANSITION_DAYS))
        raise ValueError(f"infrequent_days: {args['infrequent_days']} is not 0, nor of {allowed}")
    if twice := sorted({team for team in args["teams"] if args["teams"].count(team) > 1}):
        raise ValueError(f"teams: {', '.join(twice)} is here twice")
    if strangers := sorted(set(args.get("training", [])) - set(args["teams"])):
        raise ValueError(f"training: {', '.join(strangers)} is not of the teams")


class SharedFiles(pulumi.ComponentResource):
    """An encrypted file system of EFS in every zone, which is mounted by TLS and access points.

    A team's access point shows it the folder `/teams/<team>` and nothing else, and makes every
    user of it the team's. A role may use it whose tag `maslow:team` names the team. Root has no
    rights, and whoever is in the network has none by that.

    A team of `training` has a second access point, to the folder `/training/<team>`. Training jobs
    read it, and so may whatever else workloads run: SageMaker mounts without access points.

    Raises ValueError for days that EFS does not offer, for a team that is there twice, and for
    training that reads of a stranger.

    https://docs.aws.amazon.com/efs/latest/ug/efs-access-points.html
    """

    file_system_id: pulumi.Output[str]
    """Id of the file system."""
    access_points: dict[str, pulumi.Output[str]]
    """Id of each team's access point, by the team's name."""
    training_access_points: dict[str, pulumi.Output[str]]
    """Id of the access point to the folder that training jobs read, by the team's name."""
    file_system_arn: pulumi.Output[str]
    """ARN of the file system."""

    def __init__(
        self, name: str, args: SharedFilesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SharedFiles", name, None, opts)
        check(args)
        teams = args["teams"]
        system = aws.efs.FileSystem(
            f"{name}-system",
            encrypted=True,
            kms_key_id=args["key_arn"],
            performance_mode="generalPurpose",
            throughput_mode="elastic",
            lifecycle_policies=_lifecycle(args["infrequent_days"]),
            tags={"Name": name},
            opts=stateful(self, args["durability"]),
        )
        points = {
            team: access_point(
                f"{name}-{team}", self, system, team, f"/teams/{team}", FOLDER_PERMISSIONS
            )
            for team in teams
        }
        read = {
            team: access_point(
                f"{name}-training-{team}",
                self,
                system,
                team,
                f"{TRAINING_FOLDER}/{team}",
                TRAINING_PERMISSIONS,
            )
            for team in args.get("training", [])
        }
        aws.efs.FileSystemPolicy(
            f"{name}-policy",
            file_system_id=system.id,
            policy=rendered(
                file_system_policy,
                file_system_arn=system.arn,
                access_point_arns={
                    team: [each[team].arn for each in (points, read) if team in each]
                    for team in teams
                },
                account_id=args["account_id"],
                read_by_training=bool(read),
            ),
            opts=setting_of_stateful(self, args["durability"]),
        )
        if args["backup"]:
            aws.efs.BackupPolicy(
                f"{name}-backup",
                file_system_id=system.id,
                backup_policy={"status": "ENABLED"},
                opts=setting_of_stateful(self, args["durability"]),
            )
            _failed_backups(f"{name}-backup-failed", self, system.arn, args["topic_arn"])
        group = file_group(
            f"{name}-nfs",
            parent=self,
            vpc_id=args["vpc_id"],
            workload_security_group_id=args["workload_security_group_id"],
        )
        subnets = pulumi.Output.from_input(args["subnet_ids"])
        for number in range(args["subnet_count"]):
            aws.efs.MountTarget(
                f"{name}-mount-{number}",
                file_system_id=system.id,
                subnet_id=subnets[number],
                security_groups=[group.id],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.training_access_points = {team: point.id for team, point in read.items()}
        self.file_system_arn = system.arn
        self.access_points = {team: point.id for team, point in points.items()}
        self.file_system_id = system.id
        self.register_outputs(
            {
                "file_system_id": self.file_system_id,
                "access_points": self.access_points,
                "training_access_points": self.training_access_points,
                "file_system_arn": self.file_system_arn,
            }
        )


def file_group(
    name: str,
    *,
    parent: pulumi.Resource,
    vpc_id: pulumi.Input[str],
    workload_security_group_id: pulumi.Input[str],
) -> aws.ec2.SecurityGroup:
    """The group of mount targets: NFS from workloads, nothing out, and the workloads' way to it.

    https://docs.aws.amazon.com/efs/latest/ug/network-access.html
    """
    group = aws.ec2.SecurityGroup(
        name,
        vpc_id=vpc_id,
        description="Mount targets of the shared file system",
        tags={"Name": name},
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.vpc.SecurityGroupIngressRule(
        f"{name}-from-workloads",
        security_group_id=group.id,
        description="NFS from workloads",
        referenced_security_group_id=workload_security_group_id,
        ip_protocol="tcp",
        from_port=NFS,
        to_port=NFS,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.vpc.SecurityGroupEgressRule(
        f"{name}-of-workloads",
        security_group_id=workload_security_group_id,
        description="NFS to the shared file system",
        referenced_security_group_id=group.id,
        ip_protocol="tcp",
        from_port=NFS,
        to_port=NFS,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    return group


def _lifecycle(days: int) -> list[aws.efs.FileSystemLifecyclePolicyArgsDict]:
    """Each transition is an object of its own: EFS takes one in each."""
    if not days:
        return []
    return [
        {"transition_to_ia": f"AFTER_{days}_DAY{'S' if days > 1 else ''}"},
        {"transition_to_primary_storage_class": "AFTER_1_ACCESS"},
    ]


def _failed_backups(
    name: str,
    parent: pulumi.Resource,
    file_system_arn: pulumi.Output[str],
    topic_arn: pulumi.Input[str],
) -> None:
    """Tell the topic of each daily backup that came to nothing.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/eventbridge.html
    """
    alert_on(
        name,
        file_system_arn.apply(
            lambda arn: {
                "source": ["aws.backup"],
                "detail-type": ["Backup Job State Change"],
                "detail": {"state": FAILED_BACKUPS, "resourceArn": [arn]},
            }
        ),
        parent=parent,
        description="A backup of the shared files failed",
        topic_arn=topic_arn,
        says="The backup <job> of <system> ended as <state>.",
        paths={
            "job": "$.detail.backupJobId",
            "system": "$.detail.resourceArn",
            "state": "$.detail.state",
        },
    )
