"""Files of SQL: where they lie, what they hold, and how they name tables."""

from pathlib import Path

import pytest

from infra.queries import QueryError, QueryFile, files, placed, read

ZONES = ("raw", "curated", "features")
DATABASES = {zone: f"maslow_dev_{zone}" for zone in ZONES}
ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "queries"


def write(folder, name, text):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def only(folder, name, text):
    """What a folder with this one file holds."""
    write(folder, name, text)
    (found,) = files(folder, ZONES, ["oncology"])
    return found


def wrong(folder, name, text):
    found = only(folder, name, text)
    assert isinstance(found, QueryError)
    return str(found).removeprefix(f"queries/{name}: ")


def test_a_file_is_told_by_its_place_and_its_first_comments(folder):
    found = only(
        folder, "saved/oncology/totals.sql", "-- Totals,\n-- by ward.\n\nSELECT 1 -- one\n;\n"
    )
    assert found == QueryFile("saved", "totals", "oncology", "Totals, by ward.", "SELECT 1 -- one")


def test_the_files_of_the_template_can_be_used():
    found = read(ROOT / "templates" / "queries", ZONES, ["oncology"])
    assert {each.kind for each in found} >= {"saved", "prepared"}


@pytest.mark.parametrize(
    ("sql", "placed"),
    [
        ("SELECT raw.t.a FROM raw.t", "SELECT maslow_dev_raw.t.a FROM maslow_dev_raw.t"),
        ('SELECT * FROM "raw"."t t"', 'SELECT * FROM maslow_dev_raw."t t"'),
        ("SELECT 'raw.t', t.raw FROM t -- raw.t", "SELECT 'raw.t', t.raw FROM t -- raw.t"),
        (
            "SELECT * FROM awsdatacatalog.raw.t, raw.t",
            "SELECT * FROM awsdatacatalog.raw.t, maslow_dev_raw.t",
        ),
        (
            "UNLOAD (SELECT * FROM raw.t) TO 's3://raw.t/' WITH (format = 'PARQUET')",
            "UNLOAD (SELECT * FROM maslow_dev_raw.t) TO 's3://raw.t/' WITH (format = 'PARQUET')",
        ),
        (
            "INSERT INTO curated.t SELECT * FROM raw.t",
            "INSERT INTO maslow_dev_curated.t SELECT * FROM maslow_dev_raw.t",
        ),
    ],
)
def test_zones_before_tables_become_databases(folder, sql, placed):
    assert only(folder, "saved/a.sql", sql).placed(DATABASES) == placed


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.sql", "SELECT 1", "it must lie in saved, prepared or views"),
        ("stored/a.sql", "SELECT 1", "it must lie in saved, prepared or views"),
        ("saved/a/b/c.sql", "SELECT 1", "at most one folder deep"),
        ("saved/oncolgy/a.sql", "SELECT 1", "no team oncolgy. Did you mean oncology?"),
        ("views/gold/a.sql", "SELECT 1", "a view lies in the folder of its zone: raw, curated"),
        ("saved/By-Ward.sql", "SELECT 1", "small letters, digits and _"),
        ("saved/a.sql", "-- nothing\n", "it has 0 statements, not one"),
        ("saved/a.sql", "SELECT 1; SELECT 2", "it has 2 statements, not one"),
        ("saved/a.sql", "SELECT *\nFROM", "line 2 of the statement: Expected table name"),
        ("saved/a.sql", "SELECT 'a", "line 1 of the statement: "),
        ("saved/a.sql", "MSCK REPAIR TABLE raw.t", "only SELECT, UNLOAD, and what writes rows"),
        ("saved/a.sql", "SELECT * FROM curatd.t", "curatd is not a zone. Did you mean curated?"),
        ("saved/a.sql", "SELECT * FROM RAW.t", "RAW is not a zone. Did you mean raw?"),
        ("saved/a.sql", "SELECT * FROM t raw", "raw is a zone, and so cannot be another name"),
        ("saved/a.sql", "SELECT * FROM raw.t WHERE a = ?", "so belongs into prepared/"),
        ("saved/a.sql", f"-- {'a' * 1025}\nSELECT 1", "its description has over 1024 characters"),
        ("saved/a.sql", f"SELECT '{'a' * 262_144}'", "at most 262144 bytes"),
        ("views/raw/a.sql", "SELECT 1 AS a", "a view needs a line such as -- columns: ward"),
        ("views/raw/a.sql", "-- columns: a text\nSELECT 1 AS a", "'a text' is not a column and"),
        ("views/raw/a.sql", "-- columns: a bigint\nSELECT 1 AS b", "its columns are b, and not a"),
        ("views/raw/a.sql", "-- columns: a bigint\nINSERT INTO t SELECT 1", "a view is a SELECT"),
    ],
)
def test_what_cannot_be_used_is_refused(folder, name, text, said):
    assert said in wrong(folder, name, text)


def test_what_is_no_sql_is_told():
    with pytest.raises(QueryError, match="this is no SQL"):
        placed("SELECT 'a", DATABASES)


def test_text_of_another_encoding_is_refused(folder):
    write(folder, "saved/a.sql", "")
    (folder / "saved/a.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(QueryError, match=r"saved/a\.sql: it cannot be read"):
        read(folder, ZONES, [])


def test_a_folder_without_sql_is_refused(folder):
    folder.mkdir()
    with pytest.raises(QueryError, match=r"no \.sql file"):
        read(folder, ZONES, [])


def test_a_view_tells_its_columns(folder):
    found = only(
        folder,
        "views/curated/totals.sql",
        "-- Totals.\n-- columns: ward varchar, share decimal(10,2)\n"
        "SELECT ward, cast(1 AS decimal(10,2)) AS share FROM raw.t",
    )
    assert found.columns == (("ward", "varchar"), ("share", "decimal(10,2)"))
    assert found.description == "Totals."
