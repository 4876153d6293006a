from datetime import UTC, date, datetime

import duckdb
import pytest

from embedded.athena import functions, parsing
from embedded.athena.failures import Failed, Malformed
from embedded.athena.query import connect
from embedded.athena.translate import translated

NOW = datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC)


@pytest.fixture(scope="module")
def run():
    """The rows of a query of Trino's."""
    connection = connect()

    def rows(sql):
        parsed = parsing.parse(sql)
        functions.check(parsed.calls)
        return connection.execute(translated(parsed.tree, NOW)).fetchall()

    return rows


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("7 / 2", 3),
        ("-7 / 2", -3),
        ("date_diff('month', date '2020-01-31', date '2020-02-28')", 0),
        ("date_diff('day', timestamp '2020-01-01 12:00:00', timestamp '2020-01-02 11:00:00')", 0),
        ("date_add('day', 1, date '2020-01-31')", date(2020, 2, 1)),
        ("date '2020-01-01' + interval '1' day", date(2020, 1, 2)),
        ("current_date", date(2026, 1, 2)),
        ("localtimestamp", datetime(2026, 1, 2, 3, 4, 5, 678000)),
        ("date_trunc('month', date '2020-01-15')", date(2020, 1, 1)),
        (
            "date_format(timestamp '2020-01-02 03:04:05', '%Y/%m/%d %H:%i:%s')",
            "2020/01/02 03:04:05",
        ),
        ("format_datetime(timestamp '2020-01-02 03:04:05', 'yyyy-MM-dd''T''HH')", "2020-01-02T03"),
        ("to_iso8601(timestamp '2020-01-02 03:04:05')", "2020-01-02T03:04:05.000"),
        ("cast(timestamp '2020-01-01 00:00:00.5' as varchar)", "2020-01-01 00:00:00.500"),
        ("day_of_week(date '2020-02-02')", 7),
        ("cast(12345 as varchar(3))", "123"),
        ('json_extract_scalar(\'{"a": {"b": "x"}}\', \'$.a.b\')', "x"),
        ("json_extract_scalar('{\"a\": [1]}', '$.a')", None),
        ("json_extract_scalar('no JSON', '$.a')", None),
        ("json_array_length('[1, 2]')", 2),
        ("regexp_extract('abc', 'x')", None),
        ("regexp_replace('abab', '(b)', '<$1>')", "a<b>a<b>"),
        ("reduce(array[1, 2, 3], 0, (s, x) -> s + x, s -> s * 10)", 60),
        ("transform(array[1, 2], x -> x + 1)", [2, 3]),
        ("zip_with(array[1, 2], array[3, 4], (a, b) -> a * b)", [3, 8]),
        ("map_filter(map(array['a', 'b'], array[1, 2]), (k, v) -> v > 1)", {"b": 2}),
        ("transform_values(map(array['a'], array[1]), (k, v) -> v + 1)", {"a": 2}),
        ("slice(array[1, 2, 3], -2, 2)", [2, 3]),
        ("array_position(array[1], 5)", 0),
        ("array_sort(array[3, null, 1])", [1, 3, None]),
        ("cardinality(map(array['a'], array[1]))", 1),
        ("array[5, 6][1]", 5),
        ("greatest(1, null)", None),
        ("try(1 / 0)", None),
        ("try(1.5 / 0)", None),
        ("is_finite(infinity())", False),
        ("json_array_length('no JSON')", None),
        ("millisecond(timestamp '2020-01-01 00:00:01.250')", 250),
        ("lower(to_hex(md5(to_utf8('a'))))", "0cc175b9c0f1b6a831c399e269772661"),
        ("url_extract_parameter('https://h/p?a=1', 'a')", "1"),
        ("split_part('a,b', ',', 2)", "b"),
        ("format('%s-%d-%.2f', 'a', 3, 1.5)", "a-3-1.50"),
    ],
)
def test_an_expression_has_the_value_that_trino_gives_it(run, expression, value):
    assert run(f"SELECT {expression}") == [(value,)]


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT x FROM (VALUES 1, null, 0) t(x) ORDER BY x", [(0,), (1,), (None,)]),
        ("SELECT x FROM (VALUES 1, null) t(x) ORDER BY x DESC", [(1,), (None,)]),
        ("SELECT x FROM (VALUES 1, 2, 3) t(x) ORDER BY x OFFSET 1 LIMIT 1", [(2,)]),
        (
            (
                "SELECT id, x, n FROM (VALUES (1, array['a', 'b'])) t(id, a) "
                "CROSS JOIN UNNEST(a) WITH ORDINALITY AS u(x, n)"
            ),
            [(1, "a", 1), (1, "b", 2)],
        ),
        (
            (
                "SELECT k, v FROM (VALUES map(array['a'], array[1])) t(m) "
                "CROSS JOIN UNNEST(m) AS u(k, v)"
            ),
            [("a", 1)],
        ),
        (
            "SELECT x, y FROM (VALUES (array[1, 2], array[3])) t(a, b), UNNEST(a, b) AS u(x, y)",
            [(1, 3), (2, None)],
        ),
        (
            (
                "SELECT max_by(x, y), approx_distinct(x), count_if(y > 1), map_agg(x, y)['a'] "
                "FROM (VALUES ('a', 1), ('b', 2)) t(x, y)"
            ),
            [("b", 2, 1, 1)],
        ),
        (
            (
                "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < 3) "
                "SELECT sum(n) FROM t"
            ),
            [(6,)],
        ),
    ],
)
def test_a_query_has_the_rows_that_trino_gives_it(run, query, rows):
    assert run(query) == rows


def test_what_athena_does_not_have_is_refused_though_duckdb_has_it(run):
    with pytest.raises(Failed, match=r"FUNCTION_NOT_FOUND: line 1:8: Function 'list_transform'"):
        run("SELECT list_transform(array[1], x -> x)")
    with pytest.raises(Malformed, match="line 1:9: mismatched input '::'"):
        run("SELECT 1::int")


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("SELECT st_point(1, 2)", "the function st_point"),
        ("SELECT timestamp '2020-01-01 00:00:00' AT TIME ZONE 'Europe/Paris'", "AT TIME ZONE"),
        ("SELECT x FROM (VALUES 1) t(x) WHERE x = ?", "parameters"),
        ("SELECT array_sort(array[1], (x, y) -> 1)", "array_sort with a lambda"),
    ],
)
def test_what_does_not_run_here_is_refused_by_name(run, query, what):
    with pytest.raises(Failed, match=f"NOT_SUPPORTED: the embedded AWS does not run {what}"):
        run(query)


def test_text_that_is_compared_with_a_number_is_cast(run):
    """Athena fails with TYPE_MISMATCH instead."""
    assert run("SELECT x FROM (VALUES '1', '2') t(x) WHERE x = 1") == [("1",)]


@pytest.mark.parametrize("sql", ["SELECT FROM t", "SELEC 1", "", "SELECT 1; SELECT 2", "SELECT 'a"])
def test_what_cannot_be_parsed_is_malformed(sql):
    with pytest.raises(Malformed):
        parsing.parse(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH '/tmp/x.db'",
        "COPY (SELECT 1) TO '/tmp/x.csv'",
        "INSTALL httpfs",
        "SET threads = 1",
        "SET enable_external_access = true",
    ],
)
def test_duckdb_reaches_nothing_but_what_it_is_given(sql):
    with pytest.raises(duckdb.Error):
        connect().execute(sql)
