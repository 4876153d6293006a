"""The streams whose records arrive in the lake."""

from collections.abc import Mapping

import pulumi

from components.data.feature_group import FeatureGroup
from components.data.lake.lake import Lake
from components.data.streams.features import FilledGroupArgs, StreamFeatures
from components.data.streams.iceberg import IcebergDelivery, IcebergDeliveryArgs
from components.data.streams.layout import Compression, Format
from components.data.streams.schemas import SchemaRegistry
from components.data.streams.splunk import EventType, SplunkDelivery
from components.data.streams.stream import Stream, StreamArgs
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.needs.data.features import versioned
from infra.needs.data.tables import has_optimizers
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.data.features import group_of
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
    groups: Mapping[str, FeatureGroup],
) -> None:
    """Declare each stream, what else becomes of its records, and the schemas of all.

    `groups` are the feature groups by their names in AWS, without the environment: `visits-v1`.
    """
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
        if stream.is_iceberg:
            _declare_iceberg(stream, made, args, env, foundation, need, lake)
        if stream.features:
            filled = _filled(stream, settings, env, groups)
            _declare_features(stream, made, args, filled, env, foundation, need)
    schemas = {stream.name: dict(stream.columns) for stream in settings.streams if stream.columns}
    if schemas:
        env.component(SchemaRegistry)(
            env.names("schemas", limit=NAME_LIMIT),
            {"registry_name": env.names("streams"), "schemas": schemas},
            need.child_options(),
        )
    pulumi.export("streams", streams)


def _declare_features(
    stream: StreamSettings,
    made: Stream,
    args: StreamArgs,
    groups: list[FilledGroupArgs],
    env: Environment,
    foundation: Foundation,
    need: Need,
) -> None:
    """Declare what puts a stream's records into feature groups."""
    dead_letter_arn = need.guards.dead_letter_arn
    if dead_letter_arn is None:
        raise ValueError(f"{stream.name}: there is no queue for what is given up")
    env.component(StreamFeatures)(
        env.names("features", stream.name, limit=NAME_LIMIT),
        {
            "stream": stream.name,
            "stream_name": args["stream_name"],
            "stream_arn": made.stream_arn,
            "columns": dict(stream.columns),
            "groups": groups,
            "bucket": args["bucket"],
            "bucket_arn": args["bucket_arn"],
            "key_arn": args["key_arn"],
            "artifacts_bucket": foundation.artifacts.bucket,
            "artifacts_key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
            "dead_letter_arn": dead_letter_arn,
            "messages_key_arn": foundation.keys[DataClass.MESSAGES].arn,
            "late_minutes": args["late_minutes"],
            "topic_arn": args["topic_arn"],
            "log_key_arn": args["log_key_arn"],
            "log_retention_days": args["log_retention_days"],
            "account_id": args["account_id"],
            "region": args["region"],
        },
        need.child_options(),
    )


def _declare_iceberg(
    stream: StreamSettings,
    made: Stream,
    args: StreamArgs,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
) -> None:
    """Declare what adds a stream's records to a table of Iceberg."""
    name = env.names("iceberg", stream.name, limit=NAME_LIMIT)
    delivery: IcebergDeliveryArgs = {
        "stream": stream.name,
        "stream_arn": made.stream_arn,
        "bucket": args["bucket"],
        "bucket_arn": args["bucket_arn"],
        "zone_database": args["zone_database"],
        "columns": dict(stream.columns),
        "function_name": env.names("make-table", stream.name, limit=64),
        "workgroup_name": lake.workgroup_name,
        "workgroup_arn": lake.workgroup_arn,
        "results_bucket": lake.results_bucket,
        "key_arn": args["key_arn"],
        "buffer_mb": args["buffer_mb"],
        "buffer_seconds": args["buffer_seconds"],
        "late_minutes": args["late_minutes"],
        "topic_arn": args["topic_arn"],
        "artifacts_bucket": foundation.artifacts.bucket,
        "artifacts_key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
        "log_key_arn": args["log_key_arn"],
        "log_retention_days": args["log_retention_days"],
        "account_id": args["account_id"],
        "region": args["region"],
    }
    if not has_optimizers(env.region):
        delivery["without_upkeep"] = True
    env.component(IcebergDelivery)(name, delivery, need.child_options())


def _filled(
    stream: StreamSettings,
    settings: PlatformSettings,
    env: Environment,
    groups: Mapping[str, FeatureGroup],
) -> list[FilledGroupArgs]:
    """The feature groups that a stream's records go to."""
    wanted = [group_of(one, settings.features) for one in stream.features]
    return [
        {
            "name": env.names(versioned(group), limit=64),
            "arn": groups[versioned(group)].arn,
            "record_id": group.record_id,
            "event_time": group.event_time,
            "features": {name: type_.capitalize() for name, type_ in group.features.items()},
        }
        for group in wanted
        if group
    ]


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
