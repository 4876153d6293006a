"""The streams whose records arrive in the lake."""

import pulumi

from components.data.lake.lake import Lake
from components.data.streams.layout import Compression, Format
from components.data.streams.schemas import SchemaRegistry
from components.data.streams.splunk import EventType, SplunkDelivery
from components.data.streams.stream import Stream, StreamArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.data.streams import ON_DEMAND
from infra.settings.data.streams import Stream as StreamSettings

NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within Firehose's 64 characters."""


def declare_streams(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
) -> None:
    """Declare each stream, its delivery to Splunk where it has one, and the schemas of all."""
    if not settings.streams:
        return
    streams: dict[str, pulumi.Output[str]] = {}
    for stream in settings.streams:
        args = _args(stream, env, foundation, lake)
        name = env.names("stream", stream.name, limit=NAME_LIMIT)
        made = env.component(Stream)(name, args, need.child_options())
        streams[stream.name] = made.stream_name
        if stream.splunk:
            env.component(SplunkDelivery)(
                env.names("splunk", stream.name, limit=NAME_LIMIT),
                {
                    "stream": stream.name,
                    "stream_arn": made.stream_arn,
                    "endpoint": stream.splunk.endpoint,
                    "secret_arn": stream.splunk.token_secret,
                    "event_type": EventType(stream.splunk.type.capitalize()),
                    "bucket_arn": args["bucket_arn"],
                    "key_arn": args["key_arn"],
                    "buffer_mb": args["buffer_mb"],
                    "buffer_seconds": args["buffer_seconds"],
                    "late_minutes": args["late_minutes"],
                    "topic_arn": args["topic_arn"],
                    "log_key_arn": args["log_key_arn"],
                    "log_retention_days": args["log_retention_days"],
                    "account_id": args["account_id"],
                    "region": args["region"],
                },
                need.child_options(),
            )
    schemas = {stream.name: dict(stream.columns) for stream in settings.streams if stream.columns}
    if schemas:
        env.component(SchemaRegistry)(
            env.names("schemas", limit=NAME_LIMIT),
            {"registry_name": env.names("streams"), "schemas": schemas},
            need.child_options(),
        )
    pulumi.export("streams", streams)


def _args(
    stream: StreamSettings, env: Environment, foundation: Foundation, lake: Lake
) -> StreamArgs:
    format_ = Format(stream.format)
    usual = Compression.SNAPPY if format_ is Format.PARQUET else Compression.GZIP
    args: StreamArgs = {
        "stream": stream.name,
        "stream_name": env.names("stream", stream.name, limit=128),
        "retention_hours": stream.retention_hours,
        "bucket": lake.zone_buckets[stream.to],
        "bucket_arn": lake.zone_arns[stream.to],
        "zone_database": lake.database_names[stream.to],
        "format": format_,
        "compression": Compression(stream.compression) if stream.compression else usual,
        "columns": dict(stream.columns),
        "partition_by": list(stream.partition_by),
        "buffer_mb": stream.buffer.mb,
        "buffer_seconds": stream.buffer.seconds,
        "late_minutes": stream.late_minutes,
        "key_arn": foundation.keys[DataClass.DATA].arn,
        "topic_arn": foundation.alerts.warning_arn,
        "durability": env.durability,
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
        "account_id": env.account_id,
        "region": env.region,
    }
    if stream.shards != ON_DEMAND:
        args["shards"] = stream.shards
    if stream.silent_minutes is not None:
        args["silent_minutes"] = stream.silent_minutes
    return args
