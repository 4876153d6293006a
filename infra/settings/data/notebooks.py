"""Notebooks of Spark in EMR Studio: who works with them, on what, and who lets people in."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import Settings, matching
from infra.settings.cross_stack import mapping
from infra.settings.data.place import Place, unknown_zones
from infra.settings.foundation.network import distinct
from infra.settings.mistakes import Mistake, Path, refusals

FEWEST_VCPU = 24
"""What AWS suggests for notebooks: each takes a kernel and a driver beside its workers.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-workloads.html
"""
SINCE = (6, 14, 0)
"""The first release of EMR that notebooks run on.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-workloads.html
"""
SCIENTIST = "data-scientist"
AT: Path = ("spark", "studio")

group_name = matching(
    r"[^\s*?](.{0,254}[^\s*?])?",
    "is not the name of a group",
    "As Identity Center shows it, with at most 256 characters.",
)
page = matching(
    r"https://[^\s]{4,4088}",
    "is not the address of a page",
    "Example: https://signin.example.com/app/emr-studio.",
)
parameter = matching(
    r"[A-Za-z0-9_.-]{1,256}",
    "is not the name of a parameter",
    "Examples: RelayState, TargetSource.",
)


class NotebookPersona(Settings):
    """What notebooks of a persona work with."""

    reads: Annotated[tuple[Place, ...], AfterValidator(distinct)] = Field(
        (), description="Places of the lake that they read: [curated.visits]."
    )
    writes: Annotated[tuple[Place, ...], AfterValidator(distinct)] = Field(
        (), description="Places that they read and write: [curated.trials]."
    )
    groups: Annotated[
        tuple[Annotated[str, AfterValidator(group_name)], ...], AfterValidator(distinct)
    ] = Field(
        (),
        description="Groups of Identity Center that come as this persona; with "
        "access.identity_center alone.",
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.reads and not self.writes:
            raise refusals(
                [
                    Mistake(
                        ("reads",),
                        "notebooks that see no place have nothing to work with.",
                        "Name what they read: reads: [curated.visits].",
                    )
                ]
            )
        return self


class SignInPage(Settings):
    """The page by which people come in who open the studio's address."""

    url: Annotated[str, AfterValidator(page)] = Field(
        description="Address at the identity provider."
    )
    relay_state: Annotated[str, AfterValidator(parameter)] = Field(
        "RelayState", description="What the provider calls the parameter of where to go then."
    )


class SparkStudio(Settings):
    """EMR Studio: workspaces of notebooks, on an application of EMR Serverless of their own."""

    personas: Annotated[
        dict[Literal["data-engineer", "data-scientist"], NotebookPersona], Field(min_length=1)
    ] = Field(description="Who works there, each with what its notebooks read and write.")
    max_vcpu: Annotated[int, Field(ge=FEWEST_VCPU, le=10_000, multiple_of=4)] = Field(
        32, description="Most vCPUs that all notebooks have together: 24 or more, by fours."
    )
    idle_minutes: Annotated[int, Field(ge=1, le=10_080)] = Field(
        30, description="Minutes without work after which their application stops."
    )
    page: SignInPage | None = Field(
        None,
        description="Where access.saml signs in those who open the studio's address; without it, "
        "they come by the AWS console.",
    )


def check_notebooks(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield personas whom nobody can come as, unknown zones, and files that a lake keeps back."""
    spark = mapping(values.get("spark"))
    studio = mapping(spark.get("studio"))
    access = mapping(values.get("access"))
    if studio:
        yield from _release(spark.get("release"))
    yield from _page(studio, access)
    seen: dict[str, str] = {}
    for persona, given in mapping(studio.get("personas")).items():
        told, at = mapping(given), (*AT, "personas", persona)
        yield from _coming(persona, told, access, at)
        yield from _groups(persona, told, seen, at)
        yield from unknown_zones(told, values, at)
        if persona == SCIENTIST and mapping(values.get("lake")).get("governed") is True:
            yield Mistake(
                at,
                "the lake is governed, and files of it would show data scientists what Lake "
                "Formation keeps from them.",
                "Leave the persona out: it queries what it may read.",
            )


def _release(release: object) -> Iterator[Mistake]:
    found = re.fullmatch(r"emr-(\d+)\.(\d+)\.(\d+)", release) if isinstance(release, str) else None
    if found and tuple(map(int, found.groups())) < SINCE:
        yield Mistake(
            ("spark", "release"),
            f"{release} runs no notebooks, which spark.studio is for.",
            "They need emr-6.14.0 or later.",
        )


def _page(studio: Mapping[str, Any], access: Mapping[str, Any]) -> Iterator[Mistake]:
    if studio.get("page") and not access.get("saml"):
        yield Mistake(
            (*AT, "page"),
            "there is no access.saml, which signs people in by a page of its own.",
            "Leave it out.",
        )


def _coming(
    persona: str, told: Mapping[str, Any], access: Mapping[str, Any], at: Path
) -> Iterator[Mistake]:
    """A persona without a group, where groups sign in, and without a role, where roles do."""
    groups = told.get("groups")
    if access.get("identity_center"):
        if not groups:
            yield Mistake(
                at,
                "access.identity_center signs people in, and no group comes as this persona.",
                "Name its groups there: groups: [data-engineers].",
            )
        return
    if groups:
        yield Mistake(
            (*at, "groups"),
            "groups are Identity Center's, and access.identity_center is not given.",
            f"Leave it out: whoever signs in as {persona} opens the studio.",
        )
    if persona not in mapping(access.get("personas")):
        yield Mistake(
            at, f"nobody can sign in as {persona}.", f"Name who may: access.personas.{persona}."
        )


def _groups(
    persona: str, told: Mapping[str, Any], seen: dict[str, str], at: Path
) -> Iterator[Mistake]:
    """Groups that come as two personas: EMR maps a group to one session policy."""
    listed = told.get("groups")
    for number, group in enumerate(listed if isinstance(listed, list | tuple) else ()):
        if not isinstance(group, str):
            continue
        if seen.setdefault(group, persona) != persona:
            yield Mistake(
                (*at, "groups", number),
                f"{group} comes as {seen[group]} already, and a group has one policy.",
            )
