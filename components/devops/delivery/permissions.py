"""What the preview and the deployment of one environment's platform may do in its account.

The policies are generated from `components.devops.actions`, which tells for each resource type
what its life asks of IAM. They hold every type that the program can declare rather than those of
one environment's graph: a deployment must be able to make what its own revision turns on, and to
delete what it takes away, so that one graph is never the whole of either. The tests compare the
table with the graph of every stack, in both directions, and with the embedded AWS's catalog.

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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.services import PASSED_TO
from components.common.iam import (
    Conditions,
    Document,
    Statement,
    allow,
    allow_everywhere,
    deny,
    document,
)
from components.devops.actions import HERE, PROGRAM, TABLE, Grant
from components.foundation.access.persona_policies import PERSONAS

READ = ("read",)
ALL = ("create", "read", "update", "delete")

MOST = 6_144
"""The most characters of a managed policy.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

FIXED_ROLES = (
    *("ci-deploy", "ci-preview", "delivery-deploy-*", "delivery-preview-*"),
    *("pull-requests-preview-*", *PERSONAS),
)
FIXED_POLICIES = ("boundary", "permissions-*", "*-guardrail*")
"""What a deployment cannot change, by how the names go on after the environment's prefix."""


@dataclass(frozen=True)
class Scope:
    """The reach of one environment's platform."""

    project: str
    environment: str
    account_id: str
    region: str

    @property
    def prefix(self) -> str:
        """What the names of the environment begin with."""
        return f"{self.project}-{self.environment}-"

    def filled(self, text: str) -> str:
        """A text of the tables with this environment's values in place of its braces."""
        return text.format(
            name=f"{self.prefix}*",
            table=f"{self.prefix}*".replace("-", "_"),
            project=self.project,
            environment=self.environment,
            region=self.region,
            account=self.account_id,
        )

    def conditions(self, when: Conditions) -> dict[str, dict[str, str | list[str]]]:
        """A condition block with this environment's values."""
        return {
            operator: {
                key: self.filled(value)
                if isinstance(value, str)
                else [self.filled(each) for each in value]
                for key, value in keys.items()
            }
            for operator, keys in when.items()
        }

    def iam(self, kind: str, *names: str) -> list[str]:
        """ARNs of IAM's resources whose names go on like that after the prefix."""
        return [f"arn:aws:iam::{self.account_id}:{kind}/{self.prefix}{name}" for name in names]


def preview_permissions(
    *, project: str, environment: str, account_id: str, region: str
) -> list[Document]:
    """Read the settings of what the platform declares, for a preview and a refresh."""
    scope = Scope(project, environment, account_id, region)
    return packed(_allowed(scope, READ))


def deploy_permissions(
    *, project: str, environment: str, account_id: str, region: str
) -> list[Document]:
    """Create, read, change and delete what the platform declares, as managed policies.

    Neither keys nor the contents of the data zones can be deleted with this: a person does that.
    The module's docstring tells what a holder could reach. How many policies there are depends on
    the tables and the lengths of the names alone, never on the account.
    """
    scope = Scope(project, environment, account_id, region)
    passing = allow(
        ["iam:PassRole"],
        scope.iam("role", "*"),
        when={"StringEquals": {"iam:PassedToService": list(PASSED_TO)}},
    )
    return packed([*_allowed(scope, ALL), passing, fixed(scope)])


def fixed(scope: Scope) -> Statement:
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
    """The statements, in their order, in as few documents as IAM's limit allows.

    Raises ValueError for a statement that is too long for any.
    """
    documents: list[Document] = []
    for statement in statements:
        if len(json.dumps(document(statement))) > MOST:
            raise ValueError(f"{statement['Action'][0]} …: longer than a managed policy may be")
        whole = document(*documents[-1]["Statement"], statement) if documents else None
        if whole is None or len(json.dumps(whole)) > MOST:
            documents.append(document(statement))
        else:
            documents[-1] = whole
    return documents


def _allowed(scope: Scope, verbs: tuple[str, ...]) -> list[Statement]:
    """One statement for each set of resources and condition, sorted by service."""
    merged: dict[str, tuple[Grant, list[Grant]]] = {}
    for grant in [*PROGRAM, *(grant for life in TABLE.values() for grant in life)]:
        if grant.actions(verbs):
            key = json.dumps([_everywhere(grant), sorted(grant.arns()), grant.when or HERE])
            merged.setdefault(key, (grant, []))[1].append(grant)
    ordered = sorted(merged.values(), key=lambda found: (found[0].service, found[0].on))
    return [_statement(scope, first, grants, verbs) for first, grants in ordered]


def _everywhere(grant: Grant) -> bool:
    return not grant.on


def _statement(
    scope: Scope, first: Grant, grants: Sequence[Grant], verbs: tuple[str, ...]
) -> Statement:
    actions = _shortest({action for grant in grants for action in grant.actions(verbs)})
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
