"""Need 3, anyone can train a model by themselves: where and how training runs."""

from typing import Annotated

from pydantic import AfterValidator, Field

from components.common.limits import TRAINING_HOURS
from infra.settings.aws import InstanceType, allowed
from infra.settings.base import PositiveInt, Settings

TrainingInstance = Annotated[
    str,
    AfterValidator(InstanceType("training", "training.instance")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["training"])),
]
ProcessingInstance = Annotated[
    str,
    AfterValidator(InstanceType("processing", "processing.instance")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["processing"])),
]


class Training(Settings):
    """The training job."""

    instance: TrainingInstance = Field(
        "ml.m6i.xlarge", description="Instance type: CPU, GPU (ml.g6…) or Trainium (ml.trn1…)."
    )
    count: PositiveInt = Field(1, description="Instances that train together.")
    volume_gb: PositiveInt = Field(30, description="Disk of each instance, in GB.")
    max_hours: Annotated[int, Field(ge=1, le=TRAINING_HOURS)] = Field(
        24, description="Hours after which the job is stopped, at most 672."
    )


class Processing(Settings):
    """The jobs around training: preparing data, evaluating, watching for drift."""

    instance: ProcessingInstance = Field("ml.m5.large", description="Instance type.")


class Accept(Settings):
    """What a trained model must reach to be registered."""

    auc: Annotated[float, Field(ge=0, le=1)] = Field(
        0.8, description="Least area under the ROC curve on held-out records, 0 to 1."
    )
    not_worse_than_live: bool = Field(
        True,
        description="Whether a version that its delivery finds worse than the served one, by more "
        "than the spread of both measurements, is refused.",
    )
