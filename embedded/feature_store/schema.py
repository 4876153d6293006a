"""What a record of a feature group must be like.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_FeatureValue.html
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

Value = str | list[str]
Values = dict[str, Value]
"""What a record says, by the name of the feature: text, or texts of a collection."""

EVENT_TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")
INTEGER = re.compile(r"[+-]?\d{1,19}")
LARGEST = 2**63
SECONDS = {"Seconds": 1, "Minutes": 60, "Hours": 3600, "Days": 86400, "Weeks": 7 * 86400}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Invalid(ValueError):
    """A record that Feature Store refuses, with what is wrong and what is allowed."""


@dataclass(frozen=True)
class Feature:
    """One feature of a group."""

    name: str
    type: str
    """String, Integral or Fractional."""
    collection: str | None = None
    """List, Set or Vector; None for one value."""
    dimension: int | None = None
    """How many elements a Vector has."""

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> Self:
        """The feature of a FeatureDefinition."""
        vector = (definition.get("CollectionConfig") or {}).get("VectorConfig") or {}
        return cls(
            definition["FeatureName"],
            definition["FeatureType"],
            definition.get("CollectionType"),
            vector.get("Dimension"),
        )

    def check(self, given: Mapping[str, Any]) -> Value:
        """The value of a FeatureValue. Raises Invalid for one that is not of the type."""
        key = "ValueAsStringList" if self.collection else "ValueAsString"
        value = given.get(key)
        if value is None:
            raise Invalid(f"Feature {self.name!r} has no {key}.")
        elements: list[str] = value if self.collection else [value]
        for element in elements:
            if not _is_of(self.type, element):
                raise Invalid(f"Feature {self.name!r} is {self.type}, and {element!r} is not.")
        if self.collection == "Vector" and len(elements) != self.dimension:
            raise Invalid(
                f"Feature {self.name!r} has {self.dimension} dimensions, not {len(elements)}."
            )
        if self.collection == "Set" and len(set(elements)) != len(elements):
            raise Invalid(f"Feature {self.name!r} is a Set, and one of its elements comes twice.")
        return list(elements) if self.collection else elements[0]


@dataclass(frozen=True)
class Schema:
    """The features of a group, and which of them tell records apart."""

    record_id: str
    event_time: str
    features: Mapping[str, Feature]

    @classmethod
    def of(cls, record_id: str, event_time: str, definitions: Sequence[Mapping[str, Any]]) -> Self:
        """The schema of a group with these FeatureDefinitions."""
        features = [Feature.of(definition) for definition in definitions]
        return cls(record_id, event_time, {feature.name: feature for feature in features})

    def record(self, given: Sequence[Mapping[str, Any]]) -> Values:
        """The values of a whole record. Raises Invalid, naming the feature."""
        values = self.part(given)
        for name in (self.record_id, self.event_time):
            if name not in values:
                raise Invalid(f"The record has no value of {name!r}, which every record has.")
        self.time_of(values[self.event_time])
        return values

    def part(self, given: Sequence[Mapping[str, Any]]) -> Values:
        """The values of some features. Raises Invalid for unknown ones, and for those twice."""
        values: Values = {}
        for each in given:
            name = each["FeatureName"]
            if name in values:
                raise Invalid(f"Feature {name!r} comes twice.")
            values[name] = self.feature(name).check(each)
        return values

    def feature(self, name: str) -> Feature:
        """The feature of that name. Raises Invalid."""
        try:
            return self.features[name]
        except KeyError:
            raise Invalid(
                f"The feature group has no feature {name!r}. It has {', '.join(self.features)}."
            ) from None

    def time_of(self, event_time: Value) -> datetime:
        """An event time, in UTC. Raises Invalid for a form that the feature's type has not."""
        text = str(event_time)
        try:
            if self.features[self.event_time].type == "Fractional":
                return EPOCH + timedelta(seconds=float(text))
            if EVENT_TIMES.fullmatch(text):
                return datetime.fromisoformat(text)
        except (ValueError, OverflowError):
            pass
        raise Invalid(
            f"The event time {text!r} is neither yyyy-MM-dd'T'HH:mm:ssZ nor "
            "yyyy-MM-dd'T'HH:mm:ss.SSSZ, nor, for a Fractional feature, Unix seconds."
        )


def time_to_live(duration: Mapping[str, Any] | None) -> timedelta | None:
    """How long a TtlDuration is; None for one without a unit or a value."""
    if not duration or not duration.get("Unit") or not duration.get("Value"):
        return None
    return timedelta(seconds=SECONDS[duration["Unit"]] * int(duration["Value"]))


def _is_of(type_: str, text: str) -> bool:
    if type_ == "Integral":
        return bool(INTEGER.fullmatch(text)) and -LARGEST <= int(text) < LARGEST
    if type_ == "Fractional":
        try:
            return "_" not in text and math.isfinite(float(text))
        except ValueError:
            return False
    return True
