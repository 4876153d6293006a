"""Feature groups: what the feature store keeps of one kind of record."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from components.common.limits import FEATURE_STORE_NAME, RESERVED_FEATURES
from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

FeatureType = Literal["string", "integral", "fractional"]


service_name = matching(
    FEATURE_STORE_NAME.pattern,
    "is not a name for the feature store",
    "Letters, digits, and - or _ between them, at most 64 characters.",
)
"""Refuses a name that SageMaker Feature Store refuses.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FeatureDefinition.html
"""


def feature_name(value: str) -> str:
    """Refuse a name that Feature Store refuses or keeps for itself."""
    if value in RESERVED_FEATURES:
        raise refusal(f"{value} is a name that the feature store keeps for itself.")
    return service_name(value)


ServiceName = Annotated[str, AfterValidator(service_name)]
FeatureName = Annotated[str, AfterValidator(feature_name)]


class FeatureGroup(Settings):
    """Features of one kind of record, in the feature store."""

    name: ServiceName = Field(description="What models call it.")
    version: PositiveInt = Field(
        1,
        description="Raise it to remove features or change their types: a new group then stands "
        "beside the old one. Features that are added need none.",
    )
    record_id: str = Field(description="The feature that tells records apart.")
    event_time: str = Field(description="The feature that says when; a string or fractional one.")
    features: dict[FeatureName, FeatureType] = Field(
        min_length=1,
        max_length=2500,
        description="Each feature's name and type: string, integral or fractional.",
    )
    online: bool = Field(True, description="Whether features can be read within milliseconds.")

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        mistakes = [
            Mistake(
                (key,),
                f"{shown(feature)} is not among the features.",
                did_you_mean(feature, self.features) or f"Allowed: {', '.join(self.features)}.",
            )
            for key, feature in (("record_id", self.record_id), ("event_time", self.event_time))
            if feature not in self.features
        ]
        if self.features.get(self.event_time) == "integral":
            mistakes.append(
                Mistake(
                    ("event_time",),
                    f"{self.event_time} is integral, and an event time is not.",
                    "Make it a string (2026-01-31T12:00:00Z) or fractional (Unix seconds).",
                )
            )
        if mistakes:
            raise refusals(mistakes)
        return self
