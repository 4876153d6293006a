"""The form of a version's model card: AWS's schema of cards, as far as maslow fills it in.

A card of a version is simpler than one by itself: its overview has the creator and the artifacts
alone.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-cards.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ModelPackageModelCard.html
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_CHARACTERS = 100_000
"""Of a card as JSON."""

Sentence = Annotated[str, Field(max_length=1024)]
Passage = Annotated[str, Field(max_length=2048)]
Name = Annotated[str, Field(min_length=1, max_length=255)]
Risk = Literal["High", "Medium", "Low", "Unknown"]
ShortName = Annotated[str, Field(min_length=1, max_length=63)]


class Part(BaseModel):
    """A part of a card, which has no other members."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


class Overview(Part):
    """Whose it is."""

    model_creator: Sentence
    model_artifact: list[Sentence] = []


class IntendedUses(Part):
    """What it is for, as the project says."""

    purpose_of_model: Passage | None = None
    intended_uses: Passage | None = None
    factors_affecting_model_efficiency: Passage | None = None
    risk_rating: Risk = "Unknown"
    explanations_for_risk_rating: Passage | None = None


class Environment(Part):
    """What it was trained in."""

    container_image: list[Sentence]


class TrainingJob(Part):
    """What it was trained on and in."""

    training_datasets: list[Sentence] = []
    training_environment: Environment | None = None


class Training(Part):
    """How it was trained."""

    training_observations: Sentence | None = None
    training_job_details: TrainingJob


class Metric(Part):
    """A number that was measured."""

    name: Name
    type: Literal["number"] = "number"
    value: float


class MetricGroup(Part):
    """Metrics that belong together."""

    name: ShortName
    metric_data: list[Metric]


class Evaluation(Part):
    """What was measured on which records."""

    name: ShortName
    datasets: Annotated[list[Sentence], Field(max_length=10)] = []
    metric_groups: list[MetricGroup]


class Additional(Part):
    """What else there is to know."""

    ethical_considerations: Passage | None = None
    caveats_and_recommendations: Passage | None = None
    custom_details: dict[Name, Sentence] = {}


class Card(Part):
    """A whole card."""

    model_overview: Overview
    intended_uses: IntendedUses
    training_details: Training
    evaluation_details: list[Evaluation]
    additional_information: Additional
