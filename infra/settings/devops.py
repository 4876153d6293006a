"""Need 1, a change reaches production by itself: where code comes from, when it goes out."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from infra.settings.base import Settings
from infra.settings.mistakes import refusal, shown

PROVIDERS = {"github": "GitHub", "gitlab": "GitLab", "bitbucket": "Bitbucket"}
"""Setting to the ProviderType of CodeConnections.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_CreateConnection.html
"""


def repository_path(value: str) -> str:
    """Refuse what is no `owner/repository`; GitLab's groups may nest."""
    if not re.fullmatch(r"[\w.-]+(/[\w.-]+)+", value, re.ASCII):
        raise refusal(f"{shown(value)} is not a repository.", "Write it as owner/repository.")
    return value


def two_parts(value: str) -> str:
    """Refuse a nested path, which GitHub and Bitbucket do not have."""
    if value.count("/") != 1:
        raise refusal(f"{shown(value)} is not a repository.", "Write it as owner/repository.")
    return value


Repository = Annotated[str, AfterValidator(repository_path)]
FlatRepository = Annotated[Repository, AfterValidator(two_parts)]


EXACTLY_ONE = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})


def only_one(settings: Settings) -> None:
    """Refuse a group in which not exactly one of the keys has a value."""
    keys = list(type(settings).model_fields)
    given = [key for key in keys if getattr(settings, key) is not None]
    if len(given) != 1:
        found = "nothing is given" if not given else f"{' and '.join(given)} are both given"
        raise refusal(f"{found}, and exactly one is needed.", f"Choose one of {', '.join(keys)}.")


class Source(Settings):
    """The repository of the platform; give exactly one."""

    model_config = EXACTLY_ONE

    github: FlatRepository | None = Field(None, description="owner/repository on GitHub.")
    gitlab: Repository | None = Field(None, description="group/project on GitLab.")
    bitbucket: FlatRepository | None = Field(None, description="workspace/repository on Bitbucket.")

    @model_validator(mode="after")
    def _one_home(self) -> Self:
        only_one(self)
        return self

    @property
    def provider(self) -> str:
        """The provider as CodeConnections names it: GitHub, GitLab or Bitbucket."""
        return next(name for key, name in PROVIDERS.items() if getattr(self, key))

    @property
    def repository(self) -> str:
        """`owner/repository`."""
        return self.github or self.gitlab or self.bitbucket or ""


class Trigger(Settings):
    """What starts a delivery; give exactly one."""

    model_config = EXACTLY_ONE

    branch: str | None = Field(None, min_length=1, description="A push to this branch.")
    tag: str | None = Field(None, min_length=1, description='A tag that matches, such as "v*".')

    @model_validator(mode="after")
    def _one_event(self) -> Self:
        only_one(self)
        return self


class Delivery(Settings):
    """How a change travels from the repository into the environment."""

    trigger: Trigger = Field(Trigger(branch="main"), description="What starts it.")
    approval: bool = Field(False, description="Whether a person approves after the preview.")
