"""Proposes rules from the rows of a table, each with its reason.

All pass on these rows. They are to pass on the next ones too, which hold values that these do not:
so bounds leave room, and a list of values is proposed only if a value beyond it would be a
surprise. What they say is what the rows say, and not what is right: a person reads them first.
"""

import math
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import duckdb

from embedded.dqdl.table import Column, Table, select

ENOUGH = 30
"""Rows from which on anything is proposed of values."""
MANY = 100
"""Rows from which on values that never repeat, or never differ in length, are taken for a rule."""
MOST_VALUES = 20
"""The longest list of values."""
OFTEN = 5
"""How often each value of a list was seen. By Good and Turing's estimate, what was not seen yet is
about as frequent as what was seen once, and of that there is nothing here."""
ROOM, ROOM_OF_TAIL = 0.5, 2.0
"""What bounds leave on a side, as a share of the range: more where values have a long tail."""
TAIL = 0.75
"""A side has a long tail if the median is this share of the range, or more, away from its end."""
SIGMAS = 4
"""Standard errors that a share of NULL may be larger by."""
TYPES = {"Integer": r"[+-]?\d+", "Double": ".*", "Date": ".{10}", "Timestamp": ".*"}
"""What a text may be, from the narrowest to the widest, and how it looks: 0.5 and a time can be
read as Integer and as Date as well, but not whole."""


@dataclass(frozen=True)
class Suggestion:
    """One proposed rule."""

    rule: str
    """In DQDL."""
    reason: str
    """What in the rows speaks for it."""


@dataclass(frozen=True)
class _Profile:
    """What is known of a column."""

    column: Column
    rows: int
    known: int
    """Rows that are not NULL."""
    distinct: int

    @property
    def name(self) -> str:
        """The column in DQDL."""
        return dqdl_text(self.column.name)

    @property
    def where(self) -> str:
        """What leaves NULL out of a rule that it would fail; nothing where there is none."""
        if self.known == self.rows:
            return ""
        escaped = self.column.name.replace("`", "``")
        return f" where {dqdl_text(f'`{escaped}` is not null')}"


def suggest(connection: duckdb.DuckDBPyConnection, name: str) -> list[Suggestion]:
    """Rules for a table of the connection: on its rows first, then column by column.

    The same rows always give the same rules. Of fewer than 30 rows little is proposed.
    """
    table = Table(connection, name)
    rows = _count(table, "count(*)")
    if not rows:
        return []
    low, high = max(1, rows // 2), rows * 2
    found = [
        Suggestion(
            f"RowCount between {low - 1} and {high + 1}",
            f"There are {rows:,} rows: half as many and twice as many still pass.",
        )
    ]
    for column in table.columns:
        known = f"count({column.sql})"
        profile = _Profile(
            column, rows, _count(table, known), _count(table, f"count(DISTINCT {column.sql})")
        )
        found += _of_column(table, profile)
    return found


def _of_column(table: Table, profile: _Profile) -> list[Suggestion]:
    if profile.rows < ENOUGH or not profile.known:
        return []
    found = _completeness(profile)
    if profile.known < ENOUGH:
        return found
    found += _uniqueness(profile)
    values = _values(table, profile)
    if values:
        return [*found, *values]
    if profile.column.is_number:
        found += _bounds(table, profile)
    if profile.column.is_text:
        found += _data_type(table, profile) or _lengths(table, profile)
    return found


def _completeness(profile: _Profile) -> list[Suggestion]:
    if profile.known == profile.rows:
        return [Suggestion(f"IsComplete {profile.name}", f"None of {profile.rows:,} rows is NULL.")]
    share = profile.known / profile.rows
    error = math.sqrt(share * (1 - share) / profile.rows)
    least = math.floor(100 * (share - SIGMAS * error)) / 100
    if least <= 0:
        return []
    return [
        Suggestion(
            f"Completeness {profile.name} >= {least:.2f}",
            f"{100 * (1 - share):.1f} % of {profile.rows:,} rows are NULL, and chance adds few.",
        )
    ]


def _uniqueness(profile: _Profile) -> list[Suggestion]:
    """Of texts and whole numbers: that measurements do not repeat says nothing."""
    kind = profile.column
    countable = kind.is_text or (kind.is_number and "INT" in kind.type)
    if profile.distinct < profile.known or profile.known < MANY or not countable:
        return []
    return [
        Suggestion(f"IsUnique {profile.name}", f"None of {profile.known:,} values comes twice.")
    ]


def _values(table: Table, profile: _Profile) -> list[Suggestion]:
    """A list of all values, where there are few and each comes often."""
    column = profile.column
    whole = column.is_number and "INT" in column.type
    if not (column.is_text or whole) or profile.distinct > MOST_VALUES:
        return []
    counted = select(f"{column.sql} AS v, count(*)", table.sql, f"{column.sql} IS NOT NULL", "v")
    told = table.connection.execute(f"{counted} ORDER BY v").fetchall()
    if min(count for _, count in told) < OFTEN:
        return []
    listed = [dqdl_text(value) if column.is_text else str(value) for value, _ in told]
    listed += ["NULL"] if profile.known < profile.rows else []
    return [
        Suggestion(
            f"ColumnValues {profile.name} in [{', '.join(listed)}]",
            f"There are {len(told)} values, and each comes {OFTEN} times or more.",
        )
    ]


def _bounds(table: Table, profile: _Profile) -> list[Suggestion]:
    """What lies between the smallest and the largest value, and some of the range beyond."""
    sql = f"CAST({profile.column.sql} AS DOUBLE)"
    found = table.row(select(f"min({sql}), median({sql}), max({sql})", table.sql))
    low, middle, high = (float(str(each)) for each in found)
    if not (math.isfinite(low) and math.isfinite(high)) or low == high:
        return []
    least = low - _room(middle - low, high - low)
    most = high + _room(high - middle, high - low)
    least = 0.0 if low >= 0 > least else least
    most = 0.0 if high <= 0 < most else most
    reason = f"Values go from {low:.6g} to {high:.6g}"
    return [
        Suggestion(
            f"ColumnValues {profile.name} >= {rounded(least, ROUND_FLOOR)}{profile.where}",
            f"{reason}; none is below zero." if least == 0 else f"{reason}.",
        ),
        Suggestion(
            f"ColumnValues {profile.name} <= {rounded(most, ROUND_CEILING)}{profile.where}",
            f"{reason}.",
        ),
    ]


def _room(side: float, whole: float) -> float:
    """How far beyond its end a side may go, from the median to the end, of a range."""
    return whole * (ROOM_OF_TAIL if side >= TAIL * whole else ROOM)


def _data_type(table: Table, profile: _Profile) -> list[Suggestion]:
    """The narrowest type that all texts can be read as."""
    sql = profile.column.sql
    for name, form in TYPES.items():
        looks = f"regexp_full_match({sql}, '{form}')"
        readable = f"count(TRY_CAST({sql} AS {name})) FILTER (WHERE {looks})"
        if _count(table, readable) == profile.known:
            return [
                Suggestion(
                    f'ColumnDataType {profile.name} = "{name}"{profile.where}',
                    f"All {profile.known:,} texts can be read as {name}.",
                )
            ]
    return []


def _lengths(table: Table, profile: _Profile) -> list[Suggestion]:
    length = f"length({profile.column.sql})"
    shortest, longest = (
        int(str(each)) for each in table.row(select(f"min({length}), max({length})", table.sql))
    )
    name, where = profile.name, profile.where
    if shortest == longest and profile.known >= MANY:
        return [
            Suggestion(
                f"ColumnLength {name} = {longest}{where}", f"All texts have {longest} characters."
            )
        ]
    most = longest + max(1, math.ceil(ROOM * (longest - shortest)))
    found = [
        Suggestion(
            f"ColumnLength {name} <= {most}{where}",
            f"Texts have {shortest} to {longest} characters.",
        )
    ]
    if shortest:
        found.append(Suggestion(f"ColumnLength {name} > 0{where}", "No text is empty."))
    return found


def dqdl_text(text: str) -> str:
    """A text between quotes, as DQDL reads it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def rounded(value: float, direction: str) -> str:
    """A number with two significant digits, rounded down or up, without an exponent."""
    if not value:
        return "0"
    exact = Decimal(value)
    step = Decimal(1).scaleb(exact.adjusted() - 1)
    found = (exact / step).to_integral_value(direction) * step
    text = f"{found:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _count(table: Table, counted: str) -> int:
    return int(str(table.row(select(counted, table.sql))[0]))
