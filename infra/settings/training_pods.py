"""What a training is on Kubernetes: whose namespace it is in, and what each of its pods gets."""

from typing import Annotated

from pydantic import Field

from components.platform.pod_training.runtime.states import WAIT_HOURS
from infra.settings.base import PositiveInt, Settings
from infra.settings.data.queries import TeamName

MOST_WAIT_HOURS = WAIT_HOURS
"""How long a training may wait for its share and for a node."""


class TrainingPods(Settings):
    """The pods of a training that Kubeflow Trainer or Ray runs."""

    team: TeamName = Field(description="Team of kubernetes.teams in whose namespace they are.")
    vcpus: Annotated[float, Field(ge=0.1, le=192)] = Field(
        2.0, description="Processors that each pod asks for."
    )
    memory_gib: PositiveInt = Field(8, description="Memory of each pod, in GiB.")
    gpus: Annotated[int, Field(ge=0, le=8)] = Field(
        0, description="GPUs of each pod; its image must be made for them."
    )
    nodes: PositiveInt = Field(1, description="Pods that train together, of Ray alone.")
