"""How each Pulumi type lives in AWS: one table for each service."""

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from catalog.record import Type
from catalog.service_record import Service
from catalog.services import add_services


class UnknownType(LookupError):
    """A resource type or function that the catalog does not know."""

    def __init__(self, token: str) -> None:
        module = token.removeprefix("aws:").partition("/")[0].partition(":")[0]
        super().__init__(
            f"{token} is not in the embedded AWS; it belongs to catalog/{module.lower()}.py"
        )
        self.token = token


_added: dict[str, Type] = {}


def extend(types: Iterable[Type], services: Iterable[Service] = ()) -> None:
    """Add records of a team's own; one of a type that is there already replaces it."""
    _added.update({entry.token: entry for entry in types})
    add_services(services)
    entries.cache_clear()


@cache
def entries() -> dict[str, Type]:
    """Every type of the catalog, by its token."""
    modules = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
    known = (entry for module in modules for entry in getattr(module, "TYPES", ()))
    return {entry.token: entry for entry in known} | _added


def entry_of(token: str) -> Type:
    """The catalog's entry of a type. Raises UnknownType."""
    try:
        return entries()[token]
    except KeyError:
        raise UnknownType(token) from None
