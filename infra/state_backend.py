"""Where Pulumi keeps an environment's state: a bucket and a key that are there before the stack.

Made by boto3 rather than by Pulumi, which needs them to begin with.
https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
https://www.pulumi.com/docs/iac/concepts/secrets/#aws-key-management-service-kms
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from botocore.exceptions import ClientError

from components.common.bucket import private_bucket_policy
from components.common.iam import Document, allow_everywhere, deny, document
from infra.errors import InputError
from infra.naming import Names

Client = Callable[[str], Any]
"""boto3 clients, by service."""

KEPT_DAYS = 365
KEPT_VERSIONS = 20
KEY_DELETION_DAYS = 30
NOT_FOUND = 404
WITHOUT_LOCATION = "us-east-1"


@dataclass(frozen=True)
class Backend:
    """The state of one environment in one account, by names that nobody has to look up."""

    bucket: str
    key_alias: str
    account_id: str
    region: str

    embedded: bool = False
    """Whether it is on the embedded AWS, where buckets have no subdomains."""

    @property
    def url(self) -> str:
        """What `pulumi login` takes."""
        path_style = "&s3ForcePathStyle=true" if self.embedded else ""
        return f"s3://{self.bucket}?region={self.region}{path_style}"

    @property
    def secrets_provider(self) -> str:
        """What `pulumi stack init --secrets-provider` takes."""
        return f"awskms://{self.key_alias}?region={self.region}"


class Made(NamedTuple):
    """One part of the backend, after it was seen to."""

    what: str
    name: str
    new: bool


def backend_of(names: Names, account_id: str, region: str, *, embedded: bool = False) -> Backend:
    """The state of an environment; its delivery expects it under the same names."""
    bucket = f"{names('state', limit=50)}-{account_id}"
    return Backend(bucket, key_alias(names), account_id, region, embedded)


def key_alias(names: Names) -> str:
    """Alias of the key that encrypts an environment's state and the secrets in it."""
    return f"alias/{names('state')}"


def state_key_policy(*, account_id: str) -> Document:
    """The policy of the state's key: the account's IAM policies tell who uses it.

    Pulumi calls KMS itself for the secrets of a stack, and S3 does for the objects.
    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """
    return document(
        allow_everywhere(
            ["kms:*"],
            reason="in a key policy, * is the key that the policy belongs to",
            principal={"AWS": f"arn:aws:iam::{account_id}:root"},
            sid="ByIamPolicies",
        )
    )


def state_bucket_policy(*, bucket_arn: str, key_arn: str, account_id: str) -> Document:
    """The policy of the state's bucket: private, by TLS, by its own key, and not to be emptied.

    Pulumi deletes objects, which leaves their versions: those go by the bucket's lifecycle alone.
    Whoever wants the bucket gone takes its policy away first.
    """
    private = private_bucket_policy(bucket_arn=bucket_arn, key_arn=key_arn, account_id=account_id)
    kept = deny(
        ["s3:DeleteBucket", "s3:DeleteObjectVersion"],
        [bucket_arn, f"{bucket_arn}/*"],
        principal="*",
        sid="Kept",
    )
    return document(*private["Statement"], kept)


def make(client: Client, backend: Backend, tags: Mapping[str, str]) -> Iterator[Made]:
    """Make what is missing of a backend, and bring what is there to its settings.

    It may be called again at any time, also after an interruption. Raises InputError for a name
    that something else has, and botocore's ClientError for what AWS refuses.
    """
    key_arn, new = _key(client("kms"), backend, tags)
    yield Made("key", backend.key_alias, new)
    yield Made("bucket", backend.bucket, _bucket(client("s3"), backend))
    _settle(client("s3"), backend, key_arn, tags)


def _key(kms: Any, backend: Backend, tags: Mapping[str, str]) -> tuple[str, bool]:
    policy = json.dumps(state_key_policy(account_id=backend.account_id))
    try:
        found = kms.describe_key(KeyId=backend.key_alias)["KeyMetadata"]
    except kms.exceptions.NotFoundException:
        return _new_key(kms, backend, policy, tags), True
    if found["KeyState"] != "Enabled":
        raise InputError(
            f"The key {backend.key_alias} is {found['KeyState']}. Enable it, or cancel its "
            "deletion: without it the state and its secrets cannot be read."
        )
    kms.put_key_policy(KeyId=found["KeyId"], PolicyName="default", Policy=policy)
    kms.enable_key_rotation(KeyId=found["KeyId"])
    return str(found["Arn"]), False


def _new_key(kms: Any, backend: Backend, policy: str, tags: Mapping[str, str]) -> str:
    made = kms.create_key(
        Description=f"Pulumi's state in {backend.bucket}",
        Policy=policy,
        Tags=[{"TagKey": name, "TagValue": value} for name, value in tags.items()],
    )["KeyMetadata"]
    try:
        kms.enable_key_rotation(KeyId=made["KeyId"])
        kms.create_alias(AliasName=backend.key_alias, TargetKeyId=made["KeyId"])
    except BaseException:
        # Without its alias the next attempt would not find it, and make another.
        kms.schedule_key_deletion(KeyId=made["KeyId"], PendingWindowInDays=KEY_DELETION_DAYS)
        raise
    return str(made["Arn"])


def _bucket(s3: Any, backend: Backend) -> bool:
    """Make the bucket unless it is there; whether it was made."""
    place = {"Bucket": backend.bucket, "ExpectedBucketOwner": backend.account_id}
    try:
        found = s3.head_bucket(**place)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != NOT_FOUND:
            raise
    else:
        region = found.get("BucketRegion", backend.region)
        if region != backend.region:
            raise InputError(
                f"The bucket {backend.bucket} is in {region}, and the environment in "
                f"{backend.region}. Correct aws:region, or move the bucket away."
            )
        return False
    where = {"CreateBucketConfiguration": {"LocationConstraint": backend.region}}
    s3.create_bucket(
        Bucket=backend.bucket,
        ObjectOwnership="BucketOwnerEnforced",
        **({} if backend.region == WITHOUT_LOCATION else where),
    )
    return True


def _settle(s3: Any, backend: Backend, key_arn: str, tags: Mapping[str, str]) -> None:
    place = {"Bucket": backend.bucket, "ExpectedBucketOwner": backend.account_id}
    s3.put_public_access_block(
        **place,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_versioning(**place, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_encryption(
        **place,
        ServerSideEncryptionConfiguration={
            "Rules": [
                {
                    "ApplyServerSideEncryptionByDefault": {
                        "SSEAlgorithm": "aws:kms",
                        "KMSMasterKeyID": key_arn,
                    },
                    "BucketKeyEnabled": True,
                }
            ]
        },
    )
    s3.put_bucket_lifecycle_configuration(
        **place,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "history",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "NoncurrentVersionExpiration": {
                        "NoncurrentDays": KEPT_DAYS,
                        "NewerNoncurrentVersions": KEPT_VERSIONS,
                    },
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    s3.put_bucket_tagging(
        **place,
        Tagging={"TagSet": [{"Key": name, "Value": value} for name, value in tags.items()]},
    )
    policy = state_bucket_policy(
        bucket_arn=f"arn:aws:s3:::{backend.bucket}",
        key_arn=key_arn,
        account_id=backend.account_id,
    )
    s3.put_bucket_policy(**place, Policy=json.dumps(policy))
