"""The zoned lake: where data arrives, where it is clean, and where features are made of it."""

from typing import NotRequired

import pulumi

from components.common.args import AccountArgs
from components.common.bucket import PrivateBucket, PrivateBucketArgs
from components.common.durability import Durability
from components.data.lake.zone import (
    ZoneArgs,
    database_name,
    zone_bucket,
    zone_database,
    zone_names,
)
from components.data.queries.workgroup import workgroup

RESULT_DAYS = 30


class LakeArgs(AccountArgs):
    """What a lake needs to know."""

    database_prefix: str
    """What the Glue databases' names begin with, in lower case, digits and `_`: `maslow_dev`."""
    zones: dict[str, ZoneArgs]
    """Settings of zones by name; raw, curated and features are there without them."""
    scan_limit_bytes: int
    """Bytes that one query may scan before Athena cancels it; 10 MB at least."""
    key_arn: pulumi.Input[str]
    """KMS key of data and query results."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that access logs go to."""
    durability: Durability
    """Whether the data outlives the stack; query results never do."""


class Lake(pulumi.ComponentResource):
    """Zones, each a bucket and a Glue database, and an Athena workgroup to query them with.

    Raw, curated and features are always there; any further ones come beside them.

    A database for each zone lets a table be named by its zone (`curated.visits`) and lets access
    be given by zone. The workgroup's settings hold for every query, whatever its client asks for:
    results are encrypted, end up in a bucket of their own and are gone after 30 days, and no query
    scans more than the limit.
    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html

    Raises ValueError for a zone's name, a prefix or a scan limit that cannot be.
    """

    zone_buckets: dict[str, pulumi.Output[str]]
    """Name of each zone's bucket, by zone."""
    zone_arns: dict[str, pulumi.Output[str]]
    """ARN of each zone's bucket, by zone."""
    database_names: dict[str, pulumi.Output[str]]
    """Name of each zone's Glue database, by zone."""
    workgroup_name: pulumi.Output[str]
    workgroup_arn: pulumi.Output[str]
    results_bucket: pulumi.Output[str]
    """Name of the bucket that takes the queries' results."""
    results_arn: pulumi.Output[str]

    def __init__(
        self, name: str, args: LakeArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Lake", name, None, opts)
        common: PrivateBucketArgs = _with_logs(
            args,
            {
                "key_arn": args["key_arn"],
                "account_id": args["account_id"],
                "durability": args["durability"],
            },
        )
        names = zone_names(args["zones"])
        buckets = {
            zone: zone_bucket(self, f"{name}-{zone}", common, args["zones"].get(zone, {}))
            for zone in names
        }
        databases = {
            zone: zone_database(
                self,
                f"{name}-{zone}",
                zone=zone,
                database=database_name(args["database_prefix"], zone),
                bucket=bucket.bucket,
                durability=args["durability"],
            )
            for zone, bucket in buckets.items()
        }
        results = PrivateBucket(
            f"{name}-results",
            _with_logs(
                args,
                {
                    "key_arn": args["key_arn"],
                    "account_id": args["account_id"],
                    "durability": Durability.DISPOSABLE,
                    "expire_days": RESULT_DAYS,
                    "noncurrent_days": 1,
                },
            ),
            pulumi.ResourceOptions(parent=self),
        )
        queries = workgroup(
            f"{name}-queries",
            {
                "results_bucket": results.bucket,
                "scan_limit_bytes": args["scan_limit_bytes"],
                "key_arn": args["key_arn"],
                "account_id": args["account_id"],
                "durability": args["durability"],
            },
            parent=self,
            description="Queries of the lake",
        )
        self.zone_buckets = {zone: bucket.bucket for zone, bucket in buckets.items()}
        self.zone_arns = {zone: bucket.arn for zone, bucket in buckets.items()}
        self.database_names = {zone: database.name for zone, database in databases.items()}
        self.workgroup_name = queries.name
        self.workgroup_arn = queries.arn
        self.results_bucket = results.bucket
        self.results_arn = results.arn
        self.register_outputs(
            {
                "zone_buckets": self.zone_buckets,
                "zone_arns": self.zone_arns,
                "database_names": self.database_names,
                "workgroup_name": self.workgroup_name,
                "workgroup_arn": self.workgroup_arn,
                "results_bucket": self.results_bucket,
                "results_arn": self.results_arn,
            }
        )


def _with_logs(args: LakeArgs, bucket: PrivateBucketArgs) -> PrivateBucketArgs:
    if "log_bucket" in args:
        bucket["log_bucket"] = args["log_bucket"]
    return bucket
