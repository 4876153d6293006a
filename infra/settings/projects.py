"""Whether a model project can be deployed, found out as soon as a stack file names it."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog.framework_images import accelerator_of
from components.platform.model_project import ProjectError, read_project
from components.platform.pod_training.definition import in_pods
from components.platform.serving_image import UnfitServing, set_serving_image
from components.platform.training_definition import (
    DefinitionError,
    Placement,
    declared,
    placed,
    steps,
)
from infra.settings.aws import allowed
from infra.settings.cross_stack import mapping
from infra.settings.mistakes import Mistake, did_you_mean
from infra.settings.mlops.serving import Serving

DEFINITION, COMPARE = "pipeline.json", "compare.py"
PARAMETERS: dict[str, str | int | float] = {
    "CodeUri": "s3://artifacts/code/",
    "DataUri": "s3://curated/data/",
    "ImageUri": "image",
    "KmsKeyId": "key",
    "ModelApprovalStatus": "PendingManualApproval",
    "ModelPackageGroupName": "group",
    "OutputUri": "s3://artifacts/runs",
    "ProcessingInstanceType": "ml.m5.large",
    "RoleArn": "role",
    "TrainingInstanceCount": 1,
    "TrainingInstanceType": "ml.m5.large",
    "TrainingMaxSeconds": 3600,
    "TrainingVolumeGb": 30,
}
"""What the platform sets in every project's pipeline, with a value of the right type."""


ASKED = {
    "target": "TargetColumn",
    "kind": "Kind",
    "drop": "DropColumns",
    "accept": "Accept",
    "monitor.bias.on": "Facets",
}
"""What a model's settings ask of its project, and the parameter that tells the pipeline."""


def check_asked(model: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield a model's settings that its pipeline has no parameter for.

    `model` is as the stack file has it, and its project is sound. The other settings of `accept`
    are the delivery's.
    """
    definition = read_project(root / model["project"]).definition
    known = declared(definition)
    for setting, parameter in ASKED.items():
        path = setting.split(".")
        asked = _at(model, path)
        if setting == "accept" and isinstance(asked, Mapping):
            asked = [metric for metric in asked if metric != "not_worse_than_live"]
        if asked and parameter not in known:
            yield Mistake(
                tuple(path),
                f"would change nothing: {model['project']}/{DEFINITION} declares no parameter "
                f"{parameter}.",
                f"Declare it in {model['project']}/pipeline.py, as templates/tabular does.",
            )


def check_channels(model: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield channels of file systems whose names the project's own training has.

    `model` is as the stack file has it, and its project is sound.
    """
    wanted = mapping(mapping(model.get("training")).get("files"))
    definition = read_project(root / model["project"]).definition
    own = {
        channel["ChannelName"]
        for step in steps(definition)
        if step["Type"] == "Training"
        for channel in step["Arguments"].get("InputDataConfig", [])
    }
    for channel in wanted:
        if channel in own:
            yield Mistake(
                ("training", "files", channel),
                f"{model['project']} has a channel {channel} of its own.",
                "Give the files another name.",
            )


def check_trained_in_pods(model: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield why pods cannot do the training of the project's pipeline.

    `model` is as the stack file has it, and its project is sound.
    """
    if mapping(model.get("training")).get("on") != "kubernetes":
        return
    where = Placement("role", ["subnet"], ["group"], "key")
    definition = placed(read_project(root / model["project"]).definition, PARAMETERS, where)
    try:
        in_pods(definition, "https://queue")
    except DefinitionError as error:
        yield Mistake(
            ("training", "on"),
            f"{model['project']}/{DEFINITION}: {error}.",
            "Change the project's pipeline.py, or let SageMaker train the model.",
        )


def check_serving(model: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield a framework of the endpoint that the project's pipeline cannot serve in.

    `model` is as the stack file has it, and its project is sound.
    """
    serving = mapping(model.get("serving"))
    if not serving.get("framework"):
        return
    at = ("serving", "framework")
    definition = copy.deepcopy(read_project(root / model["project"]).definition)
    try:
        set_serving_image(steps(definition), "image")
    except UnfitServing as error:
        yield Mistake(
            at,
            f"would change nothing: in {model['project']}/{DEFINITION} {error}.",
            f"Let Register in {model['project']}/pipeline.py name image_uri, as templates/tabular "
            "does.",
        )
    instance = serving.get("instance", Serving().instance)
    for name, type_ in _transforms(definition):
        if accelerator_of(type_, "serving") != accelerator_of(instance, "serving"):
            yield Mistake(
                at,
                f"step {name} of {model['project']} transforms on {type_}, and the image would be "
                f"for {instance}.",
                "Let both be of one kind, or leave the framework out.",
            )


def _transforms(definition: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and instance type of each step of batch transform, as far as types are known."""
    defaults = {each["Name"]: each.get("DefaultValue") for each in definition.get("Parameters", [])}
    for step in steps(definition):
        if step["Type"] == "Transform":
            type_ = step["Arguments"].get("TransformResources", {}).get("InstanceType")
            if isinstance(type_, Mapping):
                type_ = defaults.get(str(type_.get("Get", "")).removeprefix("Parameters."))
            if type_ in allowed()["transform"]:
                yield step["Name"], type_


def _at(model: Any, path: Sequence[str]) -> Any:
    for key in path:
        model = model.get(key) if isinstance(model, Mapping) else None
    return model


def check_project(project: str, root: Path) -> tuple[str, str] | None:
    """The first mistake in the model project at `root / project` and a hint, or None."""
    if not (root / project / DEFINITION).is_file():
        holders = sorted(
            str(file.parent.relative_to(root))
            for parent in ("models", "templates")
            for file in (root / parent).glob(f"*/{DEFINITION}")
        )
        known = f"Model projects here: {', '.join(holders)}." if holders else ""
        return f"{project} has no {DEFINITION}.", did_you_mean(project, holders) or known
    try:
        read = read_project(root / project)
    except ProjectError as error:
        return f"{str(error).removeprefix(f'{root}/')}.", ""
    if COMPARE not in read.code:
        return (
            f"{project} has no code/{COMPARE}, by which its loop compares versions.",
            f"Take that of templates/tabular/code/{COMPARE}.",
        )
    try:
        placed(read.definition, PARAMETERS, Placement("role", ["subnet"], ["group"], "key"))
    except DefinitionError as error:
        return f"{project}/{DEFINITION}: {error}.", ""
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return (
            f"{project}/{DEFINITION} is no pipeline definition.",
            f"{type(error).__name__}: {error}",
        )
    return None
