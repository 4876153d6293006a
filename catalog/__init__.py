"""How each Pulumi type lives in AWS: one table for each service."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from catalog.record import Type


class UnknownType(LookupError):
    """A resource type or function that the catalog does not know."""

    def __init__(self, token: str) -> None:
        module = token.removeprefix("aws:").partition("/")[0].partition(":")[0]
        super().__init__(
            f"{token} is not in the embedded AWS; it belongs to catalog/{module.lower()}.py"
        )
        self.token = token


@cache
def entries() -> dict[str, Type]:
    """Every type of the catalog, by its token."""
    modules = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
    return {entry.token: entry for module in modules for entry in getattr(module, "TYPES", ())}


def entry_of(token: str) -> Type:
    """The catalog's entry of a type. Raises UnknownType."""
    try:
        return entries()[token]
    except KeyError:
        raise UnknownType(token) from None
