"""The columns that a model has of the feature store: one definition for training and serving.

A training set and a request are made from the same list, and so neither has a column that the other
lacks or names otherwise.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from infra.errors import InputError
from infra.naming import Names
from infra.settings import StackFile
from infra.settings.data.features import FeatureGroup, group_of
from infra.settings.mlops.model import ModelSettings

NAME_LIMIT = 64


@dataclass(frozen=True)
class Column:
    """One column of a model's data."""

    name: str
    """Its name: the feature's, in small letters, as Athena has the names of columns."""
    group: FeatureGroup
    """The group whose feature it is."""
    feature: str
    """The feature, as the group has it."""

    @property
    def type(self) -> str:
        """string, integral or fractional."""
        return self.group.features[self.feature]


def groups_of(stack: StackFile, model: ModelSettings) -> list[FeatureGroup]:
    """The feature groups that a model reads. Raises InputError where it reads none."""
    groups = [group for one in model.features if (group := group_of(one, stack.platform.features))]
    if not groups:
        raise InputError(
            f"{model.name} reads no feature group. Name those that it learns from: "
            "features: [patient-visits]"
        )
    return groups


def columns_of(stack: StackFile, model: ModelSettings) -> list[Column]:
    """The columns of a model's data, in order: the features of its groups, in the order of both.

    What names a record and its time is no column, nor are the model's target and what it drops.
    Raises InputError where it reads no group, and for features of one name in two groups.
    """
    groups = groups_of(stack, model)
    left_out = {name.lower() for name in (model.target, *model.drop)}
    columns = [
        Column(feature.lower(), group, feature)
        for group in groups
        for feature in group.features
        if feature not in (group.record_id, group.event_time) and feature.lower() not in left_out
    ]
    twice = [name for name, n in Counter(column.name for column in columns).items() if n > 1]
    if twice:
        raise InputError(
            f"{model.name}: {', '.join(twice)} is a feature of more than one of its groups: let it "
            "drop the column, or give one of the features another name"
        )
    return columns


def name_in_aws(names: Names, group: FeatureGroup) -> str:
    """The name of a feature group in AWS."""
    return names(f"{group.name}-v{group.version}", limit=NAME_LIMIT)


def by_group(given: Sequence[str], groups: Sequence[FeatureGroup], option: str) -> dict[str, str]:
    """What an option says for each group, by its name: `VALUE` for all, or `GROUP=VALUE`.

    Raises InputError for a group that is not among them.
    """
    names = [group.name for group in groups]
    found: dict[str, str] = {}
    for one in given:
        group, equals, value = one.partition("=")
        if equals and group in names:
            found[group] = value
        elif equals and len(given) > 1:
            raise InputError(f"{option} {one}: the model reads {', '.join(names)}, not {group}.")
        else:
            found = {**dict.fromkeys(names, one), **found}
    return found
