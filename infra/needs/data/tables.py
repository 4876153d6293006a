"""The tables of an environment's lake."""

from collections.abc import Iterator

import pulumi

from catalog.regions import regions
from components.data.lake.lake import Lake
from components.data.tables.definition import (
    INJECTED,
    ColumnArgs,
    PartitionArgs,
    TableFormat,
    day_values,
    listed_values,
    whole_values,
)
from components.data.tables.table import Table, TableArgs
from components.data.tables.table_bucket import TableBucket, TableBucketArgs
from components.data.tables.upkeep import TableUpkeep, TableUpkeepArgs
from components.data.tables.upkeep_logs import GROUPS, UpkeepLogs, UpkeepLogsArgs
from infra.environment import Environment
from infra.errors import InputError
from infra.found import LOG_GROUP
from infra.needs.adoption import used
from infra.needs.foundation.keys import table_bucket_name
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.data.table_checks import overlap
from infra.settings.data.tables import Partition
from infra.settings.data.tables import Table as TableSettings

NAME_LIMIT = 60


def declare_tables(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
    log_key_arn: pulumi.Input[str],
) -> dict[str, pulumi.Output[str]]:
    """Declare each table; database and name of it, as a query has them, by zone and name.

    Raises InputError for one that lies where a feature group keeps its records.
    """
    tables = {}
    rows = any(stream.is_iceberg for stream in settings.streams) and has_optimizers(env.region)
    if rows or any(table.is_kept_up for table in settings.lake.tables):
        _declare_logs(env, need, log_key_arn)
    for table in settings.lake.tables:
        for group in _overlaid(table, settings, env):
            raise InputError(
                f"lake.tables[{table.name}].prefix: {table.location} overlaps with {group} in "
                "features, where a feature group keeps its records. Give it another prefix"
            )
        args: TableArgs = {
            "table_name": table.own_name,
            "database_name": lake.database_names[table.zone],
            "bucket": lake.zone_buckets[table.zone],
            "prefix": table.location,
            "format": TableFormat(table.format),
            "columns": [
                _column(name, each.type, each.description) for name, each in table.columns.items()
            ],
            "partitions": [_partition(name, each) for name, each in table.partitions.items()],
            "durability": env.durability,
        }
        if table.description:
            args["description"] = table.description
        own = table.own_name.replace("_", "-")
        name = env.names("table", table.zone, own, limit=NAME_LIMIT)
        made = env.component(Table)(name, args, need.child_options())
        tables[table.name] = made.name
        if table.is_kept_up:
            upkeep: TableUpkeepArgs = {
                "table_name": made.table_name,
                "database_name": made.database_name,
                "bucket": args["bucket"],
                "prefix": table.location,
                "key_arn": key_arn,
                "account_id": env.account_id,
                "region": env.region,
            }
            env.component(TableUpkeep)(
                env.names("upkeep", table.zone, own, limit=NAME_LIMIT), upkeep, need.child_options()
            )
    pulumi.export("tables", tables)
    return tables


def declare_table_bucket(
    settings: PlatformSettings, env: Environment, need: Need, key_arn: pulumi.Input[str]
) -> TableBucket | None:
    """Declare the tables that S3 Tables keeps; None where the stack file has none."""
    bucket = settings.lake.table_bucket
    if bucket is None:
        return None
    args: TableBucketArgs = {
        "bucket_name": table_bucket_name(env.names),
        "tables": [
            {
                "namespace": table.namespace,
                "table": table.own_name,
                "columns": dict[str, str](table.columns.items()),
                "required": [*table.required],
                "compaction_mb": table.compaction_mb,
                "snapshots_kept": table.snapshots_kept,
                "snapshot_hours": table.snapshot_hours,
            }
            for table in bucket.tables
        ],
        "unreferenced_days": bucket.unreferenced_days,
        "noncurrent_days": bucket.noncurrent_days,
        "key_arn": key_arn,
        "durability": env.durability,
    }
    made = env.component(TableBucket)(env.names("tables"), args, need.child_options())
    pulumi.export("table_bucket", {"arn": made.arn, "tables": made.table_arns})
    return made


def has_optimizers(region: str) -> bool:
    """Whether Glue looks after tables of Iceberg in a region."""
    return region in regions()["AWS::Glue::TableOptimizer"]


def _declare_logs(env: Environment, need: Need, log_key_arn: pulumi.Input[str]) -> None:
    """Declare the log groups of all upkeep in the account, but those that are there."""
    name = env.names("upkeep")
    logs: UpkeepLogsArgs = {
        "log_key_arn": log_key_arn,
        "log_retention_days": env.log_retention_days,
        "existing": [
            group
            for suffix, group in GROUPS.items()
            if used(env, LOG_GROUP, f"{name}-{suffix}", group)
        ],
    }
    env.component(UpkeepLogs)(name, logs, need.child_options())


def _overlaid(table: TableSettings, settings: PlatformSettings, env: Environment) -> Iterator[str]:
    """Feature groups whose records the table would lie over."""
    for group in settings.features if table.zone == "features" else ():
        prefix = env.names(f"{group.name}-v{group.version}", limit=64)
        if overlap(prefix, table.location):
            yield prefix


def _column(name: str, type_: str, description: str | None) -> ColumnArgs:
    told: ColumnArgs = {"name": name, "type": type_}
    return {**told, "description": description} if description else told


def _partition(name: str, partition: Partition) -> PartitionArgs:
    """A partition with what works its values out; days are text, for so Athena writes them."""
    if partition.type:
        return {"name": name, "type": partition.type}
    if partition.values:
        return {"name": name, "type": "string", "projection": listed_values(partition.values)}
    if isinstance(partition.first, int) and isinstance(partition.last, int):
        numbers = whole_values(partition.first, partition.last, partition.digits)
        return {"name": name, "type": "int", "projection": numbers}
    if isinstance(partition.first, str):
        last = partition.last if isinstance(partition.last, str) else "NOW"
        days = day_values(partition.first, partition.every or "day", last)
        return {"name": name, "type": "string", "projection": days}
    return {"name": name, "type": "string", "projection": {**INJECTED}}
