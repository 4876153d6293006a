"""Labels: what became of records, from which and the feature store a model is trained."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from infra.settings.base import Settings
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.features import REFERENCE
from infra.settings.data.tables import Table, catalog_name, table_name
from infra.settings.data.zones import zones_of
from infra.settings.mistakes import Mistake, Path, did_you_mean, shown

LabelColumn = Annotated[str, AfterValidator(catalog_name)]


class Labels(Settings):
    """A table with a row for each label: the record's id, the label's time, and the target."""

    table: Annotated[str, AfterValidator(table_name)] = Field(
        description="Zone and name of the table: curated.outcomes."
    )
    time: LabelColumn = Field(
        description="Its column of the time at which the label was to be predicted."
    )
    text_time: bool = Field(
        False, description="Whether that is text in ISO 8601; otherwise it is a timestamp in UTC."
    )
    ids: dict[str, LabelColumn] = Field(
        {},
        description="Its column that identifies a record, by feature group; a column of the name "
        "of the group's record_id unless given.",
    )


def place_of(labels: Labels, tables: Sequence[Table]) -> tuple[str, str]:
    """Zone and prefix where labels arrive: as `tables` say, or below the table's own name."""
    for table in tables:
        if table.name == labels.table:
            return table.zone, table.location
    zone, _, name = labels.table.partition(".")
    return zone, name


def check_labels(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield labels that no training set can be made from.

    `values` are the plain ones of the stack file, of which malformed ones are passed over.
    """
    zones = zones_of(values)
    tables = {
        str(table.get("name")): table
        for table in entries(mapping(values.get("lake")).get("tables"))
    }
    groups = {str(group.get("name")): group for group in entries(values.get("features"))}
    for index, model in enumerate(entries(values.get("models"))):
        labels = mapping(model.get("labels"))
        if labels:
            at: Path = ("models", index, "labels")
            yield from _beside(model, labels, at, groups)
            yield from _table(model, labels, at, zones, tables, groups)


def _beside(
    model: Mapping[str, Any],
    labels: Mapping[str, Any],
    at: Path,
    groups: Mapping[str, Mapping[str, Any]],
) -> Iterator[Mistake]:
    """Feature groups that there are not, and those that nothing is learned from."""
    named = _groups_of(model)
    if not named:
        yield Mistake(
            at,
            "the model reads no feature group to join them with.",
            "Name those that it learns from: features: [patient-visits]; or leave labels out.",
        )
    for name in named:
        if mapping(groups.get(name)).get("tier") == "in-memory":
            yield Mistake(
                at,
                f"{name} is in memory, and has no offline store to learn from.",
                "Leave labels out, or let the group's tier be standard.",
            )
    for name in mapping(labels.get("ids")):
        if named and name not in named:
            hint = did_you_mean(name, named) or f"It reads {', '.join(named)}."
            yield Mistake((*at, "ids", name), f"the model does not read {shown(name)}.", hint)


def _table(
    model: Mapping[str, Any],
    labels: Mapping[str, Any],
    at: Path,
    zones: list[str],
    tables: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Mapping[str, Any]],
) -> Iterator[Mistake]:
    """A zone that there is not, and columns that a table of the file has not."""
    name = str(labels.get("table", ""))
    zone = name.partition(".")[0]
    if "." in name and zone not in zones:
        hint = did_you_mean(zone, zones) or f"Allowed: {', '.join(zones)}."
        yield Mistake((*at, "table"), f"{zone} is not a zone.", hint)
    if name not in tables:
        return
    table = tables[name]
    columns = {**mapping(table.get("columns")), **mapping(table.get("partitions"))}
    ids = mapping(labels.get("ids"))
    wanted: dict[Path, object] = {
        (*at, "time"): labels.get("time"),
        at: model.get("target", "target"),
        **{(*at, "ids", group): column for group, column in ids.items()},
    }
    for path, column in wanted.items():
        if isinstance(column, str) and column.lower() not in columns:
            yield _no_column(path, name, column, columns)
    for group in _groups_of(model):
        record_id = mapping(groups.get(group)).get("record_id")
        if group not in ids and isinstance(record_id, str) and record_id.lower() not in columns:
            yield _no_column(at, name, record_id, columns)


def _no_column(path: Path, table: str, column: str, columns: Mapping[str, object]) -> Mistake:
    hint = did_you_mean(column, columns) or f"It has {', '.join(columns)}."
    return Mistake(path, f"{table} has no column {shown(column)}.", hint)


def _groups_of(model: Mapping[str, Any]) -> list[str]:
    """The feature groups that a model reads, by name."""
    named = model.get("features")
    found = [
        REFERENCE.fullmatch(one)
        for one in (named if isinstance(named, list) else [])
        if isinstance(one, str)
    ]
    return [each["name"] for each in found if each]
