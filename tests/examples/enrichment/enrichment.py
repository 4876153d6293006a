"""A queue whose messages a function enriches and writes to a zone of the lake."""

import base64
import hashlib
import io
import json
import zipfile
from pathlib import Path
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, deny, document, rendered
from components.common.log_group import encrypted_log_group

RUNTIME = Path(__file__).parent / "runtime"
PREFIX = "enriched"
"""Where in the zone the records are."""
RETENTION_SECONDS = 14 * 24 * 3600
RECEIVES = 5
"""How often a message is tried; AWS advises five at least.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
"""
VISIBILITY_FACTOR = 6
"""How many times the function's time-out a message is hidden, by the same page."""
LATE_SECONDS = 3600
PERIOD_SECONDS = 300


def package(folder: Path) -> bytes:
    """The files of a folder as a ZIP archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.glob("*.*")):
            entry = zipfile.ZipInfo(path.name)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return buffer.getvalue()


def tls_only_policy(*, queue_arn: str) -> Document:
    """Refuse every request that does not come by TLS; IAM policies of the account allow."""
    return document(
        deny(
            ["sqs:*"],
            [queue_arn],
            principal="*",
            when={"Bool": {"aws:SecureTransport": "false"}},
            sid="TlsOnly",
        )
    )


def function_policy(
    *,
    queue_arn: str,
    zone_arn: str,
    log_group_arn: str,
    data_key_arn: str,
    message_key_arn: str,
    region: str,
) -> Document:
    """Take messages off the queue, write records to the zone, and write a log.

    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    """
    return document(
        allow(
            ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
            [queue_arn],
        ),
        allow(
            ["kms:Decrypt"],
            [message_key_arn],
            when={"StringEquals": {"kms:ViaService": f"sqs.{region}.amazonaws.com"}},
        ),
        allow(["s3:PutObject"], [f"{zone_arn}/{PREFIX}/*"]),
        allow(
            ["kms:Decrypt", "kms:GenerateDataKey"],
            [data_key_arn],
            when={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        ),
        allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:*"]),
    )


class EnrichmentQueueArgs(TypedDict):
    """What the queue and its function are made of."""

    batch_size: int
    """Most messages that the function is given at once."""
    timeout_seconds: int
    """Seconds that a batch may take."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket that the function's code is kept in."""
    artifacts_key_arn: pulumi.Input[str]
    """Key of that bucket."""
    zone_bucket: pulumi.Input[str]
    """Bucket that takes the enriched records."""
    zone_arn: pulumi.Input[str]
    """ARN of that bucket."""
    data_key_arn: pulumi.Input[str]
    """Key of that bucket."""
    message_key_arn: pulumi.Input[str]
    """Key that encrypts the messages."""
    log_key_arn: pulumi.Input[str]
    """Key that encrypts the function's log."""
    log_retention_days: int
    """Days that the log is kept."""
    alert_topic_arn: pulumi.Input[str]
    """Topic that is told of messages that were given up or are late."""
    account_id: pulumi.Input[str]
    """Account of all this."""
    region: str
    """Region of all this."""


class EnrichmentQueue(pulumi.ComponentResource):
    """A queue, the function that reads it, and a queue with an alarm for what it gave up.

    The function is in no VPC: it calls S3 alone, by an AWS endpoint and with its role, and needs
    no network interface of ours.
    """

    url: pulumi.Output[str]
    """URL of the queue, for whoever sends records."""
    arn: pulumi.Output[str]
    """ARN of the queue."""

    def __init__(
        self, name: str, args: EnrichmentQueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("custom:index:EnrichmentQueue", name, None, opts)
        given_up = self._queue(f"{name}-given-up", args)
        queue = self._queue(
            f"{name}-records",
            args,
            visibility_seconds=VISIBILITY_FACTOR * args["timeout_seconds"],
            redrive_policy=given_up.arn.apply(
                lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": RECEIVES})
            ),
        )
        function = self._function(name, args, queue)
        aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=queue.arn,
            function_name=function.arn,
            batch_size=args["batch_size"],
            # Only what failed comes again, instead of the whole batch.
            function_response_types=["ReportBatchItemFailures"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self._alarm(
            f"{name}-given-up",
            args,
            given_up,
            metric="ApproximateNumberOfMessagesVisible",
            threshold=0,
            description="a record was given up and waits in the dead-letter queue",
        )
        self._alarm(
            f"{name}-late",
            args,
            queue,
            metric="ApproximateAgeOfOldestMessage",
            threshold=LATE_SECONDS,
            description=f"a record has waited for {LATE_SECONDS} seconds",
        )
        self.url = queue.url
        self.arn = queue.arn
        self.register_outputs({"url": self.url, "arn": self.arn})

    def _queue(
        self,
        name: str,
        args: EnrichmentQueueArgs,
        *,
        visibility_seconds: int | None = None,
        redrive_policy: pulumi.Input[str] | None = None,
    ) -> aws.sqs.Queue:
        queue = aws.sqs.Queue(
            f"{name}-queue",
            kms_master_key_id=args["message_key_arn"],
            message_retention_seconds=RETENTION_SECONDS,
            visibility_timeout_seconds=visibility_seconds,
            redrive_policy=redrive_policy,
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=rendered(tls_only_policy, queue_arn=queue.arn),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return queue

    def _function(
        self, name: str, args: EnrichmentQueueArgs, queue: aws.sqs.Queue
    ) -> aws.lambda_.Function:
        archive = package(RUNTIME)
        code = aws.s3.BucketObjectv2(
            f"{name}-code",
            bucket=args["artifacts_bucket"],
            # Lambda looks for new code only where the key is a new one.
            key=f"functions/enrichment/{hashlib.sha256(archive).hexdigest()[:16]}.zip",
            content_base64=base64.b64encode(archive).decode(),
            content_type="application/zip",
            server_side_encryption="aws:kms",
            kms_key_id=args["artifacts_key_arn"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        logs = encrypted_log_group(
            f"{name}-logs",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
        )
        role = ExecutionRole(
            f"{name}-function",
            {
                "service": "lambda.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "work": rendered(
                        function_policy,
                        queue_arn=queue.arn,
                        zone_arn=args["zone_arn"],
                        log_group_arn=logs.arn,
                        data_key_arn=args["data_key_arn"],
                        message_key_arn=args["message_key_arn"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        return aws.lambda_.Function(
            f"{name}-function",
            description="Enriches records and writes them to the lake",
            role=role.arn,
            runtime="python3.13",
            architectures=["arm64"],
            handler="handler.handler",
            s3_bucket=code.bucket,
            s3_key=code.key,
            timeout=args["timeout_seconds"],
            memory_size=256,
            environment={"variables": {"ZONE_BUCKET": args["zone_bucket"], "ZONE_PREFIX": PREFIX}},
            logging_config={"log_format": "JSON", "log_group": logs.name},
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )

    def _alarm(
        self,
        name: str,
        args: EnrichmentQueueArgs,
        queue: aws.sqs.Queue,
        *,
        metric: str,
        threshold: int,
        description: str,
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{name}-alarm",
            alarm_description=f"{name}: {description}",
            namespace="AWS/SQS",
            metric_name=metric,
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            period=PERIOD_SECONDS,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            # SQS reports nothing of a queue that has been empty and idle for six hours.
            treat_missing_data="notBreaching",
            alarm_actions=[args["alert_topic_arn"]],
            ok_actions=[args["alert_topic_arn"]],
            opts=pulumi.ResourceOptions(parent=self),
        )
