"""What tests of Athena begin with: a bucket, a database, tables, and a query's answer."""

from embedded.cloud import Cloud

BUCKET, DATABASE = "athena-tests", "clinic"
DELIMITED = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
OPENX = "org.openx.data.jsonserde.JsonSerDe"


def begin(cloud: Cloud) -> None:
    """Create the bucket and the database."""
    cloud.client("s3").create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )
    cloud.client("glue").create_database(DatabaseInput={"Name": DATABASE})


def put(cloud: Cloud, key: str, content: bytes | str) -> None:
    """Put an object into the bucket."""
    cloud.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)


def table(cloud, name, columns, serde=DELIMITED, *, keys=None, properties=None, parameters=None):
    """Create a table of Glue's over the folder of its name; columns and keys map names to types."""
    cloud.client("glue").create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": name,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": parameters or {},
            "PartitionKeys": [{"Name": key, "Type": type_} for key, type_ in (keys or {}).items()],
            "StorageDescriptor": {
                "Columns": [{"Name": key, "Type": type_} for key, type_ in columns.items()],
                "Location": f"s3://{BUCKET}/{name}/",
                "SerdeInfo": {"SerializationLibrary": serde, "Parameters": properties or {}},
            },
        },
    )


def start(cloud: Cloud, sql: str, **more) -> str:
    """Start a statement; its QueryExecutionId."""
    arguments = {
        "QueryString": sql,
        "QueryExecutionContext": {"Database": DATABASE},
        "ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/results/"},
    }
    return cloud.client("athena").start_query_execution(**arguments | more)["QueryExecutionId"]


def execution(cloud: Cloud, sql: str, **more) -> dict:
    """A statement's QueryExecution once it has ended."""
    return ended(cloud, start(cloud, sql, **more))


def ended(cloud: Cloud, id_: str) -> dict:
    """A QueryExecution once it has ended."""
    athena = cloud.client("athena")
    while True:
        told = athena.get_query_execution(QueryExecutionId=id_)["QueryExecution"]
        if told["Status"]["State"] not in {"QUEUED", "RUNNING"}:
            return told


def rows(cloud: Cloud, sql: str, **more) -> list[list[str | None]]:
    """The rows of a statement that succeeds, without the header."""
    told = execution(cloud, sql, **more)
    assert told["Status"]["State"] == "SUCCEEDED", told["Status"]
    pages = cloud.client("athena").get_paginator("get_query_results")
    found = [
        [each.get("VarCharValue") for each in row["Data"]]
        for page in pages.paginate(QueryExecutionId=told["QueryExecutionId"])
        for row in page["ResultSet"]["Rows"]
    ]
    has_header = told["StatementType"] == "DML" and told["SubstatementType"] == "SELECT"
    return found[1:] if has_header else found


def reason(cloud: Cloud, sql: str, **more) -> str:
    """Why a statement fails."""
    told = execution(cloud, sql, **more)
    assert told["Status"]["State"] == "FAILED", told["Status"]
    return told["Status"]["StateChangeReason"]
