"""A team's own package at work: what it declares, replaces, and adds to the catalog.

The package, named by `custom.module`, may have

- `declare(settings, platform)`, called after the needs with `infra.needs.outputs.Platform`;
- `Settings`, a pydantic model of what else is under `custom:`;
- `COMPONENTS`, a mapping of component classes to those that stand in for them;
- `TYPES` and `SERVICES`, records of the catalog for what it does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_type_hints

import pulumi

import catalog
from infra.errors import InputError
from infra.needs.outputs import Platform
from infra.settings import PlatformSettings
from infra.settings.custom import checked, package

Components = Mapping[type[pulumi.ComponentResource], type[pulumi.ComponentResource]]
PARTS = ("declare", "COMPONENTS", "TYPES", "SERVICES")


@dataclass(frozen=True)
class Custom:
    """A loaded package."""

    name: str
    module: Any
    settings: Any
    components: Components

    def declare(self, platform: Platform) -> None:
        """Have the package declare what it adds."""
        if add := getattr(self.module, "declare", None):
            add(self.settings, platform)


def load(settings: PlatformSettings, root: Path) -> Custom | None:
    """The package that a stack file names, its records known to the catalog; None without one.

    Raises InputError for a package that cannot be imported, holds nothing of the above, or has a
    component that lacks an output of the one it stands in for.
    """
    if settings.custom is None:
        return None
    name = settings.custom.module
    module = package(name, root)
    if not any(hasattr(module, part) for part in PARTS):
        raise InputError(f"custom.module: {name} has none of {', '.join(PARTS)}.")
    components: Components = getattr(module, "COMPONENTS", {})
    for original, replacement in components.items():
        _require_contract(name, original, replacement)
    catalog.extend(getattr(module, "TYPES", ()), getattr(module, "SERVICES", ()))
    return Custom(name, module, checked(settings.custom, root), components)


def _require_contract(name: str, original: type, replacement: type) -> None:
    where = f"custom.module: {name}.COMPONENTS: {replacement.__name__}"
    if not issubclass(replacement, pulumi.ComponentResource):
        raise InputError(f"{where} is no pulumi.ComponentResource.")
    given = {*get_type_hints(replacement), *dir(replacement)}
    if missing := sorted(_outputs(original) - given):
        raise InputError(
            f"{where} stands in for {original.__name__}, but lacks {', '.join(missing)}."
        )


def _outputs(component: type) -> set[str]:
    """What a component gives to others: its annotated outputs, properties and methods."""
    shared = {*dir(pulumi.ComponentResource), *get_type_hints(pulumi.ComponentResource)}
    return {
        name
        for name in {*get_type_hints(component), *dir(component)} - shared
        if not name.startswith("_")
    }
