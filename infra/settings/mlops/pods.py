"""What a model is on Kubernetes: whose namespace it is in, and what each of its pods gets."""

from typing import Annotated

from pydantic import Field

from infra.settings.base import PositiveInt, Settings
from infra.settings.data.queries import TeamName


class Pods(Settings):
    """The pods of a model that KServe serves."""

    team: TeamName = Field(description="Team of kubernetes.teams in whose namespace they are.")
    vcpus: Annotated[float, Field(ge=0.1, le=192)] = Field(
        1.0, description="Processors that each pod asks for."
    )
    memory_gib: PositiveInt = Field(2, description="Memory of each pod, in GiB.")
    gpus: Annotated[int, Field(ge=0, le=8)] = Field(
        0, description="GPUs of each pod; its image must be made for them."
    )
