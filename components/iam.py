"""IAM policy documents as plain values, in AWS's own grammar.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi

Statement = dict[str, Any]
Document = dict[str, Any]
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]


def allow(
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principal: Mapping[str, str | Sequence[str]] | None = None,
    when: Conditions | None = None,
    sid: str | None = None,
) -> Statement:
    """A statement that allows `actions` on named `resources`.

    `principal` is given in resource policies only, as `{"Service": "…"}` or `{"AWS": "arn:…"}`.
    `when` is the Condition block: operator to condition key to value or values.

    Raises ValueError for the resource `*`: what supports nothing narrower says so by
    `allow_everywhere`.
    """
    if "*" in resources:
        raise ValueError(f"{', '.join(actions)}: name the resources, or use allow_everywhere")
    return _statement("Allow", actions, resources, principal, when, sid)


def allow_everywhere(
    actions: Sequence[str],
    *,
    reason: str,
    principal: Mapping[str, str | Sequence[str]] | None = None,
    when: Conditions | None = None,
    sid: str | None = None,
) -> Statement:
    """A statement on the resource `*`, for actions that AWS offers no narrower resource for.

    `reason` stays in the source, for the reader: IAM has no field for it. It must not be empty.
    """
    if not reason.strip():
        raise ValueError(f"{', '.join(actions)}: allow_everywhere needs a reason")
    return _statement("Allow", actions, ["*"], principal, when, sid)


def deny(
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principal: str | Mapping[str, str | Sequence[str]] | None = None,
    when: Conditions | None = None,
    sid: str | None = None,
) -> Statement:
    """A statement that denies; a deny may be as wide as it likes."""
    return _statement("Deny", actions, resources, principal, when, sid)


def document(*statements: Statement) -> Document:
    """A policy document of the current grammar version."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(service: str, *, account_id: str) -> Document:
    """A trust policy that lets one AWS service assume the role, on behalf of this account only.

    The condition keeps another account's resources from using the role through the service:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    return document(
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": account_id}},
        }
    )


def tls_only(bucket_arn: str) -> Statement:
    """Refuse every request to a bucket that does not come by TLS."""
    return deny(
        ["s3:*"],
        [bucket_arn, f"{bucket_arn}/*"],
        principal="*",
        when={"Bool": {"aws:SecureTransport": "false"}},
        sid="TlsOnly",
    )


def rendered(build: Callable[..., Document], **inputs: pulumi.Input[Any]) -> pulumi.Output[str]:
    """The JSON of `build(**inputs)` once every input is known.

    The builders stay plain functions of plain values; this is where they meet Pulumi. It serves
    pipeline definitions and state machines as well as policies.
    """
    return pulumi.Output.all(**inputs).apply(lambda known: json.dumps(build(**known)))


def _statement(
    effect: str,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: str | Mapping[str, str | Sequence[str]] | None,
    when: Conditions | None,
    sid: str | None,
) -> Statement:
    statement: Statement = {}
    if sid:
        statement["Sid"] = sid
    statement["Effect"] = effect
    if principal is not None:
        statement["Principal"] = principal
    statement["Action"] = list(actions)
    statement["Resource"] = list(resources)
    if when:
        statement["Condition"] = when
    return statement
