"""The backups of zones."""

import pulumi

from components.data.backups.zone_backups import BackupKind, ZoneBackups
from components.data.lake.lake import Lake
from components.foundation.access.break_glass import ZONE_BACKUPS
from components.foundation.alerts.alerts import Severity
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.foundation.access import role_name
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.frequency import expression

NAME_LIMIT = 35
"""Leaves room for what a component and Pulumi add within AWS Backup's 50 characters."""


def declare_backups(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
) -> None:
    """Declare the vault and the plans of all zones that are backed up."""
    zones = settings.lake.zones.backed_up
    if not zones:
        return
    made = env.component(ZoneBackups)(
        env.names("zones", limit=NAME_LIMIT),
        {
            "zones": {
                name: {
                    "plan": env.names("zones", name, limit=NAME_LIMIT),
                    "bucket_arn": lake.zone_arns[name],
                    "kind": BackupKind(zone.kind),
                    "days": zone.days,
                    "schedule": expression("daily", f"{env.names('backup')}-{name}"),
                }
                for name, zone in zones.items()
            },
            "backup_role_name": role_name(env.names, ZONE_BACKUPS),
            "key_arn": foundation.keys[DataClass.DATA].arn,
            "topic_arn": foundation.alerts.arn_of(Severity.WARNING),
            "durability": env.durability,
            "account_id": env.account_id,
            "region": env.region,
        },
        need.child_options(),
    )
    pulumi.export("backups", {"vault": made.vault_name, "restore_role": made.restore_role_arn})
