import contextlib
import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from components.foundation.keys.key_policy import DataClass, key_policy
from embedded.cloud import Cloud

FUTURE = "will not allow you to update the key policy in the future"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
    ],
}


def as_role(cloud: Cloud, name: str) -> Any:
    """A KMS client that signs as a session of a role of that name."""
    iam = cloud.client("iam")
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    arn = f"arn:aws:iam::{cloud.account_id}:role/{name}"
    given = cloud.client("sts").assume_role(RoleArn=arn, RoleSessionName="any")["Credentials"]
    return boto3.client(
        "kms",
        region_name=cloud.region,
        endpoint_url=cloud.url,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def policy(cloud: Cloud, *administrators: str) -> str:
    return json.dumps(
        key_policy(
            holds=DataClass.DATA,
            account_id=cloud.account_id,
            region=cloud.region,
            administrators=[
                f"arn:aws:iam::{cloud.account_id}:role/{name}" for name in administrators
            ],
        )
    )


def test_a_key_is_refused_whose_policy_leaves_its_maker_outside(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match=FUTURE) as refused:
        as_role(cloud, "stranger").create_key(Policy=policy(cloud, "keeper"))
    assert refused.value.response["Error"]["Code"] == "MalformedPolicyDocumentException"


@pytest.mark.parametrize("role", ["keeper", "keeper-of-old"])
def test_whom_the_policy_lets_administer_it_makes_the_key(cloud: Cloud, role: str) -> None:
    made = as_role(cloud, role).create_key(Policy=policy(cloud, "keeper*"))
    assert made["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_policy_that_leaves_it_to_iam_locks_nobody_out(cloud: Cloud) -> None:
    assert as_role(cloud, "stranger").create_key(Policy=policy(cloud))
    assert as_role(cloud, "stranger").create_key()


def test_the_credentials_of_the_machine_are_the_root_users(cloud: Cloud) -> None:
    assert cloud.client("kms").create_key(Policy=policy(cloud, "keeper"))


def test_nor_is_a_policy_put_that_leaves_outside_who_puts_it(cloud: Cloud) -> None:
    key = cloud.client("kms").create_key(Policy=policy(cloud))["KeyMetadata"]["KeyId"]
    new = {"KeyId": key, "PolicyName": "default", "Policy": policy(cloud, "keeper")}
    with pytest.raises(ClientError, match=FUTURE):
        as_role(cloud, "stranger").put_key_policy(**new)
    as_role(cloud, "keeper").put_key_policy(**new)


def test_a_deny_of_everyone_locks_out_too(cloud: Cloud) -> None:
    closed = json.loads(policy(cloud))
    closed["Statement"].append(
        {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": ["kms:Put*"], "Resource": ["*"]}
    )
    with pytest.raises(ClientError, match=FUTURE):
        cloud.client("kms").create_key(Policy=json.dumps(closed))


def test_who_asks_for_it_is_let_outside(cloud: Cloud) -> None:
    assert as_role(cloud, "stranger").create_key(
        Policy=policy(cloud, "keeper"), BypassPolicyLockoutSafetyCheck=True
    )
