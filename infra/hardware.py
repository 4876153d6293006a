"""Which instance types there are for a use in a region, what is in them, and what they cost."""

from datetime import date
from typing import NamedTuple

from catalog.hardware import Hardware, hardware
from catalog.instance_regions import offered
from catalog.instances import PREVIOUS, family_of
from catalog.prices import Price, price_of
from infra.settings.aws import allowed

ACCELERATORS = ("GPU", "Trainium", "Inferentia", "none")
USES = {
    "training": ("training", "training"),
    "tuning": ("training", "training"),
    "processing": ("processing", "processing"),
    "endpoint": ("endpoint", "hosting"),
    "transform": ("transform", "transform"),
    "studio": ("studio", "studio"),
}
"""For each use, under which its types are allowed, and under which its prices are known."""


class Instance(NamedTuple):
    """One instance type, in one region."""

    type: str
    what: Hardware | None
    """None where EC2 tells no longer, or not yet."""
    offered: bool | None
    """Whether the region has it; None where that is not known."""
    price: Price | None
    """Of an hour on demand; None where no source tells."""

    @property
    def usd_an_hour(self) -> float | None:
        """The price, in US dollars; None where it is not known."""
        return self.price.usd if self.price else None

    @property
    def priced_on(self) -> date | None:
        """The day of the price."""
        return self.price.as_of if self.price else None

    @property
    def each_gib(self) -> float | None:
        """Memory of one accelerator; 0 where there is none, None where that is not known."""
        if self.what is None:
            return None
        return round(self.what.accelerator_gib / (self.what.accelerators or 1), 1)


def instances(
    use: str, region: str, *, accelerator: str | None = None, each_gib: float = 0
) -> list[Instance]:
    """The types for a use that fit, cheapest first; those without a known price come last.

    `accelerator` is one of ACCELERATORS, `each_gib` the least memory of one. What is not known of a
    type is not held against it, but for its accelerator's memory. Types of previous generations
    are left out. Raises KeyError for no use.
    """
    allowed_for, priced_as = USES[use]
    found = []
    for name in allowed()[allowed_for]:
        family = family_of(name)
        if accelerator not in (None, family.accelerator or "none"):
            continue
        if name.split(".")[1] in PREVIOUS:
            continue
        one = Instance(
            name,
            hardware().get(name),
            offered(name, region),
            price_of(f"{priced_as} {name}", region),
        )
        if not each_gib or (one.each_gib or 0) >= each_gib:
            found.append(one)
    return sorted(found, key=_order)


def _order(one: Instance) -> tuple[bool, float, float, float, str]:
    """Known prices first; then by the size of accelerators and processors, then by name."""
    what = one.what or Hardware(0, 0)
    return (
        one.price is None,
        one.price.usd if one.price else 0,
        what.accelerator_gib,
        what.vcpus,
        one.type,
    )
