"""What environments open to each other, and tell each other, where models are promoted.

Names tell who is who: those of another environment's roles, alarms and buses are known from here,
as both are made by the same program.
"""

from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

import pulumi

from components.common.other_accounts import OriginArgs, OtherRolesArgs, PrefixReaderArgs
from components.common.workload import artifacts_prefix
from components.devops.promotion.approval_events import approval_pattern
from components.devops.promotion.promoted_models import PromotedModels
from components.devops.promotion.promotion_events import EventForwarding, PromotionBus
from components.foundation.keys.key import DataClass
from components.mlops.retraining import ElsewhereArgs, drift_elsewhere
from infra.environment import Environment, Foundation
from infra.naming import Names
from infra.needs.model_context import NAME_LIMIT
from infra.needs.need import Need
from infra.promotion import Peer
from infra.settings import PlatformSettings
from infra.settings.mlops import ModelSettings
from infra.versions import ModelVersion

DEPLOYERS = ("ci-deploy*", "delivery-deploy-*")
PREVIEWERS = ("ci-preview*", "delivery-preview-*", "pull-requests-preview-*")
"""Roles that deploy, and that preview, by how their names go on after the environment's prefix."""
SERVING, READING = ("endpoint",), ("endpoint", "monitor")
"""What of a model runs its image, and what reads its artifacts, as in the names of their roles."""
APPROVALS, DRIFT = "approvals", "drift"
"""What the rules are called that forward events, and so the roles that put them on buses."""


def deployers(env: Environment, model: str) -> list[OtherRolesArgs]:
    """The roles elsewhere that deploy versions of a model: deliveries, and operators."""
    return _by_account(
        _roles(peer, (*(peer.names(role) for role in DEPLOYERS), *env.promotion.operators))
        for peer in env.promotion.abroad
        if peer.has(model)
    )


def readers(env: Environment, model: str) -> list[OtherRolesArgs]:
    """The roles elsewhere that look versions up: those that deploy them, and those that preview."""
    return _by_account(
        [
            *deployers(env, model),
            *(
                _roles(peer, (peer.names(role) for role in PREVIEWERS))
                for peer in env.promotion.abroad
                if peer.has(model)
            ),
        ]
    )


def servers(
    env: Environment, models: Iterable[str], what: Sequence[str] = SERVING
) -> list[OtherRolesArgs]:
    """The roles elsewhere that serve the models, or whatever else is asked for."""
    names = list(models)
    return _by_account(
        _roles(
            peer,
            [
                f"{peer.names(model, each, limit=NAME_LIMIT)}-role-role-*"
                for model in names
                if peer.has(model)
                for each in what
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


def drift_elsewhere_of(
    env: Environment, model: str, bus: pulumi.Output[str] | None
) -> list[ElsewhereArgs]:
    """The alarms of the environments that a model goes on to, which start its training here."""
    found: list[ElsewhereArgs] = []
    for peer in env.promotion.targets:
        if not peer.has(model):
            continue
        args: ElsewhereArgs = {
            "environment": peer.environment,
            "alarm_prefix": alarm_prefix(peer.names, model),
        }
        if peer.account_id and bus is not None:
            args |= {"account_id": peer.account_id, "event_bus": bus}
        found.append(args)
    return found


def alarm_prefix(names: Names, model: str) -> str:
    """What the names of a model's drift alarms begin with."""
    return f"{names(model, 'monitor', limit=NAME_LIMIT)}-drift-"


def deploy_policies(env: Environment, need: Need) -> PromotedModels | None:
    """What previews and deployments may do elsewhere, if the models come from there."""
    origin = env.promotion.origin
    if origin is None or origin.account_id is None:
        return None
    return PromotedModels(
        env.names("permissions-promotion"),
        {"account_id": origin.account_id, "region": env.region, "prefix": origin.names("")},
        need.owns(),
    )


def declare_events(
    settings: PlatformSettings, env: Environment, foundation: Foundation, need: Need
) -> pulumi.Output[str] | None:
    """Declare the bus that other accounts' events come by, and the rules that send events there.

    Within one account all of them are on its own bus already. Returns the name of the bus, if
    there is one.
    """
    origin, abroad = env.promotion.origin, env.promotion.abroad
    senders = _by_account(_roles(peer, [f"{peer.names(DRIFT)}-role-*"]) for peer in abroad)
    if abroad:
        EventForwarding(
            env.names(APPROVALS),
            {
                "description": "Decisions about models, to the accounts that they go on to",
                "pattern": approval_pattern(env.names("")),
                "bus_arns": [peer.bus_arn for peer in abroad],
                "account_id": env.account_id,
            },
            need.owns(),
        )
    if origin and origin.account_id:
        senders = _by_account([_roles(origin, [f"{origin.names(APPROVALS)}-role-*"])])
        _forward_drift([m for m in settings.models if m.retrains_on_drift], origin, env, need)
    if not senders:
        return None
    return PromotionBus(
        env.names("promotion"),
        {
            "bus_name": env.names("promotion"),
            "senders": senders,
            "key_arn": foundation.keys[DataClass.MESSAGES].arn,
        },
        need.owns(),
    ).name


def _forward_drift(
    models: Sequence[ModelSettings], origin: Peer, env: Environment, need: Need
) -> None:
    if not models:
        return
    prefixes = [alarm_prefix(env.names, model.name) for model in models]
    EventForwarding(
        env.names(DRIFT),
        {
            "description": f"Drift of models, to {origin.environment}, which trains them",
            "pattern": drift_elsewhere(*prefixes),
            "bus_arns": [origin.bus_arn],
            "account_id": env.account_id,
        },
        need.owns(),
    )


def _roles(peer: Peer, names: Iterable[str]) -> OtherRolesArgs:
    account_id = peer.account_id or ""
    return {
        "account_id": account_id,
        "role_patterns": [f"arn:aws:iam::{account_id}:role/{name}" for name in names],
    }


def _by_account(readers: Iterable[OtherRolesArgs]) -> list[OtherRolesArgs]:
    """One entry for each account that has such roles."""
    patterns: dict[str, list[str]] = {}
    for reader in readers:
        patterns.setdefault(reader["account_id"], []).extend(reader["role_patterns"])
    return [
        {"account_id": account_id, "role_patterns": list(dict.fromkeys(found))}
        for account_id, found in patterns.items()
        if found
    ]
