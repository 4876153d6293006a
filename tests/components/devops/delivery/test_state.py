"""Pulumi's state, as the delivery reaches it."""

import pytest

from components.common.iam import Document
from components.devops.delivery.state import State, state_of, state_permissions, state_variables

ALIAS = "alias/maslow-dev-state"
HERE = {"account_id": "123456789012", "region": "eu-west-1"}
STORED = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:passphrase-a1b2c3"


def actions(policy: Document) -> set[str]:
    return {action for statement in policy["Statement"] for action in statement["Action"]}


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("s3://acme-state", State("arn:aws:s3:::acme-state", "")),
        ("s3://acme-state/", State("arn:aws:s3:::acme-state", "")),
        (
            "s3://acme-state/ml/maslow?region=eu-west-1",
            State("arn:aws:s3:::acme-state", "ml/maslow"),
        ),
    ],
)
def test_a_state_url_names_a_bucket_and_perhaps_a_prefix(url: str, state: State) -> None:
    assert state_of(url) == state


@pytest.mark.parametrize("url", ["file:///state", "https://api.pulumi.com", "acme-state", ""])
def test_a_state_outside_of_s3_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must be s3://<bucket>"):
        state_of(url)


def test_a_reader_of_the_state_writes_and_encrypts_nothing() -> None:
    policy = state_permissions(
        **HERE, url="s3://acme-state", key_alias=ALIAS, passphrase_secret_arn=None, writes=False
    )
    assert actions(policy) == {
        *("s3:ListBucket", "s3:GetBucketLocation", "s3:GetObject"),
        *("kms:Decrypt", "kms:DescribeKey"),
    }


def test_a_writer_of_the_state_stays_below_its_prefix() -> None:
    policy = state_permissions(
        **HERE,
        url="s3://acme-state/maslow",
        key_alias=ALIAS,
        passphrase_secret_arn=None,
        writes=True,
    )
    objects = [s for s in policy["Statement"] if "s3:PutObject" in s["Action"]]
    assert [s["Resource"] for s in objects] == [["arn:aws:s3:::acme-state/maslow/*"]]
    assert {"s3:DeleteObject", "kms:Encrypt", "kms:GenerateDataKey"} <= actions(policy)


def test_secrets_are_encrypted_by_the_key_of_the_alias_and_no_other() -> None:
    policy = state_permissions(
        **HERE, url="s3://acme-state", key_alias=ALIAS, passphrase_secret_arn=None, writes=True
    )
    (statement,) = [s for s in policy["Statement"] if "kms:Decrypt" in s["Action"]]
    assert statement["Resource"] == ["arn:aws:kms:eu-west-1:123456789012:key/*"]
    assert statement["Condition"] == {"ForAnyValue:StringEquals": {"kms:ResourceAliases": ALIAS}}


def test_a_passphrase_is_read_from_its_secret_alone() -> None:
    policy = state_permissions(
        **HERE, url="s3://acme-state", key_alias=None, passphrase_secret_arn=STORED, writes=True
    )
    assert policy["Statement"][-1] == {
        "Effect": "Allow",
        "Action": ["secretsmanager:GetSecretValue"],
        "Resource": [STORED],
    }
    assert not any(action.startswith("kms:") for action in actions(policy))


def test_a_passphrase_reaches_the_build_as_a_secret_and_never_in_plain() -> None:
    assert state_variables({"url": "s3://acme-state", "passphrase_secret_arn": STORED}) == [
        {"name": "PULUMI_BACKEND_URL", "value": "s3://acme-state", "secret": False},
        {"name": "PULUMI_CONFIG_PASSPHRASE", "value": STORED, "secret": True},
    ]
    assert state_variables({"url": "s3://acme-state", "key_alias": ALIAS}) == [
        {"name": "PULUMI_BACKEND_URL", "value": "s3://acme-state", "secret": False}
    ]
