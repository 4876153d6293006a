"""What a training is on Kubernetes: whose namespace it is in, and what each of its pods gets."""

from typing import Annotated

from pydantic import Field

from infra.settings.base import PositiveInt
from infra.settings.mlops.pods import Pods


class TrainingPods(Pods):
    """The pods of a training that Kubeflow Trainer or Ray runs."""

    vcpus: Annotated[float, Field(ge=0.1, le=192)] = Field(
        2.0, description="Processors that each pod asks for."
    )
    memory_gib: PositiveInt = Field(8, description="Memory of each pod, in GiB.")
    nodes: PositiveInt = Field(1, description="Pods that train together, of Ray alone.")
