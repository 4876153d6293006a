"""How a change travels from the repository into the environment."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from infra.settings.base import Persona, Settings, only_one
from infra.settings.mistakes import Mistake, refusal


class Trigger(Settings):
    """What starts a delivery; give exactly one of branch and tag."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["branch"]}, {"required": ["tag"]}]}
    )

    branch: str | None = Field(
        None, min_length=1, max_length=255, description="A push to this branch."
    )
    tag: str | None = Field(
        None, min_length=1, max_length=255, description='A tag that matches, such as "v*".'
    )
    excluding: str | None = Field(
        None, min_length=1, max_length=255, description='Tags that do not count, such as "*-rc*".'
    )

    @model_validator(mode="after")
    def _one_event(self) -> Self:
        only_one(self, ("branch", "tag"))
        if self.excluding and not self.tag:
            raise refusal("excluding is for tags.", "Leave it out beside a branch.")
        return self


class Delivery(Settings):
    """How a change travels from the repository into the environment."""

    trigger: Trigger = Field(Trigger(branch="main"), description="What starts it.")
    by: Literal["pipeline", "ci"] = Field(
        "pipeline",
        description="Who deploys a push and previews pull requests: CodePipeline, or your CI.",
    )
    approvers: tuple[Persona, ...] = Field(
        (), description="Who may approve after the preview; without any, nobody is asked."
    )
    pull_requests: bool | None = Field(
        None,
        description="Whether pull requests are checked and previewed; else where a branch starts.",
    )
    concurrency: Literal["superseded", "queued"] = Field(
        "superseded",
        description="Whether a newer change overtakes one that waits, or all go in their order.",
    )
    on_failure: Literal["rollback", "retry", "stop"] = Field(
        "rollback",
        description="What follows a failed deployment: the last good revision, one retry, nothing.",
    )

    @property
    def previews_pull_requests(self) -> bool:
        """Whether the pipeline checks and previews pull requests, where the source has them."""
        if self.by == "ci":
            return False
        return self.trigger.branch is not None if self.pull_requests is None else self.pull_requests


def check_s3_source(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield settings that need tags or pull requests, where the source is an object in S3."""
    source, delivery = values.get("source"), values.get("delivery")
    if not isinstance(source, Mapping) or "s3" not in source or not isinstance(delivery, Mapping):
        return
    trigger = delivery.get("trigger")
    if isinstance(trigger, Mapping) and trigger.get("tag"):
        yield Mistake(
            ("delivery", "trigger", "tag"),
            "an object in S3 has no tags.",
            "Leave the trigger out: each new version of the object starts a delivery.",
        )
    if delivery.get("pull_requests") is True:
        yield Mistake(
            ("delivery", "pull_requests"),
            "an object in S3 has no pull requests.",
            "Leave it out.",
        )
