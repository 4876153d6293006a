"""Teams on Kubernetes: a namespace each, with its share of the cluster."""

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from infra.settings.base import PositiveInt, Settings
from infra.settings.foundation.network import distinct

Worker = Literal["data-scientist", "ml-engineer", "data-engineer"]
"""The personas who work in namespaces."""
UNLESS_NAMED = ("data-scientist", "ml-engineer")
"""The personas who work in a namespace for which none are named."""
Count = Annotated[int, Field(ge=0)]


class KubernetesTeam(Settings):
    """A team's namespace: the most that its pods have together, and who works there."""

    vcpus: PositiveInt = Field(description="Processors that its pods may ask for together.")
    memory_gib: PositiveInt = Field(description="Memory that they may ask for, in GiB.")
    gpus: Count = Field(0, description="GPUs that they may ask for.")
    neuron: Count = Field(0, description="Chips of Inferentia or Trainium that they may ask for.")
    storage_gib: Count = Field(100, description="Volumes that they may claim, in GiB.")
    pod_security: Literal["baseline", "restricted"] = Field(
        "baseline",
        description="baseline: nothing leads out of a container, in which root may work, as most "
        "images for training need; restricted: nor may root.",
    )
    personas: Annotated[tuple[Worker, ...], AfterValidator(distinct)] | None = Field(
        None,
        description="Personas who work in it; unless given, data scientists and ML engineers, as "
        "far as somebody signs in as them.",
    )

    def workers(self, signed_in: Collection[str]) -> list[str]:
        """The personas who work in it, of those as which somebody signs in."""
        personas = UNLESS_NAMED if self.personas is None else self.personas
        return [each for each in personas if each in signed_in]
