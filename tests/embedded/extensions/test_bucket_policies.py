import json
import zlib

import pytest
from botocore.exceptions import ClientError

from components.common.bucket import access_log_policy, private_bucket_policy
from components.common.iam import allow, deny, document

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/data"
IRELAND = {"LocationConstraint": "eu-west-1"}


@pytest.fixture(scope="module")
def s3(cloud):
    return cloud.client("s3")


@pytest.fixture
def bucket(s3, request):
    """A bucket of the test's own, without a policy."""
    name = f"bucket-{zlib.crc32(request.node.name.encode())}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=IRELAND)
    return name


def attach(s3, bucket, *statements):
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document(*statements)))


def denies_puts(bucket, **when):
    return deny(["s3:PutObject"], [f"arn:aws:s3:::{bucket}/*"], principal="*", when=when)


def refused(s3, bucket, **put):
    try:
        s3.put_object(Bucket=bucket, Key="visits.csv", Body=b"1", **put)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    return False


@pytest.fixture
def private(s3, bucket):
    policy = private_bucket_policy(
        bucket_arn=f"arn:aws:s3:::{bucket}", key_arn=KEY, account_id=ACCOUNT
    )
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    return bucket


def test_a_private_bucket_takes_what_asks_for_no_encryption(s3, private):
    assert not refused(s3, private)
    assert s3.get_object(Bucket=private, Key="visits.csv")["Body"].read() == b"1"


def test_a_private_bucket_takes_its_own_key(s3, private):
    assert not refused(s3, private, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY)


@pytest.mark.parametrize(
    "encryption",
    [
        {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY.replace("data", "other")},
        {"ServerSideEncryption": "aws:kms"},
        {"ServerSideEncryption": "AES256"},
    ],
    ids=["foreign", "default", "s3"],
)
def test_a_private_bucket_refuses_another_key(s3, private, encryption):
    assert refused(s3, private, **encryption)


def test_a_deny_without_a_condition_denies(s3, bucket):
    attach(s3, bucket, denies_puts(bucket))
    assert refused(s3, bucket)


def test_a_deny_wins_over_an_allow(s3, bucket):
    allowing = allow(["s3:*"], [f"arn:aws:s3:::{bucket}/*"], principal={"AWS": "*"})
    attach(s3, bucket, allowing, denies_puts(bucket))
    assert refused(s3, bucket)


def test_a_deny_leaves_other_actions_and_resources_alone(s3, bucket):
    attach(s3, bucket, denies_puts(f"{bucket}-of-somebody"))
    assert not refused(s3, bucket)


@pytest.mark.parametrize(
    ("when", "denied"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, True),
        ({"Bool": {"aws:PrincipalIsAWSService": "true"}}, False),
        ({"StringNotEquals": {"aws:SourceAccount": ACCOUNT}}, True),
        ({"Null": {"aws:SourceAccount": "false"}}, False),
        ({"StringEquals": {"s3:x-amz-server-side-encryption": ["AES256", "aws:kms"]}}, True),
        ({"StringEquals": {"s3:X-AMZ-Server-Side-Encryption": "AES256"}}, False),
        ({"StringLike": {"s3:x-amz-server-side-encryption": "aws:*"}}, True),
        ({"StringNotLike": {"s3:x-amz-server-side-encryption": "aws:*"}}, False),
        ({"ArnEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY}}, True),
        ({"ArnLike": {"s3:x-amz-server-side-encryption-aws-kms-key-id": f"{KEY}*"}}, True),
        ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::222222222222:role/*"}}, False),
        (
            {
                "Bool": {"aws:SecureTransport": "true"},
                "StringEquals": {"s3:x-amz-server-side-encryption": "AES256"},
            },
            False,
        ),
    ],
)
def test_a_deny_holds_when_every_condition_is_met(s3, bucket, when, denied):
    attach(s3, bucket, denies_puts(bucket, **when))
    assert refused(s3, bucket, ServerSideEncryption="aws:kms", SSEKMSKeyId=KEY) is denied


def deliver_logs(s3, bucket, target):
    s3.put_bucket_logging(
        Bucket=bucket,
        BucketLoggingStatus={
            "LoggingEnabled": {"TargetBucket": target, "TargetPrefix": f"{bucket}/"}
        },
    )


def test_access_logs_go_to_a_bucket_that_lets_s3_deliver_them(s3, bucket):
    s3.create_bucket(Bucket="logs", CreateBucketConfiguration=IRELAND)
    policy = access_log_policy(bucket_arn="arn:aws:s3:::logs", account_id=ACCOUNT)
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(policy))
    deliver_logs(s3, bucket, "logs")
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"]["TargetBucket"] == "logs"


def test_access_logs_go_under_no_prefix_that_is_not_open_to_them(s3, bucket):
    s3.create_bucket(Bucket="closed", CreateBucketConfiguration=IRELAND)
    elsewhere = ["arn:aws:s3:::closed/elsewhere/*"]
    delivery = {"Service": "logging.s3.amazonaws.com"}
    attach(s3, "closed", allow(["s3:PutObject"], elsewhere, principal=delivery))
    with pytest.raises(ClientError, match="InvalidTargetBucketForLogging"):
        deliver_logs(s3, bucket, "closed")
