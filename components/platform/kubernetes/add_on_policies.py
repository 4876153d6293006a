"""What the service accounts of add-ons may do in the account, by the kinds of `catalog.add_ons`.

https://docs.aws.amazon.com/eks/latest/userguide/pod-id-how-it-works.html
"""

from collections.abc import Sequence
from typing import NotRequired

import pulumi

from catalog.services import by_prefix
from components.common.args import PlacedArgs
from components.common.iam import Document, Statement, allow, allow_everywhere, document
from components.common.job_access import publish_metrics, read_objects, use_keys, write_objects

ONLINE = "feast"
"""What the names of Feast's tables begin with: its project's."""


class AccessArgs(PlacedArgs):
    """What access is given to."""

    bucket: pulumi.Input[str]
    """Name of the bucket of artifacts."""
    artifacts_key_arn: pulumi.Input[str]
    """KMS key of that bucket."""
    key_arn: pulumi.Input[str]
    """KMS key of tables."""
    path: str
    """The add-on's own prefix in the bucket."""
    secrets: list[pulumi.Input[str]]
    """ARNs of the secrets in Secrets Manager that the cluster reads."""
    table_arn: NotRequired[pulumi.Input[str]]
    """ARN of the add-on's own table."""
    log_group: str
    """Name of the log group of metrics."""


def access_policy(
    *,
    kinds: Sequence[str],
    bucket: str,
    artifacts_key_arn: str,
    key_arn: str,
    path: str,
    secrets: Sequence[str],
    log_group: str,
    account_id: str,
    region: str,
    table_arn: str = "",
) -> Document:
    """What the kinds of access allow together.

    Raises KeyError for a kind that is not known.
    """
    place = f"{region}:{account_id}"
    known: dict[str, list[Statement]] = {
        "artifacts": [
            *read_objects(bucket, path),
            write_objects(bucket, path),
            allow(["s3:DeleteObject"], [f"arn:aws:s3:::{bucket}/{path}/*"]),
            use_keys([artifacts_key_arn]),
        ],
        "own-table": [*_table(table_arn or f"arn:aws:dynamodb:{place}:table/none"), _key(key_arn)],
        "read-features": [
            *read_objects(bucket, path),
            use_keys([artifacts_key_arn]),
            allow(
                ["dynamodb:BatchGetItem", "dynamodb:DescribeTable", "dynamodb:GetItem"],
                [f"arn:aws:dynamodb:{place}:table/{ONLINE}.*"],
            ),
        ],
        "read-secrets": _secrets(secrets, key_arn, region),
        "telemetry": [
            *_traces(region),
            publish_metrics(["maslow/*"]),
            allow(
                ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                [f"arn:aws:logs:{place}:log-group:{log_group}:*"],
            ),
        ],
    }
    return document(*(statement for kind in kinds for statement in known[kind]))


def _table(arn: str) -> list[Statement]:
    return [
        allow(
            [
                "dynamodb:BatchGetItem",
                "dynamodb:BatchWriteItem",
                "dynamodb:DeleteItem",
                "dynamodb:DescribeTable",
                "dynamodb:GetItem",
                "dynamodb:PutItem",
                "dynamodb:Query",
                "dynamodb:Scan",
                "dynamodb:UpdateItem",
            ],
            [arn],
        )
    ]


def _key(key_arn: str) -> Statement:
    return allow(["kms:Decrypt", "kms:DescribeKey"], [key_arn])


def _secrets(secrets: Sequence[str], key_arn: str, region: str) -> list[Statement]:
    if not secrets:
        return [_key(key_arn)]
    return [
        allow(["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], secrets),
        allow(
            ["kms:Decrypt"],
            [key_arn],
            when={"StringEquals": {"kms:ViaService": [by_prefix()["secretsmanager"].via(region)]}},
        ),
    ]


def _traces(region: str) -> list[Statement]:
    return [
        allow_everywhere(
            ["xray:PutTelemetryRecords", "xray:PutTraceSegments"],
            reason="X-Ray offers no resource for what is sent to it",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        )
    ]
