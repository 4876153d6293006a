"""The regions in which EC2 offers the types with accelerators, which are in few of them.

SageMaker's instances are EC2's: a region where EC2 has no such hardware has no such type of
SageMaker's either. Where EC2 offers one, SageMaker may still not. Of types without accelerators
nothing is told.
"""

import json
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("instance_regions.json")


class Offerings(NamedTuple):
    """What EC2 answered, by SageMaker's name of the type."""

    source: str
    """Whose record of the answers it is, with its version."""
    asked: tuple[str, ...]
    """The regions that were asked, sorted."""
    types: dict[str, tuple[str, ...]]
    """The regions of each type, sorted; what is offered nowhere is missing, for no longer being
    offered to new accounts does not mean that SageMaker has none."""


@cache
def offerings() -> Offerings:
    """The committed record."""
    read = json.loads(FILE.read_text())
    types = {name: tuple(regions) for name, regions in read["types"].items()}
    return Offerings(read["source"], tuple(read["asked"]), types)


def offered(instance_type: str, region: str) -> bool | None:
    """Whether a region has the hardware of `ml.<family>.<size>`; None where it is not known."""
    if region not in offerings().asked or instance_type not in offerings().types:
        return None
    return region in offerings().types[instance_type]
