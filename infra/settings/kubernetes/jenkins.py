"""The platform's delivery by Jenkins, beside CodePipeline's."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from infra.settings.base import Settings, matching
from infra.settings.cross_stack import mapping
from infra.settings.devops.source import CONNECTED, PROVIDERS
from infra.settings.mistakes import Mistake, Path

ADD_ON = "jenkins"

pinned_image = matching(
    r"[a-z0-9]([a-z0-9.:/_-]*[a-z0-9])?(:[\w][\w.-]{0,127}|@sha256:[0-9a-f]{64})",
    "is not an image with its tag or digest",
    "Example: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/builds:3.12.",
)


class Jenkins(Settings):
    """A pipeline in Jenkins with the stages of the platform's delivery."""

    image: Annotated[str, AfterValidator(pinned_image)] = Field(
        description="Image of its agents, with Python 3.11 or newer, make, git, curl and AWS' CLI; "
        "they run as user 1000."
    )
    deploys: bool = Field(
        False,
        description="Whether it deploys, once a person agrees; else it validates and previews. "
        "Whoever may write a job in Jenkins may then do what a deployment may.",
    )


def check_jenkins(values: Mapping[str, Any], at: Path) -> Iterator[Mistake]:
    """Yield a pipeline without Jenkins, of a source it does not look into, or beside another."""
    kubernetes, source = mapping(values.get("kubernetes")), mapping(values.get("source"))
    wanted, here = mapping(kubernetes.get(ADD_ON)), (*at, ADD_ON)
    if not wanted:
        return
    listed = kubernetes.get("add_ons")
    if ADD_ON not in (listed if isinstance(listed, list) else []):
        yield Mistake(here, "the add-on jenkins is off.", f"Add it: add_ons: [{ADD_ON}].")
    for home, host in PROVIDERS.items():
        if home in source and home not in CONNECTED:
            yield Mistake(
                here,
                f"the repository is in {host}, which Jenkins does not look into.",
                "Leave it out: the delivery by CodePipeline is there.",
            )
    delivery = mapping(values.get("delivery"))
    if not wanted.get("deploys"):
        return
    if delivery.get("by", "pipeline") != "ci":
        yield Mistake(
            (*here, "deploys"),
            "CodePipeline deploys each push as well.",
            "Have one of them do it: delivery: {by: ci}, or leave deploys out.",
        )
    if "tag" in mapping(delivery.get("trigger")):
        yield Mistake(
            (*here, "deploys"),
            "tags are delivered, and Jenkins looks at a branch.",
            "Leave it out, or say delivery: {trigger: {branch: main}}.",
        )
