"""Buckets, what is set on them, and objects.

https://docs.aws.amazon.com/AmazonS3/latest/API/
"""

from catalog.record import Call, CallerKeyUse, Iam, Type

AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"
)
"""Which actions there are, and on what."""

BUCKET = "arn:aws:s3:::{name}"
TO_THE_BUCKET = {"Bucket": "{id}"}
KEY = {"Bucket": "{bucket}", "Key": "{key}"}


def _setting(
    what: str,
    put: Call,
    get: str,
    delete: Call,
    at: str = "",
    cloudformation: str = "",
) -> Type:
    """Something set on a bucket: written whole, under the bucket's name."""
    token = f"aws:s3/{what[0].lower()}{what[1:]}:{what}"
    return Type(
        token,
        "s3",
        id="{bucket}",
        create=put,
        read=Call(get, given=TO_THE_BUCKET, at=at),
        update=(put,),
        delete=delete,
        cloudformation=cloudformation,
        holds_no_data="a setting is written anew from the program",
        iam=Iam(on=BUCKET),
    )


def _delete(operation: str) -> Call:
    return Call(operation, given=TO_THE_BUCKET)


OBJECT = Call(
    "PutObject",
    names={
        "content": "Body",
        "contentBase64": "Body",
        "source": "Body",
        "kmsKeyId": "SSEKMSKeyId",
        "websiteRedirect": "WebsiteRedirectLocation",
    },
    outputs={"etag": "ETag", "versionId": "VersionId"},
)

TYPES = (
    Type(
        "aws:s3/bucket:Bucket",
        "s3",
        id="{name}",
        name="bucket",
        limit=63,
        create=Call(
            "CreateBucket",
            names={"objectLockEnabled": "ObjectLockEnabledForBucket"},
            given={"CreateBucketConfiguration.LocationConstraint": "{elsewhere}"},
        ),
        read=Call(
            "HeadBucket",
            given=TO_THE_BUCKET,
            outputs={"bucketRegion": "{region}"},
        ),
        steps=(
            Call(
                "PutBucketTagging",
                takes=("tags",),
                names={"tags": "Tagging.TagSet"},
                given=TO_THE_BUCKET,
                undo=_delete("DeleteBucketTagging"),
            ),
        ),
        delete=_delete("DeleteBucket"),
        ignored={"forceDestroy": "read when the bucket is deleted"},
        cloudformation="AWS::S3::Bucket",
        outputs={
            "arn": BUCKET,
            "bucketDomainName": "{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{name}.s3.{region}.amazonaws.com",
        },
        holds_data="the objects",
        iam=Iam(
            on=BUCKET,
            create="TagResource",
            # The provider reads every setting that a bucket can have.
            read="GetBucket* Get*Configuration ListBucket* ListTagsForResource",
            update="UntagResource",
        ),
    ),
    _setting(
        "BucketVersioning",
        Call("PutBucketVersioning"),
        "GetBucketVersioning",
        Call(
            "PutBucketVersioning",
            given={**TO_THE_BUCKET, "VersioningConfiguration.Status": "Suspended"},
        ),
        at="Status",
    ),
    _setting(
        "BucketServerSideEncryptionConfiguration",
        Call("PutBucketEncryption", inside="ServerSideEncryptionConfiguration"),
        "GetBucketEncryption",
        _delete("DeleteBucketEncryption"),
    ),
    _setting(
        "BucketPublicAccessBlock",
        Call("PutPublicAccessBlock", inside="PublicAccessBlockConfiguration"),
        "GetPublicAccessBlock",
        _delete("DeletePublicAccessBlock"),
    ),
    _setting(
        "BucketOwnershipControls",
        Call("PutBucketOwnershipControls", inside="OwnershipControls"),
        "GetBucketOwnershipControls",
        _delete("DeleteBucketOwnershipControls"),
    ),
    _setting(
        "BucketPolicy",
        Call("PutBucketPolicy"),
        "GetBucketPolicy",
        _delete("DeleteBucketPolicy"),
        cloudformation="AWS::S3::BucketPolicy",
    ),
    # That a bucket sends its events to EventBridge is all that is written here, and is {} there.
    _setting(
        "BucketNotification",
        Call(
            "PutBucketNotificationConfiguration",
            given={"NotificationConfiguration.EventBridgeConfiguration": {}},
            when="eventbridge",
        ),
        "GetBucketNotificationConfiguration",
        Call(
            "PutBucketNotificationConfiguration",
            given={**TO_THE_BUCKET, "NotificationConfiguration": {}},
        ),
        # It is {} where it is there, and what is empty is nothing in JMESPath.
        at="keys(@)[?@ == 'EventBridgeConfiguration'] | [0]",
    ),
    _setting(
        "BucketLifecycleConfiguration",
        Call("PutBucketLifecycleConfiguration", inside="LifecycleConfiguration"),
        "GetBucketLifecycleConfiguration",
        _delete("DeleteBucketLifecycle"),
    ),
    _setting(
        "BucketObjectLockConfiguration",
        Call(
            "PutObjectLockConfiguration",
            given={"ObjectLockConfiguration.ObjectLockEnabled": "Enabled"},
            inside="ObjectLockConfiguration",
        ),
        "GetObjectLockConfiguration",
        Call(
            "PutObjectLockConfiguration",
            given={**TO_THE_BUCKET, "ObjectLockConfiguration.ObjectLockEnabled": "Enabled"},
        ),
        at="ObjectLockConfiguration",
    ),
    _setting(
        "BucketReplicationConfig",
        Call("PutBucketReplication", inside="ReplicationConfiguration"),
        "GetBucketReplication",
        _delete("DeleteBucketReplication"),
        at="ReplicationConfiguration",
    ),
    _setting(
        "BucketLogging",
        Call("PutBucketLogging", inside="BucketLoggingStatus.LoggingEnabled"),
        "GetBucketLogging",
        Call("PutBucketLogging", given={**TO_THE_BUCKET, "BucketLoggingStatus": {}}),
        at="LoggingEnabled",
    ),
    Type(
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "s3",
        id="{bucket}/{key}",
        create=OBJECT,
        read=Call(
            "HeadObject",
            given=KEY,
            outputs={"etag": "ETag"},
        ),
        update=(OBJECT,),
        steps=(
            Call(
                "PutObjectTagging",
                takes=("tags",),
                names={"tags": "Tagging.TagSet"},
                given=KEY,
                undo=Call("DeleteObjectTagging", given=KEY),
            ),
        ),
        delete=Call("DeleteObject", given=KEY),
        ignored={
            "etag": "tells Pulumi that the content changed, AWS computes its own",
            "sourceHash": "tells Pulumi that the content changed",
            "forceDestroy": "the embedded AWS holds no legal hold to override",
            "overrideProvider": "the embedded AWS bills no tags of objects",
        },
        outputs={"arn": "arn:aws:s3:::{bucket}/{key}"},
        holds_no_data="the program uploads it again from the repository",
        iam=Iam(
            # Only what the artifact bucket holds, the platform's own code, is the deployment's.
            on="arn:aws:s3:::{project}-{environment}-artifacts-*/*",
            read="GetObjectTagging",
            delete="DeleteObjectVersion",
            source=AUTHORIZATION,
            # Large ones are uploaded in parts, which are read again to be put together.
            key=CallerKeyUse(
                create="Decrypt GenerateDataKey",
                update="Decrypt GenerateDataKey",
                alias="alias/{project}-{environment}-artifacts",
                source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html",
            ),
        ),
    ),
)
