"""Personas: who works with an environment, each kind of work as a role that people sign in to."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.iam import (
    Conditions,
    Document,
    document,
    rendered,
    trust_identity,
    trust_principals,
    trust_saml,
)
from components.foundation.access.break_glass import BREAK_GLASS
from components.foundation.access.persona_policies import PERSONAS, SEE_SETTINGS, persona_policy
from components.foundation.access.persona_statements import PersonaScope

SUFFIX = "?" * 16
"""What IAM Identity Center ends a role's name with; exactly as long, or the permission set `ds`
would let `ds_admin` in.

https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
"""


def permission_set_roles(names: Sequence[str], account_id: str) -> list[str]:
    """Patterns of the roles by which people of these permission sets are in the account.

    The path has the instance's region in it, unless that is us-east-1.
    """
    roles = f"arn:aws:iam::{account_id}:role/aws-reserved/sso.amazonaws.com"
    return [f"{roles}*/AWSReservedSSO_{name}_{SUFFIX}" for name in names]


def persona_trust(
    *,
    account_id: str,
    permission_sets: Sequence[str] = (),
    saml_provider_arn: str = "",
    affiliations: Sequence[str] = (),
    principals: Sequence[str] = (),
    names_people: bool = False,
) -> Document:
    """Who may take a persona's role.

    With `names_people`, they may say who they are as they do, and nobody says another's name: a
    user says their own, a session of a role the one that it has, and a provider of SAML vouches for
    what it asserts.

    Those of a permission set come as a role of IAM Identity Center, whose name changes whenever
    its last assignment goes and a new one is made: the account is trusted, and the condition holds
    for the permission set. Its path is AWS's own, in which no one else can make a role.

    Users come with multi-factor authentication; sessions of roles cannot tell of it, so it is asked
    of whoever takes those roles.

    https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-saml
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
    """
    trusted: list[Document] = []
    if permission_sets:
        sets = permission_set_roles(permission_sets, account_id)
        trusted.append(_account(account_id, {"ArnLike": {"aws:PrincipalArn": sets}}))
    if affiliations:
        asserted = {"ForAnyValue:StringEquals": {"saml:edupersonaffiliation": list(affiliations)}}
        trusted.append(trust_saml(saml_provider_arn, when=asserted))
        if names_people:
            trusted.append(trust_identity({"Federated": saml_provider_arn}, when=asserted))
    if users := [arn for arn in principals if ":role/" not in arn]:
        with_mfa = {
            "Bool": {"aws:MultiFactorAuthPresent": "true"},
            "StringEquals": {"aws:PrincipalType": "User"},
        }
        trusted.append(trust_principals(users, when=with_mfa))
        if names_people:
            trusted.append(trust_identity({"AWS": users}, when=_said("${aws:username}", with_mfa)))
    if roles := [arn for arn in principals if ":user/" not in arn]:
        assumed = {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}
        trusted.append(trust_principals(roles, when=assumed))
        if names_people:
            said = _said("${aws:SourceIdentity}", assumed)
            trusted.append(trust_identity({"AWS": roles}, when=said))
    return document(*(statement for each in trusted for statement in each["Statement"]))


def _account(account_id: str, when: Conditions) -> Document:
    return trust_principals([f"arn:aws:iam::{account_id}:root"], when=when)


def _said(name: str, when: Mapping[str, Mapping[str, str]]) -> Conditions:
    """The conditions, and that the name that somebody says is this one."""
    return {**when, "StringEquals": {**when["StringEquals"], "sts:SourceIdentity": name}}


class EntryArgs(TypedDict):
    """Who is let in; at least one of the lists is not empty."""

    permission_sets: list[str]
    """Names of permission sets of IAM Identity Center, assigned in the account."""
    affiliations: list[str]
    """Values of the attribute eduPersonAffiliation that the SAML provider asserts."""
    principals: list[str]
    """ARNs of roles, users and accounts."""


class PersonaArgs(EntryArgs):
    """A persona and who is let in as it."""

    role_name: str
    """Name of the role within the account, at most 64 characters: people type it."""
    approves: bool
    """Whether the persona may approve deliveries."""


class PersonasArgs(PlacedArgs):
    """What the personas of an environment are made of."""

    personas: dict[str, PersonaArgs]
    """Each by its name, such as `data-scientist`."""
    saml_provider_arn: NotRequired[str]
    """IAM's SAML provider, where people are let in by their affiliations."""
    identity_center_arn: NotRequired[str]
    """The instance of IAM Identity Center: the auditor reads who stands behind permission sets."""
    session_hours: int
    """How long one stays signed in at most, 1 to 12; AWS ends what comes by another role, or by a
    permission set, after one."""
    names_people: NotRequired[bool]
    """Whether a session tells who came, which what only that person may do is told by."""
    settings_policy_arns: list[pulumi.Input[str]]
    """Managed policies that let read the settings of all that is declared."""
    deploy_policy_arns: list[pulumi.Input[str]]
    """Managed policies that let deploy all that is declared, for who breaks the glass."""
    state_policy: pulumi.Input[str]
    """The policy, as JSON, that lets write Pulumi's state, for the same."""
    project: str
    """Name of the Pulumi project."""
    environment: str
    """Name of the environment."""
    zones: dict[str, pulumi.Input[str]]
    """ARN of the bucket of each zone of the lake: raw, curated, features and any others."""
    queried_zones: NotRequired[dict[str, list[str]]]
    """Zones that a persona reads by queries alone, as Lake Formation lets it; by persona."""
    results_arn: pulumi.Input[str]
    """ARN of the bucket of the queries' results."""
    artifacts_arn: pulumi.Input[str]
    """ARN of the bucket of models and reports."""
    keys: dict[str, pulumi.Input[str]]
    """ARN of the key of each class of data."""


def _policy(persona: str, approves: bool, **scope: Any) -> Document:
    return persona_policy(persona, PersonaScope(**scope), approves=approves)


class Personas(pulumi.ComponentResource):
    """A role for each persona that somebody is let in as.

    Raises ValueError for a persona that is not known, and for one that nobody is let in as.
    """

    role_arns: dict[str, pulumi.Output[str]]
    """ARN of each persona's role, by persona."""

    def __init__(
        self, name: str, args: PersonasArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Personas", name, None, opts)
        for persona, let_in in args["personas"].items():
            if persona not in PERSONAS:
                raise ValueError(f"{persona}: is none of {', '.join(PERSONAS)}")
            if not (let_in["permission_sets"] or let_in["affiliations"] or let_in["principals"]):
                raise ValueError(f"{persona}: nobody is let in")
        self.role_arns = {
            persona: self._role(name, persona, let_in, args)
            for persona, let_in in args["personas"].items()
        }
        self.register_outputs({"role_arns": self.role_arns})

    def _role(
        self, name: str, persona: str, let_in: PersonaArgs, args: PersonasArgs
    ) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{name}-{persona}",
            name=let_in["role_name"],
            description=f"People who work as {persona} in {args['environment']}",
            max_session_duration=args["session_hours"] * 3600,
            assume_role_policy=rendered(
                persona_trust,
                account_id=args["account_id"],
                permission_sets=let_in["permission_sets"],
                saml_provider_arn=args.get("saml_provider_arn", ""),
                affiliations=let_in["affiliations"],
                principals=let_in["principals"],
                names_people=args.get("names_people", False),
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.iam.RolePolicy(
            f"{name}-{persona}-work",
            role=role.name,
            policy=rendered(_policy, persona=persona, approves=let_in["approves"], **_scope(args)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        if persona in SEE_SETTINGS:
            self._attach(f"{name}-{persona}-sees", role, args["settings_policy_arns"])
        if persona == BREAK_GLASS:
            self._attach(f"{name}-{persona}-deploys", role, args["deploy_policy_arns"])
            aws.iam.RolePolicy(
                f"{name}-{persona}-state",
                role=role.name,
                policy=args["state_policy"],
                opts=pulumi.ResourceOptions(parent=self),
            )
        return role.arn

    def _attach(self, name: str, role: aws.iam.Role, arns: Sequence[pulumi.Input[str]]) -> None:
        for number, arn in enumerate(arns, 1):
            aws.iam.RolePolicyAttachment(
                f"{name}-{number}",
                role=role.name,
                policy_arn=arn,
                opts=pulumi.ResourceOptions(parent=self),
            )


def _scope(args: PersonasArgs) -> Mapping[str, pulumi.Input[Any]]:
    return {
        "project": args["project"],
        "environment": args["environment"],
        "account_id": args["account_id"],
        "region": args["region"],
        "zones": args["zones"],
        "queried_zones": args.get("queried_zones", {}),
        "results_arn": args["results_arn"],
        "artifacts_arn": args["artifacts_arn"],
        "keys": args["keys"],
        "identity_center_arn": args.get("identity_center_arn", ""),
    }
