from datetime import UTC, datetime

import duckdb
import pytest

from embedded.dqdl.evaluate import ERROR, FAIL, PASS, evaluate
from embedded.dqdl.grammar import parse_ruleset, ruleset_of

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
VISITS = """
    CREATE TABLE visits AS SELECT * FROM (VALUES
        (1, 'ann', 30, 1.50, DATE '2026-03-01', TIMESTAMP '2026-03-02 10:00', true, '1'),
        (2, NULL, -4, 0.10, NULL, NULL, false, '2.5'),
        (2, 'bob', 200, NULL, DATE '2026-02-01', TIMESTAMP '2026-02-01 10:00', NULL, 'x'),
        (4, '  ', NULL, 3.00, DATE '2026-03-02', TIMESTAMP '2026-03-02 11:30', true, NULL),
        (5, '', 30, 7.25, DATE '2026-03-02', TIMESTAMP '2026-03-01 00:00', true, '7')
    ) AS t(id, "na me", age, paid, day, moment, urgent, code)
"""


@pytest.fixture(scope="module")
def connection():
    opened = duckdb.connect()
    opened.execute(VISITS)
    opened.execute("CREATE TABLE empty AS SELECT * FROM visits WHERE false")
    opened.execute('CREATE TABLE "o\'dd ""t" AS SELECT 1 AS "it\'s ""a", \'x\' AS "select"')
    opened.execute("CREATE TABLE wards AS SELECT * FROM (VALUES (1, 'a'), (2, 'b')) AS t(k, v)")
    return opened


def outcome(connection, rule, table="visits", **options):
    """What comes of one rule."""
    ruleset = parse_ruleset(ruleset_of([rule]))
    return evaluate(ruleset, connection, table, NOW, **options).outcomes[0]


@pytest.mark.parametrize(
    ("rule", "result", "metrics"),
    [
        ('IsComplete "id"', PASS, {"Column.id.Completeness": 1.0}),
        ('IsComplete "na me"', FAIL, {"Column.na me.Completeness": 0.8}),
        ('Completeness "na me" >= 0.8', PASS, {"Column.na me.Completeness": 0.8}),
        ('Completeness "na me" > 0.8', FAIL, {"Column.na me.Completeness": 0.8}),
        ('IsUnique "id"', FAIL, {"Column.id.Uniqueness": 0.6}),
        ('IsUnique "id" "age"', PASS, {"Multicolumn.id,age.Uniqueness": 1.0}),
        ('IsUnique "na me"', PASS, {"Column.na me.Uniqueness": 1.0}),
        ('Uniqueness "age" = 0.5', PASS, {"Column.age.Uniqueness": 0.5}),
        (
            'IsPrimaryKey "na me"',
            FAIL,
            {"Column.na me.Uniqueness": 1.0, "Column.na me.Completeness": 0.8},
        ),
        (
            'IsPrimaryKey "id" "day"',
            FAIL,
            {
                "Multicolumn.id,day.Uniqueness": 1.0,
                "Column.id.Completeness": 1.0,
                "Column.day.Completeness": 0.8,
            },
        ),
        (
            'UniqueValueRatio "age" between 0.6 and 0.7',
            PASS,
            {"Column.age.UniqueValueRatio": 2 / 3},
        ),
        ('DistinctValuesCount "age" = 4', PASS, {"Column.age.DistinctValuesCount": 4.0}),
        ('DistinctValuesCount "id" = 4', PASS, {"Column.id.DistinctValuesCount": 4.0}),
        ("RowCount = 5", PASS, {"Dataset.*.RowCount": 5.0}),
        ('RowCount = 1 where "age > 100"', PASS, {"Dataset.*.RowCount": 1.0}),
        ("ColumnCount = 8", PASS, {"Dataset.*.ColumnCount": 8.0}),
        ('ColumnExists "PAID"', PASS, {"Dataset.PAID.ColumnExists": 1.0}),
        ('ColumnExists "debt"', FAIL, {}),
        ('Mean "age" = 64', PASS, {"Column.age.Mean": 64.0}),
        ('Sum "paid" = 11.85', PASS, {"Column.paid.Sum": 11.85}),
        ('StandardDeviation "id" between 1.4 and 1.5', PASS, {"Column.id.StandardDeviation": None}),
        ('Variance "id" = 2.16', PASS, {"Column.id.Variance": 2.16}),
        ('Entropy "urgent" between 0.56 and 0.57', PASS, {"Column.urgent.Entropy": None}),
        (
            'ColumnCorrelation "id" "id" > 0.99',
            PASS,
            {"Multicolumn.id,id.ColumnCorrelation": None},
        ),
        (
            'ColumnNamesMatchPattern "^[a-z]+$"',
            FAIL,
            {"Dataset.*.ColumnNamesPatternMatchRatio": 7 / 8},
        ),
        ('CustomSql "select count(*) from primary" = 5', PASS, {"Dataset.*.CustomSQL": 5.0}),
        ('CustomSql "select id from primary"', PASS, {"Dataset.*.CustomSQL.Compliance": 1.0}),
        (
            'CustomSql "select id, age from primary where age < 100" with threshold > 0.5',
            PASS,
            {"Dataset.*.CustomSQL.Compliance": 0.6},
        ),
        (
            'ReferentialIntegrity "id" "wards.k" = 0.6',
            PASS,
            {"Column.wards.ReferentialIntegrity": 0.6},
        ),
        (
            'ReferentialIntegrity "id,na me" "wards.{k,v}" > 0',
            FAIL,
            {"Column.wards.ReferentialIntegrity": 0.0},
        ),
        ('RowCountMatch "wards" = 2.5', PASS, {"Dataset.wards.RowCountMatch": 2.5}),
        (
            'AggregateMatch "sum(id)" "avg(wards.k)" > 9',
            PASS,
            {"Column.id,k.AggregateMatch": 14 / 1.5},
        ),
    ],
)
def test_a_rule_compares_what_it_measures(connection, rule, result, metrics):
    found = outcome(connection, rule, references={"wards": "wards"})
    assert (found.result, set(found.metrics)) == (result, set(metrics))
    for name, value in metrics.items():
        assert value is None or found.metrics[name] == pytest.approx(value)


@pytest.mark.parametrize(
    ("rule", "failing"),
    [
        # https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnValues.html
        ('ColumnValues "age" > 21', "NULL and -4"),
        ('ColumnValues "age" != 21', ""),
        ('ColumnValues "age" not in [30, -4]', "-4, 30"),
        ('ColumnValues "age" not in [31, NULL]', "NULL"),
        ('ColumnValues "age" != NULL', "NULL"),
        ('ColumnValues "age" = NULL', "-4, 30, 200"),
        ('ColumnValues "age" in [30, 200, -4, NULL]', ""),
        ('ColumnValues "age" between -4 and 200', "NULL, -4, 200"),
        ('ColumnValues "age" not between 30 and 200', "NULL"),
        ('ColumnValues "age" in ["30", "200"]', "NULL, -4"),
        ('ColumnValues "age" <= 200', "NULL"),
    ],
)
def test_null_fails_a_condition_on_values_unless_it_excludes_or_names_it(connection, rule, failing):
    found = connection.execute(
        f"SELECT DISTINCT coalesce(CAST(age AS VARCHAR), 'NULL') FROM visits "
        f"WHERE NOT {outcome(connection, rule).row}"
    ).fetchall()
    assert {each for (each,) in found} == set(failing.replace(" and ", ", ").split(", ")) - {""}


@pytest.mark.parametrize(
    ("rule", "share"),
    [
        ('ColumnValues "na me" in ["ann", "bob"]', 0.4),
        ('ColumnValues "na me" = EMPTY', 0.2),
        ('ColumnValues "na me" = WHITESPACES_ONLY', 0.2),
        ('ColumnValues "na me" != EMPTY', 0.8),
        ('ColumnValues "na me" not in [EMPTY, WHITESPACES_ONLY]', 0.6),
        ('ColumnValues "na me" in [NULL, EMPTY, WHITESPACES_ONLY, "ann"]', 0.8),
        ('ColumnValues "na me" matches "[a-z]+"', 0.4),
        ('ColumnValues "na me" matches "a"', 0.0),
        ('ColumnValues "na me" not matches "[a-z]+"', 0.4),
        ('ColumnValues "na me" = "o\'neil"', 0.0),
        ('ColumnValues "code" in [1, 7]', 0.4),
        ('ColumnValues "code" > 2', 0.4),
        ('ColumnValues "urgent" = "TRUE"', 0.6),
        ('ColumnValues "day" = "2026-03-02"', 0.4),
        ('ColumnValues "day" > "2026-02-15"', 0.6),
        ('ColumnValues "day" >= now()', 0.4),
        ('ColumnValues "day" > (now() - 2 days)', 0.6),
        ('ColumnValues "moment" > (now() - 2 hours)', 0.2),
        ('ColumnValues "moment" between (now() - 3 hours) and now()', 0.4),
        ('ColumnValues "moment" < "11:00"', 0.6),
        ('ColumnValues "moment" = "2026-03-01"', 0.2),
        ('ColumnDataType "code" = "Double"', 0.6),
        ('ColumnDataType "code" = "Boolean"', 0.2),
        ('ColumnDataType "code" != "Double"', 0.4),
        ('ColumnDataType "code" = "Decimal(3,1)"', 0.6),
        ('DataFreshness "moment" <= 2 hours', 0.4),
        ('DataFreshness "moment" between 1 days and 40 days', 0.4),
        ('DataFreshness "day" < 13 hours', 0.4),
        # https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types-ColumnLength.html
        ('ColumnLength "na me" > 2', 0.4),
        ('ColumnLength "na me" < 3', 0.6),
        ('ColumnLength "na me" in [0, 2]', 0.6),
        ('ColumnLength "na me" not between 0 and 3', 0.8),
        ('ColumnLength "na me" != 3', 0.6),
    ],
)
def test_a_rule_tells_of_each_row_whether_it_passes(connection, rule, share):
    found = outcome(connection, rule)
    answer = connection.execute(
        f"SELECT count(*) FILTER (WHERE {found.row}) / count(*) FROM visits"
    ).fetchall()
    assert answer == [(share,)]
    assert found.result == (PASS if share == 1 else FAIL)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('IsComplete "na me"', "Value: 0.8 does not meet the constraint requirement!"),
        ('ColumnValues "age" <= 200', "Value: NULL does not meet the constraint requirement!"),
        ('ColumnValues "age" > 0', "Value: -4.0 does not meet the constraint requirement!"),
        ('ColumnValues "id" = 2', "Value: 1.0 does not meet the constraint requirement!"),
        ('ColumnLength "na me" between 0 and 3', "Value: 0.0 does not meet the constraint"),
        ('DataFreshness "moment" <= 2 hours', "40.00 % of rows passed the threshold"),
        ('IsComplete "debt"', "Input data does not include column debt!"),
        ('Mean "na me" > 1', "Expected type of column na me to be a number, but found VARCHAR"),
        ('ColumnLength "age" > 1', "Expected type of column age to be a text, but found INTEGER"),
    ],
)
def test_a_rule_that_fails_says_why_in_the_words_of_glue(connection, rule, message):
    found = outcome(connection, rule)
    assert found.result == FAIL
    assert found.message.startswith(message)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            'SchemaMatch "wards" = 1',
            "The embedded AWS does not evaluate rules of type SchemaMatch.",
        ),
        (
            "RowCount > avg(last(3))",
            "does not evaluate rules on earlier results, such as last(10).",
        ),
        ('RowCountMatch "wards" = 1', "wards not found in additional sources"),
        ('ColumnDataType "code" = "Number"', "Unrecognized data type: Number. Allowed: Boolean"),
        ('ColumnValues "na me" matches "(?=a)"', "invalid perl operator"),
        ('IsComplete "id" where "debt > 1"', "The where clause is invalid"),
        ('IsComplete "id" where "id >"', "The where clause is invalid"),
        ('IsComplete "id" where "true group by id"', "The where clause is not one condition"),
        ('IsComplete "id" where "true; drop table visits"', "where clause is"),
        ('CustomSql "drop table visits" = 1', "The SQL is not one SELECT statement."),
        ('CustomSql "select 1; select 2" = 1', "The SQL is not one SELECT statement."),
        ('CustomSql "select count(*) from wards" = 1', "wards not found in additional sources"),
        ('CustomSql "select id from primary" = 1', "needs one row of one column"),
        ("CustomSql \"select 'a'\" = 1", "The SQL answered 'a', which is no number."),
        ('CustomSql "select id as k from primary"', "Columns not found: k"),
        ("CustomSql \"select count(*) from read_csv('/etc/passwd')\" = 1", "which is no table"),
        ('AggregateMatch "max(id)" "sum(id)" > 1', "max(id) is neither sum(column) nor avg"),
    ],
)
def test_a_rule_that_cannot_be_evaluated_is_an_error_that_says_why(connection, rule, message):
    found = outcome(connection, rule)
    assert found.result == ERROR
    assert message in found.message


def test_rules_can_read_no_file(tmp_path):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n")
    opened = duckdb.connect()
    opened.execute("CREATE TABLE visits AS SELECT 1 AS id")
    outcome(opened, 'IsComplete "id"')
    with pytest.raises(duckdb.PermissionException):
        opened.execute(f"SELECT * FROM read_csv('{secret}')")


def test_a_query_reads_the_table_by_its_alias_and_in_the_dialect_of_spark(connection):
    rule = 'CustomSql "select count(*) from primary p where p.`na me` rlike \\"^a\\"" = 1'
    assert outcome(connection, rule).result == PASS
    join = "select count(*) from primary join care.wards on primary.id = wards.k"
    found = outcome(connection, f'CustomSql "{join}" = 3', references={"care.wards": "wards"})
    assert found.result == PASS, found.message
    cte = "with few as (select * from primary where id > 2) select count(*) from few"
    assert outcome(connection, f'CustomSql "{cte}" = 2').result == PASS


def test_names_with_quotes_and_spaces_are_names(connection):
    table = "o'dd \"t"
    assert outcome(connection, 'IsComplete "it\'s \\"a"', table).result == PASS
    found = outcome(connection, 'IsUnique "select" "it\'s \\"a"', table)
    assert found.result == PASS
    assert list(found.metrics) == ["Multicolumn.select,it's \"a.Uniqueness"]
    assert (
        outcome(connection, 'ColumnValues "select" = "\'; drop table visits; --"', table).result
        == FAIL
    )


@pytest.mark.parametrize(
    "rule",
    [
        'IsComplete "id"',
        'IsUnique "id"',
        'ColumnValues "age" > 0',
        'ColumnLength "na me" > 0',
        'Mean "age" > 0',
        'Entropy "age" >= 0',
        'CustomSql "select id from primary"',
        'DataFreshness "moment" < 1 days',
    ],
)
def test_a_rule_on_values_fails_on_a_table_without_rows(connection, rule):
    found = outcome(connection, rule, "empty")
    assert (found.result, found.metrics) == (FAIL, {})


def test_rows_and_columns_of_a_table_without_rows_are_counted(connection):
    assert outcome(connection, "RowCount = 0", "empty").result == PASS
    assert outcome(connection, "ColumnCount = 8", "empty").result == PASS


@pytest.mark.parametrize("type_", ['IsComplete "na me"', 'IsUnique "id"', 'ColumnValues "age" > 9'])
def test_a_rule_is_about_the_rows_that_its_where_clause_names(connection, type_):
    assert outcome(connection, type_).result == FAIL
    assert outcome(connection, f'{type_} where "id in (1, 5)"').result == PASS
    nothing = outcome(connection, f'{type_} where "id > 100"')
    assert (nothing.result, nothing.message) == (PASS, "No rows matched the filter")


def test_composite_rules_are_evaluated_from_outcomes_or_by_row(connection):
    # https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-composite-rules
    rule = '(ColumnValues "age" > -10) or (ColumnValues "age" = NULL)'
    assert outcome(connection, rule).result == FAIL
    assert outcome(connection, rule, by_row=True).result == PASS
    both = '(ColumnValues "age" > 0) and (ColumnValues "age" < 100)'
    found = outcome(connection, both, by_row=True)
    assert (found.result, found.message) == (
        FAIL,
        "Value: 0.4 does not meet the constraint requirement!",
    )
    without_rows = '(ColumnValues "age" > -10) or (RowCount = 5)'
    assert outcome(connection, without_rows, by_row=True).result == PASS


def test_an_error_in_a_composite_rule_counts_unless_another_part_passes(connection):
    assert outcome(connection, '(RowCount = 5) and (SchemaMatch "w" = 1)').result == ERROR
    assert outcome(connection, '(RowCount = 5) or (SchemaMatch "w" = 1)').result == PASS
    assert outcome(connection, '(RowCount = 1) or (SchemaMatch "w" = 1)').result == ERROR


def test_the_score_is_the_share_of_rules_that_passed(connection):
    ruleset = parse_ruleset(ruleset_of(["RowCount = 5", "RowCount = 4"]))
    found = evaluate(ruleset, connection, "visits", NOW)
    assert (found.score, found.passed) == (0.5, False)
