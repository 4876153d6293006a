"""A zone of the lake: a bucket and a Glue database of its own."""

import enum
import re
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.bucket import LockArgs, PrivateBucket, PrivateBucketArgs
from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.limits import RESERVED_ZONES, ZONE_NAME


class Zone(enum.Enum):
    """The zones that every lake has, in the order that data passes through them."""

    RAW = "raw"
    """As it arrived; never changed."""
    CURATED = "curated"
    """Cleaned, checked, in tables."""
    FEATURES = "features"
    """What models learn from: the feature store's offline tables."""


class ZoneArgs(TypedDict):
    """How long, and in what storage, one zone keeps its data."""

    retention_days: NotRequired[int]
    """Days until objects expire; without it they stay."""
    noncurrent_days: NotRequired[int]
    """Days that a replaced or deleted object can still be brought back."""
    storage: NotRequired[dict[str, int]]
    """Days until objects move to each class of `STORAGE_CLASSES`; they stay in S3 Standard unless
    given."""
    lock: NotRequired[LockArgs]
    """How long S3 keeps object versions from deletion; it does not unless given."""
    tells: NotRequired[bool]
    """Whether it sends events of its objects to EventBridge."""
    linked: NotRequired[bool]
    """Whether FSx hears of its objects: what it adds to the bucket's notifications is left as it
    is."""


def zone_names(zones: dict[str, ZoneArgs]) -> list[str]:
    """The zones of a lake: the three that are always there, then the others as they are given.

    Raises ValueError for a name that no zone can have.
    """
    names = list(dict.fromkeys([*(zone.value for zone in Zone), *zones]))
    for name in names:
        if not ZONE_NAME.fullmatch(name) or name in RESERVED_ZONES:
            raise ValueError(
                f"zone {name!r}: 1 to 16 lower-case letters, digits and hyphens, and none of "
                f"{', '.join(RESERVED_ZONES)}"
            )
    return names


def database_name(prefix: str, zone: str) -> str:
    """The name of a zone's Glue database, such as `maslow_dev_curated`.

    Hyphens become `_`. Raises ValueError for what Athena could not name without quotes.
    https://docs.aws.amazon.com/athena/latest/ug/tables-databases-columns-names.html
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", prefix):
        raise ValueError(f"database_prefix {prefix!r}: lower-case letters, digits and _ only")
    return f"{prefix}_{zone.replace('-', '_')}"


def zone_bucket(
    parent: pulumi.ComponentResource, name: str, bucket: PrivateBucketArgs, zone: ZoneArgs
) -> PrivateBucket:
    """The bucket of a zone, as a child of `parent`, with what all zones' buckets have in common."""
    own: PrivateBucketArgs = {**bucket}
    if "retention_days" in zone:
        own["expire_days"] = zone["retention_days"]
    if "noncurrent_days" in zone:
        own["noncurrent_days"] = zone["noncurrent_days"]
    if "storage" in zone:
        own["storage"] = zone["storage"]
    if "lock" in zone:
        own["lock"] = zone["lock"]
    made = PrivateBucket(name, own, pulumi.ResourceOptions(parent=parent))
    if zone.get("tells"):
        # https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-event-notifications-eventbridge.html
        options = setting_of_stateful(parent, bucket["durability"])
        if zone.get("linked"):
            # https://docs.aws.amazon.com/fsx/latest/LustreGuide/autoimport-data-repo-dra.html
            options.ignore_changes = ["lambdaFunctions", "queues", "topics"]
        aws.s3.BucketNotification(
            f"{name}-events", bucket=made.bucket, eventbridge=True, opts=options
        )
    return made


def zone_database(
    parent: pulumi.ComponentResource,
    name: str,
    *,
    zone: str,
    database: str,
    bucket: pulumi.Input[str],
    durability: Durability,
) -> aws.glue.CatalogDatabase:
    """The database of a zone, whose tables lie in its bucket."""
    return aws.glue.CatalogDatabase(
        name,
        name=database,
        description=f"Tables of the {zone} zone",
        location_uri=pulumi.Output.concat("s3://", bucket, "/"),
        opts=stateful(parent, durability),
    )
