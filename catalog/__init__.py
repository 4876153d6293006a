"""What maslow knows of AWS, as data: services, resource types, and CloudFormation's schemas.

`entry_of` finds the record of a resource type; `services.py` holds those of services.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import import_module
from keyword import iskeyword
from pkgutil import iter_modules
from typing import Any

from catalog.record import Type
from catalog.service_record import Service
from catalog.services import add_services

CLOUDCONTROL = "aws:cloudcontrol/resource:Resource"
"""Pulumi's one token for every type that CloudFormation has; its input `typeName` tells which."""


class UnknownType(LookupError):
    """A resource type or function that the catalog does not know."""

    def __init__(self, token: str) -> None:
        super().__init__(
            f"{token} is not in the catalog: its record belongs into {file_of(token)}, or into "
            "TYPES of a package of your own"
        )
        self.token = token


def file_of(token: str) -> str:
    """The module that the record of a type belongs into."""
    module = token.removeprefix("aws:").partition("/")[0].partition(":")[0].lower()
    return f"catalog/{module}{'_' if iskeyword(module) else ''}.py"


_added: dict[str, Type] = {}


def extend(types: Iterable[Type], services: Iterable[Service] = ()) -> None:
    """Add records of a team's own; one of a type that is there already replaces it.

    Types stay, as they say what AWS is. Services are those of one environment: they replace what
    was added of them before.
    """
    _added.update({key_of(entry): entry for entry in types})
    add_services(services)
    entries.cache_clear()


def forget(types: Iterable[Type]) -> None:
    """Take records of a team's own back."""
    for entry in types:
        _added.pop(key_of(entry), None)
    entries.cache_clear()


@cache
def entries() -> dict[str, Type]:
    """Every type of the catalog, by its token, and those of a team's own."""
    return own_entries() | _added


@cache
def own_entries() -> dict[str, Type]:
    """Every type that has its record in a module of the catalog, by its token."""
    modules = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
    known = (entry for module in modules for entry in getattr(module, "TYPES", ()))
    return {key_of(entry): entry for entry in known}


def entry_of(token: str, inputs: Mapping[str, Any] | None = None) -> Type:
    """The record of a type.

    Of Cloud Control's one type, `inputs` tell by `typeName` which record is meant: one with that
    CloudFormation type, or else what all of them have in common.

    Raises UnknownType.
    """
    known = entries()
    if token == CLOUDCONTROL and inputs is not None:
        token = f"{token}#{inputs.get('typeName')}"
        token = token if token in known else CLOUDCONTROL
    try:
        return known[token]
    except KeyError:
        raise UnknownType(token) from None


def key_of(entry: Type) -> str:
    """What a record is found by: its token, and for Cloud Control's the CloudFormation type too."""
    return (
        f"{entry.token}#{entry.cloudformation}"
        if entry.cloudformation and entry.token == CLOUDCONTROL
        else entry.token
    )
