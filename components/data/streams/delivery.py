"""What Firehose needs for a delivery of a stream: where it logs, as whom, and what it tells."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.common.log_group import encrypted_log_group
from components.data.streams.layout import error_prefix
from components.data.streams.policy import delivery_policy


class DeliveryArgs(PlacedArgs, LoggedArgs):
    """What each delivery of a stream needs to know."""

    stream: str
    """Name of the stream in the stack file."""
    bucket_arn: pulumi.Input[str]
    """ARN of the bucket of its zone."""
    key_arn: pulumi.Input[str]
    """KMS key of the zone and of the stream."""
    buffer_mb: int
    """MB that are delivered at once, 1 to 128."""
    buffer_seconds: int
    """Longest that a record waits for others, 60 to 900 seconds."""
    late_minutes: int
    """Minutes after which a record that has not arrived sets off an alarm."""
    topic_arn: pulumi.Input[str]
    """Topic of the alarms."""


@dataclass(frozen=True)
class Ground:
    """A role and a log of a delivery."""

    role: ExecutionRole
    log: aws.cloudwatch.LogGroup
    log_stream: aws.cloudwatch.LogStream

    @property
    def ready(self) -> list[pulumi.Resource]:
        """What must be there before Firehose begins: it tries its role at once."""
        return [self.role, *self.role.ready, self.log_stream]


def ground(
    name: str,
    args: DeliveryArgs,
    *,
    parent: pulumi.Resource,
    stream_arn: pulumi.Input[str],
    prefixes: list[str],
    database: pulumi.Input[str] | None = None,
    table: pulumi.Input[str] | None = None,
    adds_rows: bool = False,
    secret_arn: str | None = None,
) -> Ground:
    """A role that reads the stream and writes below the prefixes, and a log of what fails.

    `table` of `database` is what the records are converted by, or what they become rows of with
    `adds_rows`. Firehose makes no log stream itself.
    https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-logs.html
    """
    log = encrypted_log_group(
        f"{name}-log",
        parent=parent,
        key_arn=args["log_key_arn"],
        retention_days=args["log_retention_days"],
    )
    log_stream = aws.cloudwatch.LogStream(
        f"{name}-log",
        name=name,
        log_group_name=log.name,
        opts=pulumi.ResourceOptions(parent=parent),
    )
    role = ExecutionRole(
        f"{name}-as",
        {
            "service": "firehose.amazonaws.com",
            "account_id": args["account_id"],
            "policies": {
                "delivery": rendered(
                    delivery_policy,
                    stream_arn=stream_arn,
                    bucket_arn=args["bucket_arn"],
                    prefixes=prefixes,
                    key_arn=args["key_arn"],
                    log_group=log.name,
                    account_id=args["account_id"],
                    region=args["region"],
                    database=database,
                    table=table,
                    adds_rows=adds_rows,
                    secret_arn=secret_arn,
                )
            },
        },
        pulumi.ResourceOptions(parent=parent),
    )
    return Ground(role, log, log_stream)


def kept_aside(
    on: Ground, args: DeliveryArgs
) -> aws.kinesis.FirehoseDeliveryStreamSplunkConfigurationS3ConfigurationArgsDict:
    """Where Firehose keeps what another destination than S3 does not take, as each names it."""
    return {
        "role_arn": on.role.arn,
        "bucket_arn": args["bucket_arn"],
        "error_output_prefix": error_prefix(args["stream"]),
        "buffering_size": args["buffer_mb"],
        "buffering_interval": args["buffer_seconds"],
        "compression_format": "GZIP",
        "kms_key_arn": args["key_arn"],
        "cloudwatch_logging_options": {
            "enabled": True,
            "log_group_name": on.log.name,
            "log_stream_name": on.log_stream.name,
        },
    }
