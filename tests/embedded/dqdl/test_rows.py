from datetime import UTC, datetime

import duckdb
import pytest

from embedded.dqdl.evaluate import evaluate
from embedded.dqdl.grammar import parse_ruleset, ruleset_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = [
    'IsComplete "id"',
    'ColumnValues "age" between 0 and 120 where "ward = \'a\'"',
    "RowCount > 1",
    '(ColumnLength "ward" = 1) and (IsUnique "id")',
]
COMPLETE, AGE, COUNT, BOTH = RULES


@pytest.fixture
def connection():
    opened = duckdb.connect()
    opened.execute(
        "CREATE TABLE visits AS SELECT * FROM (VALUES "
        "(1, 30, 'a'), (2, 130, 'a'), (3, 130, 'b'), (NULL, 1, 'a'), (4, 2, 'ab'), (4, 3, 'b')"
        ") AS t(id, age, ward)"
    )
    return opened


@pytest.fixture
def rows(connection):
    return evaluate(parse_ruleset(ruleset_of(RULES)), connection, "visits", NOW).rows


def test_rows_that_fail_a_rule_are_set_aside_whole_with_the_rules(rows):
    relation = rows.set_aside
    assert relation.columns == [
        "id",
        "age",
        "ward",
        "DataQualityRulesPass",
        "DataQualityRulesFail",
        "DataQualityRulesSkip",
        "DataQualityEvaluationResult",
    ]
    assert sorted(relation.fetchall(), key=lambda row: row[1]) == [
        (None, 1, "a", [AGE, BOTH], [COMPLETE], [COUNT], "Failed"),
        (4, 2, "ab", [COMPLETE], [BOTH], [AGE, COUNT], "Failed"),
        (4, 3, "b", [COMPLETE], [BOTH], [AGE, COUNT], "Failed"),
        (2, 130, "a", [COMPLETE, BOTH], [AGE], [COUNT], "Failed"),
    ]


def test_rows_that_fail_no_rule_pass_as_they_were(rows):
    assert rows.passed.columns == ["id", "age", "ward"]
    assert sorted(rows.passed.fetchall()) == [(1, 30, "a"), (3, 130, "b")]


def test_no_row_is_lost(rows):
    assert rows.counts == (2, 4)
    assert len(rows.every.fetchall()) == 6


def test_a_row_fails_also_where_its_rule_passes_as_a_whole(connection):
    ruleset = parse_ruleset('Rules = [ Completeness "id" > 0.5 ]')
    evaluation = evaluate(ruleset, connection, "visits", NOW)
    assert evaluation.passed
    assert evaluation.rows.counts == (5, 1)


def test_rules_that_tell_nothing_of_rows_set_none_aside(connection):
    ruleset = parse_ruleset('Rules = [ RowCount > 100, CustomSql "select no from x" ]')
    evaluation = evaluate(ruleset, connection, "visits", NOW)
    assert not evaluation.passed
    assert evaluation.rows.counts == (6, 0)


def test_rows_that_were_set_aside_can_be_evaluated_again(connection, rows):
    rows.set_aside.create("fixed")
    connection.execute("UPDATE fixed SET id = 9 WHERE id IS NULL")
    ruleset = parse_ruleset(ruleset_of([COMPLETE]))
    again = evaluate(ruleset, connection, "fixed", NOW).rows
    assert again.every.columns == rows.every.columns
    assert again.counts == (4, 0)
