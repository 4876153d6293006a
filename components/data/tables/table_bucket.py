"""A table bucket of S3 Tables: tables of Iceberg that S3 compacts and tidies by itself.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables.html
"""

from collections.abc import Iterator
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.column_types import UnknownType, check_type, is_primitive, unkept
from components.common.durability import Durability, setting_of_stateful, stateful
from components.common.iam import Document, deny_without_tls, document, rendered
from components.common.limits import ICEBERG_RESERVED

MEGABYTES = (64, 512)
"""Least and most that compaction may aim at.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-maintenance.html
"""


class KeptTableArgs(TypedDict):
    """What a table is made of."""

    namespace: str
    """Its namespace in the table bucket: small letters, digits and `_`."""
    table: str
    """Its name in the namespace, likewise."""
    columns: dict[str, str]
    """Simple types of its columns as the data catalog writes them, by name, in their order."""
    required: list[str]
    """Names of columns that no row is without."""
    compaction_mb: int
    """Size that small files are joined to, in MB: 64 to 512."""
    snapshots_kept: int
    """Fewest snapshots that are kept."""
    snapshot_hours: int
    """Hours after which others are forgotten."""


class TableBucketArgs(TypedDict):
    """What a table bucket is made of."""

    bucket_name: str
    """Its name in the account and region: small letters, digits and hyphens, at most 63."""
    tables: list[KeptTableArgs]
    """Its tables."""
    unreferenced_days: int
    """Days after which files go that no snapshot names."""
    noncurrent_days: int
    """Days after that for which S3 keeps them."""
    key_arn: pulumi.Input[str]
    """KMS key of its tables, whose policy must let the maintenance of S3 Tables use it."""
    durability: Durability
    """Whether it outlives the stack."""


def iceberg_type(type_: str) -> str:
    """What Iceberg calls a simple type of the data catalog's.

    https://iceberg.apache.org/spec/#primitive-types
    """
    return "long" if type_ == "bigint" else type_


def bucket_policy(*, bucket_arn: str) -> Document:
    """Nobody reaches the table bucket or its tables but over TLS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-resource-based-policies.html
    """
    return document(
        deny_without_tls(["s3tables:*"], [bucket_arn, f"{bucket_arn}/*"], sid="OverTlsAlone")
    )


class TableBucket(pulumi.ComponentResource):
    """A table bucket with its namespaces and tables, encrypted with a key of the environment's.

    A table has the columns that it is made with until an engine changes them: what the program
    says later is not written again, for S3 Tables would make the table anew, without its rows.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_CreateTable.html

    Raises ValueError for what S3 Tables would refuse.
    """

    arn: pulumi.Output[str]
    """ARN of the table bucket, once its policy is in place."""
    table_arns: dict[str, pulumi.Output[str]]
    """ARNs of its tables, by namespace and name with a dot between them."""

    def __init__(
        self, name: str, args: TableBucketArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TableBucket", name, None, opts)
        for found in _unfit(args):
            raise ValueError(f"{name}: {found}")
        durability = args["durability"]
        bucket = aws.s3tables.TableBucket(
            f"{name}-bucket",
            name=args["bucket_name"],
            encryption_configuration={
                "sse_algorithm": "aws:kms",
                "kms_key_arn": args["key_arn"],
            },
            maintenance_configuration={
                "iceberg_unreferenced_file_removal": {
                    "status": "enabled",
                    "settings": {
                        "unreferenced_days": args["unreferenced_days"],
                        "non_current_days": args["noncurrent_days"],
                    },
                }
            },
            force_destroy=durability is Durability.DISPOSABLE,
            opts=stateful(self, durability),
        )
        policy = aws.s3tables.TableBucketPolicy(
            f"{name}-policy",
            table_bucket_arn=bucket.arn,
            resource_policy=rendered(bucket_policy, bucket_arn=bucket.arn),
            opts=setting_of_stateful(self, durability),
        )
        namespaces = {
            each: aws.s3tables.Namespace(
                f"{name}-{each}",
                table_bucket_arn=bucket.arn,
                namespace=each,
                opts=setting_of_stateful(self, durability),
            )
            for each in dict.fromkeys(table["namespace"] for table in args["tables"])
        }
        self.table_arns = {
            f"{table['namespace']}.{table['table']}": self._table(
                name, table, args, bucket, namespaces[table["namespace"]]
            ).arn
            for table in args["tables"]
        }
        self.arn = policy.table_bucket_arn
        self.register_outputs({"arn": self.arn, "table_arns": self.table_arns})

    def _table(
        self,
        name: str,
        table: KeptTableArgs,
        args: TableBucketArgs,
        bucket: aws.s3tables.TableBucket,
        namespace: aws.s3tables.Namespace,
    ) -> aws.s3tables.Table:
        options = stateful(self, args["durability"])
        options.ignore_changes = ["metadata"]
        options.depends_on = [namespace]
        # It takes the encryption of its bucket.
        return aws.s3tables.Table(
            f"{name}-{table['namespace']}-{table['table']}".replace("_", "-"),
            table_bucket_arn=bucket.arn,
            namespace=table["namespace"],
            name=table["table"],
            format="ICEBERG",
            metadata={
                "iceberg": {
                    "schema": {
                        "fields": [
                            {
                                "name": column,
                                "type": iceberg_type(type_),
                                "required": column in table["required"],
                            }
                            for column, type_ in table["columns"].items()
                        ]
                    }
                }
            },
            maintenance_configuration={
                "iceberg_compaction": {
                    "status": "enabled",
                    "settings": {"target_file_size_mb": table["compaction_mb"]},
                },
                "iceberg_snapshot_management": {
                    "status": "enabled",
                    "settings": {
                        "min_snapshots_to_keep": table["snapshots_kept"],
                        "max_snapshot_age_hours": table["snapshot_hours"],
                    },
                },
            },
            opts=options,
        )


def _unfit(args: TableBucketArgs) -> Iterator[str]:
    """What S3 Tables would not take."""
    names = [(table["namespace"], table["table"]) for table in args["tables"]]
    for table, place in zip(args["tables"], names, strict=True):
        told = ".".join(place)
        if names.count(place) > 1:
            yield f"{told} is there twice"
        if not MEGABYTES[0] <= table["compaction_mb"] <= MEGABYTES[1]:
            yield f"{told}: compaction aims at {MEGABYTES[0]} to {MEGABYTES[1]} MB"
        for column in table["required"]:
            if column not in table["columns"]:
                yield f"{told} has no column {column}"
        for column, type_ in table["columns"].items():
            if column in ICEBERG_RESERVED:
                yield f"{told}: {column} is a name that Iceberg keeps for itself"
            yield from _type(f"{told}.{column}", type_)


def _type(column: str, type_: str) -> Iterator[str]:
    try:
        check_type(type_)
    except UnknownType as error:
        yield f"{column}: {error}"
        return
    if lost := unkept(type_, "iceberg"):
        yield f"{column}: Iceberg keeps no {', '.join(lost)}"
    if not is_primitive(type_):
        yield f"{column}: a table of S3 Tables is made of simple types"
