"""Buckets, what is set on them, and the objects that the platform itself uploads.

Many of S3's operations are allowed by an action of another name:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from components.devops.actions.grant import Grant, Table

BUCKET = "arn:aws:s3:::{name}"


def _setting(put: str, read: str = "") -> tuple[Grant, ...]:
    """Something set on a bucket: written whole, and taken off, by one action."""
    return (Grant("s3", BUCKET, create=put, read=read or put.replace("Put", "Get", 1)),)


ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)

TABLE: Table = {
    "aws:s3/bucket:Bucket": (
        Grant(
            "s3",
            BUCKET,
            create="CreateBucket PutBucketTagging TagResource",
            # The provider reads every setting that a bucket can have.
            read="GetBucket* Get*Configuration ListBucket* ListTagsForResource",
            update="UntagResource",
            delete="DeleteBucket",
        ),
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _setting(
        "PutLifecycleConfiguration"
    ),
    "aws:s3/bucketLogging:BucketLogging": _setting("PutBucketLogging"),
    "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration": _setting(
        "PutBucketObjectLockConfiguration"
    ),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _setting(
        "PutBucketOwnershipControls"
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        Grant(
            "s3",
            BUCKET,
            create="PutBucketPolicy",
            read="GetBucketPolicy",
            delete="DeleteBucketPolicy",
        ),
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _setting(
        "PutBucketPublicAccessBlock"
    ),
    ENCRYPTION: _setting("PutEncryptionConfiguration"),
    "aws:s3/bucketVersioning:BucketVersioning": _setting("PutBucketVersioning"),
    "aws:s3/bucketObjectv2:BucketObjectv2": (
        # Only what the artifact bucket holds, the platform's own code, is the deployment's.
        Grant(
            "s3",
            "arn:aws:s3:::{project}-{environment}-artifacts-*/*",
            create="PutObject PutObjectTagging",
            read="GetObject GetObjectTagging",
            update="DeleteObjectTagging",
            delete="DeleteObject DeleteObjectVersion",
        ),
    ),
}
