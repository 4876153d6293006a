"""How a change travels from the repository into the environment."""

from typing import Self

from pydantic import Field, model_validator

from infra.settings.base import EXACTLY_ONE, Settings, only_one


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
