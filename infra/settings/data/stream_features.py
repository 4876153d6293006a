"""What must fit between a stream and the feature groups that its records go to."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from catalog import hive_types
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.features import REFERENCE, unknown_groups
from infra.settings.mistakes import Mistake, did_you_mean

WHOLE = ("tinyint", "smallint", "int", "bigint")
NUMBERS = (*WHOLE, "float", "double", "decimal")
TAKEN = {
    "string": (*NUMBERS, "string", "boolean", "date", "timestamp"),
    "integral": WHOLE,
    "fractional": (*NUMBERS, "timestamp"),
}
"""Types of columns whose values a feature of a type holds; times become Unix seconds in numbers."""
EVENT_TIMES = {"string": ("timestamp", "string"), "fractional": (*NUMBERS, "timestamp")}
"""Types of columns that tell a record's event time, by the type of that feature.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateFeatureGroup.html
"""


def check_stream_features(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield groups that are not there, or have features that a stream's columns do not make."""
    groups = entries(values.get("features"))
    named = [group for group in groups if isinstance(group.get("name"), str)]
    for index, stream in enumerate(entries(values.get("streams"))):
        wanted = stream.get("features")
        if not isinstance(wanted, list) or not wanted:
            continue
        at = ("streams", index, "features")
        for mistake in unknown_groups(wanted, named):
            yield replace(mistake, path=(*at, *mistake.path))
        columns = mapping(stream.get("columns"))
        if not columns:
            yield Mistake(at, "features need columns.", "Say what a record has: {heart_rate: int}.")
            continue
        seen: list[Mapping[str, Any]] = []
        for number, one in enumerate(wanted):
            group = _named(one, named)
            if group is None:
                continue
            if group in seen:
                yield Mistake((*at, number), f"{one} is here twice.")
            seen.append(group)
            for mistake in _misfits(group, columns):
                yield replace(mistake, path=(*at, number))


def _named(wanted: object, groups: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The group that a reference names, of the newest version unless it says one."""
    found = REFERENCE.fullmatch(wanted) if isinstance(wanted, str) else None
    if found is None:
        return None
    versions = {
        group.get("version", 1): group for group in groups if group["name"] == found["name"]
    }
    numbers = [number for number in versions if isinstance(number, int)]
    if not numbers:
        return None
    return versions.get(int(found["version"]) if found["version"] else max(numbers))


def _misfits(group: Mapping[str, Any], columns: Mapping[str, Any]) -> Iterator[Mistake]:
    """Features that no column makes; paths are left to the caller."""
    for feature, type_ in mapping(group.get("features")).items():
        if feature not in columns:
            listed = did_you_mean(feature, columns) or f"Columns: {', '.join(columns)}."
            yield Mistake(
                (), f"{group['name']} has the feature {feature}, and no column has.", listed
            )
            continue
        takes, what = TAKEN, f"a feature that is {type_}"
        if feature == group.get("event_time"):
            takes, what = EVENT_TIMES, f"an event time that is {type_}"
        kind = _kind(columns[feature])
        allowed = takes.get(type_) if isinstance(type_, str) else None
        if kind and allowed and kind not in allowed:
            yield Mistake(
                (),
                f"the column {feature} is {columns[feature]}, and makes no value of {what}.",
                f"Allowed: {', '.join(allowed)}.",
            )


def _kind(type_: object) -> str | None:
    """The kind of a column's type, None for one that other checks refuse."""
    try:
        return hive_types.parse(str(type_).replace(" ", "")).kind
    except hive_types.UnknownHiveType:
        return None
