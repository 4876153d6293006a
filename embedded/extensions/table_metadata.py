"""The first metadata of a table of S3 Tables, as CreateTable makes them of a schema.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_IcebergMetadata.html
"""

import uuid
from collections.abc import Mapping
from typing import Any

from moto.s3tables.exceptions import BadRequestException


def write(
    iceberg: Mapping[str, Any],
    warehouse: str,
    account_id: str,
    region: str,
    encryption: Mapping[str, str],
) -> str:
    """Write the metadata of an empty table below `warehouse`; the URI that they go to.

    `iceberg` is the request's `metadata.iceberg`. Raises BadRequestException for what is no schema
    of Iceberg.
    """
    from pyiceberg.partitioning import UNPARTITIONED_PARTITION_SPEC
    from pyiceberg.serializers import ToOutputFile
    from pyiceberg.table.metadata import new_table_metadata
    from pyiceberg.table.sorting import UNSORTED_SORT_ORDER

    for part in ("schemaV2", "partitionSpec", "writeOrder"):
        if part in iceberg:
            raise BadRequestException(f"The embedded AWS makes no tables with a {part}.")
    metadata = new_table_metadata(
        _schema(iceberg.get("schema", {}).get("fields", [])),
        UNPARTITIONED_PARTITION_SPEC,
        UNSORTED_SORT_ORDER,
        warehouse,
        properties={"format-version": "2", **iceberg.get("properties", {})},
    )
    where = f"{warehouse}/metadata/00000-{uuid.uuid4()}.metadata.json"
    files = _files(account_id, region, encryption.get("kmsKeyArn"))
    ToOutputFile.table_metadata(metadata, files.new_output(where))
    return where


def exists(location: str, account_id: str, region: str) -> bool:
    """Whether there is a file at an S3 URI."""
    files = _files(account_id, region)
    bucket = location.removeprefix("s3://").partition("/")[0]
    return bucket in files.backend.table_buckets and bool(files.new_input(location).exists())


def _files(account_id: str, region: str, key_arn: str | None = None) -> Any:
    from embedded.extensions import iceberg_files

    return iceberg_files.Files(iceberg_files.properties_of(account_id, region, key_arn))


def _schema(fields: list[Mapping[str, Any]]) -> Any:
    from pydantic import ValidationError
    from pyiceberg.schema import Schema
    from pyiceberg.types import NestedField

    if not fields:
        raise BadRequestException("A table has at least one field.")
    names = [each["name"] for each in fields]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadRequestException(f"The field {twice[0]} is there twice.")
    try:
        return Schema(
            *(
                NestedField(
                    field_id=number,
                    name=each["name"],
                    field_type=each["type"],
                    required=bool(each.get("required")),
                )
                for number, each in enumerate(fields, 1)
            )
        )
    except (ValidationError, ValueError) as error:
        raise BadRequestException(f"The schema is not one of Iceberg: {error}") from error
