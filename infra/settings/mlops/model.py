"""The model as a whole: what it learns from, how it is trained, served and kept good."""

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import Settings, matching
from infra.settings.data.features import Reference
from infra.settings.devops.model_delivery import ModelDelivery
from infra.settings.foundation.budget import ModelBudget
from infra.settings.mistakes import Mistake, refusal, refusals, shown
from infra.settings.mlops.kubernetes_serving import check_pods
from infra.settings.mlops.kubernetes_training import check_training_pods
from infra.settings.mlops.labels import Labels
from infra.settings.mlops.monitor import Monitor, check_monitors
from infra.settings.mlops.retrain import Approval, Retrain, check_approval, check_drift
from infra.settings.mlops.serving import Serving, check_hardware
from infra.settings.platform import Accept, Kind, Processing, Training, check_accept
from infra.settings.training_options import check_training_groups

MODEL_NAME_LIMIT = 24
DROP_LIMIT = 256 - len("--drop=")
"""Characters of the names with the commas between them: they are one argument of a job.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AppSpecification.html
"""


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
    features: tuple[Reference, ...] = Field(
        (),
        description="Feature groups that it reads: the newest version, or one of it: visits@1.",
    )
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
    labels: Labels | None = Field(
        None,
        description="What it learns to predict of records of the feature store: before each "
        "training, labels are joined with the features as they were then, and laid where its "
        "training data is.",
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
    approval: Approval = Field(
        "manual",
        description="Who approves a registered version for deployment: a person (manual), nobody "
        "(automatic), or the loop where what it retrained is better and keeps conditions: "
        "{auto_when: {auc: '>= 0.86'}}.",
    )
    delivery: ModelDelivery = Field(
        ModelDelivery(), description="How a change of the project travels to the endpoint."
    )
    serving: Serving = Field(Serving(), description="The endpoint.")
    monitor: Monitor = Field(
        Monitor(), description="Watching what it is asked and what it answers."
    )
    retrain: Retrain = Field(Retrain(), description="Training anew without being asked.")
    budget: ModelBudget | None = Field(
        None,
        description="What it may cost a month; seen once maslow:model is a cost-allocation tag.",
    )

    @model_validator(mode="after")
    def _settings_fit_each_other(self) -> Self:
        groups = {
            "training": self.training.framework,
            "processing": None,
            "serving": self.serving.framework,
        }
        instances = {
            group: getattr(self, group).instance
            for group, framework in groups.items()
            if not framework
        }
        found = [
            *check_hardware(instances, self.serving, self.image),
            *check_pods(self.serving, self.delivery, self.image),
            *check_training_pods(self.training, self.retrain.budget_usd, image=self.image),
            *check_training_groups(self.training, self.retrain.budget_usd, image=self.image),
            *check_monitors(self.monitor, self.target, self.drop),
            *check_drift(self.monitor, self.retrain),
            *check_accept(self.accept, self.kind),
            *check_approval(self.approval, self.kind),
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
    def truth_prefix(self) -> str:
        """Where in the curated zone is what turned out to be true."""
        return self.monitor.quality.truth or f"truth/{self.name}"
