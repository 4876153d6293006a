"""One stream: Kinesis takes the records, and Firehose writes them into a zone of the lake.

Records that become rows of a table of Iceberg are delivered by `iceberg.py` beside it.
"""

from typing import NotRequired

import pulumi
import pulumi_aws as aws

from components.common.durability import Durability, stateful
from components.common.limits import STREAM_ERRORS
from components.data.streams import layout
from components.data.streams.alarms import (
    DELIVERY,
    STREAMS,
    alarms_on,
    delivery_watches,
    stream_watches,
    unparted_alert,
)
from components.data.streams.delivery import DeliveryArgs, Ground, ground
from components.data.streams.layout import Compression, Format

RETRY_SECONDS = 300
"""How long Firehose tries again to write a partition, before it keeps the records aside."""

S3Config = aws.kinesis.FirehoseDeliveryStreamExtendedS3ConfigurationArgsDict


class StreamArgs(DeliveryArgs):
    """What a stream is made of."""

    stream_name: str
    """Name in Kinesis, at most 128 characters, by which producers know it."""
    shards: NotRequired[int]
    """Number of shards, of 1 MB a second each; without it, as many as are needed."""
    retention_hours: int
    """Hours that Kinesis keeps the records, 24 to 8760."""
    bucket: pulumi.Input[str]
    """Name of the bucket of its zone, which with `partition_by` tells EventBridge of objects."""
    zone_database: pulumi.Input[str]
    """Glue database of its zone."""
    format: Format
    """How the files hold records; Parquet needs `columns`."""
    compression: Compression
    """How the files are packed."""
    columns: dict[str, str]
    """Type of each field of a record in the data catalog; empty for no table."""
    partition_by: list[str]
    """Columns whose values part the files."""
    silent_minutes: NotRequired[int]
    """Minutes without a record that set off an alarm."""
    durability: Durability
    """Whether the records in Kinesis outlive the stack."""


class Stream(pulumi.ComponentResource):
    """A stream of Kinesis whose records arrive as files below its name in a zone.

    What cannot be converted, parted or written lies below `errors/<stream>/` of the zone, with the
    reason. Firehose's own stream is named by Pulumi: partitions and the source cannot be changed in
    place, and a successor then reads before its predecessor goes, so that records come twice rather
    than never.
    https://docs.aws.amazon.com/firehose/latest/dev/dynamic-partitioning-enable.html
    """

    stream_name: pulumi.Output[str]
    """Name in Kinesis, to put records by."""
    stream_arn: pulumi.Output[str]
    """ARN of the stream in Kinesis."""

    def __init__(
        self, name: str, args: StreamArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Stream", name, None, opts)
        if args["format"] is Format.PARQUET and not args["columns"]:
            raise ValueError(f"{args['stream']}: Parquet needs columns")
        shards = args.get("shards")
        stream = aws.kinesis.Stream(
            f"{name}-stream",
            name=args["stream_name"],
            stream_mode_details={"stream_mode": "PROVISIONED" if shards else "ON_DEMAND"},
            shard_count=shards,
            retention_period=args["retention_hours"],
            encryption_type="KMS",
            kms_key_id=args["key_arn"],
            opts=stateful(self, args["durability"]),
        )
        self.stream_name = stream.name
        self.stream_arn = stream.arn
        alarms_on(
            name,
            stream_watches(args["late_minutes"], args.get("silent_minutes")),
            parent=self,
            stream=args["stream"],
            namespace=STREAMS,
            dimensions={"StreamName": stream.name},
            topic_arn=args["topic_arn"],
        )
        if args["format"] is not Format.ICEBERG:
            self._deliver(name, args, stream)
        self.register_outputs({"stream_name": self.stream_name, "stream_arn": self.stream_arn})

    def _deliver(self, name: str, args: StreamArgs, stream: aws.kinesis.Stream) -> None:
        """Have Firehose write files, and watch it."""
        table = self._table(name, args) if args["columns"] else None
        converts = args["format"] is Format.PARQUET
        on = ground(
            name,
            args,
            parent=self,
            stream_arn=stream.arn,
            prefixes=[args["stream"], f"{STREAM_ERRORS}/{args['stream']}"],
            database=table.database_name if table and converts else None,
            table=table.name if table and converts else None,
        )
        delivery = aws.kinesis.FirehoseDeliveryStream(
            f"{name}-delivery",
            destination="extended_s3",
            kinesis_source_configuration={
                "kinesis_stream_arn": stream.arn,
                "role_arn": on.role.arn,
            },
            extended_s3_configuration=_files(args, on, table if converts else None),
            opts=pulumi.ResourceOptions(parent=self, depends_on=on.ready),
        )
        alarms_on(
            name,
            delivery_watches(
                args["late_minutes"], converts=converts, partitions=bool(args["partition_by"])
            ),
            parent=self,
            stream=args["stream"],
            namespace=DELIVERY,
            dimensions={"DeliveryStreamName": delivery.name},
            topic_arn=args["topic_arn"],
        )
        if args["partition_by"]:
            unparted_alert(
                f"{name}-unparted",
                parent=self,
                stream=args["stream"],
                bucket=args["bucket"],
                topic_arn=args["topic_arn"],
            )

    def _table(self, name: str, args: StreamArgs) -> aws.glue.CatalogTable:
        location = pulumi.Output.concat("s3://", args["bucket"], "/", args["stream"], "/")
        inside, parts = layout.columns_of(args["columns"], args["partition_by"])
        storage = layout.storage(args["format"])
        return aws.glue.CatalogTable(
            f"{name}-table",
            database_name=args["zone_database"],
            name=layout.table_name(args["stream"]),
            description=f"What has arrived by the stream {args['stream']}",
            table_type="EXTERNAL_TABLE",
            parameters=location.apply(
                lambda uri: layout.table_parameters(uri, args["partition_by"], args["format"])
            ),
            partition_keys=[{"name": column, "type": type_} for column, type_ in parts.items()],
            storage_descriptor={
                "location": location,
                "columns": [{"name": column, "type": type_} for column, type_ in inside.items()],
                "input_format": storage.input_format,
                "output_format": storage.output_format,
                "ser_de_info": {"serialization_library": storage.serde},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )


def _files(args: StreamArgs, on: Ground, table: aws.glue.CatalogTable | None) -> S3Config:
    """What Firehose writes, where and when."""
    config: S3Config = {
        "role_arn": on.role.arn,
        "bucket_arn": args["bucket_arn"],
        "prefix": layout.prefix(args["stream"], args["partition_by"]),
        "error_output_prefix": layout.error_prefix(args["stream"]),
        "buffering_size": args["buffer_mb"],
        "buffering_interval": args["buffer_seconds"],
        # A Parquet file is packed inside, by its serializer.
        "compression_format": (
            "GZIP" if not table and args["compression"] is Compression.GZIP else "UNCOMPRESSED"
        ),
        "kms_key_arn": args["key_arn"],
        "cloudwatch_logging_options": {
            "enabled": True,
            "log_group_name": on.log.name,
            "log_stream_name": on.log_stream.name,
        },
    }
    if steps := layout.processors(args["format"], args["partition_by"]):
        config["processing_configuration"] = {
            "enabled": True,
            "processors": [
                {
                    "type": step.type,
                    "parameters": [
                        {"parameter_name": key, "parameter_value": value}
                        for key, value in step.parameters.items()
                    ],
                }
                for step in steps
            ],
        }
    if args["partition_by"]:
        config["dynamic_partitioning_configuration"] = {
            "enabled": True,
            "retry_duration": RETRY_SECONDS,
        }
    if table:
        packed = (
            "UNCOMPRESSED" if args["compression"] is Compression.NONE else args["compression"].value
        )
        config["data_format_conversion_configuration"] = {
            "enabled": True,
            "input_format_configuration": {"deserializer": {"open_x_json_ser_de": {}}},
            "output_format_configuration": {
                "serializer": {"parquet_ser_de": {"compression": packed.upper()}}
            },
            "schema_configuration": {
                "database_name": table.database_name,
                "table_name": table.name,
                "region": args["region"],
                "role_arn": on.role.arn,
            },
        }
    return config
