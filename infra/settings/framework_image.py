"""Which of AWS's images by framework a model trains or serves in, and whether there is one.

https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from catalog.framework_images import (
    ARM,
    FRAMEWORKS,
    NO_ACCELERATOR,
    FrameworkImage,
    Use,
    accelerator_of,
    image_of,
    known_of,
    nearest,
    versions,
)
from infra.settings.mistakes import Mistake

Framework = (
    Annotated[
        dict[Literal["pytorch", "tensorflow", "sklearn", "xgboost", "huggingface"], str],
        Field(min_length=1, max_length=1),
    ]
    | None
)
"""One framework, with its version."""
WHAT = {NO_ACCELERATOR: "processors alone", ARM: "Arm's processors alone"}
DOES: Mapping[Use, str] = {"training": "trains", "serving": "serves"}
OF_ONES_OWN = "give the model an image of your own"


def image_for(framework: Framework, use: Use, instances: Collection[str]) -> FrameworkImage | None:
    """The image of a framework for the first of the instances; None where none is named."""
    if framework is None:
        return None
    ((name, version),) = framework.items()
    accelerator = accelerator_of(next(iter(instances)), use)
    return image_of(use, name, version, accelerator) if accelerator else None


def check_framework(
    framework: Framework, use: Use, instances: Collection[str]
) -> Iterator[Mistake]:
    """Yield a framework that has no image for an instance, with the nearest that has one.

    All instances run one image. Paths are below the group of settings that names the framework.
    """
    if framework is None:
        return
    ((name, version),) = framework.items()
    images = {}
    for instance in instances:
        accelerator = accelerator_of(instance, use)
        if accelerator is None:
            yield Mistake(
                ("framework",),
                f"AWS keeps no image that {DOES[use]} on the Arm processors of {instance}.",
                f"Choose a type with an x86 processor, such as ml.m6i.xlarge, or {OF_ONES_OWN}.",
            )
        elif found := image_of(use, name, version, accelerator):
            images[instance] = found.name
        else:
            yield Mistake(
                ("framework", name),
                f"AWS keeps no image of {name} {version} for {_shown(accelerator)} ({instance}).",
                _instead(name, version, use, accelerator),
            )
    if len(set(images.values())) > 1:
        yield Mistake(
            ("framework",),
            f"no one image is for {' and '.join(images)}.",
            f"Choose groups of one kind of accelerator, or {OF_ONES_OWN}.",
        )


def check_framework_region(
    framework: Framework, use: Use, instances: Collection[str], region: str
) -> Iterator[Mistake]:
    """Yield a framework whose image the region does not have; paths as of `check_framework`."""
    if framework is None:
        return
    found = image_for(framework, use, instances)
    accelerator = accelerator_of(next(iter(instances)), use)
    if found is None or accelerator is None or region in found.registries:
        return
    ((name, version),) = framework.items()
    yield Mistake(
        ("framework", name),
        f"AWS keeps no image of {name} {version} in {region}.",
        _instead(name, version, use, accelerator, region),
    )


def check_own_image(instance: str, image: str, uses: Collection[Use]) -> Iterator[Mistake]:
    """Yield an instance that an image of AWS's is not built for, with the nearest that is.

    `uses` are those for which the group of settings may name a framework in the image's place. Of
    an image that is not AWS's by framework nothing is known. One that is built for GPUs runs on
    processors as well.
    """
    known, needs = known_of(image), accelerator_of(instance, "serving")
    if known is None or needs is None or needs in known.built_for:
        return
    if needs == NO_ACCELERATOR and "GPU" in known.built_for:
        return
    built_for = " and ".join(_shown(each) for each in sorted(known.built_for))
    instead = [
        f"{_instead(known.framework, known.version, use, needs)} Say so by {use}.framework."
        for use in uses
        if accelerator_of(instance, use)
    ]
    yield Mistake(
        ("instance",),
        f"the image {image.rpartition('/')[2]} is built for {built_for}, and not for "
        f"{_shown(needs)} ({instance}).",
        " ".join(instead) or "Choose a type that it is built for.",
    )


def frameworks_for(instance: str, use: Use) -> str:
    """The newest version of each framework that has an image for an instance; "" without any."""
    accelerator = accelerator_of(instance, use)
    return _newest(use, accelerator, None) if accelerator else ""


def _shown(accelerator: str) -> str:
    return WHAT.get(accelerator, accelerator)


def _instead(
    framework: str, version: str, use: Use, accelerator: str, region: str | None = None
) -> str:
    """The nearest version of the framework, or else the newest of the others."""
    found = _there(framework, use, accelerator, region)
    if closest := nearest(version, found):
        return f"Nearest is {framework} {closest}; there are {', '.join(found)}."
    listed = _newest(use, accelerator, region)
    if not listed:
        return f"No framework has one: {OF_ONES_OWN}."
    return f"For these instances there are {listed}; or {OF_ONES_OWN}."


def _newest(use: Use, accelerator: str, region: str | None) -> str:
    there = {each: _there(each, use, accelerator, region) for each in FRAMEWORKS}
    return ", ".join(f"{each} {found[-1]}" for each, found in there.items() if found)


def _there(framework: str, use: Use, accelerator: str, region: str | None) -> list[str]:
    found = versions(use, framework, accelerator)
    if region is None:
        return found
    images = ((each, image_of(use, framework, each, accelerator)) for each in found)
    return [each for each, image in images if image and region in image.registries]
