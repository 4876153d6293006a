"""The query for training data, run by DuckDB on real rows."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
import sqlglot

from components.data.feature_group import FeatureType
from components.data.point_in_time import Features, Labels, point_in_time_query

START = datetime(2026, 3, 1)
VISITS = Features(
    table="features.visits",
    record_id="patient",
    event_time="visited_at",
    event_time_type=FeatureType.STRING,
    names={"age": "age", "weight": "weight"},
)
SCANS = Features(
    table="features.scans",
    record_id="patient",
    event_time="scanned_at",
    event_time_type=FeatureType.FRACTIONAL,
    names={"scan": "value"},
)
LABELS = Labels(
    table="labels.outcomes",
    record_ids={"features.visits": "patient", "features.scans": "patient"},
    time="decided_at",
    columns=["patient", "decided_at", "outcome"],
)
Row = dict[str, Any]


def minutes(count: float) -> datetime:
    return START + timedelta(minutes=count)


def iso(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds" if time.microsecond else "seconds") + "Z"


def unix(time: datetime) -> float:
    return time.replace(tzinfo=UTC).timestamp()


def row(
    patient: str,
    at: float,
    put: float,
    *,
    written: float | None = None,
    deleted: bool = False,
    **values: Any,
) -> Row:
    """A row of an offline store; times are minutes after START."""
    return {
        "patient": patient,
        "at": minutes(at),
        "put": minutes(put),
        "written": minutes(put + 5 if written is None else written),
        "deleted": deleted,
        **values,
    }


def label(patient: str, at: float, outcome: int = 0) -> Row:
    return {"patient": patient, "decided_at": minutes(at), "outcome": outcome}


@pytest.fixture(scope="module", autouse=True)
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """Empty tables, in a database whose own zone is not UTC."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        connection.execute("CREATE SCHEMA features; CREATE SCHEMA labels")
        added = "write_time TIMESTAMP, api_invocation_time TIMESTAMP, is_deleted BOOLEAN"
        for table, columns in {
            "labels.outcomes": "patient VARCHAR, decided_at TIMESTAMP, outcome BIGINT",
            "features.visits": "patient VARCHAR, visited_at VARCHAR, age BIGINT, weight DOUBLE, "
            + added,
            "features.scans": "patient VARCHAR, scanned_at DOUBLE, value BIGINT, " + added,
        }.items():
            connection.execute(f"CREATE TABLE {table} ({columns})")
        DATABASE.append(connection)
        yield connection
        DATABASE.clear()


DATABASE: list[duckdb.DuckDBPyConnection] = []


def run(
    labels: list[Row], visits: list[Row], scans: list[Row] | None = None, **more: Any
) -> list[Row]:
    """The rows that the query gives, of these labels and rows alone."""
    asked = more.pop("asked", LABELS)
    query = point_in_time_query(asked, [VISITS] if scans is None else [VISITS, SCANS], **more)
    (translated,) = sqlglot.transpile(query, read="athena", write="duckdb")
    (database,) = DATABASE
    for table, rows in {
        "labels.outcomes": [[*each.values()] for each in labels],
        "features.visits": [
            [each["patient"], iso(each["at"]), each.get("age"), each.get("weight"), *_added(each)]
            for each in visits
        ],
        "features.scans": [
            [each["patient"], unix(each["at"]), each.get("value"), *_added(each)]
            for each in scans or ()
        ],
    }.items():
        database.execute(f"DELETE FROM {table}")
        for values in rows:
            places = ", ".join("?" * len(values))
            database.execute(f"INSERT INTO {table} VALUES ({places})", values)
    found = database.execute(translated)
    names = [column[0] for column in found.description]
    return [dict(zip(names, values, strict=True)) for values in found.fetchall()]


def _added(row: Row) -> list[Any]:
    return [row["written"], row["put"], row["deleted"]]


def ages(labels: list[Row], visits: list[Row], **more: Any) -> list[int | None]:
    """The age that each label gets, by the label's time."""
    found = sorted(run(labels, visits, **more), key=lambda each: each["decided_at"])
    return [each["age"] for each in found]


def test_a_label_gets_the_newest_record_that_is_not_later() -> None:
    visits = [row("a", 10, 10, age=41), row("a", 20, 20, age=42), row("a", 30, 30, age=43)]
    assert ages([label("a", at) for at in (9, 10, 25, 30, 99)], visits) == [None, 41, 42, 43, 43]


def test_an_event_that_came_late_counts_at_its_event_time() -> None:
    visits = [row("a", 20, 20, age=42), row("a", 10, 90, age=41)]
    assert ages([label("a", 15), label("a", 25)], visits) == [41, 42]


def test_of_equal_event_times_the_one_that_was_put_last_counts() -> None:
    visits = [row("a", 10, 12, age=42), row("a", 10, 11, age=41)]
    assert ages([label("a", 10)], visits) == [42]
    visits = [row("a", 10, 11, written=20, age=42), row("a", 10, 11, written=15, age=41)]
    assert ages([label("a", 10)], visits) == [42]


def test_a_deleted_record_is_absent_from_its_deletion_on() -> None:
    visits = [
        row("a", 10, 10, age=41),
        row("a", 20, 20, deleted=True),
        row("a", 30, 30, age=43),
    ]
    assert ages([label("a", at) for at in (15, 20, 25, 30)], visits) == [41, None, None, 43]


def test_what_was_written_after_a_time_can_be_left_out() -> None:
    visits = [row("a", 10, 10, written=15, age=41), row("a", 12, 30, written=40, age=42)]
    for written_by, age in ((14.9, None), (15, 41), (39, 41), (40, 42)):
        at = minutes(written_by).replace(tzinfo=UTC)
        assert ages([label("a", 60)], visits, written_by=at) == [age]


def test_event_times_with_and_without_milliseconds_are_compared_as_times() -> None:
    half_a_second = 1 / 120
    visits = [row("a", 10, 10, age=41), row("a", 10 + half_a_second, 9, age=42)]
    assert iso(visits[1]["at"]).endswith(".500Z")
    assert ages([label("a", 10), label("a", 11)], visits) == [41, 42]


def test_labels_that_are_alike_are_all_kept() -> None:
    assert ages([label("a", 10)] * 3, [row("a", 10, 10, age=41)]) == [41] * 3


def test_each_group_gives_its_own_newest_record() -> None:
    found = run(
        [label("a", 25), label("b", 25)],
        [row("a", 10, 10, age=41, weight=80.5)],
        [row("a", 20, 20, value=1), row("b", 25, 25, value=2), row("b", 26, 26, value=3)],
    )
    assert sorted(found, key=lambda each: str(each["patient"])) == [
        {**label("a", 25), "age": 41, "weight": 80.5, "scan": 1},
        {**label("b", 25), "age": None, "weight": None, "scan": 2},
    ]


def test_labels_may_come_from_a_query() -> None:
    labels = Labels(
        query='SELECT patient AS who, decided_at AS "at" FROM labels.outcomes WHERE outcome = 1',
        record_ids={"features.visits": "who"},
        time="at",
        columns=["who"],
    )
    given = [label("a", 10, 1), label("b", 10, 0)]
    assert run(given, [row("a", 10, 10, age=41)], asked=labels) == [
        {"who": "a", "age": 41, "weight": None}
    ]


def test_identifiers_are_quoted() -> None:
    odd = Features(
        "features.my visits", 'the "id"', "order", FeatureType.STRING, {"group": "select"}
    )
    labels = Labels({"features.my visits": "from"}, "time", ["from"], table="labels.where")
    query = point_in_time_query(labels, [odd])
    for name in ('"my visits"', '"the ""id"""', '"order"', '"group"', '"select"', '"where"'):
        assert name in query
    sqlglot.parse_one(query, read="athena")


@pytest.mark.parametrize(
    ("labels", "group", "says"),
    [
        ({}, {"names": {"outcome": "age"}}, "outcome: each column"),
        ({}, {"names": {"Outcome": "age"}}, "outcome: each column"),
        ({"columns": ["outcome"]}, {"names": {"patient": "age"}}, "patient: each column"),
        ({"record_ids": {}}, {}, "features.visits: no column of the labels holds its patient"),
        ({}, {"event_time_type": FeatureType.INTEGRAL}, "visited_at must be STRING or FRACTIONAL"),
        ({"query": "SELECT 1"}, {}, "a table or from a query"),
        ({"table": None}, {}, "a table or from a query"),
    ],
)
def test_what_makes_no_query_is_refused(labels: Row, group: Row, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        point_in_time_query(
            Labels(**{**vars(LABELS), **labels}), [Features(**{**vars(VISITS), **group})]
        )


def test_a_cut_off_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        point_in_time_query(LABELS, [VISITS], written_by=START)


def expected(label: Row, rows: list[Row], written_by: datetime | None) -> Row:
    """The record that a label gets, found one by one; empty where there is none."""
    best: Row | None = None
    for each in rows:
        if each["patient"] != label["patient"] or each["at"] > label["decided_at"]:
            continue
        if written_by is not None and each["written"] > written_by:
            continue
        if best is None or (each["at"], each["put"], each["written"]) > (
            best["at"],
            best["put"],
            best["written"],
        ):
            best = each
    return {} if best is None or best["deleted"] else best


def drawn(chance: random.Random, **values: range) -> list[Row]:
    """Rows with few patients and times, so that many meet; no two are put and written alike."""
    rows = []
    for number in range(chance.randrange(25)):
        put = chance.randrange(20)
        made = row(
            chance.choice("abc"),
            chance.randrange(40) / 2,
            put,
            written=put + chance.randrange(9) + number / 1000,
            deleted=chance.random() < 0.2,
        )
        rows.append(made | {name: chance.choice(among) for name, among in values.items()})
    return rows


@pytest.mark.parametrize("seed", range(300))
def test_the_query_agrees_with_a_search_record_by_record(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    labels = [label(chance.choice("abcd"), chance.randrange(44) / 2, number) for number in range(8)]
    visits, scans = drawn(chance, age=range(90)), drawn(chance, value=range(9))
    written_by = minutes(chance.randrange(30)) if chance.random() < 0.5 else None
    zoned = written_by.replace(tzinfo=UTC) if written_by else None
    found = run(labels, visits, scans, written_by=zoned)
    assert sorted(found, key=lambda each: int(each["outcome"])) == [
        {
            **each,
            "age": expected(each, visits, written_by).get("age"),
            "weight": None,
            "scan": expected(each, scans, written_by).get("value"),
        }
        for each in labels
    ]
