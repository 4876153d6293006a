import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.parquet
import pytest

from catalog.hive_types import parse
from embedded.deliveries.conversion import Malformed, Misfit, documents, parquet, row_of

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def test_a_record_may_hold_several_documents():
    assert documents(b'{"a": 1}{"a": 2}\n{"a": 3}\n') == [{"a": 1}, {"a": 2}, {"a": 3}]


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"a": 1} and'])
def test_what_is_no_json_is_malformed(data):
    with pytest.raises(Malformed):
        documents(data)


@pytest.mark.parametrize(
    ("type_", "value", "there"),
    [
        ("boolean", True, True),
        ("tinyint", -128, -128),
        ("int", "7", 7),
        ("bigint", 2**63 - 1, 2**63 - 1),
        ("double", 1, 1.0),
        ("string", "icu", "icu"),
        ("string", {"a": 1}, '{"a": 1}'),
        ("timestamp", "2026-01-31T12:00:00Z", NOON),
        ("timestamp", "2026-1-31 12:00:00.5", NOON.replace(microsecond=500_000)),
        ("timestamp", 1769860800, NOON),
        ("timestamp", 1769860800000, NOON),
        ("date", "2026-01-31", date(2026, 1, 31)),
        ("decimal(4,1)", 98.6, Decimal("98.6")),
        ("array<int>", [1, 2], [1, 2]),
        ("map<string,int>", {"a": 1}, [("a", 1)]),
        ("struct<id:string,n:int>", {"ID": "x"}, {"id": "x", "n": None}),
        ("int", None, None),
    ],
)
def test_a_value_is_one_of_its_column_in_the_file(type_, value, there):
    types = {"field": parse(type_)}
    content = parquet([row_of({"Field": value, "other": 1}, types)], types, "SNAPPY")
    assert pyarrow.parquet.read_table(io.BytesIO(content)).to_pylist() == [{"field": there}]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("boolean", "true"),
        ("int", True),
        ("int", 1.5),
        ("int", 2**31),
        ("tinyint", -129),
        ("int", "high"),
        ("double", True),
        ("double", [1]),
        ("timestamp", "noon"),
        ("date", 20260131),
        ("decimal(4,1)", 1000),
        ("array<int>", ["a"]),
        ("map<string,int>", [1]),
        ("struct<id:int>", {"id": "x"}),
    ],
)
def test_a_value_of_another_type_does_not_fit(type_, value):
    types = {"field": parse(type_)}
    with pytest.raises(Misfit, match=f"^field: .* is no {types['field'].kind}$"):
        row_of({"field": value}, types)


def test_a_document_that_is_no_object_does_not_fit():
    with pytest.raises(Misfit, match="a record is a JSON object"):
        row_of([1], {})


@pytest.mark.parametrize("word", ["SNAPPY", "GZIP", "UNCOMPRESSED"])
def test_a_file_is_packed_as_it_is_asked_for(word):
    types = {"n": parse("int")}
    file = pyarrow.parquet.ParquetFile(io.BytesIO(parquet([{"n": 1}], types, word)))
    assert file.metadata.row_group(0).column(0).compression == word
