"""Evaluates rules on a table of DuckDB, as Glue Data Quality does on Spark.

Two things come of it: whether each rule passes, and which rows pass. A row fails where a rule that
tells of each row says so, also if the rule as a whole passes, as `Completeness "age" > 0.9` may.

https://docs.aws.amazon.com/glue/latest/dg/glue-data-quality.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from embedded.dqdl.composites import combined, evaluated_by_row
from embedded.dqdl.outcomes import ERROR, FAIL, PASS, Outcome
from embedded.dqdl.rows import Rows
from embedded.dqdl.rules import AnyRule, Composite, Rule, Ruleset
from embedded.dqdl.single_rules import outcome_of
from embedded.dqdl.table import Table

__all__ = ["ERROR", "FAIL", "PASS", "Evaluation", "Outcome", "evaluate"]


@dataclass(frozen=True)
class Evaluation:
    """What came of the rules of one ruleset."""

    outcomes: tuple[Outcome, ...]
    """Of each rule, in the order of the ruleset."""
    rows: Rows
    """The rows with what the rules say of each."""

    @property
    def score(self) -> float:
        """The share of rules that passed, from 0 to 1."""
        passed = sum(outcome.result == PASS for outcome in self.outcomes)
        return passed / len(self.outcomes) if self.outcomes else 1.0

    @property
    def passed(self) -> bool:
        """Whether every rule passed."""
        return all(outcome.result == PASS for outcome in self.outcomes)


def evaluate(
    ruleset: Ruleset,
    connection: duckdb.DuckDBPyConnection,
    table: str,
    now: datetime,
    references: Mapping[str, str] | None = None,
    by_row: bool = False,
) -> Evaluation:
    """The evaluation of a ruleset on a table of the connection.

    `now` has a time zone. References are the names of other tables, by how rules call them. With
    `by_row`, composite rules are evaluated row by row (CompositeRuleEvaluationMethod ROW), instead
    of from the outcomes of what they combine (COLUMN). The connection can read no file and no
    address any more after this, since rules may bring SQL.
    """
    connection.execute("SET enable_external_access = false")
    connection.execute("SET TimeZone = 'UTC'")
    about = Table(connection, table, references or {})
    outcomes = tuple(_outcome(about, rule, now, by_row) for rule in ruleset.rules)
    return Evaluation(outcomes, Rows(about, outcomes))


def _outcome(table: Table, rule: AnyRule, now: datetime, by_row: bool) -> Outcome:
    if isinstance(rule, Rule):
        return outcome_of(table, rule, now)
    return _composite(table, rule, now, by_row)


def _composite(table: Table, rule: Composite, now: datetime, by_row: bool) -> Outcome:
    parts = [_outcome(table, part, now, by_row) for part in rule.rules]
    if by_row:
        outcome = evaluated_by_row(table, rule, parts)
        if outcome:
            return outcome
    return combined(rule, parts)
