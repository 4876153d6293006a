"""Experiments: what trainings tried and what came of it, kept by managed MLflow."""

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field

from catalog.regions import regions
from infra.settings.base import Persona, PositiveInt, Settings
from infra.settings.cross_stack import mapping
from infra.settings.foundation.access import PersonaName
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake

Kind = Literal["app", "tracking-server"]
People = Annotated[tuple[PersonaName, ...], AfterValidator(distinct)]

OF_A_SERVER = ("size", "readers")
"""Settings that an app has not."""
WORKERS = ("data-scientist", "ml-engineer")
"""Personas who work with experiments where none are named."""
APP = "AWS::SageMaker::MlflowApp"


class Experiments(Settings):
    """Managed MLflow, where every training and evaluation keeps a run."""

    kind: Kind | None = Field(
        None,
        description="What keeps them: an app, paid by use, or a tracking server, paid by the hour. "
        "Unless given, an app; a tracking server where size or readers are given, where the "
        "network has no egress, and in regions without apps.",
    )
    size: Literal["small", "medium", "large"] | None = Field(
        None, description="Of a tracking server: for up to 25, 50 or 100 people; small if unset."
    )
    people: People | None = Field(
        None,
        description="Personas who keep and change runs; unless given, data scientists and ML "
        "engineers, as far as somebody signs in as them.",
    )
    readers: People = Field(
        (), description="Personas who only look at runs, which a tracking server alone can tell."
    )
    artifact_days: PositiveInt | None = Field(
        None, description="Days until artifacts of runs are deleted; they are kept if unset."
    )

    def kind_in(self, region: str, egress: str) -> Kind:
        """What keeps them in a region, from a network with such an egress."""
        if self.kind:
            return self.kind
        if self.size or self.readers or egress == "none" or region not in regions()[APP]:
            return "tracking-server"
        return "app"

    def people_of(self, personas: Collection[str]) -> dict[str, bool]:
        """The personas who come in, each with whether they change anything.

        `personas` are those that somebody signs in as.
        """
        workers = WORKERS if self.people is None else self.people
        may = dict.fromkeys(self.readers, False) | dict.fromkeys(workers, True)
        return {persona: changes for persona, changes in may.items() if persona in personas}


def check_experiments(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield people who are not there, and what is said of an app that has it not."""
    experiments = mapping(values.get("experiments"))
    yield from _people(experiments, mapping(mapping(values.get("access")).get("personas")))
    if experiments.get("kind") != "app":
        return
    for key in OF_A_SERVER:
        if experiments.get(key):
            yield Mistake(
                ("experiments", key),
                "an app has none: it grows by itself, and who may read it may change it.",
                "Leave it out, or let kind be tracking-server.",
            )
    if mapping(values.get("network")).get("egress") == "none":
        yield Mistake(
            ("experiments", "kind"),
            "without egress, jobs reach no app.",
            "Let it be tracking-server, which has a private endpoint.",
        )


def _people(experiments: Mapping[str, Any], personas: Mapping[str, Any]) -> Iterator[Mistake]:
    """Those of whom nobody signs in, and those who are said to do both."""
    twice = {*_listed(experiments, "people")} & {*_listed(experiments, "readers")}
    for key in ("people", "readers"):
        for place, persona in enumerate(_listed(experiments, key)):
            if personas and persona in get_args(Persona) and persona not in personas:
                yield Mistake(
                    ("experiments", key, place),
                    f"nobody can sign in as {persona}.",
                    f"Name it under access.personas, where there is {', '.join(personas)}.",
                )
            if key == "readers" and persona in twice:
                yield Mistake(
                    ("experiments", key, place),
                    f"{persona} is among the people already, who do more.",
                    "Leave it out here or there.",
                )


def _listed(experiments: Mapping[str, Any], key: str) -> list[str]:
    listed = experiments.get(key)
    named = listed if isinstance(listed, list | tuple) else []
    return [one for one in named if isinstance(one, str)]
