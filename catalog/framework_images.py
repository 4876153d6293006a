"""The images that AWS keeps for training by framework, as the SageMaker SDK lists them.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
https://github.com/aws/deep-learning-containers/blob/master/available_images.md
"""

import json
from collections.abc import Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("framework_images.json")
NO_ACCELERATOR = "none"
FRAMEWORKS = ("pytorch", "tensorflow", "sklearn", "xgboost", "huggingface")


class FrameworkImage(NamedTuple):
    """An image of a framework, for one kind of accelerator."""

    name: str
    """Repository and tag, such as `pytorch-training:2.9.0-gpu-py312`."""
    registries: Mapping[str, str]
    """The account that keeps it, by region."""

    def uri(self, region: str) -> str:
        """Where ECR has it in a region. Raises KeyError where it has not."""
        domain = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
        return f"{self.registries[region]}.dkr.ecr.{region}.{domain}/{self.name}"


def image_of(framework: str, version: str, accelerator: str) -> FrameworkImage | None:
    """The image of a framework's version for an accelerator; None where AWS keeps none.

    `accelerator` is as `catalog.instances` calls it, and empty for processors alone.
    """
    known = _read()
    found = known["images"].get(framework, {}).get(version, {}).get(accelerator or NO_ACCELERATOR)
    return FrameworkImage(found[0], known["registries"][found[1]]) if found else None


def versions(framework: str, accelerator: str) -> list[str]:
    """A framework's versions that there is an image of for an accelerator; the newest comes last.

    Empty for a framework that is not known.
    """
    kind = accelerator or NO_ACCELERATOR
    listed = _read()["images"].get(framework, {})
    return sorted((each for each, kinds in listed.items() if kind in kinds), key=parts)


def parts(version: str) -> tuple[int, ...]:
    """A version's numbers, by which versions are in order: (1, 4, 2) of `1.4-2`."""
    numbers = version.replace("-", ".").split(".")
    return tuple(int(each) if each.isdigit() else 0 for each in numbers)


def nearest(version: str, among: list[str]) -> str | None:
    """The version that is nearest to one that is asked for; None among none."""
    if not among:
        return None
    wanted = parts(version)

    def distance(other: str) -> list[int]:
        return [abs(a - b) for a, b in zip_longest(wanted, parts(other), fillvalue=0)]

    return min(reversed(among), key=distance)


@cache
def _read() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found
