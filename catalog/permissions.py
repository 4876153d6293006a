"""What the life of a resource asks of IAM, derived from its record.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from catalog.record import Call, Each, Grant, Type
from catalog.services import action_of

VERBS = ("create", "read", "update", "delete")


def grants_of(entry: Type) -> tuple[Grant, ...]:
    """All that creating, reading, updating and deleting a resource of a type asks for.

    The operations of its calls come first, but for those that a grant of the record names.

    Raises ValueError where the record does not say on what an operation is allowed.
    """
    iam = entry.iam
    if iam is None:
        return ()
    placed = {action for grant in iam.grants for action in grant.actions(VERBS)}
    names = {verb: _actions(entry, operations(entry, verb), placed) for verb in VERBS}
    by_prefix: dict[str, dict[str, list[str]]] = {}
    for verb, actions in names.items():
        for action in [*actions, *_beyond(entry, getattr(iam, verb))]:
            prefix, _, name = action.partition(":")
            by_prefix.setdefault(prefix, {}).setdefault(verb, []).append(name)
    if not iam.on and by_prefix:
        left = ", ".join(
            f"{prefix}:{name}"
            for prefix, by_verb in by_prefix.items()
            for of in by_verb.values()
            for name in of
        )
        raise ValueError(f"{entry.token}: no grant says where {left} is allowed")
    own = tuple(
        Grant(
            prefix,
            iam.on,
            **{verb: " ".join(dict.fromkeys(of)) for verb, of in by_verb.items()},
            when=iam.when,
            source=iam.source,
        )
        for prefix, by_verb in by_prefix.items()
    )
    return (*own, *iam.grants)


def operations(entry: Type, verb: str) -> Iterator[str]:
    """The AWS operations of one part of a type's life, such as `CreateTopic`."""
    yield from (call.operation for call in _calls(entry, verb))


def _calls(entry: Type, verb: str) -> Iterator[Call]:
    match verb:
        case "create":
            yield entry.create
            for step in entry.steps:
                yield step.add if isinstance(step, Each) else step
        case "read":
            yield from entry.reads
        case "update":
            yield from entry.update
            for step in entry.steps:
                if isinstance(step, Each):
                    yield step.remove
                elif step.undo:
                    yield step.undo
            if entry.tags:
                yield from (entry.tags.add, entry.tags.remove)
        case "delete":
            yield from entry.deletes


def _actions(entry: Type, names: Iterable[str], placed: set[str]) -> list[str]:
    actions = dict.fromkeys(action_of(entry.service, name) for name in names)
    return [action for action in actions if not any(fnmatchcase(action, name) for name in placed)]


def _beyond(entry: Type, names: str) -> list[str]:
    prefix = action_of(entry.service, "").partition(":")[0]
    return [f"{prefix}:{name}" for name in names.split()]
