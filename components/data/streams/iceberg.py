"""Where a stream's records become rows of a table of Iceberg."""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.function import CodePlaceArgs
from components.common.limits import STREAM_ERRORS
from components.data.streams.alarms import DELIVERY, alarms_on, iceberg_watches
from components.data.streams.delivery import DeliveryArgs, ground, kept_aside
from components.data.streams.layout import table_name
from components.data.tables.athena_table import COLUMNS_TAG, AthenaTable, columns_tag
from components.data.tables.upkeep import TableUpkeep

RETRY_SECONDS = 300
"""How long Firehose tries again to add rows, before it keeps the records aside."""


class IcebergDeliveryArgs(DeliveryArgs, CodePlaceArgs):
    """What a delivery to a table needs to know."""

    stream_arn: pulumi.Input[str]
    """ARN of the stream in Kinesis."""
    bucket: pulumi.Input[str]
    """Name of the bucket of its zone."""
    zone_database: pulumi.Input[str]
    """Glue database of its zone."""
    columns: dict[str, str]
    """Type of each field of a record in the data catalog."""
    function_name: str
    """Name of the function that makes the table, at most 64 characters."""
    workgroup_name: pulumi.Input[str]
    """Athena's workgroup that makes it."""
    workgroup_arn: pulumi.Input[str]
    """Its ARN."""
    results_bucket: pulumi.Input[str]
    """Bucket of the results of its queries."""
    without_upkeep: NotRequired[bool]
    """Whether the region has no optimizers that compact the table and tidy up after it."""


class IcebergDelivery(pulumi.ComponentResource):
    """A delivery by Firehose that adds each record as a row to a table of the stream's name.

    The table lies below the stream's name in the zone. Athena makes it, and adds columns that are
    new: Firehose takes no table that Glue has made. Glue's optimizers compact it. What does not fit
    its columns lies below `errors/<stream>/iceberg-failed/` of the zone, with the reason.

    Rows are only added, so that AWS sets the throughput by what comes.
    https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-considerations.html
    """

    name: pulumi.Output[str]
    """Name of the Firehose stream."""

    def __init__(
        self, name: str, args: IcebergDeliveryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:IcebergDelivery", name, None, opts)
        stream, table = args["stream"], table_name(args["stream"])
        made = AthenaTable(
            f"{name}-table",
            {
                "function_name": args["function_name"],
                "table_name": table,
                "database_name": args["zone_database"],
                "bucket": args["bucket"],
                "prefix": stream,
                "columns": args["columns"],
                "key_arn": args["key_arn"],
                "workgroup_name": args["workgroup_name"],
                "workgroup_arn": args["workgroup_arn"],
                "results_bucket": args["results_bucket"],
                "artifacts_bucket": args["artifacts_bucket"],
                "artifacts_key_arn": args["artifacts_key_arn"],
                "log_key_arn": args["log_key_arn"],
                "log_retention_days": args["log_retention_days"],
                "account_id": args["account_id"],
                "region": args["region"],
            },
            pulumi.ResourceOptions(parent=self),
        )
        on = ground(
            name,
            args,
            parent=self,
            stream_arn=args["stream_arn"],
            prefixes=[stream, f"{STREAM_ERRORS}/{stream}"],
            database=args["zone_database"],
            table=table,
            adds_rows=True,
        )
        delivery = aws.kinesis.FirehoseDeliveryStream(
            f"{name}-delivery",
            destination="iceberg",
            kinesis_source_configuration={
                "kinesis_stream_arn": args["stream_arn"],
                "role_arn": on.role.arn,
            },
            iceberg_configuration={
                "role_arn": on.role.arn,
                "catalog_arn": pulumi.Output.concat(
                    "arn:aws:glue:", args["region"], ":", args["account_id"], ":catalog"
                ),
                "append_only": True,
                "buffering_size": args["buffer_mb"],
                "buffering_interval": args["buffer_seconds"],
                "retry_duration": RETRY_SECONDS,
                "s3_backup_mode": "FailedDataOnly",
                "destination_table_configurations": [
                    {"database_name": args["zone_database"], "table_name": table}
                ],
                "cloudwatch_logging_options": {
                    "enabled": True,
                    "log_group_name": on.log.name,
                    "log_stream_name": on.log_stream.name,
                },
                "s3_configuration": kept_aside(on, args),
            },
            tags={COLUMNS_TAG: columns_tag(args["columns"])},
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[*on.ready, *made.ready], hooks=made.hooks
            ),
        )
        if not args.get("without_upkeep"):
            TableUpkeep(
                f"{name}-upkeep",
                {
                    "table_name": table,
                    "database_name": args["zone_database"],
                    "bucket": args["bucket"],
                    "prefix": stream,
                    "key_arn": args["key_arn"],
                    "account_id": args["account_id"],
                    "region": args["region"],
                },
                # The table is there once the delivery is.
                pulumi.ResourceOptions(parent=self, depends_on=delivery),
            )
        alarms_on(
            name,
            iceberg_watches(args["late_minutes"]),
            parent=self,
            stream=stream,
            namespace=DELIVERY,
            dimensions={"DeliveryStreamName": delivery.name},
            topic_arn=args["topic_arn"],
        )
        self.name = delivery.name
        self.register_outputs({"name": self.name})
