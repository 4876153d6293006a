"""The file systems that workloads mount."""

import pulumi

from components.data.files.shared_files import SharedFiles
from components.foundation.alerts.alerts import Severity
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings


def declare_files(
    settings: PlatformSettings, env: Environment, foundation: Foundation, need: Need
) -> None:
    """Declare the file system that teams share, and export what it is mounted by."""
    shared, network = settings.files.shared, settings.network
    if shared is None:
        return
    made = env.component(SharedFiles)(
        env.names("files"),
        {
            "teams": list(shared.teams),
            "backup": shared.backup,
            "infrequent_days": 0 if shared.lifecycle_days == "never" else shared.lifecycle_days,
            "vpc_id": foundation.network.vpc_id,
            "subnet_ids": foundation.network.private_subnet_ids,
            "subnet_count": len(network.vpc.subnets) if network.vpc else network.zone_count,
            "workload_security_group_id": foundation.network.workload_security_group_id,
            "key_arn": foundation.keys[DataClass.DATA].arn,
            "topic_arn": foundation.alerts.arn_of(Severity.WARNING),
            "durability": env.durability,
            "account_id": env.account_id,
        },
        need.child_options(),
    )
    pulumi.export(
        "files",
        {
            "file_system": made.file_system_id,
            "access_points": made.access_points,
        },
    )
