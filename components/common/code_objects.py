"""Code that jobs in the cloud read from S3."""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws


def code_objects(
    name: str,
    files: Mapping[str, str],
    *,
    parent: pulumi.Resource,
    bucket: pulumi.Input[str],
    prefix: str,
    key_arn: pulumi.Input[str],
) -> list[aws.s3.BucketObjectv2]:
    """The objects of files below a prefix, as children of `parent`.

    `files` are texts by their paths. The prefix ends with their hash, so that a job reads what it
    was started with even while the next version is deployed: old code is left in the bucket.
    """
    return [
        aws.s3.BucketObjectv2(
            f"{name}-{path}",
            bucket=bucket,
            key=f"{prefix}/{path}",
            content=text,
            content_type="text/plain; charset=utf-8",
            server_side_encryption="aws:kms",
            kms_key_id=key_arn,
            opts=pulumi.ResourceOptions(parent=parent, retain_on_delete=True),
        )
        for path, text in sorted(files.items())
    ]
