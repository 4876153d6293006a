"""Need 4, a model stays good by itself: serving, watching, retraining; and the model as a whole."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from catalog.instances import family_of
from components.common.limits import BAKE_MINUTES, CANARY_PERCENT
from infra.settings.aws import InstanceType, allowed
from infra.settings.base import Percent, PositiveInt, Settings, matching
from infra.settings.devops.model_delivery import ModelDelivery
from infra.settings.foundation.budget import ModelBudget
from infra.settings.mistakes import Mistake, refusal, refusals, shown
from infra.settings.platform import Accept, Kind, Processing, Training, check_accept

MODEL_NAME_LIMIT = 24
DROP_LIMIT = 256 - len("--drop=")
"""Characters of the names with the commas between them: they are one argument of a job.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AppSpecification.html
"""
CANARY = Percent(1, CANARY_PERCENT, off=True)
CAPTURE = Percent(1, 100)

CanaryShare = Annotated[
    int,
    BeforeValidator(CANARY),
    PlainSerializer(CANARY.text, when_used="json"),
    WithJsonSchema(CANARY.json_schema()),
]
CaptureShare = Annotated[
    int,
    BeforeValidator(CAPTURE),
    PlainSerializer(CAPTURE.text, when_used="json"),
    WithJsonSchema(CAPTURE.json_schema()),
]
EndpointInstance = Annotated[
    str,
    AfterValidator(InstanceType("endpoint", "serving.instance")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["endpoint"])),
]


model_name = matching(
    rf"(?=.{{1,{MODEL_NAME_LIMIT}}}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a model name",
    "Small letters, digits and single hyphens between them, a letter first, "
    f"at most {MODEL_NAME_LIMIT} characters.",
)
"""Refuses a name that would not fit into the names of the model's resources."""


def project_path(value: str) -> str:
    """Refuse a path that leads out of the repository."""
    path = PurePosixPath(value)
    if not path.parts or path.is_absolute() or ".." in path.parts:
        raise refusal(
            f"{shown(value)} is not a folder of this repository.", "Example: templates/tabular."
        )
    return value


data_prefix = matching(
    r"[\w.-]+(/[\w.-]+)*",
    "is not a prefix in the curated zone",
    "Letters, digits, . _ - and / between them: visits/2026.",
)
"""Refuses what does not join into an S3 URI."""


column_name = matching(
    r"[^,]{1,256}", "is not a name of a column", "It has no comma, and at most 256 characters."
)
"""Refuses a column that a list separated by commas cannot name."""


image_uri = matching(
    r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[^:@\s]+([:@]\S+)?",
    "is not an image in ECR",
    "Example: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/training:1.0.",
    flags=re.UNICODE,
)
"""Refuses an image that SageMaker cannot pull."""


class Scale(Settings):
    """How many instances answer requests."""

    min: PositiveInt = Field(1, description="Fewest instances.")
    max: PositiveInt = Field(4, description="Most instances.")
    invocations_per_minute: PositiveInt = Field(
        600, description="Requests a minute that one instance should get; more adds instances."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise refusals(
                [Mistake(("min",), f"{self.min} is more than max, which is {self.max}.")]
            )
        return self


class Rollout(Settings):
    """How a new version takes over from the one before."""

    canary: CanaryShare = Field(
        10,
        description="Share of the fleet that goes first, 1% to 50%; off moves all at once.",
        json_schema_extra={"default": "10%"},
    )
    bake_minutes: Annotated[int, Field(ge=0, le=BAKE_MINUTES)] = Field(
        10, description="Minutes that the canary must pass without an alarm, at most 45."
    )


class EndpointAlarms(Settings):
    """When an endpoint is not well; the same alarms roll a new version back."""

    latency_ms: PositiveInt = Field(500, description="Model latency (p99) in milliseconds.")
    errors_percent: Annotated[float, Field(gt=0, le=100)] = Field(
        1.0, description="Requests that fail in the model or the endpoint, in percent."
    )


class Serving(Settings):
    """The endpoint."""

    instance: EndpointInstance = Field(
        "ml.c6i.large", description="Instance type: CPU, GPU (ml.g6…) or Inferentia (ml.inf2…)."
    )
    scale: Scale = Field(Scale(), description="How it grows with its load.")
    rollout: Rollout = Field(Rollout(), description="How a new version takes over.")
    alarms: EndpointAlarms = Field(EndpointAlarms(), description="When it is not well.")


class Monitor(Settings):
    """Watching the data that the endpoint sees."""

    data: Literal["hourly", "daily", "off"] = Field(
        "daily", description="How often captured requests are compared with the training data."
    )
    capture: CaptureShare = Field(
        100,
        description="Share of the requests that is captured, 1% to 100%.",
        json_schema_extra={"default": "100%"},
    )
    drift_threshold: Annotated[float, Field(gt=0, le=1)] = Field(
        0.1, description="Distance from the training data at which a feature has drifted, 0 to 1."
    )


class Retrain(Settings):
    """Training anew without being asked."""

    on: tuple[Literal["drift"], ...] = Field(
        ("drift",), description="What starts it; [] for nothing."
    )
    cooldown_hours: PositiveInt = Field(
        24, description="Hours after a start in which nothing starts it again."
    )


def check_hardware(
    instances: Mapping[str, str], serving: Serving, image: str | None
) -> Iterator[Mistake]:
    """Yield instance types that cannot do what a model's other settings ask of them.

    `instances` are the types by group of settings. SageMaker takes all of these, and then scales
    nothing, rolls nothing back, or runs on a processor that the image was not built for.
    """
    for group, instance in instances.items():
        family = family_of(instance)
        misses = family.accelerator or ("Arm" if family.arm else "")
        if misses and image is None:
            yield Mistake(
                (group, "instance"),
                f"SageMaker's scikit-learn image makes no use of {instance} ({misses}).",
                "Choose a type with an x86 processor alone, such as ml.m6i.xlarge or "
                "ml.c6i.large, or give the model an image that is built for it.",
            )
    family, scale, rollout = family_of(serving.instance), serving.scale, serving.rollout
    if family.burstable and scale.min != scale.max:
        yield Mistake(
            ("serving", "instance"),
            f"{serving.instance} is burstable, and does not scale.",
            "Give scale the same min and max, or choose a type that scales, such as ml.c6i.large.",
        )
    if not family.guardrails and (rollout.canary or rollout.bake_minutes):
        yield Mistake(
            ("serving", "instance"),
            f"updates of {serving.instance} have no canary, no bake and no rollback.",
            "Say so by rollout: {canary: off, bake_minutes: 0}, or choose ml.inf2.xlarge.",
        )


def check_drift(features: Sequence[str], monitor: Monitor, retrain: Retrain) -> Iterator[Mistake]:
    """Yield retraining on drift that is asked for where none would be found."""
    if not retrain.on or "on" not in retrain.model_fields_set:
        return
    if monitor.data == "off":
        yield Mistake(
            ("retrain", "on"),
            "drift is not found while monitor.data is off.",
            "Set monitor.data to hourly or daily, or retrain.on to [].",
        )
    elif not features:
        yield Mistake(
            ("retrain", "on"),
            "drift is found in the features of a model, and this one has none.",
            "Name its feature groups under features, or set retrain.on to [].",
        )


def check_columns(target: str, drop: Sequence[str]) -> Iterator[Mistake]:
    """Yield columns that are left out and needed, and more names than a job can be told."""
    if target in drop:
        yield Mistake(("drop",), f"{shown(target)} is the target, and cannot be left out.")
    if len(",".join(drop)) > DROP_LIMIT:
        yield Mistake(
            ("drop",),
            f"the names have more than {DROP_LIMIT} characters together.",
            "Leave the columns out of the data.",
        )


class ModelSettings(Settings):
    """A model: what it learns from, how it is trained, served and kept good."""

    name: Annotated[str, AfterValidator(model_name)] = Field(
        description="Names its registry, pipeline and endpoint."
    )
    project: Annotated[str, AfterValidator(project_path)] = Field(
        description="Folder of the model project, from the repository's root; holds pipeline.json."
    )
    features: tuple[str, ...] = Field((), description="Feature groups that it reads, by name.")
    target: Annotated[str, Field(min_length=1)] = Field(
        "target", description="Column that the model learns to predict."
    )
    kind: Kind | None = Field(
        None,
        description="What it tells: which of two classes (binary), which of several (multiclass), "
        "or a number (regression). Its data shows it if unset.",
    )
    drop: tuple[Annotated[str, AfterValidator(column_name)], ...] = Field(
        (), description="Columns that it must not learn from, such as identifiers."
    )
    data: Annotated[str, AfterValidator(data_prefix)] | None = Field(
        None,
        description="Prefix of the training data in the curated zone; the model's name if unset.",
    )
    image: Annotated[str, AfterValidator(image_uri)] | None = Field(
        None,
        description="ECR image of its jobs and its endpoint, fit for their instances, or what its "
        "Dockerfile begins with; SageMaker's scikit-learn image if unset.",
    )
    training: Training = Field(Training(), description="The training job.")
    processing: Processing = Field(
        Processing(), description="The jobs around it: preparing, evaluating, watching."
    )
    accept: Accept = Field(Accept(), description="What it must reach to be registered.")
    approval: Literal["manual", "automatic"] = Field(
        "manual", description="Who approves a registered version for deployment."
    )
    delivery: ModelDelivery = Field(
        ModelDelivery(), description="How a change of the project travels to the endpoint."
    )
    serving: Serving = Field(Serving(), description="The endpoint.")
    monitor: Monitor = Field(Monitor(), description="Watching the data it sees.")
    retrain: Retrain = Field(Retrain(), description="Training anew without being asked.")
    budget: ModelBudget | None = Field(
        None,
        description="What it may cost a month; seen once maslow:model is a cost-allocation tag.",
    )

    @model_validator(mode="after")
    def _settings_fit_each_other(self) -> Self:
        instances = {
            group: getattr(self, group).instance for group in ("training", "processing", "serving")
        }
        found = [
            *check_hardware(instances, self.serving, self.image),
            *check_drift(self.features, self.monitor, self.retrain),
            *check_accept(self.accept, self.kind),
            *check_columns(self.target, self.drop),
        ]
        if found:
            raise refusals(found)
        return self

    @property
    def data_prefix(self) -> str:
        """Where its training data lies in the curated zone."""
        return self.data or self.name

    @property
    def retrains_on_drift(self) -> bool:
        """Whether drift starts training: asked for, and watched for."""
        return self.monitor.data != "off" and "drift" in self.retrain.on
