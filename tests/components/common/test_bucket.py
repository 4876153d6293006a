import json
from itertools import pairwise

import pytest

from components.common.bucket import AccessLogBucket, PrivateBucket
from components.common.durability import Durability
from infra.graph import record

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/data"
ENCRYPTION = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
)
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
POLICY = "aws:s3/bucketPolicy:BucketPolicy"
SETTINGS = (
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
    ENCRYPTION,
    "aws:s3/bucketVersioning:BucketVersioning",
    LIFECYCLE,
    POLICY,
)


def private(durability=Durability.KEEP, **more):
    def program():
        PrivateBucket(
            "raw", {"key_arn": KEY, "account_id": ACCOUNT, "durability": durability, **more}
        )

    return record(program)


def access_logs(durability=Durability.KEEP, **more):
    def program():
        AccessLogBucket("logs", {"account_id": ACCOUNT, "durability": durability, **more})

    return record(program)


def policy(graph):
    statements = json.loads(graph.one(POLICY).inputs["policy"])["Statement"]
    return {statement["Sid"]: statement for statement in statements}


def rule(graph):
    (only,) = graph.one(LIFECYCLE).inputs["rules"]
    return only


@pytest.mark.parametrize("made", [private, access_logs])
def test_every_bucket_refuses_plain_http(made):
    refused = policy(made())["TlsOnly"]
    assert refused["Effect"] == "Deny"
    assert refused["Principal"] == "*"
    assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


@pytest.mark.parametrize("made", [private, access_logs])
def test_every_bucket_is_closed_to_the_public(made):
    block = made().one("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert all(
        block.inputs[refusal]
        for refusal in (
            "blockPublicAcls",
            "blockPublicPolicy",
            "ignorePublicAcls",
            "restrictPublicBuckets",
        )
    )


@pytest.mark.parametrize("made", [private, access_logs])
def test_every_bucket_keeps_versions_for_a_while(made):
    graph = made()
    versioning = graph.one("aws:s3/bucketVersioning:BucketVersioning")
    assert versioning.inputs["versioningConfiguration"] == {"status": "Enabled"}
    assert rule(graph)["noncurrentVersionExpiration"] == {"noncurrentDays": 90}
    assert rule(graph)["abortIncompleteMultipartUpload"] == {"daysAfterInitiation": 7}


@pytest.mark.parametrize("made", [private, access_logs])
def test_every_bucket_ignores_access_lists(made):
    ownership = made().one("aws:s3/bucketOwnershipControls:BucketOwnershipControls")
    assert ownership.inputs["rule"] == {"objectOwnership": "BucketOwnerEnforced"}


@pytest.mark.parametrize("made", [private, access_logs])
def test_the_settings_of_a_bucket_follow_one_another(made):
    graph = made()
    chain = [graph.one(type_) for type_ in SETTINGS]
    for earlier, later in pairwise(chain):
        assert earlier.urn in later.dependencies


def test_objects_are_encrypted_with_the_given_key_and_no_other():
    graph = private()
    (encryption,) = graph.one(ENCRYPTION).inputs["rules"]
    assert encryption == {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": KEY},
        "bucketKeyEnabled": True,
    }
    assert policy(graph)["OwnKeyOnly"]["Condition"] == {
        "Null": {"s3:x-amz-server-side-encryption": "false"},
        "StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": KEY},
    }


def test_services_cannot_be_used_by_another_account_to_reach_a_bucket():
    refused = policy(private())["ServicesOfThisAccount"]
    assert refused["Effect"] == "Deny"
    assert refused["Condition"]["StringNotEquals"] == {"aws:SourceAccount": ACCOUNT}


@pytest.mark.parametrize("made", [private, access_logs])
def test_nobody_deletes_what_is_kept_from_deletion(made):
    refused = policy(made(kept_from_deletion=True))["NeverDeleted"]
    assert refused["Effect"] == "Deny"
    assert refused["Principal"] == "*"
    assert refused["Action"] == ["s3:DeleteObject", "s3:DeleteObjectVersion"]
    assert "NeverDeleted" not in policy(made())


@pytest.mark.parametrize("made", [private, access_logs])
def test_what_is_kept_from_deletion_cannot_be_disposable(made):
    with pytest.raises(ValueError, match="cannot be disposable"):
        made(Durability.DISPOSABLE, kept_from_deletion=True)


def test_no_bucket_that_takes_access_logs_is_locked():
    locks = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
    assert access_logs(kept_from_deletion=True).of_type(locks) == []


def test_objects_are_kept_unless_a_time_is_given():
    assert "days" not in rule(private())["expiration"]
    assert rule(private(expire_days=30))["expiration"] == {"days": 30}


def test_objects_move_to_cheaper_storage_when_asked():
    assert "transitions" not in rule(private())
    assert rule(private(storage={"intelligent": 60}))["transitions"] == [
        {"days": 60, "storageClass": "INTELLIGENT_TIERING"}
    ]


def test_old_versions_are_kept_as_long_as_given():
    kept = rule(private(noncurrent_days=7))["noncurrentVersionExpiration"]
    assert kept == {"noncurrentDays": 7}


def test_access_is_logged_under_the_name_of_the_bucket():
    logging = private(log_bucket="central-logs").one("aws:s3/bucketLogging:BucketLogging")
    assert logging.inputs["targetBucket"] == "central-logs"
    assert logging.inputs["targetPrefix"] == "raw/"


def test_access_is_not_logged_without_a_place_for_it():
    assert private().of_type("aws:s3/bucketLogging:BucketLogging") == []


def test_access_logs_are_delivered_for_this_account_only():
    delivered = policy(access_logs())["DeliverAccessLogs"]
    assert delivered["Principal"] == {"Service": "logging.s3.amazonaws.com"}
    assert delivered["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


def test_access_logs_are_encrypted_in_the_way_that_log_delivery_can_write():
    (encryption,) = access_logs().one(ENCRYPTION).inputs["rules"]
    assert encryption["applyServerSideEncryptionByDefault"] == {"sseAlgorithm": "AES256"}


def test_access_logs_expire():
    assert rule(access_logs())["expiration"] == {"days": 400}
    assert rule(access_logs(expire_days=2555))["expiration"] == {"days": 2555}


def test_a_logged_bucket_waits_until_its_log_bucket_takes_deliveries():
    def program():
        logs = AccessLogBucket("logs", {"account_id": ACCOUNT, "durability": Durability.KEEP})
        PrivateBucket(
            "raw",
            {
                "key_arn": KEY,
                "account_id": ACCOUNT,
                "durability": Durability.KEEP,
                "log_bucket": logs.bucket,
            },
        )

    graph = record(program)
    logging = graph.one("aws:s3/bucketLogging:BucketLogging")
    assert graph.one(POLICY, "logs-policy").urn in logging.dependencies


@pytest.mark.parametrize(
    ("durability", "protect", "retain", "force_destroy"),
    [
        (Durability.DISPOSABLE, None, None, True),
        (Durability.KEEP, None, True, False),
        (Durability.PROTECTED, True, True, False),
    ],
)
@pytest.mark.parametrize("made", [private, access_logs])
def test_durability_decides_what_becomes_of_the_objects(
    made, durability, protect, retain, force_destroy
):
    bucket = made(durability).one("aws:s3/bucket:Bucket")
    assert bucket.options.get("protect") is protect
    assert bucket.options.get("retainOnDelete") is retain
    assert bucket.inputs["forceDestroy"] is force_destroy


@pytest.mark.parametrize("type_", SETTINGS)
def test_a_bucket_left_behind_stays_closed_and_encrypted(type_):
    setting = private(Durability.KEEP).one(type_)
    assert setting.options["retainOnDelete"]
