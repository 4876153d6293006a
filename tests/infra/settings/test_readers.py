"""Who reads what of a governed lake, and what would keep nothing from anybody."""

import pytest

VISITS = {
    "name": "curated.visits",
    "columns": {"visit_id": "string", "patient": "string", "age": "int", "country": "string"},
    "partitions": {"day": "date"},
    "personal": ["patient"],
}
WARDS = {"name": "curated.wards", "columns": {"ward": "string"}, "sensitivity": "confidential"}
ARRIVED = {"name": "raw.visits", "columns": {"visit_id": "string"}}
PEOPLE = {
    "personas": {
        persona: ["arn:aws:iam::111111111111:root"] for persona in ("data-scientist", "auditor")
    }
}


@pytest.fixture
def told(found):
    """Mistakes of an environment with a governed lake."""

    def mistakes(readers, tables=(VISITS, WARDS, ARRIVED), access=PEOPLE, **lake):
        governed = {"governed": True, "tables": [*tables], "readers": readers, **lake}
        return found(lake=governed, access=access)

    return mistakes


def of_scientists(**reader):
    return {"data-scientist": reader}


def test_a_sound_governed_lake_is_taken(told):
    rows = "country IN ('NO', 'SE') AND age >= 18 AND day > date '2026-01-01'"
    reader = of_scientists(
        zones=["curated"],
        sees=["internal", "confidential"],
        rows={"curated.visits": rows},
        without={"curated.visits": ["country"], "curated.wards": ["ward"]},
    )
    assert told(reader) == []
    assert told({}) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ({"curated.visits": "county = 'NO'"}, "has no column county."),
        ({"curated.visits": "age >="}, '"age >=" is not a condition of SQL.'),
        ({"curated.visits": "1 = 1"}, '"1 = 1" names no column.'),
        ({"curated.visits": "age > (SELECT 1)"}, "asks for more than the row itself."),
        ({"curated.visits": "age > avg(age)"}, "asks for more than the row itself."),
        ({"curated.visits": f"country = '{'x' * 2048}'"}, "2,048 are allowed."),
        ({"curated.visit": "age > 1"}, '"curated.visit" is none of lake.tables.'),
        ({"raw.visits": "visit_id = 'a'"}, "raw.visits is personal, in raw, and is not read"),
        ({"curated.wards": "ward = 'a'"}, "curated.wards is confidential, in curated, and is not"),
    ],
)
def test_rows_that_cannot_be_told_apart_are_refused(told, rows, said):
    (mistake,) = told(of_scientists(rows=rows))
    assert said in mistake
    assert f"lake.readers.data-scientist.rows.{next(iter(rows))}" in mistake.replace('"', "")


def test_a_column_that_a_table_lacks_is_not_hidden(told):
    (mistake,) = told(of_scientists(without={"curated.visits": ["contry"]}))
    assert "curated.visits has no column contry." in mistake


def test_a_personal_column_is_one_of_the_table(told):
    (mistake,) = told({}, tables=[{**VISITS, "personal": ["patients"]}])
    assert "curated.visits has no column patients." in mistake
    assert told({}, tables=[{**VISITS, "personal": ["day"]}]) == []


@pytest.mark.parametrize(
    ("readers", "said"),
    [
        ({"data-engineer": {}}, '"data-engineer" does not read the lake by queries alone.'),
        ({"data-scientists": {}}, '"data-scientists" does not read the lake by queries alone.'),
        ({"ml-engineer": {}}, "nobody can sign in as ml-engineer."),
        (of_scientists(zones=["gold"]), '"gold" is not a zone.'),
        (of_scientists(sees=["secret"]), "secret"),
    ],
)
def test_a_reader_is_a_persona_that_queries_what_there_is(told, readers, said):
    (mistake,) = told(readers)
    assert said in mistake


def test_a_sensitivity_is_one_of_three(told):
    (mistake,) = told({}, tables=[{**VISITS, "sensitivity": "secret"}])
    assert "lake.tables[curated.visits].sensitivity" in mistake


def test_a_governed_lake_has_readers(told):
    (mistake,) = told({}, access={"personas": {"auditor": ["arn:aws:iam::111111111111:root"]}})
    assert "nobody is let in who reads the lake by queries alone." in mistake


@pytest.mark.parametrize(
    "lake",
    [
        {"tables": [VISITS]},
        {"tables": [WARDS]},
        {"readers": {"data-scientist": {}}},
        {"zones": {"curated": {"sensitivity": "personal"}}},
    ],
)
def test_what_keeps_nothing_from_anybody_is_refused(found, lake):
    (mistake,) = found(lake=lake)
    assert "where the lake is not governed." in mistake
