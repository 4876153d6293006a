"""How tables of Glue are told to Spark; that Spark takes it is in test_serverless_runs.py."""

import pytest

from embedded.spark.in_run.maslow_tables import Unreadable, addition, statement, table_of

HIVE = "org.apache.hadoop.hive"
PARQUET = {"SerializationLibrary": f"{HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"}
TEXT = f"{HIVE}.serde2.lazy.LazySimpleSerDe"


def told(serde=PARQUET, *, parameters=None, keys=(), location="s3://lake/visits/"):
    return {
        "DatabaseName": "lake",
        "Name": "visits",
        "Parameters": parameters or {},
        "StorageDescriptor": {
            "Columns": [{"Name": "id", "Type": "string"}, {"Name": "age", "Type": "int"}],
            "Location": location,
            "SerdeInfo": serde,
        },
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in keys],
    }


def test_a_table_has_its_columns_format_and_place():
    assert statement(table_of(told())) == (
        "CREATE TABLE `lake`.`visits` (`id` string, `age` int) USING parquet "
        "LOCATION 's3://lake/visits/'"
    )


def test_a_table_of_partitions_has_them_with_their_places():
    table = table_of(told(keys=["day"]))
    assert "(`id` string, `age` int, `day` string) USING parquet PARTITIONED BY (`day`)" in (
        statement(table)
    )
    assert addition(table, {("a'b",): "s3://elsewhere/1/"}) == (
        "ALTER TABLE `lake`.`visits` ADD PARTITION (`day` = 'a\\u0027b') "
        "LOCATION 's3://elsewhere/1/'"
    )


@pytest.mark.parametrize(
    ("serde", "parameters", "separator", "header"),
    [
        ({"SerializationLibrary": TEXT}, {}, "\x01", "false"),
        (
            {"SerializationLibrary": TEXT, "Parameters": {"field.delim": ";"}},
            {"skip.header.line.count": "1"},
            ";",
            "true",
        ),
        (
            {
                "SerializationLibrary": f"{HIVE}.serde2.OpenCSVSerde",
                "Parameters": {"separatorChar": "|"},
            },
            {},
            "|",
            "false",
        ),
    ],
)
def test_text_is_separated_as_its_table_says(serde, parameters, separator, header):
    table = table_of(told(serde, parameters=parameters))
    assert table.format == "csv"
    assert (table.options["sep"], table.options["header"]) == (separator, header)


def test_what_is_no_letter_is_written_so_that_sql_can_hold_it():
    table = table_of(told({"SerializationLibrary": TEXT}))
    assert "OPTIONS ('sep' = '\\u0001', 'header' = 'false'" in statement(table)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parameters": {"table_type": "ICEBERG"}}, "lake.visits, of ICEBERG"),
        ({"serde": {"SerializationLibrary": "org.own.Serde"}}, "of org.own.Serde"),
        ({"serde": {}}, "of no format"),
    ],
)
def test_a_table_that_spark_cannot_read_here_is_named(changes, said):
    with pytest.raises(Unreadable, match=said):
        table_of(told(**changes))
