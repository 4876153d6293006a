"""Tables of the lake: their names, columns, partitions and formats."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    WithJsonSchema,
    model_validator,
)

from components.common.column_types import UnknownType, check_type, is_primitive, unkept
from components.common.limits import CATALOG_NAME, ICEBERG_RESERVED
from infra.settings.base import PositiveInt, Settings, matching
from infra.settings.data.zones import Sensitivity
from infra.settings.mistakes import Mistake, did_you_mean, refusal, refusals, shown

INJECTED = "injected"
DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_.-]+)*", re.ASCII)


def catalog_name(value: str) -> str:
    """Refuse a name that the data catalog would fold, or that a query must quote."""
    if not CATALOG_NAME.fullmatch(value):
        folded = re.sub(r"[^a-z0-9_]+", "_", value.lower()).strip("_")
        fits = CATALOG_NAME.fullmatch(folded)
        raise refusal(
            f"{shown(value)} is not a name that queries can use as it is.",
            (f"Write {folded}: " if fits else "")
            + "small letters, digits and _, with no digit first.",
        )
    return value


def table_name(value: str) -> str:
    """Refuse what is not a zone and a table's name in it; which zones there are, a check knows."""
    zone, dot, name = value.partition(".")
    if not dot or not zone or not name:
        raise refusal(
            f"{shown(value)} is not a table of the lake.", "A zone and a name: curated.visits."
        )
    catalog_name(name)
    return value


def column_type(value: str) -> str:
    """Refuse what is not a type of the data catalog."""
    try:
        check_type(value)
    except UnknownType as error:
        raise refusal(str(error), error.hint) from None
    return value


def simple_type(value: str) -> str:
    """Refuse what files cannot be parted by."""
    column_type(value)
    if not is_primitive(value):
        raise refusal(f"{shown(value)} is nested, and files are parted by simple types alone.")
    return value


partition_value = matching(
    r"[\w.=:@+-]+",
    "cannot be the name of a folder",
    "Letters, digits and . _ - = : @ +, with no comma and no slash.",
)
table_prefix = matching(
    PREFIX.pattern,
    "is not a prefix in a zone",
    "Letters, digits, _ - and / between them, with no slash at either end: visits/2026.",
)
day = matching(rf"{DAY}|NOW", "is not a day", 'Write it in quotes: "2026-01-31"; or NOW.')


def bound(value: object) -> object:
    """Refuse what is neither a whole number nor a day."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return day(value if isinstance(value, str) else shown(value))


Bound = Annotated[
    int | str, BeforeValidator(bound), WithJsonSchema({"type": ["integer", "string"]})
]


@dataclass(frozen=True)
class Or:
    """Tells editors that something shorter stands for a group."""

    shorter: tuple[str, ...]
    """JSON types of what does."""

    def __get_pydantic_json_schema__(
        self, core: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The schema of the group, or of what is shorter."""
        return {"anyOf": [handler(core), *({"type": each} for each in self.shorter)]}


class Column(Settings):
    """A column."""

    type: Annotated[str, AfterValidator(column_type)] = Field(
        description="What is in it, as the data catalog calls it: string, bigint, array<int>."
    )
    description: str | None = Field(None, max_length=255, description="What it tells.")


class Partition(Settings):
    """What the files are parted by: a type, or the values that there are."""

    type: Annotated[str, AfterValidator(simple_type)] | None = Field(
        None, description="Its type; each of its folders is registered before queries see it."
    )
    values: tuple[Annotated[str, AfterValidator(partition_value)], ...] | None = Field(
        None, min_length=1, description="All its values, of which no folder is registered."
    )
    first: Bound | None = Field(
        None,
        alias="from",
        description="Its first value, a day in quotes or a whole number: Athena works the "
        "others out, and no folder is registered.",
    )
    last: Bound | None = Field(
        None, alias="to", description="Its last value; NOW for days unless given."
    )
    every: Literal["hour", "day", "month"] | None = Field(
        None, description="How long a folder of days is: day unless given."
    )
    digits: PositiveInt | None = Field(
        None, description="Digits of its numbers, with zeros before them: 2 for 07."
    )
    injected: Literal[True] | None = Field(
        None, description="Each query says its value, of which there may be any number."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = {"type": self.type, "values": self.values, "from": self.first}
        given = [key for key, value in (ways | {INJECTED: self.injected}).items() if value]
        if self.first == 0:
            given.append("from")
        if len(given) != 1:
            raise refusal(
                f"{' and '.join(given)} do not go together."
                if given
                else "it does not say by which values.",
                f"Choose one of {', '.join(ways)}, {INJECTED}.",
            )
        mistakes = list(self._range())
        if mistakes:
            raise refusals(mistakes)
        return self

    def _range(self) -> Iterator[Mistake]:
        number = isinstance(self.first, int)
        if self.first is None:
            for key, value in (("to", self.last), ("every", self.every), ("digits", self.digits)):
                if value is not None:
                    yield Mistake((key,), "says nothing without from.", "Leave it out.")
        elif number and not isinstance(self.last, int):
            yield Mistake(("to",), "numbers have a last one.", "Give to a whole number.")
        elif not number and isinstance(self.last, int):
            yield Mistake(("to",), "is a number, and from a day.", "Give both as days.")
        elif number and self.every:
            yield Mistake(("every",), "is of days, and from is a number.", "Leave it out.")
        elif not number and self.digits:
            yield Mistake(("digits",), "is of numbers, and from is a day.", "Leave it out.")
        elif self.last not in (None, "NOW") and self.first != "NOW" and self.last < self.first:  # type: ignore[operator]
            yield Mistake(("to",), f"{self.last} comes before {self.first}.", "Turn them round.")


def _column(value: object) -> object:
    """Reads `bigint` as `{type: bigint}`."""
    return {"type": value} if isinstance(value, str) else value


def _partition(value: object) -> object:
    """Reads `date` as `{type: date}`, and `[a, b]` as `{values: [a, b]}`."""
    if isinstance(value, str):
        return {INJECTED: True} if value == INJECTED else {"type": value}
    if isinstance(value, list | tuple):
        return {"values": tuple(value)}
    if isinstance(value, dict):
        # After a validator of ours pydantic no longer takes JSON's lists for tuples.
        return {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
    return value


ColumnName = Annotated[str, AfterValidator(catalog_name)]


class Table(Settings):
    """A table: files below a prefix of a zone, with names and types for what is in them."""

    name: Annotated[str, AfterValidator(table_name)] = Field(
        description="Its zone and its name there: curated.visits."
    )
    columns: dict[ColumnName, Annotated[Column, BeforeValidator(_column), Or(("string",))]] = Field(
        min_length=1,
        description="Each column's name and type; of an Iceberg table those that it is made with.",
    )
    partitions: dict[
        ColumnName, Annotated[Partition, BeforeValidator(_partition), Or(("string", "array"))]
    ] = Field(
        {},
        description="What its files are parted by, in the order of the folders: a type, a list of "
        "values, {from: …} for days or numbers, or injected.",
    )
    format: Literal["parquet", "csv", "json", "iceberg"] = Field(
        "parquet", description="What its files are."
    )
    prefix: Annotated[str, AfterValidator(table_prefix)] | None = Field(
        None, description="Where its files are in the zone; below the table's name if unset."
    )
    personal: tuple[str, ...] = Field(
        (),
        description="Columns that tell of a person: of a governed lake, only readers who see what "
        "is personal see them.",
    )
    sensitivity: Sensitivity | None = Field(
        None,
        description="How sensitive its other columns are: internal, confidential or personal; as "
        "its zone says if unset.",
    )
    upkeep: bool = Field(
        True,
        description="Of an Iceberg table: whether Glue joins its small files, forgets snapshots "
        "after a week, and deletes files that it no longer names.",
    )
    description: str | None = Field(None, max_length=2048, description="What is in it.")

    @property
    def is_kept_up(self) -> bool:
        """Whether Glue looks after it."""
        return self.upkeep and self.format == "iceberg"

    @property
    def zone(self) -> str:
        """The zone that it is in."""
        return self.name.partition(".")[0]

    @property
    def own_name(self) -> str:
        """Its name within the zone."""
        return self.name.partition(".")[2]

    @property
    def location(self) -> str:
        """Its prefix in the zone."""
        return self.prefix or self.own_name

    @model_validator(mode="after")
    def _kept(self) -> Self:
        if mistakes := [*self._types(), *self._names(), *self._parted()]:
            raise refusals(mistakes)
        return self

    def _types(self) -> Iterator[Mistake]:
        """Types that the format does not keep."""
        for name, column in self.columns.items():
            if lost := unkept(column.type, self.format):
                yield Mistake(
                    ("columns", name),
                    f"{self.format} keeps no {', '.join(lost)}.",
                    "Write int for a smaller number, and string for text of a length."
                    if self.format == "iceberg"
                    else "Write string, boolean, int, bigint or double, or choose parquet.",
                )

    def _names(self) -> Iterator[Mistake]:
        for name in self.partitions:
            if name in self.columns:
                yield Mistake(
                    ("partitions", name),
                    f"{name} is a column, too.",
                    "Leave it out of columns: its folder tells the value.",
                )
        for place, name in enumerate(self.personal):
            if name not in {**self.columns, **self.partitions}:
                yield Mistake(
                    ("personal", place),
                    f"{self.name} has no column {name}.",
                    did_you_mean(name, [*self.columns, *self.partitions])
                    or f"It has {', '.join([*self.columns, *self.partitions])}.",
                )
        for name in self.columns if self.format == "iceberg" else ():
            if name in ICEBERG_RESERVED:
                yield Mistake(("columns", name), f"{name} is a name that Iceberg keeps for itself.")

    def _parted(self) -> Iterator[Mistake]:
        if not self.upkeep and self.format != "iceberg":
            yield Mistake(
                ("upkeep",),
                f"a table of {self.format} has none.",
                "Leave it out, or choose iceberg.",
            )
        if self.partitions and self.format == "iceberg":
            yield Mistake(
                ("partitions",),
                "an Iceberg table is made without partitions.",
                "Leave it out; ALTER TABLE … ADD PARTITION FIELD of Spark adds some.",
            )
            return
        typed = [name for name, each in self.partitions.items() if each.type]
        if len(typed) not in (0, len(self.partitions)):
            yield Mistake(
                ("partitions", typed[0]),
                "its folders are registered, and those of the others worked out: Athena does one "
                "of both for all of a table's partitions.",
                "Say by which values it goes as well, or give the others types alone.",
            )
