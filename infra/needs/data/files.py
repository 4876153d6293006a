"""The file systems that workloads mount."""

from typing import Any

import pulumi

from components.data.files.fast_files import Change, FastFiles, FastFilesArgs
from components.data.files.shared_files import SharedFiles
from components.data.lake.lake import Lake
from components.foundation.alerts.alerts import Severity
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.data.places import place
from infra.needs.file_systems import FileSystems
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.data.files import FastFiles as FastFilesSettings
from infra.settings.data.files import SharedFiles as SharedFilesSettings

NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name."""


def declare_files(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
) -> FileSystems:
    """Declare the file systems, and export what they are mounted by."""
    wanted = settings.files
    shared = _shared(wanted.shared, settings, env, foundation, need) if wanted.shared else None
    fast = _fast(wanted.fast, env, foundation, need, lake) if wanted.fast else None
    exported: dict[str, Any] = {}
    if shared:
        exported["file_system"] = shared.file_system_id
        exported["access_points"] = shared.access_points
        if shared.training_access_points:
            exported["training_access_points"] = shared.training_access_points
    if fast:
        exported["fast"] = {
            "file_system": fast.file_system_id,
            "dns_name": fast.dns_name,
            "mount_name": fast.mount_name,
        }
    if exported:
        pulumi.export("files", exported)
    return FileSystems(shared, fast)


def _shared(
    shared: SharedFilesSettings,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
) -> SharedFiles:
    """The file system that teams share."""
    network = settings.network
    return env.component(SharedFiles)(
        env.names("files"),
        {
            "teams": list(shared.teams),
            "training": list(shared.training),
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


def _fast(
    fast: FastFilesSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
) -> FastFiles:
    """The file system whose folders are linked to the lake."""
    subnets = pulumi.Output.from_input(foundation.network.private_subnet_ids)
    args: FastFilesArgs = {
        "size_gb": fast.size_gb,
        "throughput": fast.throughput,
        "links": {folder: place(name, lake) for folder, name in fast.links.items()},
        "imports": [Change[change.upper()] for change in fast.imports],
        "exports": list(fast.exports),
        "backup_days": fast.kept_backup_days,
        "vpc_id": foundation.network.vpc_id,
        "subnet_id": subnets[0],
        "workload_security_group_id": foundation.network.workload_security_group_id,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "topic_arn": foundation.alerts.warning_arn,
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
        "durability": env.durability,
        "account_id": env.account_id,
    }
    name = env.names("fast-files", limit=NAME_LIMIT)
    return env.component(FastFiles)(name, args, need.child_options())
