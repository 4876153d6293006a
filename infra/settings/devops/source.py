"""Where the platform's code comes from."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import EXACTLY_ONE, Settings, only_one
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
