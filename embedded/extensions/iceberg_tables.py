"""Iceberg tables that Glue itself makes: CreateTable writes their first metadata.

Columns are those of the request, none is required, and there are no partitions. Tables that engines
make bring metadata of their own and are left to moto.
https://docs.aws.amazon.com/glue/latest/webapi/API_IcebergInput.html
"""

import uuid
from typing import Any, Literal

from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult
from moto.glue.responses import GlueResponse

from embedded.athena.hive_types import parse
from embedded.extensions.operations import add

OF_GLUE = "made_by_glue"
"""What tells a table that Glue itself has made, on moto's record of it."""

_created_by_moto = GlueResponse.create_table  # replaced below


def install() -> None:
    """Replace the operation in moto's Glue."""
    add(GlueResponse, create_table)


def create_table(self: GlueResponse) -> ActionResult:
    """CreateTable."""
    iceberg = (self.parameters.get("OpenTableFormatInput") or {}).get("IcebergInput") or {}
    table = self.parameters["TableInput"]
    if iceberg.get("MetadataOperation") != "CREATE" or "StorageDescriptor" not in table:
        return _created_by_moto(self)
    metadata, where = _metadata(table, 1 if iceberg.get("Version") == "1" else 2)
    created = _created_by_moto(self)  # which refuses a name that is taken
    _write(self, metadata, where)
    kept = self.glue_backend.get_table(self.parameters["DatabaseName"], table["Name"])
    kept.get_version("1").setdefault("Parameters", {})["metadata_location"] = where
    vars(kept)[OF_GLUE] = True
    return created


def _metadata(table: dict[str, Any], version: Literal[1, 2]) -> tuple[Any, str]:
    """The metadata of an empty table, and the S3 URI that they go to."""
    import pyarrow as pa
    from pyiceberg.catalog import Catalog
    from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
    from pyiceberg.table.metadata import new_table_metadata
    from pyiceberg.table.sorting import UNSORTED_SORT_ORDER

    descriptor = table["StorageDescriptor"]
    location = descriptor.get("Location", "").rstrip("/")
    if not location.startswith("s3://"):
        raise JsonRESTError("InvalidInputException", "An Iceberg table has a location in S3.")
    columns = [(each["Name"], parse(each["Type"]).arrow) for each in descriptor.get("Columns", [])]
    schema = Catalog._convert_schema_if_needed(pa.schema(columns), version)  # noqa: SLF001
    metadata = new_table_metadata(
        schema,
        UNPARTITIONED_PARTITION_SPEC,
        UNSORTED_SORT_ORDER,
        location,
        properties={"format-version": str(version)},
    )
    return metadata, f"{location}/metadata/00000-{uuid.uuid4()}.metadata.json"


def _write(response: GlueResponse, metadata: Any, where: str) -> None:
    from pyiceberg.serializers import ToOutputFile

    from embedded.extensions import iceberg_files

    own = iceberg_files.properties_of(response.current_account, response.region)
    files = iceberg_files.Files(own)
    bucket = iceberg_files.split(where)[0]
    if bucket not in files.backend.buckets:
        database, name = (
            response.parameters["DatabaseName"],
            response.parameters["TableInput"]["Name"],
        )
        response.glue_backend.delete_table(database, name)
        raise JsonRESTError("InvalidInputException", f"S3 has no bucket {bucket} for the table.")
    ToOutputFile.table_metadata(metadata, files.new_output(where))
