"""The regions that each AWS service is in, as botocore and CloudFormation's schemas list them."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("regions.json")


@cache
def regions() -> Mapping[str, tuple[str, ...]]:
    """Regions of the `aws` partition, sorted, by IAM's prefix of the service.

    Types that fewer regions have than have their service stand beside them, by CloudFormation's
    names. A service that is missing has one endpoint for all regions, or neither source lists it.
    """
    listed: dict[str, list[str]] = json.loads(FILE.read_text())
    return {prefix: tuple(names) for prefix, names in listed.items()}
