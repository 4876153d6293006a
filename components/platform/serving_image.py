"""Has the versions of a pipeline served in another image than that of its jobs.

A pure function writes it into the requests of a compiled pipeline. What serves is the image that a
version is registered with, and that a Model step names for batch transform.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageContainerDefinition.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

IMAGE_OF_JOBS = {"Get": "Parameters.ImageUri"}
KEPT_AS = "image"
"""Metadata of a version: the image of the jobs that made it, where another one serves it."""

Request = dict[str, Any]


class UnfitServing(ValueError):
    """A pipeline that registers nothing with the image of its jobs."""


def set_serving_image(steps: Iterable[Mapping[str, Any]], image: str) -> None:
    """Write an image where the steps have that of the jobs for what serves.

    A version tells both: the loop compares versions in the image of the jobs. Raises UnfitServing
    where no version is registered with that.
    """
    registered = False
    for step in steps:
        request = step["Arguments"]
        for container in _containers(step):
            if container.get("Image") != IMAGE_OF_JOBS:
                continue
            container["Image"] = image
            if step["Type"] == "RegisterModel":
                registered = True
                kept = request.get("CustomerMetadataProperties", {})
                request["CustomerMetadataProperties"] = {**kept, KEPT_AS: IMAGE_OF_JOBS}
    if not registered:
        raise UnfitServing(
            "no version is registered with the image of the parameter ImageUri, in whose place "
            "another could serve"
        )


def _containers(step: Mapping[str, Any]) -> Iterator[Request]:
    """What a step has served."""
    request = step["Arguments"]
    if step["Type"] == "RegisterModel":
        yield from request.get("InferenceSpecification", {}).get("Containers", [])
    elif step["Type"] == "Model":
        alone = request.get("PrimaryContainer")
        yield from [*([alone] if alone else []), *request.get("Containers", [])]
