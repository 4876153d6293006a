"""The images that AWS keeps to train and serve by framework, as the SageMaker SDK lists them.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
https://github.com/aws/deep-learning-containers/blob/master/available_images.md
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any, Literal, NamedTuple

from catalog.images import registry_host
from catalog.instances import family_of

FILE = Path(__file__).with_name("framework_images.json")
Use = Literal["training", "serving"]
USES: tuple[Use, ...] = ("training", "serving")
NO_ACCELERATOR, ARM = "none", "Arm"
BUILT_FOR = {"inf2": "Inferentia2"}
"""Families of instances that do not run what is built for others with accelerators of the name.

https://awsdocs-neuron.readthedocs-hosted.com/en/latest/setup/legacy-inf1/pytorch.html
"""
FRAMEWORKS = ("pytorch", "tensorflow", "sklearn", "xgboost", "huggingface")


class FrameworkImage(NamedTuple):
    """An image of a framework, for one kind of accelerator."""

    name: str
    """Repository and tag, such as `pytorch-training:2.9.0-gpu-py312`."""
    registries: Mapping[str, str]
    """The account that keeps it, by region."""

    def uri(self, region: str) -> str:
        """Where ECR has it in a region. Raises KeyError where it has not."""
        return f"{registry_host(self.registries[region], region)}/{self.name}"


class Known(NamedTuple):
    """What is known of an image of AWS's by its name."""

    framework: str
    """One of FRAMEWORKS."""
    version: str
    """Of the framework, with its patch."""
    built_for: frozenset[str]
    """Accelerators, as `accelerator_of` calls them."""


def accelerator_of(instance: str, use: Use) -> str | None:
    """What an image has to be built for; None for what AWS builds none for.

    It is as `catalog.instances` calls it, but for those of BUILT_FOR; NO_ACCELERATOR for x86
    processors alone, and ARM for Arm's alone, which serve.
    """
    family = family_of(instance)
    if family.arm:
        return ARM if use == "serving" and not family.accelerator else None
    return BUILT_FOR.get(instance.split(".")[1], family.accelerator) or NO_ACCELERATOR


def image_of(use: Use, framework: str, version: str, accelerator: str) -> FrameworkImage | None:
    """The image of a framework's version for an accelerator; None where AWS keeps none."""
    known = _read()
    found = known[use].get(framework, {}).get(version, {}).get(accelerator)
    return FrameworkImage(found[0], known["registries"][found[1]]) if found else None


def versions(use: Use, framework: str, accelerator: str) -> list[str]:
    """A framework's versions that there is an image of for an accelerator; the newest comes last.

    Empty for a framework that is not known.
    """
    listed = _read()[use].get(framework, {})
    return sorted((each for each, kinds in listed.items() if accelerator in kinds), key=parts)


def known_of(uri: str) -> Known | None:
    """What is known of an image in ECR; None for one that is not AWS's by framework.

    Its tag may say more than the SDK's, such as the system that it is based on.
    """
    registry, _, name = uri.partition("/")
    account = registry.partition(".")[0]
    if not any(account in accounts.values() for accounts in _read()["registries"]):
        return None
    repository, _, tag = name.partition(":")
    found = _built().get((repository, _processors(tag)))
    version = re.match(r"(?:.*-transformers)?(\d+(?:\.\d+)*(?:-\d+)?)(?=-|$)", tag)
    return Known(found[0], version[1], found[1]) if found and version else None


@cache
def _built() -> Mapping[tuple[str, frozenset[str]], tuple[str, frozenset[str]]]:
    """Framework and accelerators, by the repository and what its tags say of processors."""
    found: dict[tuple[str, frozenset[str]], tuple[str, frozenset[str]]] = {}
    for use in USES:
        for framework, listed in _read()[use].items():
            for kinds in listed.values():
                for accelerator, (name, _) in kinds.items():
                    repository, _, tag = name.partition(":")
                    at = (repository, _processors(tag))
                    before = found[at][1] if at in found else frozenset()
                    found[at] = framework, before | {accelerator}
    return found


def _processors(tag: str) -> frozenset[str]:
    return frozenset(tag.split("-")) & {"cpu", "gpu", "arm64"}


def parts(version: str) -> tuple[int, ...]:
    """A version's numbers, by which versions are in order: (1, 4, 2) of `1.4-2`."""
    numbers = version.replace("-", ".").split(".")
    return tuple(int(each) if each.isdigit() else 0 for each in numbers)


def nearest(version: str, among: list[str]) -> str | None:
    """The version that is nearest to one that is asked for; None among none.

    It is the next one before or after it, so that 4.55 is nearer to 5.5 than 4.28 is.
    """
    wanted = parts(version)
    before = [each for each in among if parts(each) <= wanted]
    after = [each for each in among if parts(each) > wanted]
    around = [*sorted(after, key=parts)[:1], *sorted(before, key=parts)[-1:]]

    def distance(other: str) -> list[int]:
        return [abs(a - b) for a, b in zip_longest(wanted, parts(other), fillvalue=0)]

    return min(around, key=distance, default=None)


@cache
def _read() -> Mapping[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text())
    return found
