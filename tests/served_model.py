"""The least that an endpoint of the embedded AWS serves: a tarball with a handler, and a role."""

import io
import json
import tarfile
from typing import Any

HANDLER = """
def model_fn(directory):
    return directory


def transform_fn(model, content, content_type, accept):
    return content, accept
"""
"""Answers with what it was asked."""
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def tarball(handler: str = HANDLER) -> bytes:
    """A model's tarball that holds nothing but its handler."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as archive:
        member = tarfile.TarInfo("code/inference.py")
        member.size = len(handler.encode())
        archive.addfile(member, io.BytesIO(handler.encode()))
    return written.getvalue()


def uploaded(account: Any, uri: str, handler: str = HANDLER) -> str:
    """The URI, with a model there; its bucket is made unless it is there.

    `account` is a cloud, or what gives clients as one does.
    """
    s3 = account.client("s3")
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if bucket not in {each["Name"] for each in s3.list_buckets()["Buckets"]}:
        constraint = {"LocationConstraint": account.region}
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=constraint)
    s3.put_object(Bucket=bucket, Key=key, Body=tarball(handler))
    return uri


def serving_role(account: Any, name: str = "serving") -> str:
    """ARN of a role that SageMaker assumes; it is made unless it is there."""
    iam = account.client("iam")
    for page in iam.get_paginator("list_roles").paginate():
        for role in page["Roles"]:
            if role["RoleName"] == name:
                return str(role["Arn"])
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    return str(made["Role"]["Arn"])


def approved(sagemaker: Any, group: str, data: str) -> str:
    """The ARN of a version with its artefact at `data`, registered and approved."""
    created = sagemaker.create_model_package(
        ModelPackageGroupName=group,
        ModelApprovalStatus="Approved",
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": data}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )
    arn: str = created["ModelPackageArn"]
    return arn
