"""What the preview and the deployment of one environment's platform may do in its account.

It is computed from the environment's graph, in which every model has an approved version: the
catalog's records tell what the life of each resource type asks of IAM. Of each service that the
graph uses, all types that the catalog knows are allowed, so that a deployment can make what its own
revision adds within those services, and can delete what it takes away. A revision that brings
another service in is brought up by a person first, who changes what deployments may do with it.

What the platform names begins with `<project>-<environment>-` (in Glue, with underscores), and so
most permissions end at that prefix; ids of AWS's making are told apart by the environment's tags.

Escalation. A role that creates roles can give itself anything. Against that stand, in this order:
a role can only be created, or given a policy, if it carries the environment's permissions boundary
(`iam:PermissionsBoundary`), and no boundary can be taken off; the boundary, the policies made here,
the roles that hold them or that people assume, and the identity providers of CI cannot be changed
by a deployment at all (`fixed`), so that what it may do changes by a person's `maslow up` only; no
managed policy can be made or attached; a role is passed to the listed services alone; no user,
access key or login can be made. What is left: its holder can write a policy into a role
of the platform, within the boundary, and hand that role to a service. So the right to push to the
trigger, and to approve, is worth as much as the boundary; an account of its own for each
environment is the wall around that.

`preview_permissions` reads settings, never data: no record, no secret, and of objects only the
platform's own code. Pulumi's state, with the stack's encrypted secrets, is read by the permissions
of `components.devops.delivery.state` beside it.
"""

import json
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import partial
from typing import Any

import pulumi

from catalog import entries
from catalog.permissions import grants_of
from catalog.record import GLOBAL, HERE, VERBS, Grant, listed
from catalog.services import passed_to
from components.common.environment_scope import EnvironmentScope
from components.common.iam import (
    Document,
    Statement,
    allow,
    allow_everywhere,
    deny,
    document,
    rendered,
)
from components.foundation.access.persona_policies import PERSONAS

READ = ("read",)

ANY_ACCOUNT = "0" * 12
"""Stands for an account where only its length matters."""

PROGRAM = (
    listed("ec2", "DescribeAvailabilityZones DescribeSubnets DescribeVpcEndpointServices"),
    listed("sagemaker", "ListMlflowApps ListMlflowTrackingServers ListModelPackages"),
    Grant("sagemaker", "model-package/{name}", read="DescribeModelPackage"),
    Grant("sagemaker", "endpoint/{name}", read="DescribeEndpoint"),
    listed("tag", "GetResources"),
)
"""What the program looks up itself, before it declares anything."""
ONCE_AN_ACCOUNT = (
    Grant(
        "cloudtrail",
        read="DescribeTrails GetEventSelectors GetTrailStatus",
        when=HERE,
        reason="an organization's trail is another account's",
    ),
    listed("config", "DescribeConfigurationRecorders DescribeConfigurationRecorderStatus"),
    listed("guardduty", "ListDetectors"),
    Grant("guardduty", "detector/*", read="GetDetector"),
    Grant(
        "lakeformation",
        read="GetDataLakeSettings",
        when=HERE,
        reason="the settings are the account's",
    ),
    Grant("iam", "arn:aws:iam::{account}:role/{project}-*", read="GetRole"),
    listed("iam", "ListOpenIDConnectProviders", when=GLOBAL),
    Grant("iam", "arn:aws:iam::{account}:oidc-provider/*", read="GetOpenIDConnectProvider"),
    Grant("securityhub", "hub/default", read="DescribeHub"),
)
"""What it looks up, of the services in use, to find what the account has already."""

DELETED_KEY = "a key takes with it all that it ever encrypted"
AUDIT = "what is recorded of deployments is not theirs to switch off"
SIGN_IN = "who may sign in is not the deployment's to say"
OWN_REACH = "managed policies say how far deployments reach"

WITHHELD = {
    "cloudtrail:DeleteTrail": AUDIT,
    "cloudtrail:StopLogging": AUDIT,
    "config:DeleteConfigurationRecorder": AUDIT,
    "config:DeleteDeliveryChannel": AUDIT,
    "config:StopConfigurationRecorder": AUDIT,
    "guardduty:DeleteDetector": AUDIT,
    "iam:AttachRolePolicy": OWN_REACH,
    "iam:CreateOpenIDConnectProvider": SIGN_IN,
    "iam:CreatePolicy": OWN_REACH,
    "iam:CreatePolicyVersion": OWN_REACH,
    "iam:DeleteOpenIDConnectProvider": SIGN_IN,
    "iam:DeletePolicy": OWN_REACH,
    "iam:DetachRolePolicy": OWN_REACH,
    "iam:PutRolePermissionsBoundary": OWN_REACH,
    "iam:TagOpenIDConnectProvider": SIGN_IN,
    "iam:TagPolicy": OWN_REACH,
    "iam:UntagOpenIDConnectProvider": SIGN_IN,
    "iam:UntagPolicy": OWN_REACH,
    "iam:UpdateOpenIDConnectProviderThumbprint": SIGN_IN,
    "kms:ScheduleKeyDeletion": DELETED_KEY,
    "securityhub:DisableSecurityHub": AUDIT,
}
"""Actions of a resource's life that a person does instead of a deployment, each with its reason."""

MOST = 6_144
"""The most characters of a managed policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

FIXED_ROLES = (
    *("ci-deploy", "ci-preview", "delivery-deploy-*", "delivery-preview-*"),
    *("jenkins-deploy-*", "jenkins-preview-*", "pull-requests-preview-*", *PERSONAS),
)
FIXED_POLICIES = ("boundary", "permissions-*", "*-guardrail*")
"""What a deployment cannot change, by how the names go on after the environment's prefix."""


Permissions = Callable[[EnvironmentScope, Collection[str]], list[Document]]
"""From the environment and the services in use to managed policies."""


def preview_permissions(scope: EnvironmentScope, services: Collection[str]) -> list[Document]:
    """Read the settings of what the platform declares, for a preview and a refresh.

    `services` are names of boto3 clients, such as `sagemaker`.
    """
    return packed(_allowed(scope, services, READ))


def deploy_permissions(scope: EnvironmentScope, services: Collection[str]) -> list[Document]:
    """Create, read, change and delete what the platform declares, as managed policies.

    Neither keys nor the contents of the data zones can be deleted with this, and how data is kept
    cannot be changed: a lifecycle or a policy would empty or open a zone as well, and so the
    permissions boundary denies both to every role but the persona break-glass
    (`components.foundation.access.break_glass`). The module's docstring tells what a holder could
    reach. How many policies there are depends on
    the services and the lengths of the names alone, never on the account.
    """
    passing = allow(
        ["iam:PassRole"],
        scope.iam("role", "*"),
        when={"StringEquals": {"iam:PassedToService": list(passed_to())}},
    )
    return packed([*_allowed(scope, services, VERBS), passing, fixed(scope)])


def policies(
    permissions: Permissions,
    services: Collection[str],
    *,
    project: str,
    environment: str,
    account_id: pulumi.Input[str],
    region: str,
) -> list[pulumi.Output[str]]:
    """The documents of one of the above as JSON, once the account is known.

    How many there are has to be plain, and every account is as long as any other.
    """

    def one(number: int, account_id: str) -> Document:
        return permissions(EnvironmentScope(project, environment, account_id, region), services)[
            number
        ]

    count = len(permissions(EnvironmentScope(project, environment, ANY_ACCOUNT, region), services))
    return [rendered(partial(one, number), account_id=account_id) for number in range(count)]


def fixed(scope: EnvironmentScope) -> Statement:
    """Deny every change of what bounds the deployment, and of who may deploy."""
    changing = ("Add", "Attach", "Create", "Delete", "Detach", "Put", "Remove", "Set", "Update")
    return deny(
        [f"iam:{verb}*" for verb in changing],
        [
            *scope.iam("role", *FIXED_ROLES),
            *scope.iam("policy", *FIXED_POLICIES),
            f"arn:aws:iam::{scope.account_id}:oidc-provider/*",
        ],
        sid="OnlyByAPerson",
    )


def packed(statements: Iterable[Statement]) -> list[Document]:
    """The statements in few documents: each in the first in which IAM's limit leaves it room.

    Raises ValueError for a statement that is too long for any.
    """
    documents: list[Document] = []
    left: list[int] = []  # characters that each of them has room for
    for statement in statements:
        alone = _size(document(statement))
        if alone > MOST:
            raise ValueError(f"{statement['Action'][0]} …: longer than a managed policy may be")
        more = alone - _size(document()) + 1  # a comma comes between two
        place = next((number for number, room in enumerate(left) if more <= room), None)
        if place is None:
            documents.append(document(statement))
            left.append(MOST - alone)
        else:
            documents[place]["Statement"].append(statement)
            left[place] -= more
    return documents


def _size(whole: Document) -> int:
    """Characters that IAM counts, which are those that are no white space.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    """
    return len(json.dumps(whole, separators=(",", ":")))


def _allowed(
    scope: EnvironmentScope, services: Collection[str], verbs: tuple[str, ...]
) -> list[Statement]:
    """One statement for each set of resources and condition, sorted by service."""
    merged: dict[str, tuple[Grant, list[Grant]]] = {}
    known = (entry for entry in entries().values() if entry.service in services)
    for grant in [
        *PROGRAM,
        *(grant for grant in ONCE_AN_ACCOUNT if grant.service in services),
        *(grant for entry in known for grant in grants_of(entry)),
    ]:
        if set(grant.actions(verbs)) - WITHHELD.keys():
            key = json.dumps([not grant.on, sorted(grant.arns()), grant.when or HERE])
            merged.setdefault(key, (grant, []))[1].append(grant)
    ordered = sorted(merged.values(), key=lambda found: (found[0].service, found[0].on))
    return [_statement(scope, first, grants, verbs) for first, grants in ordered]


def _statement(
    scope: EnvironmentScope, first: Grant, grants: Sequence[Grant], verbs: tuple[str, ...]
) -> Statement:
    actions = _shortest(
        {action for grant in grants for action in grant.actions(verbs)} - WITHHELD.keys()
    )
    if not first.on:
        reasons = dict.fromkeys(grant.reason for grant in grants)
        return allow_everywhere(
            actions, reason="; ".join(reasons), when=scope.conditions(first.when or HERE)
        )
    when: dict[str, Any] | None = scope.conditions(first.when) if first.when else None
    return allow(actions, [scope.filled(arn) for arn in first.arns()], when=when)


def _shortest(actions: set[str]) -> list[str]:
    """The actions, sorted, without those that a pattern among them already holds."""
    patterns = [action.removesuffix("*") for action in actions if action.endswith("*")]
    return sorted(
        action
        for action in actions
        if not any(action.startswith(pattern) and action != f"{pattern}*" for pattern in patterns)
    )
