"""What a stream sends to Splunk as well, by a delivery of its own."""

import enum

import pulumi
import pulumi_aws as aws

from components.common.limits import STREAM_ERRORS
from components.data.streams.alarms import DELIVERY, alarms_on, delivery_watches
from components.data.streams.delivery import DeliveryArgs, ground, kept_aside

ACKNOWLEDGED_SECONDS = 300
"""How long Firehose waits for Splunk to say that it has indexed what it got: 180 to 600."""
RETRY_SECONDS = 3600
"""How long it tries again what Splunk has not taken."""
BUFFER_MB = 5
"""Most that Firehose sends to Splunk at once.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_SplunkBufferingHints.html
"""
BUFFER_SECONDS = 60
"""Longest that a record waits to be sent."""


class EventType(enum.Enum):
    """What Splunk's collector takes the records for."""

    RAW = "Raw"
    EVENT = "Event"


class SplunkDeliveryArgs(DeliveryArgs):
    """What a delivery to Splunk needs to know."""

    stream_arn: pulumi.Input[str]
    """Stream of Kinesis that it reads."""
    endpoint: str
    """HTTPS address of Splunk's HTTP event collector."""
    secret_arn: str
    """ARN of the secret with the collector's token."""
    event_type: EventType
    """What the records are there."""


class SplunkDelivery(pulumi.ComponentResource):
    """A delivery to Splunk's HTTP event collector, which keeps in the zone what Splunk refuses.

    The token stays in Secrets Manager: neither the program nor its state knows it.
    https://docs.aws.amazon.com/firehose/latest/dev/create-destination.html#create-destination-splunk
    https://docs.aws.amazon.com/firehose/latest/dev/using-secrets-manager.html
    """

    name: pulumi.Output[str]
    """Name of the Firehose stream."""

    def __init__(
        self, name: str, args: SplunkDeliveryArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SplunkDelivery", name, None, opts)
        stream = args["stream"]
        on = ground(
            name,
            args,
            parent=self,
            stream_arn=args["stream_arn"],
            prefixes=[f"{STREAM_ERRORS}/{stream}"],
            secret_arn=args["secret_arn"],
        )
        delivery = aws.kinesis.FirehoseDeliveryStream(
            f"{name}-delivery",
            destination="splunk",
            kinesis_source_configuration={
                "kinesis_stream_arn": args["stream_arn"],
                "role_arn": on.role.arn,
            },
            splunk_configuration={
                "hec_endpoint": args["endpoint"],
                "hec_endpoint_type": args["event_type"].value,
                "hec_acknowledgment_timeout": ACKNOWLEDGED_SECONDS,
                "retry_duration": RETRY_SECONDS,
                "buffering_size": BUFFER_MB,
                "buffering_interval": BUFFER_SECONDS,
                "s3_backup_mode": "FailedEventsOnly",
                "secrets_manager_configuration": {
                    "enabled": True,
                    "secret_arn": args["secret_arn"],
                    "role_arn": on.role.arn,
                },
                "cloudwatch_logging_options": {
                    "enabled": True,
                    "log_group_name": on.log.name,
                    "log_stream_name": on.log_stream.name,
                },
                "s3_configuration": kept_aside(on, args),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=on.ready),
        )
        alarms_on(
            name,
            delivery_watches(args["late_minutes"], to="Splunk"),
            parent=self,
            stream=stream,
            namespace=DELIVERY,
            dimensions={"DeliveryStreamName": delivery.name},
            topic_arn=args["topic_arn"],
        )
        self.name = delivery.name
        self.register_outputs({"name": self.name})
