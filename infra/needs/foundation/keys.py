"""The part of need 0 that encrypts: a key for each class of data, and who may do what with it."""

from functools import partial

import pulumi

from components.common.durability import Durability
from components.foundation.access.break_glass import BREAK_GLASS, role_arn
from components.foundation.access.persona_policies import PERSONAS, WITHOUT_DATA
from components.foundation.access.personas import permission_set_roles
from components.foundation.keys.existing_key import ExistingKey
from components.foundation.keys.key import DataClass, Key, KeyArgs
from infra.environment import Environment
from infra.errors import InputError
from infra.live import Live
from infra.naming import Names
from infra.needs import peers
from infra.needs.foundation.access import entries, role_name
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.mistakes import shown

ADMINISTERING = ("platform-engineer", BREAK_GLASS)
"""The personas that administer keys where not every identity may that IAM allows it."""
DEPLOYING = ("delivery-deploy-*", "ci-deploy*")
"""How the names of the roles go on that deploy the platform."""


def declare(
    settings: PlatformSettings, env: Environment, need: Need
) -> dict[DataClass, Key | ExistingKey]:
    """Declare a key for each class of data.

    Raises InputError where keys that are to be kept are there, and `keys.multi_region` is changed.
    """
    return {holds: _key(settings, env, need, holds) for holds in DataClass}


def _key(
    settings: PlatformSettings, env: Environment, need: Need, holds: DataClass
) -> Key | ExistingKey:
    name, opts = env.names(holds.value), need.child_options()
    if arn := getattr(settings.keys.existing, holds.value):
        return env.component(ExistingKey)(name, {"arn": arn}, opts)
    if env.durability is not Durability.DISPOSABLE:
        _require_unchanged(settings, name, env.live)
    return env.component(Key)(name, _args(settings, env, holds), opts)


def _require_unchanged(settings: PlatformSettings, name: str, live: Live) -> None:
    """Raise InputError where a key is there that would have to be another.

    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html
    """
    wanted, there = settings.keys.multi_region, live.multi_region(name)
    if there is not None and there != wanted:
        raise InputError(
            f"keys.multi_region: {shown(wanted)} asks for other keys than are there: the key {name}"
            f" was made with {shown(there)}, and stays so. What the keys encrypted needs them: put "
            "the setting back, or set it for a new environment and copy the data there"
        )


def _args(settings: PlatformSettings, env: Environment, holds: DataClass) -> KeyArgs:
    args: KeyArgs = {
        "holds": holds,
        "account_id": env.account_id,
        "region": env.region,
        "durability": env.durability,
        "administrators": env.account_id.apply(partial(administrators, settings, env.names)),
        "closed_to": _closed_to(settings, env, holds),
        "rotation_days": settings.keys.rotation_days,
        "multi_region": settings.keys.multi_region,
    }
    if holds is DataClass.ARTIFACTS:
        args["readers"] = peers.servers(
            env, [model.name for model in settings.models], peers.READING
        )
    fast = settings.files.fast
    if holds is DataClass.DATA and fast and fast.links:
        args["linked_to_files"] = True
    if holds is DataClass.DATA and settings.audit.macie:
        args["read_by_macie"] = True
    if holds is DataClass.DATA and settings.lake.table_bucket:
        args["table_buckets"] = [table_bucket_name(env.names)]
    if settings.keys.deletion_days is not None:
        args["deletion_days"] = settings.keys.deletion_days
    return args


def table_bucket_name(names: Names) -> str:
    """The name of the environment's table bucket, which its account and region have once."""
    return names("tables", limit=63)


def administrators(settings: PlatformSettings, names: Names, account_id: str) -> list[str]:
    """Patterns of the identities that administer keys: none where any that IAM allows it may.

    Those that are let in as the personas are among them in their own name, for the personas' roles
    are not there yet when the first of them brings the environment up.
    """
    if settings.keys.administrators == "account":
        return []
    let_in = [name for name in ADMINISTERING if name in settings.access.personas]
    roles = [*(role_name(names, persona) for persona in let_in), *map(names, DEPLOYING)]
    told = [entries(settings.access, persona) for persona in let_in]
    return [
        *(role_arn(account_id, name) for name in roles),
        *(
            pattern
            for each in told
            for pattern in permission_set_roles(each["permission_sets"], account_id)
        ),
        *(arn for each in told for arn in each["principals"] if not arn.endswith(":root")),
    ]


def _closed_to(
    settings: PlatformSettings, env: Environment, holds: DataClass
) -> pulumi.Output[list[str]]:
    """ARNs of the personas' roles that never use the key of one class of data."""
    strangers = {
        DataClass.DATA: [each for each in WITHOUT_DATA if each not in settings.lake.reading],
        DataClass.AUDIT: tuple(persona for persona in PERSONAS if persona != "auditor"),
    }.get(holds, ())
    names = [
        role_name(env.names, persona)
        for persona in strangers
        if persona in settings.access.personas
    ]
    return env.account_id.apply(lambda account_id: [role_arn(account_id, name) for name in names])
