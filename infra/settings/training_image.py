"""Which of AWS's images by framework a training runs in, and whether there is one.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from catalog.framework_images import FRAMEWORKS, FrameworkImage, image_of, nearest, versions
from catalog.instances import family_of
from infra.settings.mistakes import Mistake

if TYPE_CHECKING:
    from infra.settings.platform import Training

Framework = (
    Annotated[
        dict[Literal["pytorch", "tensorflow", "sklearn", "xgboost", "huggingface"], str],
        Field(min_length=1, max_length=1),
    ]
    | None
)
"""One framework, with its version."""


def image_for(training: "Training") -> FrameworkImage | None:
    """The image of a training's framework, for its first instance; None where it names none."""
    if training.framework is None:
        return None
    ((framework, version),) = training.framework.items()
    return image_of(framework, version, _accelerator(next(iter(training.instances))) or "")


def check_framework(training: "Training") -> Iterator[Mistake]:
    """Yield a framework that has no image for an instance, with the nearest that has one.

    All instances of a job run one image.
    """
    if training.framework is None:
        return
    ((framework, version),) = training.framework.items()
    images = {}
    for instance in training.instances:
        accelerator = _accelerator(instance)
        if accelerator is None:
            yield Mistake(
                ("framework",),
                f"AWS keeps no image that trains on the Arm processors of {instance}.",
                "Choose a type with an x86 processor, such as ml.m6i.xlarge, or give the model an "
                "image of your own.",
            )
        elif found := image_of(framework, version, accelerator):
            images[instance] = found.name
        else:
            what = accelerator or "processors alone"
            yield Mistake(
                ("framework", framework),
                f"AWS keeps no image of {framework} {version} for {what} ({instance}).",
                _instead(framework, version, accelerator),
            )
    if len(set(images.values())) > 1:
        yield Mistake(
            ("framework",),
            f"no one image is for {' and '.join(images)}.",
            "Choose groups of one kind of accelerator, or give the model an image of your own.",
        )


def check_framework_region(training: "Training", region: str) -> Iterator[Mistake]:
    """Yield a framework whose image the region does not have; paths below `training`."""
    found = image_for(training)
    if training.framework is None or found is None or region in found.registries:
        return
    ((framework, version),) = training.framework.items()
    accelerator = _accelerator(next(iter(training.instances))) or ""
    yield Mistake(
        ("framework", framework),
        f"AWS keeps no image of {framework} {version} in {region}.",
        _instead(framework, version, accelerator, region),
    )


def _accelerator(instance: str) -> str | None:
    """What an image has to be built for; None for Arm's processors, which no image is for."""
    family = family_of(instance)
    return None if family.arm else family.accelerator


def _instead(framework: str, version: str, accelerator: str, region: str | None = None) -> str:
    """The nearest version of the framework, or else the newest of the others."""
    found = _there(framework, accelerator, region)
    if closest := nearest(version, found):
        return f"Nearest is {framework} {closest}; there are {', '.join(found)}."
    others: Mapping[str, list[str]] = {
        each: there for each in FRAMEWORKS if (there := _there(each, accelerator, region))
    }
    if not others:
        return "No framework has one. Give the model an image of your own."
    listed = ", ".join(f"{each} {there[-1]}" for each, there in others.items())
    return f"For these instances there are {listed}; or give the model an image of your own."


def _there(framework: str, accelerator: str, region: str | None) -> list[str]:
    found = versions(framework, accelerator)
    if region is None:
        return found
    images = ((each, image_of(framework, each, accelerator)) for each in found)
    return [each for each, image in images if image and region in image.registries]
