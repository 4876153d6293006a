"""Tables of a table bucket that a job reads and writes: by Iceberg's REST catalog of S3 Tables.

It needs no integration with Glue, which an account turns on once for a region.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-open-source.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-glue.html
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi

from components.common.iam import Statement, allow

CATALOG = "tables"
"""What Spark calls the table bucket: the table oncology.doses is tables.oncology.doses."""
READ = ("s3tables:GetTable", "s3tables:GetTableData", "s3tables:GetTableMetadataLocation")
WRITE = ("s3tables:PutTableData", "s3tables:UpdateTableMetadataLocation")


class KeptTablesArgs(TypedDict):
    """The tables of a table bucket that a job is for."""

    bucket_arn: pulumi.Input[str]
    """ARN of the table bucket."""
    reads: Mapping[str, pulumi.Input[str]]
    """ARNs of tables that it reads, by namespace and name with a dot between them."""
    writes: Mapping[str, pulumi.Input[str]]
    """ARNs of tables that it reads and writes, likewise."""


def spark_names(tables: Mapping[str, object]) -> dict[str, str]:
    """What Spark calls the tables, by their names."""
    return {name: f"{CATALOG}.{name}" for name in tables}


def names_known(tables: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[dict[str, str]]:
    """ARNs of tables by their names, once they are known."""
    if not tables:  # of nothing, Output.all makes a list
        return pulumi.Output.from_input({})
    return pulumi.Output.all(**tables)


def glue_settings(bucket_arn: str, region: str) -> dict[str, str]:
    """Arguments of a job by which Glue's Spark has the table bucket as a catalog.

    Glue takes the settings of a catalog before a script begins, all in one `--conf`.
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html
    """
    catalog = {
        "": "org.apache.iceberg.spark.SparkCatalog",
        ".type": "rest",
        ".uri": f"https://s3tables.{region}.amazonaws.com/iceberg",
        ".warehouse": bucket_arn,
        ".rest.sigv4-enabled": "true",
        ".rest.signing-name": "s3tables",
        ".rest.signing-region": region,
        ".io-impl": "org.apache.iceberg.aws.s3.S3FileIO",
        ".rest-metrics-reporting-enabled": "false",
    }
    settings = {
        "spark.sql.extensions": (
            "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions"
        ),
        **{f"spark.sql.catalog.{CATALOG}{key}": value for key, value in catalog.items()},
    }
    return {
        "--datalake-formats": "iceberg",
        "--conf": " --conf ".join(f"{name}={value}" for name, value in settings.items()),
    }


def use_tables(
    bucket_arn: str, reads: Mapping[str, str], writes: Mapping[str, str]
) -> list[Statement]:
    """Find the tables in their bucket, read all of them, and write those of the second.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-setting-up.html
    """
    found = sorted({*reads.values(), *writes.values()})
    statements = [
        allow(
            [
                "s3tables:GetNamespace",
                "s3tables:GetTableBucket",
                "s3tables:ListNamespaces",
                "s3tables:ListTables",
            ],
            [bucket_arn],
        ),
        allow(READ, found),
    ]
    return [*statements, *([allow(WRITE, sorted(writes.values()))] if writes else [])]
