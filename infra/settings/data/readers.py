"""Who reads which tables, columns and rows of the lake, where Lake Formation decides it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import AfterValidator, Field, WithJsonSchema

from infra.settings.base import Settings
from infra.settings.cross_stack import entries, mapping
from infra.settings.data.zones import Sensitivity, sensitivity_of, zones_of
from infra.settings.mistakes import Mistake, Path, did_you_mean, refusal, shown

ReaderPersona = Literal["data-scientist", "ml-engineer"]
READERS: tuple[str, ...] = get_args(ReaderPersona)
"""Personas that read the lake by queries alone, so that columns and rows can be kept from them."""
BY_DEFAULT = "data-scientist"
"""Reads what is internal, in all zones but raw, unless told otherwise."""
MOST_CHARACTERS = 2048
"""https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_RowFilter.html"""


def reader(value: str) -> str:
    """Refuse a persona that does not read by queries, or reads files as well."""
    if value not in READERS:
        raise refusal(
            f"{shown(value)} does not read the lake by queries alone.",
            did_you_mean(value, READERS) or f"Allowed: {', '.join(READERS)}.",
        )
    return value


class Reader(Settings):
    """What one persona reads by queries."""

    zones: tuple[str, ...] | None = Field(
        None, description="Zones whose tables it reads; all but raw if unset."
    )
    sees: tuple[Sensitivity, ...] = Field(
        ("internal",),
        description="Which tables and columns it sees there, by their sensitivity: internal, "
        "confidential, personal.",
    )
    rows: dict[str, str] = Field(
        {},
        description="By table, the rows that it sees, as a condition of SQL: "
        "{curated.visits: \"country = 'NO'\"}.",
    )
    without: dict[str, tuple[str, ...]] = Field(
        {}, description="By table, columns that it does not see, beside those that are personal."
    )

    def reads(self, zones: Sequence[str]) -> list[str]:
        """The zones that it reads, of all those that there are."""
        return [
            zone for zone in zones if (zone != "raw" if self.zones is None else zone in self.zones)
        ]


ReaderName = Annotated[str, AfterValidator(reader), WithJsonSchema({"enum": list(READERS)})]


class Declared(NamedTuple):
    """A table, as far as its values tell one."""

    path: Path
    name: str
    columns: frozenset[str]
    sensitivity: str


def check_readers(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield what is said of readers, tables and columns where nothing would come of it.

    https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
    """
    lake = mapping(values.get("lake"))
    if lake.get("governed") is not True:
        yield from _ungoverned(lake)
        return
    people = mapping(mapping(values.get("access")).get("personas"))
    if not set(READERS) & set(people):
        yield Mistake(
            ("lake", "governed"),
            "nobody is let in who reads the lake by queries alone.",
            f"Name people under access.personas, as {' or '.join(READERS)}, or leave it out.",
        )
    tables = {table.name: table for table in _tables(values)}
    for persona, told in mapping(lake.get("readers")).items():
        at: Path = ("lake", "readers", persona)
        if persona in READERS and persona not in people and people:
            yield Mistake(
                at,
                f"nobody can sign in as {persona}.",
                f"Name it under access.personas, where there is {', '.join(people)}.",
            )
        yield from _zones(mapping(told), at, zones_of(values))
        yield from _filters(mapping(told), at, tables, zones_of(values))


def _ungoverned(lake: Mapping[str, Any]) -> Iterator[Mistake]:
    """What keeps nothing from anybody, where whole zones are read."""
    hint = "Say lake.governed: true, or leave it out."
    if lake.get("readers"):
        yield Mistake(("lake", "readers"), "says nothing where the lake is not governed.", hint)
    for name, zone in mapping(lake.get("zones")).items():
        if mapping(zone).get("sensitivity"):
            yield Mistake(
                ("lake", "zones", name, "sensitivity"),
                "keeps nothing from anybody where the lake is not governed.",
                hint,
            )
    for index, table in enumerate(entries(lake.get("tables"))):
        for key in ("personal", "sensitivity"):
            if table.get(key):
                yield Mistake(
                    ("lake", "tables", index, key),
                    "keeps nothing from anybody where the lake is not governed.",
                    hint,
                )


def _zones(told: Mapping[str, Any], at: Path, known: Sequence[str]) -> Iterator[Mistake]:
    for place, zone in enumerate(told["zones"] if isinstance(told.get("zones"), list) else ()):
        if zone not in known:
            yield Mistake(
                (*at, "zones", place),
                f"{shown(zone)} is not a zone.",
                did_you_mean(zone, known) or f"Allowed: {', '.join(known)}.",
            )


def _filters(
    told: Mapping[str, Any], at: Path, tables: Mapping[str, Declared], zones: Sequence[str]
) -> Iterator[Mistake]:
    """Filters of tables that are not there or not read, and of columns that they do not have."""
    rows, without = mapping(told.get("rows")), mapping(told.get("without"))
    chosen = told.get("zones")
    read = chosen if isinstance(chosen, list) else [zone for zone in zones if zone != "raw"]
    sees = told.get("sees")
    seen = sees if isinstance(sees, list) else ["internal"]
    for key, filters in (("rows", rows), ("without", without)):
        for name, value in filters.items():
            here = (*at, key, name)
            table = tables.get(name)
            if table is None:
                yield Mistake(
                    here,
                    f"{shown(name)} is none of lake.tables.",
                    did_you_mean(name, tables) or "Describe it there, with its columns.",
                )
            elif name.partition(".")[0] not in read or table.sensitivity not in seen:
                yield Mistake(
                    here,
                    f"{name} is {table.sensitivity}, in {name.partition('.')[0]}, and is not read "
                    "here at all.",
                    "Leave it out, or add to zones or sees.",
                )
            elif key == "rows":
                yield from _condition(value, here, table)
            else:
                yield from _unknown(value if isinstance(value, list) else (), here, table)


def _condition(value: Any, here: Path, table: Declared) -> Iterator[Mistake]:
    """A condition that is no SQL, asks for more than the row, or for a column that is not there."""
    if not isinstance(value, str):
        return
    import sqlglot  # half a second, which few files ask for
    from sqlglot import exp

    if len(value) > MOST_CHARACTERS:
        yield Mistake(here, f"has {len(value):,} characters, and {MOST_CHARACTERS:,} are allowed.")
        return
    try:
        condition = sqlglot.parse_one(value, dialect="athena", into=exp.Condition)
    except sqlglot.errors.SqlglotError:
        yield Mistake(here, f"{shown(value)} is not a condition of SQL.", "Such as: age >= 18.")
        return
    if condition.find(exp.Query, exp.AggFunc, exp.Window):
        yield Mistake(here, "asks for more than the row itself.", "Name columns and values alone.")
        return
    names = dict.fromkeys(column.name.lower() for column in condition.find_all(exp.Column))
    if not names:
        yield Mistake(here, f"{shown(value)} names no column.", "Such as: age >= 18.")
    yield from _unknown([*names], here, table, placed=False)


def _unknown(
    names: Sequence[Any], here: Path, table: Declared, *, placed: bool = True
) -> Iterator[Mistake]:
    for place, name in enumerate(names):
        if name not in table.columns:
            yield Mistake(
                (*here, place) if placed else here,
                f"{table.name} has no column {name}.",
                did_you_mean(name, table.columns) or f"It has {', '.join(sorted(table.columns))}.",
            )


def _tables(values: Mapping[str, Any]) -> Iterator[Declared]:
    for index, table in enumerate(entries(mapping(values.get("lake")).get("tables"))):
        name = table.get("name")
        if isinstance(name, str) and "." in name:
            columns = {*mapping(table.get("columns")), *mapping(table.get("partitions"))}
            told = table.get("sensitivity") or sensitivity_of(values, name.partition(".")[0])
            yield Declared(("lake", "tables", index), name, frozenset(columns), str(told))
