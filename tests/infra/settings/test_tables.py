"""Tables in the settings of the lake."""

from typing import Any

import pytest

TABLE = {"name": "curated.visits", "columns": {"visit_id": "string", "age": "int"}}


@pytest.fixture
def found_in_table(found):
    """The mistakes of one table; paths begin below it."""

    def check(lake=None, platform=None, **changes: Any) -> list[str]:
        tables = {"tables": [TABLE | changes]}
        mistakes = found(lake={**(lake or {}), **tables}, **(platform or {}))
        return [each.removeprefix("lake.tables[curated.visits].") for each in mistakes]

    return check


def test_a_sound_table_is_taken(found_in_table):
    assert (
        found_in_table(
            columns={"id": {"type": "string", "description": "Whose"}, "codes": "array<int>"},
            partitions={
                "ward": ["a", "b"],
                "day": {"from": "2024-01-31", "every": "month"},
                "shift": {"from": 0, "to": 3},
                "patient": "injected",
            },
            format="json",
            prefix="visits/all",
        )
        == []
    )
    assert found_in_table(partitions={"visited_on": "date"}) == []
    assert found_in_table(format="iceberg", upkeep=False) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"columns": {}}, "columns: "),
        ({"columns": {"visitId": "string"}}, 'columns.visitId: "visitId" is not a name that'),
        ({"columns": {"a": "varchar"}}, 'columns.a.type: "varchar" is not a type of a column.'),
        ({"prefix": "/visits"}, 'prefix: "/visits" is not a prefix in a zone.'),
        ({"format": "orc"}, 'format: "orc" is not parquet, csv, json or iceberg.'),
        ({"upkeep": False}, "upkeep: a table of parquet has none."),
        ({"partitions": {"age": "int"}}, "partitions.age: age is a column, too."),
        ({"partitions": {"p": "array<int>"}}, "partitions.p.type: "),
        ({"partitions": {"p": ["a,b"]}}, 'partitions.p.values[1]: "a,b" cannot be the name'),
        ({"partitions": {"p": {}}}, "partitions.p: it does not say by which values."),
        (
            {"partitions": {"p": {"type": "int", "values": ["a"]}}},
            "partitions.p: type and values do not go together.",
        ),
        ({"partitions": {"p": {"from": 0}}}, "partitions.p.to: numbers have a last one."),
        (
            {"partitions": {"p": {"from": 3, "to": 1}}},
            "partitions.p.to: 1 comes before 3.",
        ),
        (
            {"partitions": {"p": {"from": "2024-02-01", "to": "2024-01-01"}}},
            "partitions.p.to: 2024-01-01 comes before 2024-02-01.",
        ),
        ({"partitions": {"p": {"from": "2024-13-01"}}}, 'partitions.p.from: "2024-13-01" is not'),
        ({"partitions": {"p": {"from": 1.5}}}, 'partitions.p.from: "1.5" is not a day.'),
        ({"partitions": {"p": {"from": "NOW", "to": 3}}}, "partitions.p.to: is a number, and"),
        (
            {"partitions": {"p": {"from": "2024-01-01", "digits": 2}}},
            "partitions.p.digits: is of numbers",
        ),
        (
            {"partitions": {"p": {"from": 1, "to": 2, "every": "day"}}},
            "partitions.p.every: is of days",
        ),
        (
            {"partitions": {"p": {"type": "date", "to": "NOW"}}},
            "partitions.p.to: says nothing without from.",
        ),
        (
            {"partitions": {"p": "date", "q": "injected"}},
            "partitions.p: its folders are registered, and those of the others worked out",
        ),
        ({"format": "csv", "columns": {"a": "date"}}, "columns.a: csv keeps no date."),
        (
            {"format": "iceberg", "columns": {"a": "array<smallint>"}},
            "columns.a: iceberg keeps no smallint.",
        ),
        ({"format": "iceberg", "columns": {"_pos": "int"}}, "columns._pos: _pos is a name that"),
        (
            {"format": "iceberg", "partitions": {"p": "date"}},
            "partitions: an Iceberg table is made without partitions.",
        ),
    ],
)
def test_what_the_catalog_or_the_format_does_not_take_is_told(found_in_table, changes, said):
    (mistake,) = found_in_table(**changes)
    assert mistake.startswith(said)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("visits", '"visits" is not a table of the lake.'),
        (".visits", '".visits" is not a table of the lake.'),
        ("curated.Visits", '"Visits" is not a name that queries can use as it is.'),
        ("curated.2026", '"2026" is not a name that queries can use as it is.'),
        ("curate.visits", "curate is not a zone."),
    ],
)
def test_a_table_is_named_by_its_zone(found, name, said):
    assert found(lake={"tables": [TABLE | {"name": name}]}) == [f"lake.tables[{name}].name: {said}"]


def test_a_table_may_be_in_any_zone_of_the_lake(found):
    tables = [TABLE | {"name": "gold.visits"}]
    assert found(lake={"zones": {"gold": {}}, "tables": tables}) == []


@pytest.mark.parametrize(
    ("name", "prefix", "said"),
    [
        ("curated.visits", None, ["name: two tables are called curated.visits."]),
        ("curated.wards", "visits/2024", ["prefix: visits/2024 overlaps with visits of"]),
        ("curated.wards", "visits", ["prefix: visits overlaps with visits of"]),
        ("curated.visits_of_2024", None, []),
        ("raw.visits", None, []),
    ],
)
def test_tables_of_a_zone_have_names_and_prefixes_of_their_own(found, name, prefix, said):
    second = TABLE | {"name": name} | ({"prefix": prefix} if prefix else {})
    mistakes = found(lake={"tables": [TABLE, second]})
    assert len(mistakes) == len(said)
    for mistake, start in zip(mistakes, said, strict=True):
        assert mistake.partition("].")[2].startswith(start)


def test_no_lifecycle_takes_the_metadata_of_an_iceberg_table(found_in_table):
    aged = {"zones": {"curated": {"retention_days": 9, "storage": {"glacier": 1}}}}
    assert found_in_table(aged) == []
    first, second = found_in_table(aged, format="iceberg")
    assert first.startswith("format: objects of curated expire after 9 days")
    assert second.startswith("format: objects of curated move to glacier")
    warm = {"zones": {"curated": {"storage": {"intelligent": 30}}}}
    assert found_in_table(warm, format="iceberg") == []


MODEL = {"name": "readmission", "project": "templates/tabular"}
JOB = {"name": "clean", "script": "templates/jobs/clean.py", "reads": ["raw.visits"]}


@pytest.mark.parametrize(
    ("platform", "whose"),
    [
        ({"models": [MODEL | {"data": "visits/2024"}]}, "the training data of readmission"),
        (
            {"models": [MODEL | {"monitor": {"quality": {"truth": "visits"}}}]},
            "the truth of readmission",
        ),
        ({"jobs": [JOB | {"writes": ["curated.visits/2024"]}]}, "what the job clean writes"),
    ],
)
def test_nobody_elses_files_lie_in_an_iceberg_table(found_in_table, platform, whose):
    assert found_in_table(platform=platform) == []
    (mistake,) = found_in_table(platform=platform, format="iceberg")
    assert mistake.startswith(f"prefix: {whose} lies in curated below visits")


def test_a_job_may_write_an_iceberg_table_where_it_is(found_in_table):
    platform = {"jobs": [JOB | {"writes": ["curated.visits"]}]}
    assert found_in_table(platform=platform, format="iceberg") == []
