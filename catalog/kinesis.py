"""Streams of Kinesis, and what Firehose delivers of them.

https://docs.aws.amazon.com/kinesis/latest/APIReference/
https://docs.aws.amazon.com/firehose/latest/APIReference/
"""

from collections.abc import Mapping

from catalog.record import HERE, Call, Grant, Iam, Tags, Type, arn_of

STREAM = arn_of("kinesis", "stream/{name}")
DELIVERY = arn_of("firehose", "deliverystream/{name}")
BY_NAME = {"StreamName": "{name}"}
AUTHORIZATION = (
    "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonkinesis.html"
)
"""Which actions there are, and on what."""


def _destination(pulumi: str, aws: str) -> dict[str, str]:
    """What Pulumi calls otherwise than AWS in a destination in S3."""
    return {
        pulumi: aws,
        f"{pulumi}.bufferingSize": "BufferingHints.SizeInMBs",
        f"{pulumi}.bufferingInterval": "BufferingHints.IntervalInSeconds",
        f"{pulumi}.kmsKeyArn": "EncryptionConfiguration.KMSEncryptionConfig.AWSKMSKeyARN",
        f"{pulumi}.dynamicPartitioningConfiguration.retryDuration": (
            "RetryOptions.DurationInSeconds"
        ),
    }


def _splunk(pulumi: str, aws: str, s3: str) -> dict[str, str]:
    """The same of a destination in Splunk, which keeps in S3 what fails."""
    return {
        pulumi: aws,
        f"{pulumi}.hecAcknowledgmentTimeout": "HECAcknowledgmentTimeoutInSeconds",
        f"{pulumi}.retryDuration": "RetryOptions.DurationInSeconds",
        f"{pulumi}.bufferingSize": "BufferingHints.SizeInMBs",
        f"{pulumi}.bufferingInterval": "BufferingHints.IntervalInSeconds",
        **{
            f"{pulumi}.{path}": target
            for path, target in _destination("s3Configuration", s3).items()
        },
    }


def _iceberg(pulumi: str, aws: str) -> dict[str, str]:
    """The same of a table of Iceberg, beside which S3 keeps what fails."""
    return {
        pulumi: aws,
        f"{pulumi}.bufferingSize": "BufferingHints.SizeInMBs",
        f"{pulumi}.bufferingInterval": "BufferingHints.IntervalInSeconds",
        f"{pulumi}.retryDuration": "RetryOptions.DurationInSeconds",
        f"{pulumi}.catalogArn": "CatalogConfiguration.CatalogARN",
        f"{pulumi}.destinationTableConfigurations": "DestinationTableConfigurationList",
        f"{pulumi}.destinationTableConfigurations.databaseName": "DestinationDatabaseName",
        f"{pulumi}.destinationTableConfigurations.tableName": "DestinationTableName",
        **{
            f"{pulumi}.{path}": target
            for path, target in _destination("s3Configuration", "S3Configuration").items()
        },
    }


CREATING: Mapping[str, str] = {
    "name": "DeliveryStreamName",
    "kinesisSourceConfiguration": "KinesisStreamSourceConfiguration",
    **_destination("extendedS3Configuration", "ExtendedS3DestinationConfiguration"),
    **_splunk("splunkConfiguration", "SplunkDestinationConfiguration", "S3Configuration"),
    **_iceberg("icebergConfiguration", "IcebergDestinationConfiguration"),
}
UPDATING: Mapping[str, str] = {
    **_destination("extendedS3Configuration", "ExtendedS3DestinationUpdate"),
    **_splunk("splunkConfiguration", "SplunkDestinationUpdate", "S3Update"),
    **_iceberg("icebergConfiguration", "IcebergDestinationUpdate"),
}

TYPES = (
    Type(
        "aws:kinesis/stream:Stream",
        "kinesis",
        id=STREAM,
        name="name",
        limit=128,
        create=Call(
            "CreateStream",
            takes=("name", "shardCount", "streamModeDetails"),
            names={"name": "StreamName"},
        ),
        read=Call(
            "DescribeStreamSummary",
            given=BY_NAME,
            at="StreamDescriptionSummary",
            outputs={"arn": "StreamARN"},
        ),
        update=(
            Call("UpdateStreamMode", takes=("streamModeDetails",), given={"StreamARN": STREAM}),
            Call(
                "UpdateShardCount",
                takes=("shardCount",),
                names={"shardCount": "TargetShardCount"},
                given={**BY_NAME, "ScalingType": "UNIFORM_SCALING"},
            ),
        ),
        steps=(
            # Pulumi's provider calls DecreaseStreamRetentionPeriod for a shorter one.
            Call(
                "IncreaseStreamRetentionPeriod",
                takes=("retentionPeriod",),
                names={"retentionPeriod": "RetentionPeriodHours"},
                given=BY_NAME,
            ),
            Call(
                "StartStreamEncryption",
                takes=("encryptionType", "kmsKeyId"),
                names={"kmsKeyId": "KeyId"},
                given=BY_NAME,
            ),
        ),
        delete=Call(
            "DeleteStream",
            given={**BY_NAME, "EnforceConsumerDeletion": "{enforceConsumerDeletion}"},
        ),
        tags=Tags(
            Call("AddTagsToStream", given=BY_NAME),
            Call("RemoveTagsFromStream", given={**BY_NAME, "TagKeys": "{removed}"}),
            after_create=True,
        ),
        ignored={"enforceConsumerDeletion": "read when the stream is deleted"},
        cloudformation="AWS::Kinesis::Stream",
        outputs={"arn": STREAM},
        holds_data="the records of its retention period",
        iam=Iam(
            on="stream/{name}",
            read="DescribeStream ListTagsForResource ListTagsForStream",
            update="DecreaseStreamRetentionPeriod StopStreamEncryption TagResource UntagResource",
            source=AUTHORIZATION,
            grants=(
                Grant(
                    "kinesis",
                    update="UpdateShardCount UpdateStreamMode",
                    when=HERE,
                    reason="AWS's reference names no resource for a change of capacity",
                    source=AUTHORIZATION,
                ),
            ),
        ),
    ),
    Type(
        "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
        "firehose",
        id=DELIVERY,
        name="name",
        limit=64,
        create=Call(
            "CreateDeliveryStream",
            names=CREATING,
            given={"DeliveryStreamType": "KinesisStreamAsSource"},
            outputs={"arn": "DeliveryStreamARN"},
        ),
        read=Call(
            "DescribeDeliveryStream",
            given={"DeliveryStreamName": "{name}"},
            at="DeliveryStreamDescription",
            outputs={
                "arn": "DeliveryStreamARN",
                "destinationId": "Destinations[0].DestinationId",
                "versionId": "VersionId",
            },
        ),
        update=(
            Call(
                "UpdateDestination",
                takes=("extendedS3Configuration", "splunkConfiguration", "icebergConfiguration"),
                names=UPDATING,
                given={
                    "DeliveryStreamName": "{name}",
                    "CurrentDeliveryStreamVersionId": "{versionId}",
                    "DestinationId": "{destinationId}",
                },
            ),
        ),
        delete=Call("DeleteDeliveryStream", given={"DeliveryStreamName": "{name}"}),
        tags=Tags(
            Call("TagDeliveryStream", given={"DeliveryStreamName": "{name}"}),
            Call(
                "UntagDeliveryStream",
                given={"DeliveryStreamName": "{name}", "TagKeys": "{removed}"},
            ),
        ),
        ignored={"destination": "what is configured tells it"},
        replaces=("destination", "kinesisSourceConfiguration"),
        cloudformation="AWS::KinesisFirehose::DeliveryStream",
        outputs={
            "arn": DELIVERY,
            "destinationId": "destinationId-000000000001",
            "versionId": "1",
        },
        holds_no_data="what it has not delivered is in the stream that it reads",
        iam=Iam(on="deliverystream/{name}", read="ListTagsForDeliveryStream"),
    ),
)
