import pytest

from embedded.athena.failures import Failed
from embedded.athena.hive_types import parse


@pytest.mark.parametrize(
    ("text", "duckdb", "arrow"),
    [
        ("int", "INTEGER", "int32"),
        ("decimal", "DECIMAL(10,0)", "decimal128(10, 0)"),
        ("Decimal(12, 2)", "DECIMAL(12,2)", "decimal128(12, 2)"),
        ("varchar(10)", "VARCHAR", "string"),
        (
            "array<struct<a:int,b:map<string,timestamp>>>",
            'STRUCT("a" INTEGER, "b" MAP(VARCHAR, TIMESTAMP))[]',
            "list<item: struct<a: int32, b: map<string, timestamp[us]>>>",
        ),
    ],
)
def test_a_type_of_the_catalog_has_its_like(text, duckdb, arrow):
    assert (parse(text).duckdb, str(parse(text).arrow)) == (duckdb, arrow)


@pytest.mark.parametrize("text", ["array<int", "struct<a>", "int int", ""])
def test_what_is_no_type_is_invalid_metadata(text):
    with pytest.raises(Failed, match="HIVE_INVALID_METADATA"):
        parse(text)


def test_a_type_that_is_not_done_is_refused_by_name():
    with pytest.raises(Failed, match=r"NOT_SUPPORTED: .* columns of the type geometry"):
        parse("geometry")
