"""What Firehose delivers to tables of Iceberg.

https://docs.aws.amazon.com/firehose/latest/dev/apache-iceberg-considerations.html
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.firehose.exceptions import InvalidArgumentException
from moto.firehose.models import DeliveryStream, FirehoseBackend
from moto.glue.models import FakeTable, glue_backends
from werkzeug.exceptions import HTTPException

from catalog import hive_types
from embedded.deliveries import keys
from embedded.deliveries.conversion import Malformed, Misfit
from embedded.deliveries.iceberg_rows import MissingColumn, row
from embedded.extensions.delivery_files import (
    Blocked,
    Buffer,
    failures,
    measure,
    put_object,
    tell,
)
from embedded.extensions.iceberg_tables import OF_GLUE

FAILED = "iceberg-failed"
"""The kind of failure, as error prefixes call it."""
MISSING, BAD = "Iceberg.MissingColumnWithinRecord", "ICEBERG_BAD_DATA"


def destination(stream: DeliveryStream) -> dict[str, Any]:
    """A stream's destination in a table, with where its failures go; empty for another one."""
    (first,) = stream.destinations[:1]
    iceberg = first.get("Iceberg")
    if not iceberg:
        return {}
    # moto keeps it by the name of the answer.
    aside = iceberg.get("S3DestinationDescription") or iceberg.get("S3Configuration") or {}
    named = ("BucketARN", "ErrorOutputPrefix", "CompressionFormat", "EncryptionConfiguration")
    return {**iceberg, **{key: aside[key] for key in named if key in aside}}


def check(backend: FirehoseBackend, told: Mapping[str, Any]) -> None:
    """Raise InvalidArgumentException for what Firehose refuses, or nothing here delivers."""
    if not told:
        return
    tables = told.get("DestinationTableConfigurationList") or []
    if len(tables) != 1 or (told.get("ProcessingConfiguration") or {}).get("Enabled"):
        raise InvalidArgumentException(
            "The embedded AWS delivers all records of a stream to one table of Iceberg, and as "
            "they are."
        )
    if told.get("S3BackupMode", "FailedDataOnly") != "FailedDataOnly":
        raise InvalidArgumentException("S3BackupMode must be FailedDataOnly.")
    try:
        table = _table(backend, tables[0])
        prefix = (told.get("S3Configuration") or {}).get("ErrorOutputPrefix") or ""
        keys.check_prefix(prefix, frozenset(), of_errors=True)
    except (Blocked, keys.Unsupported) as error:
        raise InvalidArgumentException(str(error)) from error
    if vars(table).get(OF_GLUE):
        raise InvalidArgumentException(
            f"Firehose writes to tables that Iceberg's own catalog has made, and Glue's "
            f"CreateTable has made {table.name}."
        )


def append(
    backend: FirehoseBackend,
    stream: DeliveryStream,
    told: Mapping[str, Any],
    buffer: Buffer,
    now: datetime,
) -> None:
    """Add a buffer's records to the table; what does not fit lies apart. Raises Blocked."""
    named = told["DestinationTableConfigurationList"][0]
    types = _types(_table(backend, named))
    rows, bad = [], {code: Buffer({}, FAILED, code) for code in (MISSING, BAD)}
    for record, _ in buffer.records:
        try:
            rows.append(row(record.data, types))
        except MissingColumn as error:
            bad[MISSING].records.append((record, str(error)))
        except (Malformed, Misfit) as error:
            bad[BAD].records.append((record, str(error)))
    failed = [each for each in bad.values() if each.records]
    for each in failed:
        put_object(backend, stream, told, each, failures(each, now), now)
        tell(backend, stream, told, each.code, each.records[0][1])
    if rows:
        _add(backend, named, rows)
    measure(
        backend,
        stream,
        {
            "DeliveryToIceberg.IncomingRowCount": float(len(buffer.records)),
            "DeliveryToIceberg.SuccessfulRowCount": float(len(rows)),
            "DeliveryToIceberg.FailedRowCount": float(sum(len(one.records) for one in failed)),
        },
    )


def _table(backend: FirehoseBackend, named: Mapping[str, Any]) -> FakeTable:
    """The table. Raises Blocked where there is none of Iceberg."""
    glue = glue_backends[backend.account_id][backend.region_name]
    database, name = named["DestinationDatabaseName"], named["DestinationTableName"]
    try:
        table = glue.get_table(database, name)
    except (ServiceException, HTTPException):
        raise Blocked(f"Glue has no table {database}.{name}.") from None
    told = table.as_dict().get("Parameters") or {}
    if told.get("table_type", "").upper() != "ICEBERG":
        raise Blocked(f"{database}.{name} is no table of Iceberg.")
    return table


def _types(table: FakeTable) -> dict[str, hive_types.HiveType]:
    """The types of the table's columns. Raises Blocked."""
    columns = table.as_dict()["StorageDescriptor"]["Columns"]
    try:
        return {one["Name"]: hive_types.parse(one["Type"].replace(" ", "")) for one in columns}
    except hive_types.UnknownHiveType as error:
        raise Blocked(f"{table.name}: {error} is no type that is delivered here.") from None


def _add(backend: FirehoseBackend, named: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa

    from embedded.athena import iceberg  # takes a second
    from embedded.extensions.athena_stores import Objects, Tables

    account = backend.account_id
    tables = Tables(account, Objects(account, backend.region_name))
    database, name = named["DestinationDatabaseName"], named["DestinationTableName"]
    schema = tables.iceberg().load_table((database, name)).schema().as_arrow()
    iceberg.append(tables, database, name, pa.Table.from_pylist(rows, schema=schema))
