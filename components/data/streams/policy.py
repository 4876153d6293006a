"""What Firehose may do for a stream.

https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html
"""

from collections.abc import Sequence

from components.common.iam import Document, allow, document


def delivery_policy(
    *,
    stream_arn: str,
    bucket_arn: str,
    prefixes: Sequence[str],
    key_arn: str,
    log_group: str,
    account_id: str,
    region: str,
    database: str | None = None,
    table: str | None = None,
    adds_rows: bool = False,
    secret_arn: str | None = None,
) -> Document:
    """Read the stream, write below the prefixes, and say what fails.

    `table` is what the records are converted by, or, with `adds_rows`, a table of Iceberg that they
    become rows of. `secret_arn` is the token of another destination, whose own key Secrets Manager
    uses for the role.
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    glue = f"arn:aws:glue:{region}:{account_id}"
    statements = [
        allow(
            [
                "kinesis:DescribeStream",
                "kinesis:GetRecords",
                "kinesis:GetShardIterator",
                "kinesis:ListShards",
            ],
            [stream_arn],
        ),
        allow(
            ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"],
            [f"{bucket_arn}/{prefix}/*" for prefix in prefixes],
        ),
        allow(
            ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
            [bucket_arn],
        ),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [key_arn]),
        allow(
            ["logs:PutLogEvents"],
            [f"arn:aws:logs:{region}:{account_id}:log-group:{log_group}:log-stream:*"],
        ),
    ]
    if database and table:
        reads = ["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"]
        changes = ["glue:GetDatabase", "glue:GetTable", "glue:UpdateTable"]
        statements.append(
            allow(
                changes if adds_rows else reads,
                [
                    f"{glue}:catalog",
                    f"{glue}:database/{database}",
                    f"{glue}:table/{database}/{table}",
                ],
            )
        )
    if adds_rows:
        objects = [f"{bucket_arn}/{prefix}/*" for prefix in prefixes]
        statements.append(allow(["s3:DeleteObject"], objects))
    if secret_arn:
        statements += [
            allow(["secretsmanager:GetSecretValue"], [secret_arn]),
            allow(
                ["kms:Decrypt"],
                [f"arn:aws:kms:{region}:{account_id}:key/*"],
                when={
                    "StringEquals": {
                        "kms:ViaService": f"secretsmanager.{region}.amazonaws.com",
                        "kms:EncryptionContext:SecretARN": secret_arn,
                    }
                },
            ),
        ]
    return document(*statements)
