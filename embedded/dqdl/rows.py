"""The rows of a table with what rules say of each.

The columns are those of Glue's row-level results: DataQualityRulesPass, DataQualityRulesFail and
DataQualityRulesSkip list rules, DataQualityEvaluationResult is Passed or Failed.

https://docs.aws.amazon.com/glue/latest/dg/tutorial-data-quality.html
"""

from collections.abc import Sequence

import duckdb

from embedded.dqdl.outcomes import Outcome
from embedded.dqdl.table import Table, literal, quoted, select

PASSED, FAILED = "Passed", "Failed"
RESULT = "DataQualityEvaluationResult"
PASS_COLUMN, FAIL_COLUMN, SKIP_COLUMN = (
    "DataQualityRulesPass",
    "DataQualityRulesFail",
    "DataQualityRulesSkip",
)
ADDED = (PASS_COLUMN, FAIL_COLUMN, SKIP_COLUMN, RESULT)
_SAYS = "__what_rules_say"


class Rows:
    """All rows of a table, with what the rules say; whole, whether they pass or not."""

    def __init__(self, table: Table, outcomes: Sequence[Outcome]) -> None:
        """Outcomes: of the rules, in their order."""
        self._table = table
        self._outcomes = outcomes

    @property
    def every(self) -> duckdb.DuckDBPyRelation:
        """All rows, with the four columns of row-level results after their own."""
        return self._table.connection.sql(self._query())

    @property
    def set_aside(self) -> duckdb.DuckDBPyRelation:
        """The rows that fail a rule, with the four columns that say which."""
        query = select("*", f"({self._query()})", f"{RESULT} = '{FAILED}'")
        return self._table.connection.sql(query)

    @property
    def passed(self) -> duckdb.DuckDBPyRelation:
        """The rows that fail no rule, as they were."""
        query = select(self._own(), f"({self._query()})", f"{RESULT} = '{PASSED}'")
        return self._table.connection.sql(query)

    @property
    def counts(self) -> tuple[int, int]:
        """How many rows pass, and how many fail."""
        bad = f"count(*) FILTER (WHERE {RESULT} = '{FAILED}')"
        total, failed = self._table.row(select(f"count(*), {bad}", f"({self._query()})"))
        return int(str(total)) - int(str(failed)), int(str(failed))

    def _own(self) -> str:
        """The columns of the table; what an earlier evaluation added is replaced."""
        added = {name.lower() for name in ADDED}
        own = [each.sql for each in self._table.columns if each.name.lower() not in added]
        return ", ".join(own)

    def _query(self) -> str:
        rows = [outcome.row or "NULL" for outcome in self._outcomes]
        says = f"CAST([{', '.join(rows)}] AS BOOLEAN[])"
        names = ", ".join(literal(outcome.rule.text) for outcome in self._outcomes)
        lists = ", ".join(
            f"list_filter([{names}], lambda name, i: {quoted(_SAYS)}[i] {test}) AS {column}"
            for column, test in (
                (PASS_COLUMN, "IS TRUE"),
                (FAIL_COLUMN, "IS FALSE"),
                (SKIP_COLUMN, "IS NULL"),
            )
        )
        result = (
            f"CASE WHEN list_contains({quoted(_SAYS)}, false) "
            f"THEN '{FAILED}' ELSE '{PASSED}' END AS {RESULT}"
        )
        told = select(f"*, {says} AS {quoted(_SAYS)}", self._table.sql_as_primary)
        return select(f"{self._own()}, {lists}, {result}", f"({told})")
