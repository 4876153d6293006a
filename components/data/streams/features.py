"""Features from a stream: a function puts its records into feature groups, as they come."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.function import CodePlaceArgs, python_function
from components.common.iam import Document, Json, allow, document
from components.common.job_access import publish_metrics
from components.common.limits import STREAM_ERRORS
from components.common.scheduled_start import give_up
from components.data.streams.alarms import MILLISECONDS, SECONDS_PER_MINUTE, Watch, alarms_on

RUNTIME = Path(__file__).parent / "runtime" / "to_features.py"
ASIDE = "features-failed"
"""Where, below the stream's failures, records lie that fit no feature group."""
NAMESPACE = "maslow/Streams"
BATCH = 100
"""Most records that the function is given at once."""
WINDOW_SECONDS = 1
"""Longest that a record waits for others: features are for what happens now."""
TIMEOUT_SECONDS = 120
MEMORY_MB = 512
RETRIES = 100
"""How often a batch is tried again that the feature store does not take for now."""
AGE_SECONDS = 6 * 3600
"""How old a record may be when it is tried again; less than the least retention of a stream."""


class FilledGroupArgs(TypedDict):
    """A feature group that records go to."""

    name: str
    """Its name in AWS."""
    arn: pulumi.Input[str]
    """Its ARN."""
    record_id: str
    """Feature that tells records apart."""
    event_time: str
    """Feature that says when."""
    features: dict[str, str]
    """Types of all features, as AWS calls them, by name."""


class StreamFeaturesArgs(CodePlaceArgs):
    """What becomes of a stream's records."""

    stream: str
    """Name of the stream in the stack file."""
    stream_name: str
    """Its name in Kinesis."""
    stream_arn: pulumi.Input[str]
    """Its ARN."""
    columns: dict[str, str]
    """Types of a record's fields in the data catalog, by name."""
    groups: list[FilledGroupArgs]
    """The groups that each record goes to."""
    bucket: pulumi.Input[str]
    """Bucket of the stream's zone, which keeps what does not fit."""
    bucket_arn: pulumi.Input[str]
    """ARN of that bucket."""
    key_arn: pulumi.Input[str]
    """KMS key of the stream, of the zone and of the feature groups."""
    dead_letter_arn: pulumi.Input[str]
    """Queue that is told of records which were given up."""
    messages_key_arn: pulumi.Input[str]
    """Key of that queue."""
    late_minutes: int
    """Minutes after which a record that is no feature yet sets off an alarm."""
    topic_arn: pulumi.Input[str]
    """Topic of the alarms."""


def plan(columns: dict[str, str], groups: Sequence[FilledGroupArgs]) -> Json:
    """What the function is told, beside its code: types of columns, and the groups without ARNs."""
    return {
        "columns": columns,
        "groups": [
            {key: group[key] for key in ("name", "record_id", "event_time", "features")}
            for group in groups
        ],
    }


def files(told: Json) -> dict[str, str]:
    """The function's code and its plan, by the names of the files."""
    return {RUNTIME.name: RUNTIME.read_text(encoding="utf-8"), "plan.json": json.dumps(told)}


def function_policy(
    *,
    stream_arn: str,
    group_arns: Sequence[str],
    aside_arn: str,
    key_arn: str,
    dead_letter_arn: str,
    messages_key_arn: str,
) -> Document:
    """Read the stream, put records into the groups, and keep apart what does not fit.

    https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html
    """
    return document(
        allow(
            [
                "kinesis:DescribeStream",
                "kinesis:DescribeStreamSummary",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
            [stream_arn],
        ),
        allow(["sagemaker:PutRecord"], group_arns),
        allow(["s3:PutObject"], [f"{aside_arn}/*"]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [key_arn]),
        publish_metrics([NAMESPACE]),
        *give_up(dead_letter_arn, messages_key_arn),
    )


def watches(late_minutes: int) -> list[Watch]:
    """What is watched of the function: its dimension is FunctionName.

    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    """
    return [
        Watch(
            "features-late",
            "IteratorAge",
            "Maximum",
            late_minutes * SECONDS_PER_MINUTE * MILLISECONDS,
            f"records become features over {late_minutes} minutes late",
        ),
        Watch(
            "features-failing",
            "Errors",
            "Sum",
            0,
            "the function that makes features of records fails",
            periods=2,
        ),
    ]


UNFIT = Watch(
    "features-unfit",
    "BadRecords",
    "Sum",
    0,
    "records do not fit the feature groups, and are kept aside",
)
"""What is watched of the records: the dimension is StreamName."""


class StreamFeatures(pulumi.ComponentResource):
    """A function that reads a stream, and puts each record into feature groups.

    A record may come twice, and late: the online store keeps the one of the latest event time, and
    the offline store all. What fits no group lies below `errors/<stream>/features-failed/` of the
    zone, with the reason. The function is in no VPC: it calls AWS alone, with its role.
    """

    function_name: pulumi.Output[str]
    """Name of the function in Lambda."""

    def __init__(
        self, name: str, args: StreamFeaturesArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StreamFeatures", name, None, opts)
        function = self._function(name, args)
        aws.lambda_.EventSourceMapping(
            f"{name}-reads",
            event_source_arn=args["stream_arn"],
            function_name=function.arn,
            starting_position="TRIM_HORIZON",
            batch_size=BATCH,
            maximum_batching_window_in_seconds=WINDOW_SECONDS,
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=RETRIES,
            maximum_record_age_in_seconds=AGE_SECONDS,
            destination_config={"on_failure": {"destination_arn": args["dead_letter_arn"]}},
            opts=pulumi.ResourceOptions(parent=self),
        )
        alarms_on(
            name,
            watches(args["late_minutes"]),
            parent=self,
            stream=args["stream"],
            namespace="AWS/Lambda",
            dimensions={"FunctionName": function.name},
            topic_arn=args["topic_arn"],
        )
        alarms_on(
            name,
            [UNFIT],
            parent=self,
            stream=args["stream"],
            namespace=NAMESPACE,
            dimensions={"StreamName": args["stream_name"]},
            topic_arn=args["topic_arn"],
        )
        self.function_name = function.name
        self.register_outputs({"function_name": self.function_name})

    def _function(self, name: str, args: StreamFeaturesArgs) -> aws.lambda_.Function:
        aside = f"{STREAM_ERRORS}/{args['stream']}/{ASIDE}"
        policy = pulumi.Output.all(
            stream_arn=args["stream_arn"],
            group_arns=[group["arn"] for group in args["groups"]],
            aside_arn=pulumi.Output.concat(args["bucket_arn"], "/", aside),
            key_arn=args["key_arn"],
            dead_letter_arn=args["dead_letter_arn"],
            messages_key_arn=args["messages_key_arn"],
        ).apply(lambda known: function_policy(**known))
        return python_function(
            name,
            {
                "what": f"to-features/{args['stream']}",
                "description": f"Makes features of what comes by the stream {args['stream']}",
                "files": files(plan(args["columns"], args["groups"])),
                "handler": f"{RUNTIME.stem}.handler",
                "policy": policy,
                "variables": {
                    "ASIDE_BUCKET": args["bucket"],
                    "ASIDE_PREFIX": aside,
                    "KEY_ARN": args["key_arn"],
                    "STREAM_NAME": args["stream_name"],
                },
                "timeout": TIMEOUT_SECONDS,
                "memory": MEMORY_MB,
            },
            args,
            parent=self,
        )
