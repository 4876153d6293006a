from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from embedded.cloud import Cloud
from infra.errors import InputError
from infra.naming import Names
from infra.state_backend import Backend, Made, backend_of, make, state_bucket_policy

TAGS = {"maslow:owner": "ml-platform@example.com"}
NAMES = Names("maslow", "dev")


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def backend(cloud: Cloud) -> Backend:
    return backend_of(NAMES, cloud.account_id, cloud.region)


def made(cloud: Cloud, backend: Backend) -> list[Made]:
    return list(make(cloud.client, backend, TAGS))


def test_the_first_run_makes_both_and_the_next_ones_neither(cloud: Cloud, backend: Backend) -> None:
    bucket = f"maslow-dev-state-{cloud.account_id}"
    assert made(cloud, backend) == [
        Made("key", "alias/maslow-dev-state", True),
        Made("bucket", bucket, True),
    ]
    assert [part.new for part in made(cloud, backend)] == [False, False]
    assert len(cloud.client("kms").list_keys()["Keys"]) == 1


def test_the_bucket_is_private_versioned_and_encrypted_by_its_own_key(
    cloud: Cloud, backend: Backend
) -> None:
    made(cloud, backend)
    s3, kms = cloud.client("s3"), cloud.client("kms")
    place = {"Bucket": backend.bucket}
    key = kms.describe_key(KeyId=backend.key_alias)["KeyMetadata"]
    (rule,) = s3.get_bucket_encryption(**place)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key["Arn"]
    assert s3.get_bucket_versioning(**place)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(**place)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_tagging(**place)["TagSet"] == [
        {"Key": "maslow:owner", "Value": "ml-platform@example.com"}
    ]
    assert kms.get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]


def test_settings_that_somebody_changed_are_brought_back(cloud: Cloud, backend: Backend) -> None:
    made(cloud, backend)
    s3 = cloud.client("s3")
    s3.put_bucket_versioning(Bucket=backend.bucket, VersioningConfiguration={"Status": "Suspended"})
    made(cloud, backend)
    assert s3.get_bucket_versioning(Bucket=backend.bucket)["Status"] == "Enabled"


def test_the_state_comes_back_from_its_history(cloud: Cloud, backend: Backend) -> None:
    made(cloud, backend)
    s3 = cloud.client("s3")
    place = {"Bucket": backend.bucket, "Key": ".pulumi/stacks/maslow/dev.json"}
    first = s3.put_object(**place, Body=b"first")["VersionId"]
    s3.delete_object(**place)
    assert s3.get_object(**place, VersionId=first)["Body"].read() == b"first"


def test_nobody_deletes_the_bucket_or_its_history() -> None:
    policy = state_bucket_policy(
        bucket_arn="arn:aws:s3:::state", key_arn="arn:aws:kms:::key/1", account_id="123456789012"
    )
    (kept,) = [each for each in policy["Statement"] if each["Sid"] == "Kept"]
    assert kept["Effect"] == "Deny"
    assert kept["Principal"] == "*"
    assert kept["Action"] == ["s3:DeleteBucket", "s3:DeleteObjectVersion"]
    assert "Condition" not in kept


def test_plain_http_and_other_keys_are_refused_by_the_buckets_policy() -> None:
    policy = state_bucket_policy(
        bucket_arn="arn:aws:s3:::state", key_arn="arn:aws:kms:::key/1", account_id="123456789012"
    )
    refusals = {each["Sid"]: each["Effect"] for each in policy["Statement"]}
    assert refusals == {
        "TlsOnly": "Deny",
        "OwnKeyOnly": "Deny",
        "ServicesOfThisAccount": "Deny",
        "Kept": "Deny",
    }


def test_a_run_that_was_cut_short_is_finished_by_the_next(cloud: Cloud, backend: Backend) -> None:
    next(make(cloud.client, backend, TAGS))
    assert [part.new for part in made(cloud, backend)] == [False, True]


def test_a_key_that_gets_no_alias_does_not_stay(
    cloud: Cloud, backend: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cloud.client("kms"), "create_alias", interrupted)
    with pytest.raises(KeyboardInterrupt):
        made(cloud, backend)
    kms = cloud.client("kms")
    (key,) = kms.list_keys()["Keys"]
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "PendingDeletion"


def test_a_key_that_is_about_to_go_is_told_of(cloud: Cloud, backend: Backend) -> None:
    made(cloud, backend)
    cloud.client("kms").schedule_key_deletion(
        KeyId=cloud.client("kms").describe_key(KeyId=backend.key_alias)["KeyMetadata"]["KeyId"]
    )
    with pytest.raises(InputError, match="alias/maslow-dev-state is PendingDeletion"):
        made(cloud, backend)


def test_a_bucket_of_that_name_elsewhere_is_told_of(cloud: Cloud, backend: Backend) -> None:
    boto3.client(
        "s3",
        region_name="eu-central-1",
        endpoint_url=cloud.url,
        aws_access_key_id="embedded",
        aws_secret_access_key="embedded",
    ).create_bucket(
        Bucket=backend.bucket,
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    with pytest.raises(InputError, match=r"is in eu-central-1, and the environment in eu-west-1"):
        made(cloud, backend)


def test_us_east_1_takes_no_location() -> None:
    with Cloud("us-east-1") as cloud:
        backend = backend_of(NAMES, cloud.account_id, cloud.region)
        assert [part.new for part in made(cloud, backend)] == [True, True]


def test_the_names_are_those_that_the_delivery_expects() -> None:
    backend = backend_of(Names("maslow", "prod"), "333333333333", "eu-west-1")
    assert backend.url == "s3://maslow-prod-state-333333333333?region=eu-west-1"
    assert backend.secrets_provider == "awskms://alias/maslow-prod-state?region=eu-west-1"
