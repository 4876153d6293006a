"""Which roles of other environments use what, and what is called how there.

Names tell who is who: those of another environment's roles, alarms and buses are known from here,
as both are made by the same program.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import pulumi

from components.common.other_accounts import OriginArgs, OtherRolesArgs, PrefixReaderArgs
from components.common.workload import artifacts_prefix
from components.foundation.access.break_glass import BREAK_GLASS
from components.mlops.loop.starters import CAUSES, ElsewhereArgs
from infra.environment import Environment
from infra.naming import Names
from infra.needs.model_context import NAME_LIMIT
from infra.promotion import Peer
from infra.versions import ModelVersion

DEPLOYERS = (BREAK_GLASS, "ci-deploy*", "delivery-deploy-*")
PREVIEWERS = ("ci-preview*", "delivery-preview-*", "pull-requests-preview-*")
"""Roles that deploy, and that preview, by how their names go on after the environment's prefix."""
ENDPOINT = ("endpoint", "role-role")
SERVING = (ENDPOINT, ("monitor", "explain-as-role"))
READING = (ENDPOINT, ("monitor", "*-as-role"))
"""What of a model runs its image, and what reads its artifacts: what each is called, and how the
name of its role goes on after that. Which monitors there are elsewhere is not known here."""


def deployers(env: Environment, model: str) -> list[OtherRolesArgs]:
    """The roles elsewhere that deploy versions of a model: deliveries, and operators."""
    return by_account(
        roles_of(peer, (*(peer.names(role) for role in DEPLOYERS), *env.promotion.operators))
        for peer in env.promotion.abroad
        if peer.has(model)
    )


def readers(env: Environment, model: str) -> list[OtherRolesArgs]:
    """The roles elsewhere that look versions up: those that deploy them, and those that preview."""
    return by_account(
        [
            *deployers(env, model),
            *(
                roles_of(peer, (peer.names(role) for role in PREVIEWERS))
                for peer in env.promotion.abroad
                if peer.has(model)
            ),
        ]
    )


def servers(
    env: Environment, models: Iterable[str], what: Sequence[tuple[str, str]] = SERVING
) -> list[OtherRolesArgs]:
    """The roles elsewhere that run the models' images, or whatever else is asked for."""
    names = list(models)
    return by_account(
        roles_of(
            peer,
            [
                f"{peer.names(model, each, limit=NAME_LIMIT)}-{role}-*"
                for model in names
                if peer.has(model)
                for each, role in what
            ],
        )
        for peer in env.promotion.abroad
    )


def artifact_readers(env: Environment, models: Iterable[str]) -> list[PrefixReaderArgs]:
    """Those that read artifacts, each model's for its own: to serve it, or to watch it."""
    return [
        {**reader, "prefix": artifacts_prefix(model)}
        for model in models
        for reader in servers(env, [model], READING)
    ]


def origin_of(env: Environment, model: str, version: ModelVersion) -> OriginArgs | None:
    """Where a version's artifacts are, if another account trained it."""
    account_id = env.promotion.origin_account
    if account_id is None or version.model_data is None:
        return None
    return {
        "account_id": account_id,
        "bucket": urlsplit(version.model_data).netloc,
        "prefix": artifacts_prefix(model),
        "region": env.region,
    }


def alarms_elsewhere_of(
    env: Environment, model: str, causes: Iterable[str], bus: pulumi.Output[str] | None
) -> list[ElsewhereArgs]:
    """The alarms of the environments that a model goes on to, which start its training here.

    Those are meant that stand for one of the `causes`, whether there are any or not: what watches
    the model elsewhere is not known here.
    """
    asked = [*causes]
    found: list[ElsewhereArgs] = []
    for peer in env.promotion.targets:
        if not peer.has(model):
            continue
        args: ElsewhereArgs = {
            "environment": peer.environment,
            "alarm_prefixes": {
                cause: [alarm_prefix(peer.names, model, kind.value) for kind in CAUSES[cause]]
                for cause in asked
            },
        }
        if peer.account_id and bus is not None:
            args |= {"account_id": peer.account_id, "event_bus": bus}
        found.append(args)
    return found


def alarm_prefix(names: Names, model: str, kind: str = "*") -> str:
    """What the name of the alarm on what a model's monitor finds begins with; `*` is any kind."""
    return f"{names(model, 'monitor', limit=NAME_LIMIT)}-{kind}-worst-"


def roles_of(peer: Peer, names: Iterable[str]) -> OtherRolesArgs:
    """Roles in the account of another environment, by their names; `*` stands for anything."""
    account_id = peer.account_id or ""
    return {
        "account_id": account_id,
        "role_patterns": [f"arn:aws:iam::{account_id}:role/{name}" for name in names],
    }


def by_account(readers: Iterable[OtherRolesArgs]) -> list[OtherRolesArgs]:
    """One entry for each account that has such roles."""
    patterns: dict[str, list[str]] = {}
    for reader in readers:
        patterns.setdefault(reader["account_id"], []).extend(reader["role_patterns"])
    return [
        {"account_id": account_id, "role_patterns": list(dict.fromkeys(found))}
        for account_id, found in patterns.items()
        if found
    ]
