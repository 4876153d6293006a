"""Numbers that rules are about: of the whole table, or of a column.

They are reckoned as awslabs/deequ does, whose metrics Glue Data Quality answers: deviation and
variance are those of the population, an entropy is in nats, NULL is left out of all of them, and
DistinctValuesCount alone takes NULL for a value.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from collections.abc import Mapping
from decimal import Decimal

from embedded.dqdl.columns import aggregate_of
from embedded.dqdl.rules import Condition, Number, Rule
from embedded.dqdl.table import Column, NotEvaluated, Table, literal, quoted, select

Metrics = dict[str, float]

_DOUBLE = "CAST({0} AS DOUBLE)"
AGGREGATES = {
    "Mean": f"avg({_DOUBLE})",
    "Sum": f"sum({_DOUBLE})",
    "StandardDeviation": f"stddev_pop({_DOUBLE})",
    "Variance": f"var_pop({_DOUBLE})",
}
"""Aggregates of columns of numbers, as SQL of the column."""


class NoValue(Exception):
    """A number that the data does not give, and why, as the message of a rule that fails."""


def measured(table: Table, rule: Rule, rows: str) -> Metrics:
    """The metric that a rule on the whole table compares, by Glue's name of it.

    Rows: the condition of the rows that it is about. Raises NoValue, NoSuchColumn, NotEvaluated.
    """
    if rule.type == "ColumnCorrelation":
        return _correlation(table, rule.parameters, rows)
    if rule.type == "RowCountMatch":
        return _row_count_match(table, rule.parameters[0])
    if rule.type == "AggregateMatch":
        return _aggregate_match(table, rule.parameters)
    if rule.type == "CustomSql":
        return {"Dataset.*.CustomSQL": _custom(table, rule.parameters[0])}
    if not rule.parameters:
        return {f"Dataset.*.{rule.type}": _of_table(table, rule.type, rows)}
    return {f"Column.{rule.parameters[0]}.{rule.type}": _of_column(table, rule, rows)}


def holds(condition: Condition, value: float) -> bool:
    """Whether a number meets a condition; between leaves its two ends out, as documented.

    https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-expressions
    """
    numbers = [each.value for each in condition.operands if isinstance(each, Number)]
    first = numbers[0]
    if condition.operator.endswith("between"):
        low, high = numbers
        inside = low < value < high
        return inside if condition.operator == "between" else value <= low or value >= high
    return {
        "=": value == first,
        "!=": value != first,
        ">": value > first,
        ">=": value >= first,
        "<": value < first,
        "<=": value <= first,
        "in": value in numbers,
        "not in": value not in numbers,
    }[condition.operator]


def uniqueness(table: Table, columns: list[Column], rows: str) -> float:
    """The share of values that occur once; rows in which all columns are NULL are left out.

    Raises NoValue where there is none.
    """
    names = ", ".join(column.sql for column in columns)
    some = " OR ".join(f"{column.sql} IS NOT NULL" for column in columns)
    groups = select("count(*) AS n", table.sql_as_primary, f"({rows}) AND ({some})", names)
    once, all_ = table.row(select("count(*) FILTER (WHERE n = 1), sum(n)", f"({groups})"))
    return _share(once, all_)


def extremes(table: Table, value: str, rows: str) -> tuple[float | None, float | None]:
    """The smallest and the largest of some SQL over the rows; None where there is none."""
    both = f"min({value}), max({value})"
    smallest, largest = table.row(select(both, table.sql_as_primary, rows))
    return _float(smallest), _float(largest)


def _of_table(table: Table, type_: str, rows: str) -> float:
    if type_ == "ColumnCount":
        return float(len(table.columns))
    return _number(table, "count(*)", table.sql_as_primary, rows)


def _of_column(table: Table, rule: Rule, rows: str) -> float:
    column = table.column(rule.parameters[0])
    source = f"({select(f'{column.sql} AS v', table.sql_as_primary, rows)})"
    if rule.type in AGGREGATES:
        if not column.is_number:
            raise NoValue(
                f"Expected type of column {column.name} to be a number, "
                f"but found {column.type} instead!"
            )
        return _number(table, AGGREGATES[rule.type].format("v"), source)
    if rule.type == "DistinctValuesCount":
        counted = "count(DISTINCT v) + CAST(count(*) > count(v) AS INTEGER)"
        return _number(table, counted, source)
    counts = f"({select('count(*) AS n', source, 'v IS NOT NULL', 'v')})"
    if rule.type == "Entropy":
        share = f"(n / ({select('sum(n)', counts)}))"
        return _number(table, f"-sum({share} * ln({share}))", counts) + 0.0
    if rule.type == "UniqueValueRatio":
        once, distinct = table.row(select("count(*) FILTER (WHERE n = 1), count(*)", counts))
        return _share(once, distinct)
    raise NotEvaluated(f"The embedded AWS does not evaluate rules of type {rule.type}.")


def _correlation(table: Table, parameters: tuple[str, ...], rows: str) -> Metrics:
    first, second = (table.column(name) for name in parameters)
    for column in (first, second):
        if not column.is_number:
            raise NoValue(
                f"Expected type of column {column.name} to be a number, "
                f"but found {column.type} instead!"
            )
    value = f"corr({_DOUBLE.format(first.sql)}, {_DOUBLE.format(second.sql)})"
    name = f"Multicolumn.{','.join(parameters)}.ColumnCorrelation"
    return {name: _number(table, value, table.sql_as_primary, rows)}


def _row_count_match(table: Table, alias: str) -> Metrics:
    other = quoted(table.reference(alias))
    (own,) = table.row(select("count(*)", table.sql))
    (its,) = table.row(select("count(*)", other))
    return {f"Dataset.{alias}.RowCountMatch": _share(own, its)}


def _aggregate_match(table: Table, parameters: tuple[str, ...]) -> Metrics:
    values: list[float] = []
    columns: list[str] = []
    for parameter in parameters:
        found = aggregate_of(parameter)
        if found is None:
            raise NotEvaluated(f"{parameter} is neither sum(column) nor avg(column).")
        function, alias, column = found
        source = quoted(table.reference(alias))
        values.append(_number(table, f"{function}({_DOUBLE.format(quoted(column))})", source))
        columns.append(column)
    first, second = values
    ratio = first / second if second else float(first == second)
    name = columns[0] if columns[0] == columns[1] else ",".join(columns)
    return {f"Column.{name}.AggregateMatch": ratio}


def _custom(table: Table, text: str) -> float:
    query = f"({table.query(text)})"
    found = table.connection.execute(f"{select('*', query)} LIMIT 2").fetchall()
    if len(found) != 1 or len(found[0]) != 1:
        raise NotEvaluated("The SQL does not answer one number: it needs one row of one column.")
    value = _float(found[0][0])
    if value is None:
        raise NoValue("The SQL answered NULL, which is no number.")
    return value


def _number(table: Table, value: str, source: str, rows: str = "true") -> float:
    (found,) = table.row(select(value, source, rows))
    number = _float(found)
    if number is None:
        raise NoValue("The column has no value but NULL, or the table has no row.")
    return number


def _share(part: object, whole: object) -> float:
    number = _float(whole)
    if not number:
        raise NoValue("The column has no value but NULL, or the table has no row.")
    return (_float(part) or 0.0) / number


def _float(value: object) -> float | None:
    """A number that DuckDB answered; None for NULL. Raises NotEvaluated for anything else."""
    if value is None:
        return None
    if isinstance(value, int | float | Decimal):
        return float(value)
    raise NotEvaluated(f"The SQL answered {str(value)!r}, which is no number.")


def names_match(table: Table, pattern: str) -> list[str]:
    """The columns in whose name a regular expression finds nothing."""
    return [
        column.name
        for column in table.columns
        if table.row(f"SELECT regexp_matches({literal(column.name)}, {literal(pattern)})")
        != (True,)
    ]


def shown(metrics: Mapping[str, float]) -> str:
    """The first of the metrics as messages show it."""
    return repr(next(iter(metrics.values())))
