"""The platform's settings as a whole, and what must fit between their parts."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from components.foundation.network.endpoint_services import needed
from infra.settings.base import EmailAddress, Settings
from infra.settings.custom import Custom
from infra.settings.data import FeatureGroup, Lake
from infra.settings.devops.ci import Ci, unmatched, unsigned
from infra.settings.devops.delivery import Delivery, undeliverable
from infra.settings.devops.model_delivery import undeliverable_models
from infra.settings.devops.promotion import Promotion
from infra.settings.devops.registry import Registry
from infra.settings.devops.source import Source
from infra.settings.foundation.access import Access, unmanageable, unmet
from infra.settings.foundation.accounts import AccountId
from infra.settings.foundation.alerts import Alerts
from infra.settings.foundation.audit import Audit, undestroyable
from infra.settings.foundation.budget import Budget
from infra.settings.foundation.keys import Keys
from infra.settings.foundation.logs import Logs
from infra.settings.foundation.network import Network, unreachable, uses
from infra.settings.foundation.tags import Tags
from infra.settings.mistakes import Mistake, did_you_mean, refusals, shown
from infra.settings.mlops import ModelSettings


class PlatformSettings(Settings):
    """One environment: everything under `maslow:platform`."""

    owner: EmailAddress = Field(description="Who answers for the environment; tags everything.")
    tags: Tags = Field(
        {}, description="Tags of your own, such as cost-center, on all that can be tagged."
    )
    durability: Literal["disposable", "keep", "protected"] = Field(
        "keep",
        description="What a destroy does to data: takes it, leaves it in AWS, or is refused.",
    )
    cloud: Literal["aws", "embedded"] = Field(
        "aws",
        description="Where it stands: in an AWS account, or on the embedded AWS of this machine.",
    )
    accounts: dict[str, AccountId] = Field(
        {},
        description="AWS account of each environment; with it, nothing lands in another one.",
    )
    network: Network = Field(description="The private network that everything runs in.")
    keys: Keys = Field(Keys(), description="Encryption keys.")
    access: Access = Field(Access(), description="Who may sign in, and as what.")
    logs: Logs = Field(Logs(), description="Log groups.")
    audit: Audit = Field(Audit(), description="What is recorded of who did what.")
    budget: Budget | None = Field(None, description="What the environment may cost.")
    alerts: Alerts = Field(Alerts(), description="Who hears of alarms, failures and spending.")
    source: Source = Field(description="The repository of the platform.")
    delivery: Delivery = Field(Delivery(), description="How a change travels into the environment.")
    ci: Ci | None = Field(None, description="Roles for GitHub Actions or GitLab CI.")
    promotion: Promotion | None = Field(
        None, description="Where versions of the models come from, or go on to."
    )
    registry: Registry = Field(Registry(), description="Images and packages of the builds.")
    lake: Lake = Field(Lake(), description="The data lake.")
    features: tuple[FeatureGroup, ...] = Field((), description="Feature groups.")
    models: tuple[ModelSettings, ...] = Field((), description="Models.")
    custom: Custom | None = Field(None, description="A package of the team's own.")

    @model_validator(mode="after")
    def _parts_fit(self) -> Self:
        include: dict[str, Any] = {
            "network": True,
            "features": {"__all__": {"name", "version", "online"}},
            "promotion": {"origin"},
            "registry": {"packages"},
        }
        parts = self.model_dump(
            include=include
            | {"models": {"__all__": {"name", "features", "training", "delivery"}}}
            | {"source": True, "delivery": True, "ci": True}
            | {"durability": True, "audit": {"object_lock"}}
            | {"access": {"personas"}, "keys": {"administrators"}},
            exclude_none=True,
            by_alias=True,
            mode="json",
        )
        if mistakes := list(misfits(parts)):
            raise refusals(mistakes)
        return self

    @property
    def origin(self) -> str | None:
        """The environment that trains the models, where it is another one."""
        return self.promotion.origin if self.promotion else None

    @property
    def endpoints(self) -> list[str]:
        """The AWS services that the network reaches by interface endpoints."""
        chosen = self.network.endpoints
        if chosen == "none":
            return []
        if chosen != "needed":
            return list(chosen)
        include = {"features", "models", "promotion", "registry"}
        return needed(uses(self.model_dump(include=include, by_alias=True)))

    @cached_property
    def newest_features(self) -> dict[str, FeatureGroup]:
        """The newest version of each feature group, by the name that models use."""
        by_version = sorted(self.features, key=lambda group: group.version)
        return {group.name: group for group in by_version}

    def features_of(self, model: ModelSettings) -> list[str]:
        """The features that a model learns from: its groups' ones, less ids, times and target."""
        newest = self.newest_features
        groups = [newest[name] for name in model.features]
        names = [
            feature
            for group in groups
            for feature in group.features
            if feature not in {group.record_id, group.event_time, model.target}
        ]
        return list(dict.fromkeys(names))


def misfits(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """What does not fit between the parts, in values as a stack file has them.

    It reads plain values and passes over malformed ones, so that these mistakes are found
    in the same run as the ones within a part.
    """
    yield from undeliverable(values)
    yield from unsigned(values)
    yield from unmatched(values)
    yield from unreachable(values)
    yield from undestroyable(values)
    yield from unmet(values)
    yield from unmanageable(values)
    yield from undeliverable_models(values)
    groups = _entries(values, "features")
    models = _entries(values, "models")
    seen_groups: dict[tuple[str, Any], str] = {}
    for index, group in groups:
        name, version = group["name"], group.get("version", 1)
        # Glue's tables have small letters and no hyphens.
        table = (name.lower().replace("-", "_"), version)
        if twin := seen_groups.get(table):
            yield Mistake(
                ("features", index, "name"),
                f"version {version} of {name} is here twice."
                if twin == name
                else f"{name} and {twin} would share one table in the offline store.",
                "Give one of them another name or version.",
            )
        seen_groups.setdefault(table, name)
    known = dict.fromkeys(group["name"] for _, group in groups)
    seen_models: set[str] = set()
    for index, model in models:
        if model["name"] in seen_models:
            yield Mistake(
                ("models", index, "name"),
                f"two models are called {model['name']}.",
                "Give one of them another name.",
            )
        seen_models.add(model["name"])
        wanted = model.get("features")
        for position, group in enumerate(wanted if isinstance(wanted, list) else []):
            if isinstance(group, str) and group not in known:
                listed = f"Known: {', '.join(known) or 'none'}."
                yield Mistake(
                    ("models", index, "features", position),
                    f"there is no feature group {shown(group)}.",
                    did_you_mean(group, known) or listed,
                )


def _entries(values: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    """Position and entry of each list item that has a name."""
    entries = values.get(key)
    return [
        (index, entry)
        for index, entry in enumerate(entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and isinstance(entry.get("name"), str)
    ]
