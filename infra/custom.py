"""A team's own package at work: what it declares, replaces, and adds to the catalog.

The package, named by `custom.module`, may have

- `declare(settings, platform)`, called after the needs with `infra.needs.outputs.Platform`;
- `Settings`, a pydantic model of what else is under `custom:`;
- `COMPONENTS`, a mapping of component classes to those that stand in for them;
- `TYPES` and `SERVICES`, records of the catalog for what it does not know.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import get_annotations
from pathlib import Path
from typing import Any

import pulumi
from pydantic import ValidationError

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
        """Have the package declare what it adds.

        Raises InputError for a resource below no need: it would get neither tags nor the boundary.
        """
        if add := getattr(self.module, "declare", None):
            pulumi.runtime.register_stack_transformation(self._require_need)
            add(self.settings, platform)

    def _require_need(self, args: pulumi.ResourceTransformationArgs) -> None:
        if args.opts.parent in (None, pulumi.runtime.get_root_resource()):
            raise InputError(
                f"custom.module: {self.name} declares {args.name} ({args.type_}) below no need: "
                "give it platform.options(), or a parent that has them."
            )


def load(settings: PlatformSettings, root: Path) -> Custom | None:
    """The package that a stack file names, its records known to the catalog; None without one.

    Raises InputError for a package that cannot be imported, holds nothing of the above, has other
    settings, or has a component that lacks an output of the one it stands in for.
    """
    if settings.custom is None:
        catalog.extend(())
        return None
    name = settings.custom.module
    module = package(name, root)
    if not any(hasattr(module, part) for part in PARTS):
        raise InputError(f"custom.module: {name} has none of {', '.join(PARTS)}.")
    try:
        own = checked(settings.custom, root)
    except ValidationError as error:
        raise InputError(f"custom: {error}") from error
    components: Components = getattr(module, "COMPONENTS", {})
    for original, replacement in components.items():
        _require_contract(name, original, replacement)
    catalog.extend(getattr(module, "TYPES", ()), getattr(module, "SERVICES", ()))
    return Custom(name, module, own, components)


def _require_contract(name: str, original: type, replacement: type) -> None:
    where = f"custom.module: {name}.COMPONENTS"
    for given in (original, replacement):
        if not (isinstance(given, type) and issubclass(given, pulumi.ComponentResource)):
            shown = given.__name__ if isinstance(given, type) else repr(given)
            raise InputError(f"{where}: {shown} is no pulumi.ComponentResource.")
    if missing := sorted(_outputs(original) - _outputs(replacement)):
        raise InputError(
            f"{where}: {replacement.__name__} stands in for {original.__name__}, but lacks "
            f"{', '.join(missing)}."
        )


def _outputs(component: type) -> set[str]:
    """What a component gives to others: its annotated outputs, properties and methods."""
    own = [base for base in component.__mro__ if base not in pulumi.ComponentResource.__mro__]
    names = {name for base in own for name in {*get_annotations(base), *vars(base)}}
    return {name for name in names if not name.startswith("_")}
