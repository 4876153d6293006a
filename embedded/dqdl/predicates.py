"""Conditions on single values as SQL that is true or false, never NULL.

NULL fails every condition but !=, not in, and those that name NULL:
https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html
"""

import re
from datetime import UTC, date, datetime, time

from embedded.dqdl.rules import Condition, Duration, Keyword, Now, Number, Operand, Text
from embedded.dqdl.table import Column, NotEvaluated, literal

PLAIN = re.compile(r"-?\d+(\.\d+)?")
NEGATIONS = {"!=": "=", "not in": "in"}


def on_values(column: Column, condition: Condition, now: datetime) -> str:
    """ColumnValues. Raises NotEvaluated for an operand that does not fit the column's type."""
    name, operands = condition.operator, condition.operands
    if name.endswith("matches"):
        text = condition.operands[0]
        pattern = text.value if isinstance(text, Text) else ""
        matches = f"regexp_full_match({_as_text(column)}, {literal(pattern)})"
        return _known(matches if name == "matches" else f"NOT {matches}")
    if name in ("=", "in"):
        return _known(_equals_any(column, operands, now))
    if name in NEGATIONS:
        return f"NOT {_known(_equals_any(column, operands, now))}"
    if not name.endswith("between"):
        left, right = _sides(column, operands[0], now)
        return _known(f"{left} {name} {right}")
    (low_left, low), (high_left, high) = (_sides(column, each, now) for each in operands)
    if name == "between":
        return _known(f"{low_left} > {low} AND {high_left} < {high}")
    return _known(f"({low_left} <= {low} OR {high_left} >= {high})")


def on_number(value: str, condition: Condition) -> str:
    """A condition of numbers on any SQL that gives a number."""
    numbers = [number_sql(each) for each in condition.operands]
    match condition.operator:
        case "between":
            return _known(f"{value} > {numbers[0]} AND {value} < {numbers[1]}")
        case "not between":
            return _known(f"({value} <= {numbers[0]} OR {value} >= {numbers[1]})")
        case "in":
            return _known(f"{value} IN ({', '.join(numbers)})")
        case "not in":
            return _known(f"{value} NOT IN ({', '.join(numbers)})")
        case sign:
            return _known(f"{value} {sign} {numbers[0]}")


def is_of_type(column: Column, name: str) -> str:
    """Whether a value can be read as of a type: ColumnDataType. Raises NotEvaluated."""
    types = {
        "BOOLEAN": "BOOLEAN",
        "DATE": "DATE",
        "TIMESTAMP": "TIMESTAMP",
        "INTEGER": "INTEGER",
        "LONG": "BIGINT",
        "FLOAT": "FLOAT",
        "DOUBLE": "DOUBLE",
    }
    upper = name.upper()
    decimal = re.fullmatch(r"DECIMAL\((\d{1,2}),\s*(\d{1,2})\)", upper)
    if upper not in types and not decimal:
        allowed = "Boolean, Date, Timestamp, Integer, Double, Float, Long"
        raise NotEvaluated(f"Unrecognized data type: {name}. Allowed: {allowed}.")
    return f"(TRY_CAST({column.sql} AS {types.get(upper, upper)}) IS NOT NULL)"


def hours_since(column: Column, now: datetime) -> str:
    """How old a date is, in hours with two decimals, as SQL: DataFreshness. NULL for no date."""
    moment = moment_sql(now)
    value = f"TRY_CAST({column.sql} AS TIMESTAMP)"
    return f"round((epoch({moment}) - epoch({value})) / 3600, 2)"


def in_hours(condition: Condition) -> Condition:
    """A condition on durations as one on numbers of hours."""
    found: list[Operand] = []
    for each in condition.operands:
        if not isinstance(each, Duration):
            raise NotEvaluated("DataFreshness compares durations.")
        hours = each.value.total_seconds() / 3600
        found.append(Number(round(hours, 4), repr(round(hours, 4))))
    return Condition(condition.operator, tuple(found))


def number_sql(operand: Operand) -> str:
    """A number as it is written, so that decimals are compared as such. Raises NotEvaluated."""
    if not isinstance(operand, Number):
        raise NotEvaluated("A number is compared with something that is none.")
    return operand.text if PLAIN.fullmatch(operand.text) else f"CAST({operand.value!r} AS DOUBLE)"


def moment_sql(moment: datetime | date) -> str:
    """A time in UTC, or a date, as a TIMESTAMP."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    return f"CAST({literal(moment.isoformat())} AS TIMESTAMP)"


def _equals_any(column: Column, operands: tuple[Operand, ...], now: datetime) -> str:
    parts = [_equals(column, each, now) for each in operands]
    return "(" + " OR ".join(parts) + ")"


def _equals(column: Column, operand: Operand, now: datetime) -> str:
    if isinstance(operand, Keyword):
        text = _as_text(column)
        return {
            "NULL": f"{column.sql} IS NULL",
            "EMPTY": f"coalesce({text} = '', false)",
            "WHITESPACES_ONLY": f"coalesce(regexp_full_match({text}, '\\s+'), false)",
        }[operand.name]
    left, right = _sides(column, operand, now, ordered=False)
    return f"coalesce({left} = {right}, false)"


def _sides(
    column: Column, operand: Operand, now: datetime, ordered: bool = True
) -> tuple[str, str]:
    """A column and what it is compared with, both of one type."""
    match operand:
        case Number():
            return _as_number(column), number_sql(operand)
        case Now(offset):
            return _as_moment(column, now + offset)
        case Text(value):
            moment = operand.moment if column.is_moment or ordered else None
            return _with_text(column, value, moment, now)
    raise NotEvaluated("A value is compared with something that is none.")


def _with_text(
    column: Column, value: str, moment: date | time | None, now: datetime
) -> tuple[str, str]:
    if column.is_number:
        return f"CAST({column.sql} AS DOUBLE)", f"TRY_CAST({literal(value)} AS DOUBLE)"
    if isinstance(moment, time):
        moment = datetime.combine(now.astimezone(UTC), moment, UTC)
    if moment is not None:
        return _as_moment(column, moment)
    if column.type == "BOOLEAN":
        return _as_text(column), literal(value.lower())
    return _as_text(column), literal(value)


def _as_moment(column: Column, moment: datetime | date) -> tuple[str, str]:
    """Dates are compared with the day of a time, other columns with the time itself."""
    if column.type == "DATE":
        return column.sql, f"CAST({moment_sql(moment)} AS DATE)"
    return f"TRY_CAST({column.sql} AS TIMESTAMP)", moment_sql(moment)


def _as_number(column: Column) -> str:
    if column.is_number and column.type != "FLOAT":
        return column.sql
    # A FLOAT of 0.1 is not 0.1, for Spark and for us: both take it as the DOUBLE that it is.
    return f"TRY_CAST({column.sql} AS DOUBLE)"


def _as_text(column: Column) -> str:
    return column.sql if column.is_text else f"CAST({column.sql} AS VARCHAR)"


def _known(condition: str) -> str:
    return f"coalesce({condition}, false)"
