"""The part of need 0 that encrypts: a key for each class of data, and who may do what with it."""

import pulumi

from components.foundation.access.persona_policies import PERSONAS, WITHOUT_DATA
from components.foundation.access.personas import permission_set_roles
from components.foundation.keys.key import DataClass, Key, KeyArgs
from infra.environment import Environment
from infra.needs import peers
from infra.needs.foundation.access import ROLE_LIMIT, entries
from infra.needs.need import Need
from infra.settings import PlatformSettings

DEPLOYING = ("delivery-deploy-*", "ci-deploy*")
"""How the names of the roles go on that deploy the platform."""


def declare(settings: PlatformSettings, env: Environment, need: Need) -> dict[DataClass, Key]:
    """Declare a key for each class of data."""
    return {
        holds: env.component(Key)(
            env.names(holds.value), _args(settings, env, holds), need.child_options()
        )
        for holds in DataClass
    }


def _args(settings: PlatformSettings, env: Environment, holds: DataClass) -> KeyArgs:
    args: KeyArgs = {
        "holds": holds,
        "account_id": env.account_id,
        "region": env.region,
        "durability": env.durability,
        "administrators": _administrators(settings, env),
        "closed_to": _closed_to(settings, env, holds),
        "rotation_days": settings.keys.rotation_days,
        "multi_region": settings.keys.multi_region,
    }
    if holds is DataClass.ARTIFACTS:
        args["readers"] = peers.servers(
            env, [model.name for model in settings.models], peers.READING
        )
    if settings.keys.deletion_days is not None:
        args["deletion_days"] = settings.keys.deletion_days
    return args


def _administrators(settings: PlatformSettings, env: Environment) -> pulumi.Output[list[str]]:
    """Patterns of the roles that administer keys: none where any that IAM allows it may.

    Those that are let in as platform engineers are among them in their own name, for the persona's
    role is not there yet when the first of them brings the environment up.
    """
    if settings.keys.administrators == "account":
        return pulumi.Output.from_input([])
    names = [env.names("platform-engineer", limit=ROLE_LIMIT), *map(env.names, DEPLOYING)]
    told = entries(settings.access, "platform-engineer")

    def patterns(account_id: str) -> list[str]:
        return [
            *(f"arn:aws:iam::{account_id}:role/{name}" for name in names),
            *permission_set_roles(told["permission_sets"], account_id),
            *(arn for arn in told["principals"] if not arn.endswith(":root")),
        ]

    return env.account_id.apply(patterns)


def _closed_to(
    settings: PlatformSettings, env: Environment, holds: DataClass
) -> pulumi.Output[list[str]]:
    """ARNs of the personas' roles that never use the key of one class of data."""
    strangers = {
        DataClass.DATA: WITHOUT_DATA,
        DataClass.AUDIT: tuple(persona for persona in PERSONAS if persona != "auditor"),
    }.get(holds, ())
    names = [
        env.names(persona, limit=ROLE_LIMIT)
        for persona in strangers
        if persona in settings.access.personas
    ]
    return env.account_id.apply(
        lambda account_id: [f"arn:aws:iam::{account_id}:role/{name}" for name in names]
    )
