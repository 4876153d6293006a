"""Pulumi's state as the delivery's builds meet it: where it is, and who may do what with it."""

from typing import NamedTuple, NotRequired, TypedDict
from urllib.parse import urlsplit

import pulumi

from components.common.iam import Document, allow, document, rendered
from components.devops.delivery import buildspec
from components.devops.delivery.stage_build import VariableArgs


class StateArgs(TypedDict):
    """Where Pulumi keeps the state, and what encrypts the secrets in it: a key or a passphrase."""

    url: pulumi.Input[str]
    """State URL, `s3://<bucket>[/<prefix>][?region=…]`."""
    key_alias: NotRequired[pulumi.Input[str]]
    """Alias, `alias/<name>`, of the KMS key that is the stack's secrets provider."""
    passphrase_secret_arn: NotRequired[pulumi.Input[str]]
    """Secrets Manager secret whose value is the passphrase of the stack's secrets."""


class State(NamedTuple):
    """Where Pulumi keeps the state of the stacks."""

    bucket_arn: str
    prefix: str
    """Key prefix inside the bucket, without slashes at its ends; empty for the whole bucket."""


def state_of(url: str) -> State:
    """The place that a state URL names, such as `s3://acme-state/maslow?region=eu-west-1`.

    Raises ValueError for any other kind of URL: the delivery's roles are given exactly the state
    that they need, which only a bucket of AWS lets them be.
    https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
    """
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"state url {url!r}: must be s3://<bucket>, with or without a prefix")
    return State(f"arn:aws:s3:::{parts.netloc}", parts.path.strip("/"))


def state_permissions(
    *,
    url: str,
    key_alias: str | None,
    passphrase_secret_arn: str | None,
    writes: bool,
    account_id: str,
    region: str,
) -> Document:
    """Read Pulumi's state and its secrets; with `writes` also lock and change it.

    A policy cannot name a key by its alias, but can ask that the key has it:
    https://docs.aws.amazon.com/kms/latest/developerguide/alias-authorization.html
    """
    state = state_of(url)
    objects = "/".join(filter(None, (state.bucket_arn, state.prefix, "*")))
    write = ["s3:PutObject", "s3:DeleteObject"] if writes else []
    encrypt = ["kms:Encrypt", "kms:GenerateDataKey"] if writes else []
    statements = [
        allow(["s3:ListBucket", "s3:GetBucketLocation"], [state.bucket_arn]),
        allow(["s3:GetObject", *write], [objects]),
    ]
    if key_alias:
        statements.append(
            allow(
                ["kms:Decrypt", "kms:DescribeKey", *encrypt],
                [f"arn:aws:kms:{region}:{account_id}:key/*"],
                when={"ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias}},
            )
        )
    if passphrase_secret_arn:
        statements.append(allow(["secretsmanager:GetSecretValue"], [passphrase_secret_arn]))
    return document(*statements)


def state_policy(
    state: StateArgs, *, writes: bool, account_id: pulumi.Input[str], region: str
) -> pulumi.Output[str]:
    """`state_permissions` as JSON."""
    return rendered(
        state_permissions,
        url=state["url"],
        key_alias=state.get("key_alias"),
        passphrase_secret_arn=state.get("passphrase_secret_arn"),
        writes=writes,
        account_id=account_id,
        region=region,
    )


def state_variables(state: StateArgs) -> list[VariableArgs]:
    """The environment by which the Pulumi CLI finds the state and its secrets.

    https://www.pulumi.com/docs/iac/cli/environment-variables/
    """
    variables: list[VariableArgs] = [
        {"name": buildspec.STATE_URL, "value": state["url"], "secret": False}
    ]
    if "passphrase_secret_arn" in state:
        variables.append(
            {
                "name": "PULUMI_CONFIG_PASSPHRASE",
                "value": state["passphrase_secret_arn"],
                "secret": True,
            }
        )
    return variables
