"""The tables of a table bucket, as Athena's engine and PyIceberg have a catalog.

In an account, Glue shows every table bucket as a catalog below `s3tablescatalog` once somebody has
turned that on. Here it is on.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/s3-tables-integrating-aws.html
"""

from typing import Any

from botocore.exceptions import ClientError

from embedded import own_clients
from embedded.athena.catalog import Entity
from embedded.athena.failures import not_done

FEDERATED = "s3tablescatalog"
"""The catalog that all table buckets of an account and region are in."""
TYPES = {"long": "bigint", "timestamptz": "timestamp"}
"""What Hive calls types of Iceberg."""


def bucket_catalog(name: str, account: str, properties: dict[str, str]) -> "BucketTables | None":
    """The catalog of a table bucket by its name, `s3tablescatalog/bucket`; None without such one.

    `properties` are PyIceberg's, of the files of the account.
    """
    federated, _, bucket = name.partition("/")
    if federated != FEDERATED:
        return None
    client = own_clients.client("s3tables", account)
    for page in client.get_paginator("list_table_buckets").paginate():
        for each in page["tableBuckets"]:
            if each["name"] == bucket:
                return BucketTables(client, each["arn"], properties)
    return None


class BucketTables:
    """The namespaces and tables of one table bucket. What changes them but rows raises Failed."""

    def __init__(self, client: Any, arn: str, properties: dict[str, str]) -> None:
        self._client = client
        self._bucket = {"tableBucketARN": arn}
        self._properties = properties

    def databases(self) -> list[Entity]:
        """All namespaces."""
        pages = self._client.get_paginator("list_namespaces").paginate(**self._bucket)
        return [{"Name": each["namespace"][0]} for page in pages for each in page["namespaces"]]

    def database(self, name: str) -> Entity | None:
        """One namespace."""
        return next((each for each in self.databases() if each["Name"] == name), None)

    def tables(self, database: str) -> list[Entity]:
        """The tables of a namespace."""
        pages = self._client.get_paginator("list_tables").paginate(
            **self._bucket, namespace=database
        )
        found = (self.table(database, each["name"]) for page in pages for each in page["tables"])
        return [each for each in found if each is not None]

    def table(self, database: str, name: str) -> Entity | None:
        """One table, as Glue shows it."""
        told = self._told(database, name)
        if told is None:
            return None
        shown: Entity = {
            "Name": name,
            "DatabaseName": database,
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {"table_type": "ICEBERG"},
            "StorageDescriptor": {"Location": told["warehouseLocation"], "Columns": []},
        }
        if where := told.get("metadataLocation"):
            shown["Parameters"]["metadata_location"] = where
            schema = self.iceberg().load_table((database, name)).schema()
            shown["StorageDescriptor"]["Columns"] = [
                {"Name": each.name, "Type": hive_type(str(each.field_type))}
                for each in schema.fields
            ]
        return shown

    def partitions(self, database: str, table: str) -> list[Entity]:
        """None: Iceberg keeps them in its metadata."""
        del database, table
        return []

    def federated(self, name: str) -> None:
        """None: a table bucket holds no catalogs."""
        del name

    def iceberg(self) -> "BucketIceberg":
        """The same tables as PyIceberg's."""
        return BucketIceberg(self._client, self._bucket["tableBucketARN"], self._properties)

    def create_database(self, given: Entity) -> None:
        """Not done."""
        del given
        raise not_done("CREATE DATABASE in a table bucket")

    def drop_database(self, name: str) -> None:
        """Not done."""
        raise not_done(f"DROP DATABASE {name} of a table bucket")

    def create_table(self, database: str, given: Entity) -> None:
        """Not done."""
        raise not_done(f"CREATE TABLE {database}.{given['Name']} in a table bucket")

    def update_table(self, database: str, given: Entity) -> None:
        """Not done."""
        raise not_done(f"ALTER TABLE {database}.{given['Name']} of a table bucket")

    def drop_table(self, database: str, name: str) -> None:
        """Not done."""
        raise not_done(f"DROP TABLE {database}.{name} of a table bucket")

    def create_partition(self, database: str, table: str, given: Entity) -> None:
        """Not done."""
        del given
        raise not_done(f"partitions of {database}.{table} in a table bucket")

    def drop_partition(self, database: str, table: str, values: list[str]) -> None:
        """Not done."""
        del values
        raise not_done(f"partitions of {database}.{table} in a table bucket")

    def _told(self, database: str, name: str) -> dict[str, Any] | None:
        try:
            told: dict[str, Any] = self._client.get_table(
                **self._bucket, namespace=database, name=name
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NotFoundException", "BadRequestException"):
                return None
            raise
        return told


class BucketIceberg:
    """What PyIceberg's tables ask of a catalog: their newest metadata, and to commit others."""

    def __init__(self, client: Any, arn: str, properties: dict[str, str]) -> None:
        self._client = client
        self._arn = arn
        self._properties = properties

    def load_table(self, identifier: tuple[str, str]) -> Any:
        """A table with its newest metadata."""
        from pyiceberg.catalog.noop import NoopCatalog
        from pyiceberg.io import load_file_io
        from pyiceberg.serializers import FromInputFile
        from pyiceberg.table import Table

        class Committing(NoopCatalog):
            """Commits by S3 Tables."""

            commit_table = self._commit

        told = self._client.get_table(**self._at(identifier))
        where = told["metadataLocation"]
        io = load_file_io(self._properties_of(identifier), where)
        metadata = FromInputFile.table_metadata(io.new_input(where))
        catalog = Committing("table-bucket", **self._properties)
        catalog.load_table = self.load_table  # type: ignore[assignment,method-assign]
        return Table(identifier, metadata, where, io, catalog)

    def _commit(self, table: Any, requirements: Any, updates: Any) -> Any:
        """Write new metadata, and have S3 Tables say so, unless somebody else has meanwhile."""
        from pyiceberg.serializers import ToOutputFile
        from pyiceberg.table import CommitTableResponse
        from pyiceberg.table.locations import load_location_provider
        from pyiceberg.table.update import update_table_metadata

        identifier = table.name()
        told = self._client.get_table(**self._at(identifier))
        current = self.load_table(identifier)
        for requirement in requirements:
            requirement.validate(current.metadata)
        changed = update_table_metadata(
            current.metadata, updates, metadata_location=current.metadata_location
        )
        version = int(current.metadata_location.rpartition("/")[2].partition("-")[0]) + 1
        provider = load_location_provider(changed.location, changed.properties)
        where = provider.new_table_metadata_file_location(version)
        ToOutputFile.table_metadata(changed, current.io.new_output(where))
        self._client.update_table_metadata_location(
            **self._at(identifier), versionToken=told["versionToken"], metadataLocation=where
        )
        return CommitTableResponse(metadata=changed, metadata_location=where)

    def _at(self, identifier: tuple[str, ...]) -> dict[str, str]:
        namespace, name = identifier[-2:]
        return {"tableBucketARN": self._arn, "namespace": namespace, "name": name}

    def _properties_of(self, identifier: tuple[str, ...]) -> dict[str, str]:
        """Properties of a table's files, which are written with its key."""
        from embedded.extensions import iceberg_files

        told = self._client.get_table_encryption(**self._at(identifier))
        key = told["encryptionConfiguration"].get("kmsKeyArn")
        return self._properties | ({iceberg_files.KEY: key} if key else {})


def hive_type(iceberg: str) -> str:
    """What Hive calls a simple type of Iceberg: `bigint` for `long`."""
    return TYPES.get(iceberg, iceberg.replace(" ", ""))
