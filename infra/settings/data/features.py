"""Feature groups: what the feature store keeps of one kind of record."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from components.common.limits import FEATURE_STORE_NAME, RESERVED_FEATURES
from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

REFERENCE = re.compile(r"(?P<name>[A-Za-z0-9](?:[_-]*[A-Za-z0-9])*)(@(?P<version>[1-9][0-9]*))?")
DESCRIPTION = re.compile(r".{1,255}")
FeatureType = Literal["string", "integral", "fractional"]


service_name = matching(
    FEATURE_STORE_NAME.pattern,
    "is not a name for the feature store",
    "Letters, digits, and - or _ between them, at most 64 characters.",
)
"""Refuses a name that SageMaker Feature Store refuses.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FeatureDefinition.html
"""


def feature_name(value: str) -> str:
    """Refuse a name that Feature Store refuses or keeps for itself."""
    if value in RESERVED_FEATURES:
        raise refusal(f"{value} is a name that the feature store keeps for itself.")
    return service_name(value)


def description(value: str) -> str:
    """Refuse what AWS takes for no description of a feature.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateFeatureMetadata.html
    """
    if not DESCRIPTION.fullmatch(value):
        raise refusal(f"{shown(value)} is not a description.", "One line, 1 to 255 characters.")
    return value


def reference(value: str) -> str:
    """Refuse what names no feature group: a name, or a name and a version."""
    if not REFERENCE.fullmatch(value):
        raise refusal(
            f"{shown(value)} names no feature group.",
            "Its name, or its name and a version: patient-visits@2. Without one, it is the newest.",
        )
    return value


Reference = Annotated[str, AfterValidator(reference)]
ServiceName = Annotated[str, AfterValidator(service_name)]
FeatureName = Annotated[str, AfterValidator(feature_name)]
Description = Annotated[str, AfterValidator(description)]


class FeatureGroup(Settings):
    """Features of one kind of record, in the feature store."""

    name: ServiceName = Field(description="What models call it.")
    version: PositiveInt = Field(
        1,
        description="Raise it to remove features or change their types: a new group then stands "
        "beside the old one. Features that are added need none.",
    )
    record_id: str = Field(description="The feature that tells records apart.")
    event_time: str = Field(description="The feature that says when; a string or fractional one.")
    features: dict[FeatureName, FeatureType] = Field(
        min_length=1,
        max_length=2500,
        description="Each feature's name and type: string, integral or fractional.",
    )
    descriptions: dict[str, Description] = Field(
        {}, description="What features mean, by name: {age: years at the visit}."
    )
    online: bool = Field(True, description="Whether features can be read within milliseconds.")
    tier: Literal["standard", "in-memory"] = Field(
        "standard",
        description="Where the online store is: in-memory reads fastest, and has no offline store "
        "and no key of the environment's.",
    )
    ttl_days: PositiveInt | None = Field(
        None, description="Days after its event time that a record leaves the online store."
    )
    ttl_hours: PositiveInt | None = Field(None, description="The same in hours.")
    table: Literal["iceberg", "glue"] = Field(
        "iceberg", description="Format of the offline store's table, which never changes."
    )

    @model_validator(mode="after")
    def _known_keys(self) -> Self:
        mistakes = [
            Mistake(
                (key,),
                f"{shown(feature)} is not among the features.",
                did_you_mean(feature, self.features) or f"Allowed: {', '.join(self.features)}.",
            )
            for key, feature in (("record_id", self.record_id), ("event_time", self.event_time))
            if feature not in self.features
        ]
        if self.features.get(self.event_time) == "integral":
            mistakes.append(
                Mistake(
                    ("event_time",),
                    f"{self.event_time} is integral, and an event time is not.",
                    "Make it a string (2026-01-31T12:00:00Z) or fractional (Unix seconds).",
                )
            )
        mistakes += [*self._columns(), *self._described(), *self._lifetimes(), *self._tiers()]
        if mistakes:
            raise refusals(mistakes)
        return self

    def _columns(self) -> Iterator[Mistake]:
        """Names that are one column in the offline table, whose names have small letters only."""
        twice = {name for name, n in Counter(map(str.lower, self.features)).items() if n > 1}
        reserved = {name for name in self.features if name.lower() in RESERVED_FEATURES}
        for name in self.features:
            if name.lower() in twice:
                yield Mistake(
                    ("features", name),
                    f"{name} differs from another feature by capitals only.",
                    "The offline store's table does not tell them apart: give it another name.",
                )
            elif name in reserved:
                yield Mistake(
                    ("features", name),
                    f"{name} is a column that the offline store adds itself.",
                    "Give it another name.",
                )

    def _described(self) -> Iterator[Mistake]:
        for name in self.descriptions:
            if name not in self.features:
                yield Mistake(
                    ("descriptions", name),
                    f"{shown(name)} is not among the features.",
                    did_you_mean(name, self.features) or f"Allowed: {', '.join(self.features)}.",
                )

    def _tiers(self) -> Iterator[Mistake]:
        if self.tier == "in-memory" and not self.online:
            yield Mistake(
                ("tier",), "it is of the online store, which is off.", "Leave it or online out."
            )

    def _lifetimes(self) -> Iterator[Mistake]:
        given = [key for key in ("ttl_days", "ttl_hours") if getattr(self, key) is not None]
        if len(given) > 1:
            yield Mistake((given[1],), "ttl_days is given, too.", "Give one of them.")
        if given and not self.online:
            yield Mistake(
                (given[0],),
                "it is of the online store, which is off.",
                "Leave it out: the offline store keeps all records.",
            )


def group_of(wanted: str, groups: Sequence[FeatureGroup]) -> FeatureGroup | None:
    """The group that a reference names: `visits@2`, or for `visits` that of the newest version.

    None where there is none.
    """
    found = REFERENCE.fullmatch(wanted)
    if not found:
        return None
    version = found["version"]
    fit = [
        group
        for group in groups
        if group.name == found["name"] and version in (None, str(group.version))
    ]
    return max(fit, key=lambda group: group.version, default=None)


def unknown_groups(wanted: object, groups: Sequence[Mapping[str, Any]]) -> Iterator[Mistake]:
    """Yield each reference of a list that names no group; paths are places in the list.

    `groups` are plain values of the stack file.
    """
    known = {f"{group['name']}@{group.get('version', 1)}": group["name"] for group in groups}
    names = dict.fromkeys(known.values())
    for position, one in enumerate(wanted if isinstance(wanted, list) else []):
        found = REFERENCE.fullmatch(one) if isinstance(one, str) else None
        if not found or one in names or one in known:
            continue
        if found["name"] in names:
            versions = [each for each, name in known.items() if name == found["name"]]
            hint = f"There are: {', '.join(versions)}."
        else:
            hint = did_you_mean(found["name"], names) or f"Known: {', '.join(names) or 'none'}."
        yield Mistake((position,), f"there is no feature group {shown(one)}.", hint)
