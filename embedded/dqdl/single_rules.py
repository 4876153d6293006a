"""The outcome of one rule on a table.

NULL is taken as each type's page says: ColumnValues and DataFreshness fail on it, ColumnLength
takes it for a text of length 0, Sum, Mean and their like leave it out. Where no row is in question
because of a where clause, a rule passes.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
"""

from datetime import datetime

import duckdb

from embedded.dqdl.measures import (
    Metrics,
    NoValue,
    extremes,
    holds,
    measured,
    names_match,
    shown,
    uniqueness,
)
from embedded.dqdl.outcomes import ERROR, FAIL, PASS, Outcome, failed
from embedded.dqdl.predicates import hours_since, in_hours, is_of_type, on_number, on_values
from embedded.dqdl.rules import Condition, Number, Rule, Text
from embedded.dqdl.table import Column, NoSuchColumn, NotEvaluated, Table, quoted, select

ALL_ROWS = "true"
WHOLE = Condition("=", (Number(1.0, "1"),))
"""Every row passes."""
NO_ROWS = "No rows matched the filter"
EXTREMES = {">": (0,), ">=": (0,), "<": (1,), "<=": (1,), "=": (0, 1), "between": (0, 1)}
"""Which of the smallest and the largest value tells whether all meet a comparison."""


def outcome_of(table: Table, rule: Rule, now: datetime) -> Outcome:
    """The outcome of a rule: ERROR with the reason if it can't be evaluated."""
    if rule.not_evaluated:
        message = f"The embedded AWS does not evaluate {rule.not_evaluated}."
        return Outcome(rule, ERROR, message.replace(",.", "."))
    try:
        rows = table.condition(rule.where) if rule.where is not None else ALL_ROWS
        return _Judge(table, rule, rows, now).outcome()
    except (NoValue, NoSuchColumn) as found:
        return Outcome(rule, FAIL, str(found))
    except NotEvaluated as found:
        return Outcome(rule, ERROR, str(found))
    except duckdb.Error as error:
        return Outcome(rule, ERROR, str(error).strip().splitlines()[0])


class _Judge:
    """Evaluates one rule."""

    def __init__(self, table: Table, rule: Rule, rows: str, now: datetime) -> None:
        self.table = table
        self.rule = rule
        self.rows = rows
        self.now = now
        self.condition = rule.condition or WHOLE

    def outcome(self) -> Outcome:
        evaluate = {
            "IsComplete": self._completeness,
            "Completeness": self._completeness,
            "IsUnique": self._uniqueness,
            "Uniqueness": self._uniqueness,
            "IsPrimaryKey": self._uniqueness,
            "ColumnValues": self._values,
            "ColumnLength": self._lengths,
            "ColumnDataType": self._data_type,
            "DataFreshness": self._freshness,
            "ReferentialIntegrity": self._references,
            "ColumnExists": self._exists,
            "ColumnNamesMatchPattern": self._names,
        }
        if self.rule.type == "CustomSql" and not self.rule.condition:
            return self._custom_rows()
        if self.rule.type in evaluate:
            return evaluate[self.rule.type]()
        return self._judged(self.condition, measured(self.table, self.rule, self.rows))

    @property
    def name(self) -> str:
        """What the rule is about: its first parameter."""
        return self.rule.parameters[0]

    @property
    def column(self) -> Column:
        """The column that it names first. Raises NoSuchColumn."""
        return self.table.column(self.name)

    def _exists(self) -> Outcome:
        self.table.column(self.name)
        return Outcome(self.rule, PASS, None, {f"Dataset.{self.name}.ColumnExists": 1.0})

    def _judged(
        self, condition: Condition, metrics: Metrics, row: str | None = None, message: str = ""
    ) -> Outcome:
        """The outcome of a condition on the first of the metrics."""
        value = next(iter(metrics.values()))
        if holds(condition, value):
            return Outcome(self.rule, PASS, None, metrics, self._about(row))
        return Outcome(
            self.rule, FAIL, message or failed(shown(metrics)), metrics, self._about(row)
        )

    def _about(self, row: str | None) -> str | None:
        """What a rule says of a row; nothing of those that its where clause leaves out."""
        if row is None or self.rows == ALL_ROWS:
            return row
        return f"CASE WHEN {self.rows} THEN {row} END"

    def _counts(self, row: str, value: str = "NULL") -> tuple[int, int, int]:
        """How many rows are in question, how many pass, and of how many failing `value` is NULL."""
        says = f"({self.rows}) AS s, {row} AS p, ({value}) IS NULL AS v"
        rows = f"({select(says, self.table.sql_as_primary)})"
        counts = "count(*), count(*) FILTER (WHERE p), count(*) FILTER (WHERE NOT p AND v)"
        total, good, empty = (int(str(each)) for each in self.table.row(select(counts, rows, "s")))
        return total, good, empty

    def _share(self, name: str, row: str, condition: Condition, message: str = "") -> Outcome:
        """The outcome of a condition on the share of rows that pass."""
        total, good, _ = self._counts(row)
        if not total:
            return self._none(row)
        if message:
            message = f"{100 * good / total:.2f} {message}"
        return self._judged(condition, {name: good / total}, row, message)

    def _none(self, row: str | None) -> Outcome:
        """The outcome where no row is in question: a where clause may, an empty table fails."""
        if self.rule.where is not None:
            return Outcome(self.rule, PASS, NO_ROWS, {}, self._about(row))
        return Outcome(self.rule, FAIL, "The table has no row.", {}, row)

    def _completeness(self) -> Outcome:
        name = f"Column.{self.name}.Completeness"
        return self._share(name, f"({self.column.sql} IS NOT NULL)", self.condition)

    def _uniqueness(self) -> Outcome:
        names = self.rule.parameters
        columns = [self.table.column(each) for each in names]
        key = self.rule.type == "IsPrimaryKey"
        partition = ", ".join(column.sql for column in columns)
        filled = [f"{column.sql} IS NOT NULL" for column in columns]
        once = f"count(*) FILTER (WHERE {self.rows}) OVER (PARTITION BY {partition}) = 1"
        row = (
            f"({once} AND {' AND '.join(filled)})"
            if key
            else f"({once} OR NOT ({' OR '.join(filled)}))"
        )
        total, *_ = self._counts(ALL_ROWS)
        if not total:
            return self._none(row)
        kind = "Column" if len(names) == 1 else "Multicolumn"
        metrics = {
            f"{kind}.{','.join(names)}.Uniqueness": uniqueness(self.table, columns, self.rows)
        }
        outcome = self._judged(self.condition, metrics, row)
        if not key:
            return outcome
        for name, condition in zip(names, filled, strict=True):
            _, good, _ = self._counts(f"({condition})")
            metrics[f"Column.{name}.Completeness"] = good / total
        wrong = [value for value in metrics.values() if value != 1]
        if not wrong:
            return outcome
        return Outcome(self.rule, FAIL, failed(repr(wrong[0])), metrics, self._about(row))

    def _values(self) -> Outcome:
        column = self.column
        row = on_values(column, self.condition, self.now)
        total, good, empty = self._counts(row, column.sql)
        if not total:
            return self._none(row)
        metrics = self._value_metrics(column, good / total)
        if self.rule.threshold:
            return self._judged(self.rule.threshold, metrics, row)
        if good == total:
            return Outcome(self.rule, PASS, None, metrics, self._about(row))
        wrong = "NULL" if total - good == empty else self._wrong(metrics)
        return Outcome(self.rule, FAIL, failed(wrong), metrics, self._about(row))

    def _value_metrics(self, column: Column, share: float) -> Metrics:
        name, operator = self.name, self.condition.operator
        numbers = all(isinstance(each, Number) for each in self.condition.operands)
        if operator.endswith("matches"):
            return {f"Column.{name}.PatternMatch": share}
        if not numbers or not column.is_number or operator == "between" or self.rule.threshold:
            return {f"Column.{name}.ColumnValues.Compliance": share}
        return self._extremes(column.sql, ("Minimum", "Maximum")) or {
            f"Column.{name}.ColumnValues.Compliance": share
        }

    def _extremes(self, value: str, names: tuple[str, str]) -> Metrics:
        """The smallest, the largest or both, whichever the comparison is about."""
        found = extremes(self.table, value, self.rows)
        metrics: Metrics = {}
        for which in EXTREMES.get(self.condition.operator, ()):
            extreme = found[which]
            if extreme is not None:
                metrics[f"Column.{self.name}.{names[which]}"] = extreme
        return metrics

    def _wrong(self, metrics: Metrics) -> str:
        """The value that a message names: the first extreme that fails, or else the share."""
        if self.condition.operator in EXTREMES and "Compliance" not in next(iter(metrics)):
            for value in metrics.values():
                if not holds(self.condition, value):
                    return repr(value)
        return shown(metrics)

    def _lengths(self) -> Outcome:
        column = self.column
        if not column.is_text:
            raise NoValue(
                f"Expected type of column {column.name} to be a text, "
                f"but found {column.type} instead!"
            )
        length = f"length(coalesce({column.sql}, ''))"
        row = on_number(length, self.condition)
        total, good, _ = self._counts(row)
        if not total:
            return self._none(row)
        name = f"Column.{self.name}.LengthCompliance"
        metrics = self._extremes(length, ("MinimumLength", "MaximumLength")) or {name: good / total}
        if good == total:
            return Outcome(self.rule, PASS, None, metrics, self._about(row))
        return Outcome(self.rule, FAIL, failed(self._wrong(metrics)), metrics, self._about(row))

    def _data_type(self) -> Outcome:
        column = self.column
        types = [each.value for each in self.condition.operands if isinstance(each, Text)]
        row = "(" + " OR ".join(is_of_type(column, each) for each in types) + ")"
        if self.condition.operator in ("!=", "not in"):
            row = f"(NOT {row})"
        name = f"Column.{self.name}.ColumnDataType.Compliance"
        return self._share(name, row, self.rule.threshold or WHOLE)

    def _freshness(self) -> Outcome:
        row = on_number(hours_since(self.column, self.now), in_hours(self.condition))
        name = f"Column.{self.name}.DataFreshness.Compliance"
        return self._share(name, row, WHOLE, "% of rows passed the threshold")

    def _references(self) -> Outcome:
        own, other = self.rule.parameters
        alias, _, names = other.partition(".")
        reference = self.table.reference(alias)
        columns = [self.table.column(name.strip()) for name in own.split(",")]
        theirs = [name.strip() for name in names.strip("{} ").split(",")]
        if len(theirs) != len(columns):
            raise NotEvaluated(f"{own} and {other} are not as many columns.")
        pairs = " AND ".join(
            f'"primary".{column.sql} = r.{quoted(name)}'
            for column, name in zip(columns, theirs, strict=True)
        )
        row = f"(EXISTS ({select('1', f'{quoted(reference)} AS r', pairs)}))"
        return self._share(f"Column.{alias}.ReferentialIntegrity", row, self.condition)

    def _custom_rows(self) -> Outcome:
        """The rows that a query answers pass; it answers columns of the table."""
        query = self.table.query(self.name)
        described = self.table.connection.execute(f"DESCRIBE {query}").fetchall()
        own = {column.name.lower() for column in self.table.columns}
        answered = [str(each[0]) for each in described]
        strange = [name for name in answered if name.lower() not in own]
        if strange:
            raise NotEvaluated(
                "The columns returned from the SQL statement should only belong to the primary "
                f"table. Columns not found: {', '.join(strange)}"
            )
        pairs = " AND ".join(
            f'q.{quoted(name)} IS NOT DISTINCT FROM "primary".{quoted(name)}' for name in answered
        )
        row = f"(EXISTS ({select('1', f'({query}) AS q', pairs)}))"
        return self._share("Dataset.*.CustomSQL.Compliance", row, self.rule.threshold or WHOLE)

    def _names(self) -> Outcome:
        wrong = names_match(self.table, self.name)
        total = len(self.table.columns)
        metrics = {"Dataset.*.ColumnNamesPatternMatchRatio": (total - len(wrong)) / total}
        if not wrong:
            return Outcome(self.rule, PASS, None, metrics)
        message = f"Columns that do not match the pattern: {', '.join(wrong)}"
        return Outcome(self.rule, FAIL, message, metrics)
