"""What a training job may be asked beyond its instances: spot, warm pools, several hosts, limits.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-managed-spot-training.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html
https://docs.aws.amazon.com/sagemaker/latest/dg/train-heterogeneous-cluster.html
https://docs.aws.amazon.com/sagemaker/latest/dg/reserve-capacity-with-training-plans.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from catalog.framework_images import USES
from catalog.hardware import hardware
from catalog.instances import family_of
from infra.settings.aws import InstanceType, allowed
from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.framework_image import check_own_image, frameworks_for
from infra.settings.mistakes import Mistake

if TYPE_CHECKING:
    from infra.settings.platform import Training

WARM_MINUTES = 60
"""The most that a warm pool is kept: https://docs.aws.amazon.com/sagemaker/latest/dg/train-warm-pools.html"""
MOST_GROUPS = 5
"""Of a job: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ResourceConfig.html"""
NEURON_CORES = {"trn1": 2, "trn1n": 2, "trn2": 4}
"""Cores of one Trainium chip, as processes see them.

https://awsdocs-neuron.readthedocs-hosted.com/en/latest/about-neuron/arch/neuron-features/logical-neuroncore-config.html
"""

TrainingInstance = Annotated[
    str,
    AfterValidator(InstanceType("training", "training.instance")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["training"])),
]
group_name = matching(
    r"[A-Za-z0-9_-]{1,64}",
    "is not a name for a group of instances",
    "Letters, digits, _ and -, at most 64: learners.",
)
training_plan = matching(
    r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]+:[0-9]{12}:training-plan/.+",
    "is not the ARN of a training plan",
    "Example: arn:aws:sagemaker:eu-west-1:123456789012:training-plan/oncology.",
)


class Spot(Settings):
    """Training on spot instances."""

    max_wait_hours: PositiveInt = Field(
        description="Hours that a training may take with its waits for instances; at least "
        "max_hours."
    )


class InstanceGroup(Settings):
    """Instances of one type among those of a training job."""

    instance: TrainingInstance = Field(description="Instance type.")
    count: PositiveInt = Field(1, description="Instances of the group.")


def processes_on(instance: str) -> int:
    """Processes that torchrun starts on an instance: one a GPU, or core of Trainium; else one."""
    what = hardware().get(instance)
    if what is None or not what.accelerators:
        return 1
    return what.accelerators * NEURON_CORES.get(instance.split(".")[1], 1)


def uses_efa(instance: str) -> bool:
    """Whether instances of a type speak to one another by the Elastic Fabric Adapter."""
    what = hardware().get(instance)
    return what is not None and what.efa > 0


def check_options(training: "Training") -> Iterator[Mistake]:
    """Yield what SageMaker refuses together, and what would do nothing; paths below `training`."""
    yield from _spot(training)
    yield from _warm(training)
    yield from _groups(training)
    if training.distributed:
        yield from _distributed(training)


def _spot(training: "Training") -> Iterator[Mistake]:
    if training.spot is None:
        return
    if training.spot.max_wait_hours < training.max_hours:
        yield Mistake(
            ("spot", "max_wait_hours"),
            f"{training.spot.max_wait_hours} hours are fewer than the {training.max_hours} of "
            "max_hours, which they contain.",
            f"Say at least {training.max_hours}, or make max_hours less.",
        )
    if not training.checkpoints:
        yield Mistake(
            ("spot",),
            "a training that is interrupted would begin anew: it keeps no checkpoints.",
            "Let it write to /opt/ml/checkpoints and begin with what is there, and say "
            "checkpoints: true.",
        )
    if training.reserved:
        yield Mistake(
            ("spot",),
            "reserved capacity is paid for, and is not taken from spot instances.",
            "Leave spot or reserved out.",
        )


def _warm(training: "Training") -> Iterator[Mistake]:
    if training.keep_warm_minutes is None:
        return
    if training.spot is not None:
        yield Mistake(
            ("keep_warm_minutes",),
            "SageMaker keeps no spot instances warm.",
            "Leave keep_warm_minutes or spot out.",
        )
    if training.instance_groups:
        yield Mistake(
            ("keep_warm_minutes",),
            "SageMaker keeps no instance groups warm.",
            "Leave keep_warm_minutes out, or train on instances of one type.",
        )


def _groups(training: "Training") -> Iterator[Mistake]:
    if not training.instance_groups:
        return
    for setting in ("instance", "count"):
        if setting in training.model_fields_set:
            yield Mistake(
                (setting,),
                "instance_groups say which instances there are, and how many.",
                f"Leave {setting} or instance_groups out.",
            )
    if training.distributed:
        yield Mistake(
            ("distributed",),
            "torchrun starts as many processes on each instance, which groups do not have alike.",
            "Leave distributed or instance_groups out.",
        )


def _distributed(training: "Training") -> Iterator[Mistake]:
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_HyperParameterAlgorithmSpecification.html
    if training.tune:
        yield Mistake(
            ("distributed",),
            "torchrun is started by an entry point, which the trainings of a search have not.",
            "Leave distributed or tune out.",
        )
    processes = training.count * processes_on(training.instance)
    if processes == 1 and not training.instance_groups:
        what = family_of(training.instance).accelerator or "processor"
        yield Mistake(
            ("distributed",),
            f"one {training.instance} is one process on one {what}: nothing is shared out.",
            "Say a count of at least 2, choose a type of several accelerators such as "
            "ml.g6.12xlarge, or leave distributed out.",
        )


def most_instances(training: "Training") -> Mapping[str, int]:
    """Instances of a training job by type."""
    if not training.instance_groups:
        return {training.instance: training.count}
    found: dict[str, int] = {}
    for group in training.instance_groups.values():
        found[group.instance] = found.get(group.instance, 0) + group.count
    return found


def check_image(group: str, instance: str, image: str | None) -> Iterator[Mistake]:
    """Yield an instance type of a group of settings that its image makes no use of.

    That is the model's, or else the platform's own.
    """
    uses = [use for use in USES if use == group]
    if image is not None:
        yield from check_own_image(instance, image, uses)
        return
    family = family_of(instance)
    misses = family.accelerator or ("Arm" if family.arm else "")
    if misses:
        frameworks = [found for use in uses if (found := frameworks_for(instance, use))]
        more = f"or name a framework that has one ({frameworks[0]})." if frameworks else ""
        yield Mistake(
            ("instance",),
            f"SageMaker's scikit-learn image makes no use of {instance} ({misses}).",
            "Choose a type with an x86 processor alone, such as ml.m6i.xlarge or ml.c6i.large, or "
            f"give the model an image that is built for it{', ' if more else '.'}{more}",
        )


def check_training_groups(
    training: "Training", retrain_budget: float | None, *, image: str | None
) -> Iterator[Mistake]:
    """Yield what groups of instances do not go with; paths below the model."""
    for name, group in training.instance_groups.items():
        for mistake in [] if training.framework else check_image("training", group.instance, image):
            yield replace(mistake, path=("training", "instance_groups", name, *mistake.path))
    if training.instance_groups and retrain_budget is not None:
        yield Mistake(
            ("retrain", "budget_usd"),
            "what trainings on instance groups have cost is not counted.",
            "Leave it out, or train on instances of one type.",
        )
