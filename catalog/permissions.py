"""What the life of a resource asks of IAM, derived from its record.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from catalog.record import VERBS, Grant, Iam, Type
from catalog.services import action_of, by_client


def grants_of(entry: Type) -> tuple[Grant, ...]:
    """All that creating, reading, updating and deleting a resource of a type asks for.

    The operations of its calls come first, but for those that a grant of the record names.

    Raises ValueError where the record does not say on what an operation is allowed.
    """
    iam = entry.iam
    if iam is None:
        return ()
    given = (*iam.grants, *_key_grants(entry, iam))
    prefix = by_client()[entry.service].prefix
    placed = {action for grant in iam.grants for action in grant.actions(VERBS)}
    own: dict[str, list[str]] = {}
    for verb in VERBS:
        actions = [action_of(entry.service, call.operation) for call in entry.calls(verb)]
        names = [
            action.removeprefix(f"{prefix}:")
            for action in actions
            if not any(fnmatchcase(action, name) for name in placed)
        ]
        own[verb] = list(dict.fromkeys([*names, *getattr(iam, verb).split()]))
    if not any(own.values()):
        return given
    if not iam.on:
        left = ", ".join(f"{prefix}:{name}" for names in own.values() for name in names)
        raise ValueError(f"{entry.token}: no grant says where {left} is allowed")
    beside = {verb: " ".join(names) for verb, names in own.items()}
    return (Grant(prefix, iam.on, **beside, when=iam.when, source=iam.source), *given)


def _key_grants(entry: Type, iam: Iam) -> Iterator[Grant]:
    """What the caller may do with encryption keys, through the service that asks for it alone."""
    if key := iam.key:
        yield Grant(
            "kms",
            "key/*",
            create=key.create,
            update=key.update,
            delete=key.delete,
            when={
                "StringEquals": {"kms:ViaService": by_client()[entry.service].via("{region}")},
                "ForAnyValue:StringLike": {"kms:ResourceAliases": key.alias},
            },
            source=key.source,
        )
