"""Backups of zones by AWS Backup: a vault, a plan for each zone, and the roles that they need.

https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
"""

import enum
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.data.backups.policies import backup_policy, restore_policy
from components.foundation.alerts.alert_rule import alert_on

SERVICE = "backup.amazonaws.com"
START_MINUTES, END_MINUTES = 60, 7 * 24 * 60
"""Within which a backup starts, and ends: the first of a zone copies all of it."""
GRACE_DAYS = 30
"""Days in which the lock of a vault can still be taken away; afterwards by nobody."""
FAILED = ["ABORTED", "EXPIRED", "FAILED", "PARTIAL"]
"""States in which a backup ends without being whole."""


class BackupKind(enum.Enum):
    """What is kept of a zone."""

    CONTINUOUS = "continuous"
    """Every change, so that the zone can be brought back as it was at any second."""
    DAILY = "daily"
    """How it was once a day."""


class ZoneBackupArgs(TypedDict):
    """How one zone is backed up."""

    plan: str
    """What the names of its plan begin with, at most 35 characters."""
    bucket_arn: pulumi.Input[str]
    """ARN of its bucket, which is versioned and tells EventBridge of its objects."""
    kind: BackupKind
    days: int
    """Days that a backup is kept: 1 to 35 of a continuous one."""
    schedule: str
    """When a backup starts, as a cron expression of AWS's in UTC."""


class ZoneBackupsArgs(PlacedArgs):
    """What the backups of a lake are made of."""

    zones: dict[str, ZoneBackupArgs]
    """How each zone is backed up, by its name."""
    backup_role_name: str
    """Name of the role that backs up; the permissions boundary names it."""
    key_arn: pulumi.Input[str]
    """Key of the zones, and of the vault."""
    topic_arn: pulumi.Input[str]
    """Topic that hears of backups that fail."""
    durability: Durability
    """Whether backups outlive the stack. A vault of what is protected is locked: AWS itself then
    deletes no backup before its time."""


class ZoneBackups(pulumi.ComponentResource):
    """A vault with what AWS Backup keeps of zones, and an alert on each backup that fails.

    The role of the backups reads the buckets; another one, which a person hands to a restore,
    writes them.
    """

    vault_name: pulumi.Output[str]
    """Name of the vault."""
    restore_role_arn: pulumi.Output[str]
    """ARN of the role that a restore runs as."""

    def __init__(
        self, name: str, args: ZoneBackupsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ZoneBackups", name, None, opts)
        vault = aws.backup.Vault(
            f"{name}-vault",
            kms_key_arn=args["key_arn"],
            opts=stateful(self, args["durability"]),
        )
        if args["durability"] is Durability.PROTECTED:
            aws.backup.VaultLockConfiguration(
                f"{name}-lock",
                backup_vault_name=vault.name,
                min_retention_days=min(zone["days"] for zone in args["zones"].values()),
                changeable_for_days=GRACE_DAYS,
                opts=setting_of_stateful(self, args["durability"]),
            )
        buckets = pulumi.Output.all(*(zone["bucket_arn"] for zone in args["zones"].values()))
        role = ExecutionRole(
            f"{name}-as",
            {
                "service": SERVICE,
                "account_id": args["account_id"],
                "role_name": args["backup_role_name"],
                "policies": {
                    "backup": rendered(
                        backup_policy,
                        bucket_arns=buckets,
                        key_arn=args["key_arn"],
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        restores = ExecutionRole(
            f"{name}-restores",
            {
                "service": SERVICE,
                "account_id": args["account_id"],
                "policies": {
                    "restore": rendered(
                        restore_policy,
                        bucket_arns=buckets,
                        key_arn=args["key_arn"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        for zone in args["zones"].values():
            self._plan(zone["plan"], vault, role, zone)
        alert_on(
            f"{name}-failed",
            buckets.apply(
                lambda arns: {
                    "source": ["aws.backup"],
                    "detail-type": ["Backup Job State Change"],
                    "detail": {"state": FAILED, "resourceArn": arns},
                }
            ),
            parent=self,
            description="A backup of a zone failed",
            topic_arn=args["topic_arn"],
            says="The backup <job> of <bucket> ended as <state>: "
            "https://<region>.console.aws.amazon.com/backup/home?region=<region>#/jobs",
            paths={
                "job": "$.detail.backupJobId",
                "bucket": "$.detail.resourceArn",
                "state": "$.detail.state",
                "region": "$.region",
            },
        )
        self.vault_name = vault.name
        self.restore_role_arn = restores.arn
        self.register_outputs(
            {"vault_name": self.vault_name, "restore_role_arn": self.restore_role_arn}
        )

    def _plan(
        self, name: str, vault: aws.backup.Vault, role: ExecutionRole, zone: ZoneBackupArgs
    ) -> None:
        plan = aws.backup.Plan(
            f"{name}-plan",
            rules=[
                {
                    "rule_name": zone["kind"].value,
                    "target_vault_name": vault.name,
                    "schedule": zone["schedule"],
                    "enable_continuous_backup": zone["kind"] is BackupKind.CONTINUOUS,
                    "start_window": START_MINUTES,
                    "completion_window": END_MINUTES,
                    "lifecycle": {"delete_after": zone["days"]},
                }
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.backup.Selection(
            f"{name}-bucket",
            plan_id=plan.id,
            iam_role_arn=role.arn,
            resources=[zone["bucket_arn"]],
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
