"""A function of Lambda whose code is part of the platform."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow
from components.common.log_group import encrypted_log_group

RUNTIME = "python3.13"
PREFIX = "functions"
"""Where in the artifacts bucket code of functions is."""
HASH_LENGTH = 16


class CodePlaceArgs(PlacedArgs, LoggedArgs):
    """What each function of the platform needs to know: where its code and its log are."""

    artifacts_bucket: pulumi.Input[str]
    """Bucket of the function's code."""
    artifacts_key_arn: pulumi.Input[str]
    """Key of that bucket."""


class FunctionArgs(TypedDict):
    """What a function is."""

    what: str
    """What its code is called, in the bucket."""
    description: str
    """What it does, at most 256 characters."""
    files: Mapping[str, str]
    """Text of each file by its name."""
    handler: str
    """`module.function` of what is called."""
    policy: pulumi.Input[Document]
    """What it may do, beside writing its log."""
    variables: dict[str, pulumi.Input[str]]
    """Its environment, of which AWS takes 4 KB."""
    timeout: int
    """Seconds that an invocation may take."""
    memory: int
    """MB."""
    function_name: NotRequired[str]
    """Its name, at most 64 characters; one with a suffix of Pulumi's unless given."""


def archive(files: Mapping[str, str]) -> bytes:
    """Files as a ZIP archive, the same bytes for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, text in sorted(files.items()):
            entry = zipfile.ZipInfo(name)
            entry.external_attr = 0o644 << 16
            zipped.writestr(entry, text)
    return buffer.getvalue()


def python_function(
    name: str, args: FunctionArgs, where: CodePlaceArgs, *, parent: pulumi.Resource
) -> aws.lambda_.Function:
    """A function with its code, its role and its log, as children of `parent`.

    It is in no VPC: it calls AWS alone, with its role.
    """
    code = archive(args["files"])
    stored = aws.s3.BucketObjectv2(
        f"{name}-code",
        bucket=where["artifacts_bucket"],
        # Lambda looks for new code only where the key is a new one.
        key=f"{PREFIX}/{args['what']}/{hashlib.sha256(code).hexdigest()[:HASH_LENGTH]}.zip",
        content_base64=base64.b64encode(code).decode(),
        content_type="application/zip",
        server_side_encryption="aws:kms",
        kms_key_id=where["artifacts_key_arn"],
        opts=pulumi.ResourceOptions(parent=parent),
    )
    log = encrypted_log_group(
        f"{name}-log",
        parent=parent,
        key_arn=where["log_key_arn"],
        retention_days=where["log_retention_days"],
    )
    role = ExecutionRole(
        f"{name}-as",
        {
            "service": "lambda.amazonaws.com",
            "account_id": where["account_id"],
            "policies": {
                "work": pulumi.Output.json_dumps(
                    pulumi.Output.all(args["policy"], log.arn).apply(lambda known: _logging(*known))
                )
            },
        },
        pulumi.ResourceOptions(parent=parent),
    )
    return aws.lambda_.Function(
        f"{name}-function",
        name=args.get("function_name"),
        description=args["description"],
        role=role.arn,
        runtime=RUNTIME,
        architectures=["arm64"],
        handler=args["handler"],
        s3_bucket=stored.bucket,
        s3_key=stored.key,
        timeout=args["timeout"],
        memory_size=args["memory"],
        environment={"variables": args["variables"]},
        logging_config={"log_format": "JSON", "log_group": log.name},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=[role, *role.ready]),
    )


def _logging(policy: Document, log_group_arn: str) -> Document:
    """A policy, with what it takes to write a log."""
    logs = allow(["logs:CreateLogStream", "logs:PutLogEvents"], [f"{log_group_arn}:*"])
    return {"Version": policy["Version"], "Statement": [*policy["Statement"], logs]}
