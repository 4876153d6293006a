"""Need 2, clean data is there by itself."""

from pathlib import Path

import pulumi

from components.common.hardened_bucket import LockMode
from components.data.lake.lake import Lake
from components.data.lake.replica import ReplicaArgs, ZoneReplica, ZoneReplicaArgs
from components.data.lake.zone import ZoneArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.data.backups import declare_backups
from infra.needs.data.crawlers import declare_crawlers
from infra.needs.data.features import declare_groups
from infra.needs.data.files import declare_files
from infra.needs.data.governance import declare_access, makers_of
from infra.needs.data.jobs import declare_jobs
from infra.needs.data.quality import declare_quality
from infra.needs.data.queries import declare_queries
from infra.needs.data.shares import declare_shares
from infra.needs.data.streams import declare_streams
from infra.needs.data.tables import declare_table_bucket, declare_tables
from infra.needs.need import Need
from infra.needs.outputs import Cluster, Data, Declared, Foundation
from infra.settings import PlatformSettings
from infra.settings.data.zones import Zone
from infra.settings.mlops.labels import place_of


def declare(
    settings: PlatformSettings, env: Environment, foundation: Foundation, root: Path
) -> Declared:
    """Declare the lake, its tables and feature groups, what streams in, and how it is queried.

    The file systems that workloads mount are of this need, too. Files of SQL are found from `root`,
    the repository's root. The jobs come later, by `declare_work`.
    """
    need = Need("data", env.provider, foundation.need.guards)
    key_arn = foundation.keys[DataClass.DATA].arn
    lake = env.component(Lake)(
        env.names("lake"),
        {
            "database_prefix": env.names.database_prefix,
            "zones": {
                name: {**_zone(zone), **_telling(settings, name), **_linked(settings, name)}
                for name, zone in settings.lake.zones.by_name.items()
            },
            "scan_limit_bytes": settings.lake.scan_limit_bytes,
            "key_arn": key_arn,
            "account_id": env.account_id,
            "log_bucket": foundation.access_logs.bucket,
            "durability": env.durability,
        },
        need.child_options(),
    )
    _declare_replicas(settings, env, need, lake, key_arn)
    declare_backups(settings, env, foundation, need, lake)
    tables = declare_tables(settings, env, need, lake, key_arn, foundation.keys[DataClass.LOGS].arn)
    bucket = declare_table_bucket(settings, env, need, key_arn)
    groups = declare_groups(settings, env, need, lake, key_arn)
    declare_streams(settings, env, foundation, need, lake, groups)
    crawlers = declare_crawlers(settings, env, foundation, need, lake)
    files = declare_files(settings, env, foundation, need, lake)
    checks = declare_quality(settings, env, need, lake, key_arn)
    declare_queries(settings, env, foundation, need, lake, root)
    declare_shares(settings, env, need, lake, key_arn)
    pulumi.export("zones", lake.zone_buckets)
    pulumi.export("feature_groups", {key: group.name for key, group in groups.items()})
    return Declared(need, lake, tables, files, groups, bucket, checks, crawlers)


def declare_work(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    declared: Declared,
    cluster: Cluster | None,
    root: Path,
) -> Data:
    """Declare the jobs, and what Lake Formation looks after of what they and others make.

    Jobs may run on the cluster of Kubernetes, which people enter: so it comes before them.
    """
    need, lake = declared.need, declared.lake
    jobs = declare_jobs(settings, env, foundation, declared, cluster, root)
    makers = makers_of(settings, jobs, declared.checks, declared.crawlers)
    key_arn = foundation.keys[DataClass.DATA].arn
    access = declare_access(settings, env, need, lake, declared.tables, makers, key_arn)
    return Data(need, lake, declared.tables, access, declared.files)


def _declare_replicas(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
) -> None:
    """Declare what copies zones elsewhere, and tell the roles that do."""
    roles = {}
    for name, zone in settings.lake.zones.by_name.items():
        if zone.replicate_to is None:
            continue
        to: ReplicaArgs = {"bucket": zone.replicate_to.bucket, "key_arn": zone.replicate_to.key}
        if zone.replicate_to.account:
            to["account_id"] = zone.replicate_to.account
        args: ZoneReplicaArgs = {
            "bucket": lake.zone_buckets[name],
            "key_arn": key_arn,
            "to": to,
            "durability": env.durability,
            "account_id": env.account_id,
            "region": env.region,
        }
        replica = env.component(ZoneReplica)(
            env.names("lake", name, "copies"), args, need.child_options()
        )
        roles[name] = replica.role_arn
    if roles:
        pulumi.export("replica_roles", roles)


def _telling(settings: PlatformSettings, zone: str) -> ZoneArgs:
    """Whether what arrives in a zone starts a job or a training, or is a stream's failure."""
    starts = any((job.on.arrival or "").startswith(f"{zone}.") for job in settings.jobs)
    trains = not settings.origin and any(
        zone == (place_of(one.labels, settings.lake.tables)[0] if one.labels else "curated")
        for one in settings.models
        if "new-data" in one.retrain.on
    )
    fails = any(stream.partition_by and stream.to == zone for stream in settings.streams)
    return {"tells": True} if starts or fails or trains else {}


def _linked(settings: PlatformSettings, zone: str) -> ZoneArgs:
    """Whether a folder of a file system shows what arrives in a zone."""
    fast = settings.files.fast
    linked = (
        fast and fast.imports and any(one.startswith(f"{zone}.") for one in fast.links.values())
    )
    return {"linked": True} if linked else {}


def _zone(zone: Zone) -> ZoneArgs:
    args: ZoneArgs = {"noncurrent_days": zone.noncurrent_days}
    if zone.retention_days is not None:
        args["retention_days"] = zone.retention_days
    if zone.storage:
        args["storage"] = dict[str, int](zone.storage.items())
    if zone.object_lock:
        args["lock"] = {
            "mode": LockMode(zone.object_lock.mode.upper()),
            "days": zone.object_lock.days,
        }
    if zone.events or zone.backup:  # AWS Backup learns of changes by events
        args["tells"] = True
    return args
