"""Need 3, anyone can train a model by themselves: where and how training runs."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from components.common.limits import TRAINING_HOURS
from components.platform.pod_training.runtime.states import WAIT_HOURS
from infra.settings.aws import InstanceType, allowed
from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.framework_image import Framework, check_framework
from infra.settings.mistakes import Mistake, refusal, refusals, shown
from infra.settings.training_options import (
    MOST_GROUPS,
    WARM_MINUTES,
    InstanceGroup,
    Spot,
    TrainingInstance,
    check_options,
    group_name,
    most_instances,
    training_plan,
)
from infra.settings.training_pods import TrainingPods
from infra.settings.tuning import Tune

ProcessingInstance = Annotated[
    str,
    AfterValidator(InstanceType("processing", "processing.instance")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["processing"])),
]


Kind = Literal["binary", "multiclass", "regression"]
"""What a model tells: which of two classes, which of several, or a number."""
channel_name = matching(
    r"[A-Za-z0-9._-]{1,64}",
    "is not a name for a channel",
    "Letters, digits, . _ and -, at most 64: images.",
)
"""https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_Channel.html"""
FROM_FILES = re.compile(r"(?P<system>shared|fast)/(?P<folder>[a-z0-9-]+)(/[\w.-]+)*", re.ASCII)
"""A folder of a file system: which of `files`, its first folder, and what is below that."""


def from_files(value: str) -> str:
    """Refuse what is not a folder of a file system; which there are, `check_channels` knows."""
    found = FROM_FILES.fullmatch(value)
    if not found or {".", ".."} & set(value.split("/")):
        raise refusal(
            f"{shown(value)} is not a folder of a file system.",
            "Which one, and the folder: fast/images, or shared/oncology.",
        )
    return value


Value = str | int | float | bool
"""Of a hyperparameter; SageMaker hands it on as text."""
Share = Annotated[float, Field(ge=0, le=1)]
AtLeast = Share | None
AtMost = Annotated[float, Field(gt=0)] | None

CLASSES = ("auc", "accuracy", "precision", "recall", "f1")
METRICS: dict[Kind, tuple[str, ...]] = {
    "binary": CLASSES,
    "multiclass": CLASSES,
    "regression": ("r2", "rmse", "mae"),
}
"""What the models of a kind are measured by; the first is what versions are compared by."""
ERRORS = frozenset({"rmse", "mae"})
"""Metrics of which less is better."""
DEFAULTS: dict[Kind, float] = {"binary": 0.8, "multiclass": 0.8, "regression": 0.1}
"""What the first metric of a kind must reach where nothing is said."""


class Training(Settings):
    """The training job."""

    on: Literal["sagemaker", "kubernetes"] = Field(
        "sagemaker",
        description="Where it trains: on SageMaker, or in pods of the environment's cluster.",
    )
    by: Literal["trainer", "ray"] = Field(
        "trainer",
        description="On Kubernetes, what runs it: trainer, a TrainJob of Kubeflow Trainer's; ray, "
        "a RayJob of KubeRay's.",
    )
    pods: TrainingPods | None = Field(
        None, description="Its pods on Kubernetes, and whose namespace they are in."
    )
    instance: TrainingInstance = Field(
        "ml.m6i.xlarge", description="Instance type: CPU, GPU (ml.g6…) or Trainium (ml.trn1…)."
    )
    count: PositiveInt = Field(1, description="Instances that train together.")
    volume_gb: PositiveInt = Field(30, description="Disk of each instance, in GB.")
    max_hours: Annotated[int, Field(ge=1, le=TRAINING_HOURS)] = Field(
        24, description="Hours after which the job is stopped, at most 672."
    )
    hyperparameters: Annotated[
        dict[Annotated[str, Field(min_length=1, max_length=256)], Value], Field(max_length=100)
    ] = Field({}, description="What the project's training reads, by name: {algorithm: boosting}.")
    tune: Tune | None = Field(
        None, description="A search for hyperparameters, whose best training is what counts."
    )
    files: dict[
        Annotated[str, AfterValidator(channel_name)], Annotated[str, AfterValidator(from_files)]
    ] = Field(
        {},
        description="Channels that show a folder of a file system, beside those of the project: "
        "{images: fast/images}, or shared/oncology, which is /training/oncology.",
    )
    framework: Framework = Field(
        None,
        description="Train in AWS's image of a framework and version, fit for the instances: "
        "{pytorch: '2.9'}; or tensorflow, sklearn, xgboost, huggingface. The model's image if "
        "unset.",
    )
    checkpoints: bool = Field(
        False,
        description="Whether what it writes to /opt/ml/checkpoints is kept in S3 while it runs, "
        "and is there again when it goes on after an interruption.",
    )
    spot: Spot | None = Field(
        None,
        description="Train on spot instances, which cost less and may be taken away at any time; "
        "needs checkpoints.",
    )
    keep_warm_minutes: Annotated[int, Field(ge=1, le=WARM_MINUTES)] | None = Field(
        None,
        description="Minutes that its instances are kept, and paid for, after a training, for the "
        "next; at most 60.",
    )
    isolated: bool = Field(
        False,
        description="Whether its container reaches nothing, S3 neither; SageMaker still brings "
        "the data, and hosts of one training still speak to each other.",
    )
    distributed: Literal["torchrun"] | None = Field(
        None,
        description="Start it in one process for each accelerator of all instances, which learn "
        "together: torchrun.",
    )
    instance_groups: Annotated[
        dict[Annotated[str, AfterValidator(group_name)], InstanceGroup],
        Field(max_length=MOST_GROUPS),
    ] = Field(
        {},
        description="Instances of several types, by a name that the training knows them by, in "
        "place of instance and count: {data: {instance: ml.m6i.xlarge, count: 2}, …}.",
    )
    reserved: Annotated[str, AfterValidator(training_plan)] | None = Field(
        None,
        description="ARN of a training plan: capacity that is reserved and paid for, which it "
        "waits for and runs on.",
    )
    budget_usd: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="US dollars that one training may cost at most: max_hours of all instances, "
        "at list prices on demand.",
    )

    @model_validator(mode="after")
    def _options_fit_each_other(self) -> Self:
        images = check_framework(self.framework, "training", self.instances)
        if found := [*check_options(self), *images]:
            raise refusals(found)
        return self

    @property
    def longest_hours(self) -> int:
        """Hours that training may take: all trials of a search, and the waits for spot or pods."""
        if self.tune:
            return self.tune.max_hours
        if self.on == "kubernetes":
            return self.max_hours + WAIT_HOURS
        return self.spot.max_wait_hours if self.spot else self.max_hours

    @property
    def instances(self) -> Mapping[str, int]:
        """Instances that train together, by type; none where pods train."""
        return most_instances(self) if self.on == "sagemaker" else {}

    @property
    def at_once(self) -> int:
        """How many trainings run at a time: the trials of a search."""
        return self.tune.parallel if self.tune else 1


class Processing(Settings):
    """The jobs around training: preparing data, evaluating, watching for drift."""

    instance: ProcessingInstance = Field("ml.m5.large", description="Instance type.")


class Accept(Settings):
    """What a trained model must reach on held-out records to be registered.

    Without any of them a classifier needs an auc of 0.8, and a regression an r2 of 0.1.
    """

    auc: AtLeast = Field(
        None, description="Least area under the ROC curve; of several classes their mean."
    )
    accuracy: AtLeast = Field(None, description="Least share of right answers.")
    precision: AtLeast = Field(
        None, description="Least share of right answers among those for a class."
    )
    recall: AtLeast = Field(None, description="Least share of a class that is found.")
    f1: AtLeast = Field(None, description="Least harmonic mean of precision and recall.")
    r2: AtLeast = Field(None, description="Least share of the variance that is explained.")
    rmse: AtMost = Field(None, description="Most root mean squared error, in the target's unit.")
    mae: AtMost = Field(None, description="Most mean absolute error, in the target's unit.")
    not_worse_than_live: bool = Field(
        True,
        description="Whether a version that its delivery finds worse than the served one, by more "
        "than the spread of both measurements, is refused.",
    )

    @property
    def bounds(self) -> dict[str, float]:
        """The metrics that are asked for, each with its bound."""
        metrics = dict.fromkeys(metric for of_a_kind in METRICS.values() for metric in of_a_kind)
        return {one: getattr(self, one) for one in metrics if getattr(self, one) is not None}

    def bounds_of(self, kind: Kind) -> dict[str, float]:
        """The same, or what is asked of a kind where nothing is said."""
        return self.bounds or {METRICS[kind][0]: DEFAULTS[kind]}

    def text(self, kind: Kind | None) -> str:
        """The conditions as a pipeline's parameter `Accept` and a model's delivery read them.

        `auc >= 0.86, f1 >= 0.8`; or, where nothing is asked for, `binary: auc >= 0.8; …`.
        """
        if self.bounds:
            return _conditions(self.bounds)
        kinds = [kind] if kind else list(METRICS)
        return "; ".join(f"{one}: {_conditions(self.bounds_of(one))}" for one in kinds)


def _conditions(bounds: Mapping[str, float]) -> str:
    return ", ".join(
        f"{metric} {'<=' if metric in ERRORS else '>='} {bound:g}"
        for metric, bound in bounds.items()
    )


def check_accept(accept: Accept, kind: Kind | None) -> Iterator[Mistake]:
    """Yield conditions on what a model of this kind is not measured by."""
    asked = set(accept.bounds)
    if kind:
        for metric in sorted(asked - set(METRICS[kind])):
            yield Mistake(
                ("accept", metric),
                f"a {kind} model is not measured by {metric}.",
                f"Choose of {', '.join(METRICS[kind])}.",
            )
    elif not any(asked <= set(metrics) for metrics in METRICS.values()):
        yield Mistake(
            ("accept",),
            f"no model is measured by all of {', '.join(accept.bounds)}.",
            f"Classes: {', '.join(CLASSES)}. Numbers: {', '.join(METRICS['regression'])}.",
        )
