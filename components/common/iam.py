"""IAM policy documents as plain values, in AWS's own grammar.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

import pulumi

from catalog.services import by_principal

Principal = Mapping[str, str | Sequence[str]]
"""Who is meant, by kind: `{"Service": "…"}`, `{"AWS": "arn:…"}` or `{"Federated": "arn:…"}`."""
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]
"""A Condition block: operator to condition key to value or values."""
Effect = Literal["Allow", "Deny"]
Json = dict[str, Any]
"""Any other JSON document that a resource takes: a definition, a pattern."""


class Statement(TypedDict):
    """One statement of a policy."""

    Sid: NotRequired[str]
    """What the statement is called, of letters and digits."""
    Effect: Effect
    """Whether it allows or denies."""
    Principal: NotRequired[str | Principal]
    """Whom it is for, in resource and trust policies; `*` is everyone."""
    Action: list[str]
    """The actions, in which `*` stands for anything."""
    Resource: NotRequired[list[str]]
    """ARNs of what is acted on; trust policies have none."""
    Condition: NotRequired[Conditions]
    """When it holds."""


class Document(TypedDict):
    """A policy document."""

    Version: str
    """Of the grammar: 2012-10-17."""
    Statement: list[Statement]
    """In any order: an explicit deny wins over every allow."""


def allow(
    actions: Sequence[str],
    resources: Sequence[str],
    *,
    principal: Principal | None = None,
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
    principal: Principal | None = None,
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
    principal: str | Principal | None = None,
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

    The condition keeps another account's resources from using the role through the service. Where
    the catalog says that a service does not send the account, the condition holds without it: IAM
    lets nobody pass a role of another account to a service anyway.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    known = by_principal().get(service)
    silent = known is not None and known.sends_source_account is False
    operator = "StringEqualsIfExists" if silent else "StringEquals"
    return _trusting(
        "sts:AssumeRole",
        {"Service": service},
        {operator: {"aws:SourceAccount": account_id}},
    )


def trust_principals(arns: Sequence[str], *, when: Conditions | None = None) -> Document:
    """A trust policy for accounts, users and roles by their ARNs; `when` narrows it further.

    Raises ValueError without an ARN, and for `*`, which is everyone in every account.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if not arns or not all(arn.startswith("arn:") for arn in arns):
        raise ValueError(f"{', '.join(arns) or 'nobody'}: name whom to trust by their ARNs")
    return _trusting("sts:AssumeRole", {"AWS": list(arns)}, when)


def trust_saml(provider_arn: str, *, when: Conditions | None = None) -> Document:
    """A trust policy for people whom a SAML identity provider signs in.

    `when` narrows it to some of them, by the attributes that the provider asserts.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_saml.html
    """
    audience = {"saml:aud": "https://signin.aws.amazon.com/saml"}
    conditions = dict(when or {})
    conditions["StringEquals"] = {**audience, **conditions.get("StringEquals", {})}
    return _trusting("sts:AssumeRoleWithSAML", {"Federated": provider_arn}, conditions)


def trust_identity(principal: Principal, *, when: Conditions | None = None) -> Document:
    """A trust policy that lets who takes the role say who they are; `when` tells what may be said.

    The session bears that name for good, and so do those of roles that are taken from it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    return _trusting("sts:SetSourceIdentity", principal, when)


def trust_web_identity(provider_arn: str, *, audience: str, subjects: Sequence[str]) -> Document:
    """A trust policy for the bearers of an OpenID Connect provider's tokens, such as CI jobs.

    `subjects` are the `sub` claims that may come; `*` in one stands for anything. The condition
    keys are named for the provider's address without its scheme, as the ARN has it.

    Raises ValueError without a subject, and for one that anybody's token would match: at a public
    provider that is the whole world.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    """
    if not subjects or any(not subject.strip("*?:") for subject in subjects):
        raise ValueError(f"{', '.join(subjects) or 'no subject'}: say whose tokens are taken")
    issuer = provider_arn.partition(":oidc-provider/")[2]
    if not issuer:
        raise ValueError(f"{provider_arn}: is no ARN of an OpenID Connect provider")
    return _trusting(
        "sts:AssumeRoleWithWebIdentity",
        {"Federated": provider_arn},
        {
            "StringEquals": {f"{issuer}:aud": audience},
            "StringLike": {f"{issuer}:sub": list(subjects)},
        },
    )


def tls_only(bucket_arn: str) -> Statement:
    """Refuse every request to a bucket that does not come by TLS."""
    return deny_without_tls(["s3:*"], [bucket_arn, f"{bucket_arn}/*"])


def deny_without_tls(
    actions: Sequence[str], resources: Sequence[str], sid: str = "TlsOnly"
) -> Statement:
    """Refuse to everybody what does not come by TLS, in the policy of a resource."""
    return deny(
        actions,
        resources,
        principal="*",
        when={"Bool": {"aws:SecureTransport": "false"}},
        sid=sid,
    )


def rendered(
    build: Callable[..., Mapping[str, Any]], **inputs: pulumi.Input[Any]
) -> pulumi.Output[str]:
    """The JSON of `build(**inputs)` once every input is known.

    The builders stay plain functions of plain values; this is where they meet Pulumi. It serves
    pipeline definitions and state machines as well as policies.
    """
    return pulumi.Output.all(**inputs).apply(lambda known: json.dumps(build(**known)))


def _statement(
    effect: Effect,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: str | Principal | None,
    when: Conditions | None,
    sid: str | None,
) -> Statement:
    statement: Statement = {"Effect": effect, "Action": list(actions), "Resource": list(resources)}
    if sid:
        statement = {"Sid": sid, **statement}
    if principal is not None:
        statement["Principal"] = principal
    if when:
        statement["Condition"] = when
    return statement


def _trusting(action: str, principal: Principal, when: Conditions | None) -> Document:
    statement: Statement = {"Effect": "Allow", "Principal": principal, "Action": [action]}
    if when:
        statement["Condition"] = when
    return document(statement)
