import gzip
import io

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from embedded.athena import formats
from embedded.athena.casts import of_text
from embedded.athena.failures import Failed
from embedded.athena.formats import DELIMITED, OPENX_JSON, PARQUET, QUOTED


def a_format(serde, properties=None, parameters=None, /, **columns):
    return formats.of_table(
        {
            "StorageDescriptor": {
                "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": properties or {}},
            },
            "Parameters": parameters or {},
        }
    )


def rows(content, how, uri="s3://data/file"):
    """The rows of a file, in the types of the table."""
    content = content.encode() if isinstance(content, str) else content
    table = formats.read(content, uri, how, list(how.columns))
    connection = duckdb.connect()
    connection.register("file", table)
    casts = [
        f'{of_text(name, kind, how) if how.is_text else name} AS "{name}"'
        for name, kind in how.columns.items()
    ]
    return connection.sql("FROM file").project(", ".join(casts)).fetchall()


def parquet(**columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_delimited_text_has_no_quotes_and_what_does_not_fit_is_null():
    how = a_format(DELIMITED, {"field.delim": ","}, a="int", b="string", c="double")
    text = '1,"x",1.5\n1.5,y\n\\N,\\N,no,more\n'
    assert rows(text, how) == [(1, '"x"', 1.5), (None, "y", None), (None, None, None)]


def test_an_escaped_delimiter_is_a_character():
    how = a_format(DELIMITED, {"field.delim": ",", "escape.delim": "\\"}, a="string", b="string")
    assert rows("a\\,b,c\n", how) == [("a,b", "c")]


def test_delimited_text_has_arrays_and_maps():
    properties = {"field.delim": ",", "collection.delim": "|", "mapkey.delim": ":"}
    how = a_format(DELIMITED, properties, a="array<int>", m="map<string,int>")
    assert rows("1|2,x:1|y:2\n", how) == [([1, 2], {"x": 1, "y": 2})]


def test_a_header_is_left_out_and_another_null_is_known():
    properties = {"field.delim": "\t", "serialization.null.format": ""}
    how = a_format(DELIMITED, properties, {"skip.header.line.count": "1"}, a="string", b="int")
    assert rows("a\tb\n\t2\n", how) == [(None, 2)]


def test_quoted_text_keeps_delimiters_and_lines_within_its_quotes():
    how = a_format(QUOTED, {"separatorChar": ";"}, a="string", b="int")
    assert rows('"x;\ny";1\n', how) == [("x;\ny", 1)]


def test_dates_of_quoted_text_are_days_and_its_timestamps_milliseconds():
    how = a_format(QUOTED, d="date", t="timestamp")
    ((day, time),) = rows("1,1500\n", how)
    assert (str(day), str(time)) == ("1970-01-02", "1970-01-01 00:00:01.500000")


def test_quoted_text_that_is_no_number_fails():
    with pytest.raises(duckdb.ConversionException):
        rows("x\n", a_format(QUOTED, a="int"))


def test_json_is_read_by_names_in_any_letters():
    how = a_format(OPENX_JSON, {"mapping.c": "other"}, a="int", b="struct<x:string>", c="string")
    text = '{"A": 1, "b": {"x": "y"}, "other": {"n": 1}}\n\n{"a": "no"}\n'
    assert rows(text, how) == [(1, {"x": "y"}, '{"n": 1}'), (None, None, None)]


def test_json_that_is_none_fails_unless_it_is_to_be_ignored():
    with pytest.raises(Failed, match=r"HIVE_CURSOR_ERROR: Row is not a valid JSON Object: \{"):
        rows("{\n", a_format(OPENX_JSON, a="int"))
    assert rows("{\n", a_format(OPENX_JSON, {"ignore.malformed.json": "true"}, a="int")) == [
        (None,)
    ]


@pytest.mark.parametrize(
    ("compress", "ending"),
    [
        (gzip.compress, "gz"),
        (lambda content: pa.compress(content, "zstd").to_pybytes(), "zst"),
    ],
)
def test_text_is_compressed_by_the_ending_of_its_name(compress, ending):
    how = a_format(DELIMITED, {"field.delim": ","}, a="int")
    assert rows(compress(b"1\n"), how, f"s3://data/file.{ending}") == [(1,)]


def test_a_compression_that_is_not_read_is_refused_by_name():
    with pytest.raises(
        Failed, match=r"NOT_SUPPORTED: .* compressed by snappy, as s3://data/f\.snap"
    ):
        rows(b"", a_format(DELIMITED, a="int"), "s3://data/f.snappy")


def test_parquet_is_read_by_the_names_of_columns():
    how = a_format(PARQUET, b="bigint", a="string", missing="double")
    content = parquet(A=["x"], b=pa.array([1], pa.int32()))
    assert rows(content, how) == [(1, "x", None)]


def test_a_column_of_parquet_of_another_kind_is_bad_data():
    with pytest.raises(Failed, match="HIVE_BAD_DATA: Field a's type INT64 in parquet file s3://"):
        rows(parquet(a=[1]), a_format(PARQUET, a="string"))


def test_of_parquet_only_the_columns_of_the_query_are_scanned():
    content = parquet(a=list(range(1000)), b=[str(number) for number in range(1000)])
    how = a_format(PARQUET, a="bigint", b="string")
    one, both = (formats.scanned(content, how, wanted) for wanted in (["a"], ["a", "b"]))
    assert 0 < one < both < len(content)


def test_a_serde_that_is_not_read_is_refused_by_name():
    with pytest.raises(Failed, match=r"NOT_SUPPORTED: .* SerDe com\.amazonaws\.Other"):
        a_format("com.amazonaws.Other", a="int")
