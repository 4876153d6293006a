"""Places of the lake, as settings name them: a zone and a prefix in it."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator

from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, Path, did_you_mean, refusal, shown

PLACE = re.compile(r"(?P<zone>[a-z][a-z0-9-]*)\.(?P<prefix>[A-Za-z0-9_-]+(?:/[A-Za-z0-9_.-]+)*)")


def place(value: str) -> str:
    """Refuse what is not a zone and a prefix in it; which zones there are, the checks know."""
    if not PLACE.fullmatch(value):
        raise refusal(
            f"{shown(value)} is not a place of the lake.", "A zone and a prefix: raw.visits."
        )
    return value


Place = Annotated[str, AfterValidator(place)]


def unknown_zones(
    told: Mapping[str, Any], values: Mapping[str, Any], at: Path
) -> Iterator[Mistake]:
    """Yield places under `reads` and `writes` in zones that the lake of `values` does not have."""
    zones = zones_of(values)
    for key in ("reads", "writes"):
        listed = told.get(key)
        for number, name in enumerate(listed if isinstance(listed, list | tuple) else ()):
            found = PLACE.fullmatch(name) if isinstance(name, str) else None
            if found and found["zone"] not in zones:
                yield Mistake(
                    (*at, key, number),
                    f"{found['zone']} is not a zone.",
                    did_you_mean(found["zone"], zones) or f"Allowed: {', '.join(zones)}.",
                )
