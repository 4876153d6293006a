"""The endpoint: its instances, how it grows, and how a new version takes over."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
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
from infra.settings.base import Percent, PositiveInt, Settings
from infra.settings.framework_image import Framework, check_framework
from infra.settings.mistakes import Mistake, refusals
from infra.settings.mlops.pods import Pods
from infra.settings.training_options import check_image

CANARY = Percent(1, CANARY_PERCENT, off=True)

CanaryShare = Annotated[
    int,
    BeforeValidator(CANARY),
    PlainSerializer(CANARY.text, when_used="json"),
    WithJsonSchema(CANARY.json_schema()),
]
EndpointInstance = Annotated[
    str,
    AfterValidator(InstanceType("endpoint", "serving.instance")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["endpoint"])),
]


class Scale(Settings):
    """How many instances answer requests."""

    min: Annotated[int, Field(ge=0)] = Field(
        1, description="Fewest instances. On Kubernetes, by Knative, 0 for none while nobody asks."
    )
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
        description="Share of the fleet that goes first, 1% to 50%; off moves all at once. On "
        "Kubernetes, the share of the requests, by Knative, if it is set.",
        json_schema_extra={"default": "10%"},
    )
    bake_minutes: Annotated[int, Field(ge=0, le=BAKE_MINUTES)] = Field(
        10, description="Minutes that the canary must pass without an alarm, at most 45."
    )
    stable: Annotated[int, Field(ge=0)] | None = Field(
        None,
        description="On Kubernetes, the number of the newest version that may have all requests; "
        "one that is newer gets the canary's share. 0 before the first.",
    )


class EndpointAlarms(Settings):
    """When an endpoint is not well; the same alarms roll a new version back."""

    latency_ms: PositiveInt = Field(500, description="Model latency (p99) in milliseconds.")
    errors_percent: Annotated[float, Field(gt=0, le=100)] = Field(
        1.0, description="Requests that fail in the model or the endpoint, in percent."
    )


class Serving(Settings):
    """The endpoint."""

    on: Literal["sagemaker", "kubernetes"] = Field(
        "sagemaker",
        description="What serves it: an endpoint of SageMaker's, or KServe on the cluster, with "
        "the same image and the same captures.",
    )
    pods: Pods | None = Field(
        None, description="What it is on Kubernetes: whose namespace, and what each pod gets."
    )
    instance: EndpointInstance = Field(
        "ml.c6i.large", description="Instance type: CPU, GPU (ml.g6…) or Inferentia (ml.inf2…)."
    )
    framework: Framework = Field(
        None,
        description="Serve in AWS's image of a framework and version, fit for the instance: "
        "{huggingface: '4.55'}; or pytorch, tensorflow, sklearn, xgboost. Versions are registered "
        "with it. The model's image if unset.",
    )
    scale: Scale = Field(Scale(), description="How it grows with its load.")
    rollout: Rollout = Field(Rollout(), description="How a new version takes over.")
    alarms: EndpointAlarms = Field(EndpointAlarms(), description="When it is not well.")
    always_on: bool = Field(
        False, description="Whether it serves outside of the environment's hours, too."
    )

    @property
    def canary(self) -> int:
        """Share that a new version gets first, in percent; on Kubernetes only if it is set."""
        asked = self.on == "sagemaker" or "rollout" in self.model_fields_set
        return self.rollout.canary if asked else 0

    @property
    def by_knative(self) -> bool:
        """Whether it is on Kubernetes and asks for what Knative does alone there."""
        return self.on == "kubernetes" and (self.scale.min == 0 or self.canary > 0)

    @model_validator(mode="after")
    def _image_fits(self) -> Self:
        if found := [*check_framework(self.framework, "serving", [self.instance])]:
            raise refusals(found)
        return self


def check_hardware(
    instances: Mapping[str, str], serving: Serving, image: str | None
) -> Iterator[Mistake]:
    """Yield instance types that cannot do what a model's other settings ask of them.

    `instances` are the types by group of settings. SageMaker takes all of these, and then scales
    nothing, rolls nothing back, or runs on a processor that the image was not built for.
    """
    if serving.on == "kubernetes":
        instances = {group: each for group, each in instances.items() if group != "serving"}
    for group, instance in instances.items():
        for mistake in check_image(group, instance, image):
            yield replace(mistake, path=(group, *mistake.path))
    if serving.on == "kubernetes":
        return
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
