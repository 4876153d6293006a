"""The zones of the lake: how long each keeps what."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from pydantic import ConfigDict, Field, model_validator

from components.common.limits import RESERVED_ZONES, ZONE_NAME
from infra.settings.base import PositiveInt, Settings
from infra.settings.cross_stack import mapping
from infra.settings.mistakes import Mistake, nearest, refusals, shown

STANDING = ("raw", "curated", "features")
"""The zones that every lake has."""
TWIN = 0.9
"""How alike a name is to one of these for it to be a slip of the pen."""


def zones_of(values: Mapping[str, Any]) -> list[str]:
    """Every zone that an environment has, from the plain values of its file."""
    return list(dict.fromkeys([*STANDING, *mapping(mapping(values.get("lake")).get("zones"))]))


def misnamed(names: Iterable[str]) -> Iterator[Mistake]:
    """Yield names that no zone can have, and those that are most probably a slip."""
    for name in names:
        if not ZONE_NAME.fullmatch(name):
            yield Mistake(
                (name,),
                f"{shown(name)} is not a name for a zone.",
                "Small letters and digits with single hyphens between them, at most 16: gold.",
            )
        elif name in RESERVED_ZONES:
            yield Mistake((name,), f"the lake has a bucket {name} of its own.", "Choose another.")
        elif meant := nearest(name, STANDING, TWIN):
            yield Mistake(
                (name,),
                f"{name} is nearly {meant}, which is a zone of every lake.",
                f"Did you mean {meant}? If not, choose a name that nobody takes for it.",
            )


class Zone(Settings):
    """One zone of the lake: a bucket of its own."""

    retention_days: PositiveInt | None = Field(
        None, description="Days after which objects expire; without it they stay."
    )
    noncurrent_days: PositiveInt = Field(
        30, description="Days that overwritten or deleted versions can be brought back."
    )


class Zones(Settings):
    """The three zones that every lake has, and any others by their names."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Zone] = Field(init=False)

    raw: Zone = Field(Zone(), description="Data as it arrived.")
    curated: Zone = Field(Zone(), description="Data cleaned and checked; models train on it.")
    features: Zone = Field(Zone(), description="What the feature store keeps offline.")

    @property
    def by_name(self) -> dict[str, Zone]:
        """Every zone: the three first, then the others as they are written."""
        standing = {name: getattr(self, name) for name in STANDING}
        return {**standing, **self.__pydantic_extra__}

    @model_validator(mode="after")
    def _names_fit(self) -> Self:
        if mistakes := list(misnamed(self.__pydantic_extra__)):
            raise refusals(mistakes)
        return self
