"""Studio: where people of a team work with notebooks and code, and what they may do there."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, field_validator

from components.common.limits import (
    STUDIO_ARGUMENTS,
    STUDIO_DISK_GB,
    STUDIO_IDLE_MINUTES,
    STUDIO_IMAGES,
    STUDIO_REPOSITORIES,
    STUDIO_VARIABLES,
)
from infra.settings.aws import InstanceType, allowed
from infra.settings.base import Settings, matching
from infra.settings.cross_stack import mapping
from infra.settings.data.features import Reference
from infra.settings.data.place import Place
from infra.settings.data.queries import TeamName
from infra.settings.foundation.budget import TeamBudget
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake, refusals, shown

Worker = Literal["data-scientist", "ml-engineer", "data-engineer"]
"""The personas who work in Studio."""
App = Literal["jupyterlab", "code-editor"]
"""What people start."""

member_name = matching(
    r"(?=.{1,63}$)[A-Za-z0-9]+([._+=@-]+[A-Za-z0-9]+)*",
    "is not a name of a person",
    "Letters and digits, with . _ + = @ - between them, at most 63: ana or ana@example.com. "
    "With access.identity_center it is the name that the person signs in by.",
)
"""Refuses what makes no name of a profile, or no tag.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateUserProfile.html
"""
repository_url = matching(
    r"https://([.\-_a-zA-Z0-9]+/?){3,1016}",
    "is not the address of a Git repository",
    "Example: https://github.com/example/notebooks.git.",
)
"""Refuses what Studio does not offer to clone.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CodeRepository.html
"""
IMAGE_ADDRESS = r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/[a-z0-9._/-]+"
SETUP = re.compile(r"(?!.*(?:^|/)\.\.?(?:/|$))[\w.-]+(/[\w.-]+)*\.sh", re.ASCII)
setup_path = matching(
    SETUP.pattern,
    "is not a shell script of this repository",
    "A path from its root, such as studio/setup.sh.",
)
domain_id = matching(
    r"d-[a-z0-9](-*[a-z0-9]){0,60}",
    "is not the id of a domain",
    "It reads d-xxxxxxxxxxxx (aws sagemaker list-domains tells it).",
)
image_uri = matching(
    rf"(?=.{{1,255}}$){IMAGE_ADDRESS}(:[\w.-]{{1,128}}|@sha256:[0-9a-f]{{64}})",
    "is not an image in ECR with a digest or a tag",
    "Example: 123456789012.dkr.ecr.eu-west-1.amazonaws.com/notebooks@sha256:….",
)
"""Refuses what SageMaker makes no version of an image of, or one that nobody chose.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateImageVersion.html
"""
image_name = matching(
    r"(?=.{1,30}$)[a-z][a-z0-9]*(-[a-z0-9]+)*",
    "is not a name of an image",
    "Small letters, digits and hyphens between them, at most 30: torch or r-notebooks.",
)
image_title = matching(
    r"(?=.{1,128}$)[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)*",
    "is not a title",
    "Letters, digits, - and _ with single blanks between them, at most 128.",
)
"""Refuses what CloudFormation and SageMaker do not both take.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sagemaker-image.html
"""
word = matching(r"(?s:.*\S.*)", "is blank")
variable = matching(
    r"(?!MASLOW_IMAGE$)[A-Za-z_][A-Za-z0-9_]{0,255}",
    "is not an environment variable of an image",
    "Letters, digits and _; MASLOW_IMAGE is set already.",
)
Member = Annotated[str, AfterValidator(member_name)]
RepositoryUrl = Annotated[str, AfterValidator(repository_url)]
StudioInstance = Annotated[
    str,
    AfterValidator(InstanceType("studio", "studio.instances")),
    Field(json_schema_extra=lambda schema: schema.update(enum=allowed()["studio"])),
]
Instances = Annotated[tuple[StudioInstance, ...], Field(min_length=1), AfterValidator(distinct)]
IdleMinutes = Annotated[int, Field(ge=STUDIO_IDLE_MINUTES[0], le=STUDIO_IDLE_MINUTES[1])]
DiskGb = Annotated[int, Field(ge=STUDIO_DISK_GB[0], le=STUDIO_DISK_GB[1])]


Command = Annotated[
    tuple[Annotated[str, Field(max_length=256), AfterValidator(word)], ...],
    Field(max_length=STUDIO_ARGUMENTS[0] + 1),
]
Variables = Annotated[
    dict[Annotated[str, AfterValidator(variable)], Annotated[str, Field(max_length=256)]],
    Field(max_length=STUDIO_VARIABLES),
]


def profile_name(member: str) -> str:
    """The name of a member's profile: `ana-example-com` of ana@example.com."""
    return re.sub(r"[^A-Za-z0-9]+", "-", member)


class StudioTeam(Settings):
    """A team: who is in it, and what its people work with."""

    members: Annotated[dict[Member, Worker], Field(min_length=1)] = Field(
        description="The people, each with the persona as which they work: {ana: data-scientist}."
    )
    instances: Instances | None = Field(
        None, description="Instance types that the team may start; studio.instances if unset."
    )
    idle_minutes: IdleMinutes | None = Field(
        None,
        description="Minutes without use after which what its people started is stopped; "
        "studio.idle_minutes if unset.",
    )
    budget: TeamBudget | None = Field(
        None, description="What its apps and spaces may cost; nothing is told if unset."
    )
    models: Annotated[tuple[str, ...], AfterValidator(distinct)] = Field(
        (), description="Models that are the team's: it starts their pipelines, and no others."
    )
    features: Annotated[tuple[Reference, ...], AfterValidator(distinct)] = Field(
        (), description="Feature groups that its data scientists read."
    )
    reads: Annotated[tuple[Place, ...], AfterValidator(distinct)] = Field(
        (), description="Places of the lake that it reads: [curated.visits]."
    )
    writes: Annotated[tuple[Place, ...], AfterValidator(distinct)] = Field(
        (), description="Places of the lake that it reads and writes: [curated.oncology]."
    )
    repositories: Annotated[
        tuple[RepositoryUrl, ...], Field(max_length=STUDIO_REPOSITORIES), AfterValidator(distinct)
    ] = Field((), description="Git repositories that JupyterLab offers to clone, at most 10.")
    space_gb: DiskGb | None = Field(
        None,
        description="Disk of the space that each member gets from the first, in GB; without it, "
        "people make their spaces themselves.",
    )


class StudioImage(Settings):
    """An image of your own that apps may be started in, beside SageMaker's."""

    image: Annotated[str, AfterValidator(image_uri)] = Field(
        description="The image in ECR, in the environment's region, with a digest, or with a tag, "
        "of which the image is taken that it has when this is deployed."
    )
    title: Annotated[str, AfterValidator(image_title)] | None = Field(
        None, description="What people see of it; its name if unset."
    )
    apps: Annotated[tuple[App, ...], Field(min_length=1), AfterValidator(distinct)] = Field(
        ("jupyterlab", "code-editor"), description="Kinds of apps that run in it."
    )
    teams: Annotated[tuple[TeamName, ...], AfterValidator(distinct)] = Field(
        (), description="Teams that are offered it; all of them if unset."
    )
    command: Command = Field(
        (), description="What starts the app, with its arguments; the image's own if unset."
    )
    environment: Variables = Field({}, description="Environment variables of the app.")

    @field_validator("command")
    @classmethod
    def _arguments_fit(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        longest = STUDIO_ARGUMENTS[1]
        if mistakes := [
            Mistake((place,), f"{shown(each)} has {len(each)} characters, an argument {longest}.")
            for place, each in enumerate(command)
            if place and len(each) > longest
        ]:
            raise refusals(mistakes)
        return command


class Studio(Settings):
    """SageMaker Studio: JupyterLab and Code Editor for teams, in the private network."""

    teams: Annotated[dict[TeamName, StudioTeam], Field(min_length=1)] = Field(
        description="Teams, each with its people and what it works with."
    )
    instances: Instances = Field(
        ("ml.t3.medium",),
        description="Instance types that people may start here, unless their team says otherwise.",
    )
    idle_minutes: IdleMinutes = Field(
        60, description="Minutes without use after which what somebody started is stopped."
    )
    disk_gb: DiskGb = Field(50, description="The largest disk that a space may have, in GB.")
    setup: Annotated[str, AfterValidator(setup_path)] | None = Field(
        None,
        description="A script of this repository that JupyterLab and Code Editor start with: "
        "studio/setup.sh.",
    )
    repositories: Annotated[
        tuple[RepositoryUrl, ...], Field(max_length=STUDIO_REPOSITORIES), AfterValidator(distinct)
    ] = Field((), description="Git repositories that JupyterLab offers every team to clone.")
    images: Annotated[
        dict[Annotated[str, AfterValidator(image_name)], StudioImage],
        Field(max_length=STUDIO_IMAGES),
    ] = Field(
        {},
        description="Images of your own that apps may be started in, beside SageMaker's, by name.",
    )
    domain: Annotated[str, AfterValidator(domain_id)] | None = Field(
        None,
        description="Id of a domain that is there already: people get their profiles in it, and "
        "it stays its owner's. Without it, one is made.",
    )

    def instances_of(self, team: StudioTeam) -> tuple[str, ...]:
        """The instance types that a team may start."""
        return team.instances or self.instances

    def images_of(self, team: str | None) -> dict[str, StudioImage]:
        """The images that a team is offered, by name; without one, those that everybody is."""
        return {
            name: image
            for name, image in self.images.items()
            if not image.teams or team in image.teams
        }

    def repositories_of(self, team: StudioTeam) -> tuple[str, ...]:
        """The repositories that a team is offered: those of all, then its own."""
        return tuple(dict.fromkeys((*self.repositories, *team.repositories)))


def teams_of(values: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The teams among the plain values of a stack file, by name."""
    teams = mapping(mapping(values.get("studio")).get("teams"))
    return {name: mapping(team) for name, team in teams.items() if isinstance(name, str)}


def people_of(teams: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """Team and name of every member, in the file's order."""
    for team, settings in teams.items():
        for member in mapping(settings.get("members")):
            if isinstance(member, str):
                yield team, member
