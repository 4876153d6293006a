"""The zoned lake: where data arrives, where it is clean, and where features are made of it."""

import enum
import re
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.bucket import PrivateBucket, PrivateBucketArgs
from components.common.durability import Durability, setting_of_stateful, stateful
from components.data.queries.workgroup import workgroup

RESULT_DAYS = 30


class Zone(enum.Enum):
    """The zones, in the order that data passes through them."""

    RAW = "raw"
    """As it arrived; never changed."""
    CURATED = "curated"
    """Cleaned, checked, in tables."""
    FEATURES = "features"
    """What models learn from: the feature store's offline tables."""


class ZoneArgs(TypedDict):
    """How long one zone keeps its data."""

    retention_days: NotRequired[int]
    """Days until objects expire; without it they stay."""
    noncurrent_days: NotRequired[int]
    """Days that a replaced or deleted object can still be brought back."""
    tells: NotRequired[bool]
    """Whether it sends events of its objects to EventBridge."""


class ZonesArgs(TypedDict):
    """Settings of the zones; a zone that is not named has the defaults."""

    raw: NotRequired[ZoneArgs]
    """The raw zone."""
    curated: NotRequired[ZoneArgs]
    """The curated zone."""
    features: NotRequired[ZoneArgs]
    """The features zone."""


class LakeArgs(AccountArgs):
    """What a lake needs to know."""

    database_prefix: str
    """What the Glue databases' names begin with, in lower case, digits and `_`: `maslow_dev`."""
    zones: ZonesArgs
    """Settings of the zones."""
    scan_limit_bytes: int
    """Bytes that one query may scan before Athena cancels it; 10 MB at least."""
    key_arn: pulumi.Input[str]
    """KMS key of data and query results."""
    log_bucket: NotRequired[pulumi.Input[str]]
    """Name of the bucket that access logs go to."""
    durability: Durability
    """Whether the data outlives the stack; query results never do."""


def database_name(prefix: str, zone: Zone) -> str:
    """The name of a zone's Glue database, such as `maslow_dev_curated`.

    Raises ValueError for what Athena could not name without quotes.
    https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", prefix):
        raise ValueError(f"database_prefix {prefix!r}: lower-case letters, digits and _ only")
    return f"{prefix}_{zone.value}"


class Lake(pulumi.ComponentResource):
    """Three zones, each a bucket and a Glue database, and an Athena workgroup to query them with.

    A database for each zone lets a table be named by its zone (`curated.visits`) and lets access
    be given by zone. The workgroup's settings hold for every query, whatever its client asks for:
    results are encrypted, end up in a bucket of their own and are gone after 30 days, and no query
    scans more than the limit.
    https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html

    Raises ValueError for a prefix or a scan limit that AWS would refuse.
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
        buckets = {zone: self._zone(name, zone, args) for zone in Zone}
        databases = {
            zone: aws.glue.CatalogDatabase(
                f"{name}-{zone.value}",
                name=database_name(args["database_prefix"], zone),
                description=f"Tables of the {zone.value} zone",
                location_uri=pulumi.Output.concat("s3://", bucket.bucket, "/"),
                opts=stateful(self, args["durability"]),
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
        self.zone_buckets = {zone.value: bucket.bucket for zone, bucket in buckets.items()}
        self.zone_arns = {zone.value: bucket.arn for zone, bucket in buckets.items()}
        self.database_names = {zone.value: database.name for zone, database in databases.items()}
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

    def _zone(self, name: str, zone: Zone, args: LakeArgs) -> PrivateBucket:
        settings: ZoneArgs = {
            Zone.RAW: args["zones"].get("raw"),
            Zone.CURATED: args["zones"].get("curated"),
            Zone.FEATURES: args["zones"].get("features"),
        }[zone] or {}
        bucket: PrivateBucketArgs = {
            "key_arn": args["key_arn"],
            "account_id": args["account_id"],
            "durability": args["durability"],
        }
        if "retention_days" in settings:
            bucket["expire_days"] = settings["retention_days"]
        if "noncurrent_days" in settings:
            bucket["noncurrent_days"] = settings["noncurrent_days"]
        made = PrivateBucket(
            f"{name}-{zone.value}", _with_logs(args, bucket), pulumi.ResourceOptions(parent=self)
        )
        if settings.get("tells"):
            # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html
            aws.s3.BucketNotification(
                f"{name}-{zone.value}-events",
                bucket=made.bucket,
                eventbridge=True,
                opts=setting_of_stateful(self, args["durability"]),
            )
        return made


def _with_logs(args: LakeArgs, bucket: PrivateBucketArgs) -> PrivateBucketArgs:
    if "log_bucket" in args:
        bucket["log_bucket"] = args["log_bucket"]
    return bucket
