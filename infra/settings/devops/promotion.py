"""Where the versions of models come from, and where they go on to."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import Settings, matching
from infra.settings.mistakes import Mistake, Path, did_you_mean, refusal, shown

ELSEWHERE = ("kind", "drop", "data", "labels", "training", "accept", "approval", "delivery")
"""Settings of how a model's versions are made, and so of the environment that makes them."""


role_name = matching(
    r"(?![*/]+$)[\w+=,.@/*-]+",
    "names no role",
    "A role's name with its path, * for any part of it: "
    "aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Administrator_*.",
)
"""Refuses what is neither a role's name, with its path, nor a pattern of such names."""


RoleName = Annotated[str, AfterValidator(role_name)]


class Promotion(Settings):
    """Where the versions of models come from, or where they go on to; give one of the two."""

    origin: str | None = Field(
        None,
        alias="from",
        description="Environment whose approved versions are deployed here; nothing is trained "
        "here then.",
    )
    to: tuple[str, ...] = Field(
        (), description="Environments that deploy what is trained and approved here."
    )
    operators: tuple[RoleName, ...] = Field(
        (),
        description="Roles in the accounts of those environments, by name, whose holders bring "
        "them up by hand; they may look versions up, as the deliveries there may.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.origin) == bool(self.to):
            found = "from and to are both given" if self.origin else "neither from nor to is given"
            raise refusal(
                f"{found}.",
                "from, where versions of another environment are deployed; to, where they are "
                "trained. All of them go on from the one that trains them.",
            )
        if self.operators and not self.to:
            raise refusal("operators belong to the environment that has to.")
        return self


def check_promotion(values: Mapping[str, Any], environment: str) -> Iterator[Mistake]:
    """Yield what is wrong with where an environment's model versions come from or go to."""
    promotion = values.get("promotion")
    if not isinstance(promotion, Mapping):
        return
    accounts = values.get("accounts")
    origin, to = promotion.get("from"), promotion.get("to")
    for path, name in _named(origin, to):
        if name == environment:
            yield Mistake(path, f"{name} is the environment of this file.")
        elif isinstance(accounts, Mapping) and accounts and name not in accounts:
            yield Mistake(
                path,
                f"{shown(name)} has no account.",
                did_you_mean(name, accounts)
                or f"Here are those of {', '.join(map(str, accounts))}.",
            )
    if isinstance(origin, str):
        yield from _trained_twice(values, origin)


def _named(origin: object, to: object) -> Iterator[tuple[Path, str]]:
    """The environments that are named, and where."""
    if isinstance(origin, str):
        yield ("promotion", "from"), origin
    for position, name in enumerate(to if isinstance(to, list) else []):
        if isinstance(name, str):
            yield ("promotion", "to", position), name


def _trained_twice(values: Mapping[str, Any], origin: str) -> Iterator[Mistake]:
    models = values.get("models")
    for index, model in enumerate(models if isinstance(models, list) else []):
        if not isinstance(model, Mapping):
            continue
        paths: list[tuple[str, ...]] = [(key,) for key in ELSEWHERE if key in model]
        retrain = model.get("retrain")
        if isinstance(retrain, Mapping):
            paths += [("retrain", key) for key in retrain if key != "on"]
        for path in paths:
            yield Mistake(
                ("models", index, *path),
                f"versions come from {origin}, where they are trained.",
                f"Say it in {origin}'s file; without promotion, this environment trains by itself.",
            )
