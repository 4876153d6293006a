"""Tables of S3 Tables: those that are made with a schema, and what moto lacks of all.

Their files are in a bucket that no one lists. Whoever writes a table puts its new metadata there,
and has UpdateTableMetadataLocation say so; a version token tells that nobody else did meanwhile.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_s3Buckets_CreateTable.html
"""

import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.s3tables.exceptions import (
    BadRequestException,
    InvalidMetadataLocation,
    TableDoesNotExist,
)
from moto.s3tables.models import Table
from moto.s3tables.responses import S3TablesResponse

from embedded.extensions import table_bucket_policies
from embedded.extensions.operations import add
from embedded.extensions.table_bucket_checks import (
    asked,
    require_encryption,
    require_table_name,
    require_tags,
    require_usable,
    require_value,
)
from embedded.extensions.table_metadata import exists, write

COMPACTION, SNAPSHOTS = "icebergCompaction", "icebergSnapshotManagement"
MAINTENANCE = {
    COMPACTION: {
        "status": "enabled",
        "settings": {COMPACTION: {"targetFileSizeMB": 512, "strategy": "auto"}},
    },
    SNAPSHOTS: {
        "status": "enabled",
        "settings": {SNAPSHOTS: {"minSnapshotsToKeep": 1, "maxSnapshotAgeHours": 120}},
    },
}
"""What is done for a table unless it is told otherwise.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-maintenance.html
"""


def install() -> None:
    """Add the operations to moto's S3 Tables."""
    add(
        S3TablesResponse,
        create_table,
        get_table,
        list_tables,
        rename_table,
        update_table_metadata_location,
        get_table_encryption,
        put_table_maintenance_configuration,
        get_table_maintenance_configuration,
        get_table_maintenance_job_status,
        put_table_policy,
        get_table_policy,
        delete_table_policy,
        get_table_storage_class,
    )
    Table.arn = property(_arn)  # type: ignore[assignment,method-assign]


def _arn(self: Table) -> str:
    """A table's ARN, which bears an id instead of its name, so that a new name leaves it."""
    return f"{self.table_bucket_arn}/table/{vars(self).setdefault('id', str(uuid.uuid4()))}"


def _table(response: S3TablesResponse, told: dict[str, Any]) -> Table:
    """The table that a request names, by its ARN or its place. Raises NotFoundException."""
    backend = response.s3tables_backend
    if arn := told.get("tableArn"):
        for bucket in backend.table_buckets.values():
            for namespace in bucket.namespaces.values():
                for table in namespace.tables.values():
                    if table.arn == arn:
                        return table
        raise TableDoesNotExist
    if not {"tableBucketARN", "namespace", "name"} <= told.keys():
        raise BadRequestException("A table has an ARN, or a table bucket, a namespace and a name.")
    return backend.get_table(told["tableBucketARN"], told["namespace"], told["name"])


def create_table(self: S3TablesResponse) -> ActionResult:
    """CreateTable, with a schema or without, encrypted as its bucket is unless it says."""
    told = asked(self)
    require_table_name(told["name"])
    require_tags(told.get("tags", {}))
    backend = self.s3tables_backend
    bucket = backend.get_table_bucket(told["tableBucketARN"])
    encryption = told.get("encryptionConfiguration") or vars(bucket)["encryption"]
    require_encryption(encryption)
    table = backend.create_table(bucket.arn, told["namespace"], told["name"], told["format"])
    vars(table).update(
        encryption=encryption,
        maintenance=dict(MAINTENANCE),
        storage_class=told.get("storageClassConfiguration") or vars(bucket)["storage_class"],
        tags=dict(told.get("tags", {})),
        policy=None,
    )
    try:
        require_usable(encryption, table.arn, self.current_account)
        if iceberg := told.get("metadata", {}).get("iceberg"):
            table.metadata_location = write(
                iceberg, table.warehouse_location, self.current_account, self.region, encryption
            )
    except Exception:
        backend.delete_table(bucket.arn, told["namespace"], told["name"])
        raise
    return ActionResult({"tableARN": table.arn, "versionToken": table.version_token})


def get_table(self: S3TablesResponse) -> ActionResult:
    """GetTable."""
    table = _table(self, asked(self))
    told = {
        **_listed(table),
        "versionToken": table.version_token,
        "metadataLocation": table.metadata_location,
        "warehouseLocation": table.warehouse_location,
        "createdBy": table.created_by,
        "modifiedBy": table.modified_by or table.created_by,
        "ownerAccountId": table.account_id,
        "format": table.format,
    }
    return ActionResult({key: value for key, value in told.items() if value is not None})


def list_tables(self: S3TablesResponse) -> ActionResult:
    """ListTables."""
    told = asked(self)
    most = told.get("maxTables")
    tables, after = self.s3tables_backend.list_tables(
        told["tableBucketARN"],
        namespace=told.get("namespace"),
        prefix=told.get("prefix"),
        continuation_token=told.get("continuationToken"),
        max_tables=most,
    )
    page = {"tables": [_listed(each) for each in tables]}
    return ActionResult(page | ({"continuationToken": after} if after else {}))


def _listed(table: Table) -> dict[str, Any]:
    return {
        "name": table.name,
        "type": table.type,
        "tableARN": table.arn,
        "namespace": [table.namespace],
        "createdAt": table.creation_date,
        "modifiedAt": table.last_modified,
    }


def rename_table(self: S3TablesResponse) -> ActionResult:
    """RenameTable."""
    told = asked(self)
    if "newName" in told:
        require_table_name(told["newName"])
    table = _table(self, told)
    self.s3tables_backend.rename_table(
        told["tableBucketARN"],
        told["namespace"],
        told["name"],
        told.get("newNamespaceName"),
        told.get("newName"),
        told.get("versionToken"),
    )
    table.namespace = told.get("newNamespaceName") or table.namespace
    return ActionResult({})


def update_table_metadata_location(self: S3TablesResponse) -> ActionResult:
    """UpdateTableMetadataLocation: to metadata that are there, by who knows the newest version."""
    told = asked(self)
    where = told["metadataLocation"]
    table = _table(self, told)
    if not exists(where, self.current_account, self.region):
        raise InvalidMetadataLocation
    table.update_metadata_location(where, told["versionToken"])
    table.was_modified(self.current_account)
    return ActionResult(
        {
            "name": table.name,
            "tableARN": table.arn,
            "namespace": [table.namespace],
            "versionToken": table.version_token,
            "metadataLocation": table.metadata_location,
        }
    )


def get_table_encryption(self: S3TablesResponse) -> ActionResult:
    """GetTableEncryption."""
    return ActionResult({"encryptionConfiguration": vars(_table(self, asked(self)))["encryption"]})


def put_table_maintenance_configuration(self: S3TablesResponse) -> ActionResult:
    """PutTableMaintenanceConfiguration."""
    told = asked(self)
    if told["type"] not in MAINTENANCE:
        raise BadRequestException(f"A table has no maintenance {told['type']}.")
    require_value(told["type"], told["value"])
    vars(_table(self, told))["maintenance"][told["type"]] = told["value"]
    return ActionResult({})


def get_table_maintenance_configuration(self: S3TablesResponse) -> ActionResult:
    """GetTableMaintenanceConfiguration."""
    table = _table(self, asked(self))
    return ActionResult({"tableARN": table.arn, "configuration": vars(table)["maintenance"]})


def get_table_maintenance_job_status(self: S3TablesResponse) -> ActionResult:
    """GetTableMaintenanceJobStatus: nothing compacts a table here, so none has run."""
    told = asked(self)
    table = _table(self, told)
    bucket = self.s3tables_backend.get_table_bucket(table.table_bucket_arn)
    configured = {**vars(table)["maintenance"], **vars(bucket)["maintenance"]}
    status = {
        kind: {"status": "Disabled" if value.get("status") == "disabled" else "Not_Yet_Run"}
        for kind, value in configured.items()
    }
    return ActionResult({"tableARN": table.arn, "status": status})


def put_table_policy(self: S3TablesResponse) -> ActionResult:
    """PutTablePolicy."""
    told = asked(self)
    table = _table(self, told)
    vars(table)["policy"] = table_bucket_policies.checked(told["resourcePolicy"], table.arn)
    return ActionResult({})


def get_table_policy(self: S3TablesResponse) -> ActionResult:
    """GetTablePolicy."""
    return table_bucket_policies.answer(_table(self, asked(self)))


def delete_table_policy(self: S3TablesResponse) -> ActionResult:
    """DeleteTablePolicy."""
    vars(_table(self, asked(self)))["policy"] = None
    return ActionResult({})


def get_table_storage_class(self: S3TablesResponse) -> ActionResult:
    """GetTableStorageClass."""
    table = _table(self, asked(self))
    return ActionResult({"storageClassConfiguration": vars(table)["storage_class"]})
