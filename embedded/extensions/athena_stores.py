"""What Athena's engine reads and changes: the account's Glue catalog, and its objects in S3."""

from typing import Any

from botocore.exceptions import ClientError
from moto.s3.models import FakeDeleteMarker, S3Backend, s3_backends
from moto.utilities.utils import get_partition

from embedded import own_clients
from embedded.athena.catalog import Entity, StoredObject
from embedded.extensions.iceberg_files import glue_catalog, properties_of, split
from embedded.extensions.table_bucket_catalog import BucketTables, bucket_catalog

MISSING = "EntityNotFoundException"


class Objects:
    """Objects of an account's buckets, by their URI."""

    def __init__(self, account: str, region: str) -> None:
        self._account = account
        self._region = region
        self.properties = properties_of(account, region)

    @property
    def _backend(self) -> S3Backend:
        found: S3Backend = s3_backends[self._account][get_partition(self._region)]
        return found

    def below(self, location: str) -> list[StoredObject]:
        """The objects of a folder, at any depth, by their names; none without such a bucket."""
        bucket, prefix = split(_plain(location))
        if bucket not in self._backend.buckets:
            return []
        keys = self._backend.buckets[bucket].keys
        return [
            StoredObject(f"s3://{bucket}/{name}", key.size, key.last_modified)
            for name, key in sorted(keys.items())
            if name.startswith(prefix) and not isinstance(key, FakeDeleteMarker)
        ]

    def read(self, uri: str) -> bytes:
        """The content of an object. Raises KeyError for one that is not there."""
        bucket, key = split(_plain(uri))
        found = self._backend.get_object(bucket, key)
        if found is None:
            raise KeyError(uri)
        return bytes(found.value)

    def write(self, uri: str, content: bytes) -> None:
        """Put an object. Raises KeyError where there is no such bucket."""
        self.put(uri, content, {})

    def put(self, uri: str, content: bytes, encrypted: dict[str, str]) -> None:
        """Put an object with PutObject's parameters of its encryption. Raises KeyError."""
        bucket, key = split(_plain(uri))
        if bucket not in self._backend.buckets:
            raise KeyError(uri)
        client = own_clients.client("s3", self._account)
        client.put_object(Bucket=bucket, Key=key, Body=content, **encrypted)

    def delete(self, uri: str) -> None:
        """Delete an object, if it is there."""
        bucket, key = split(_plain(uri))
        own_clients.client("s3", self._account).delete_object(Bucket=bucket, Key=key)


class Tables:
    """The Glue catalog of an account."""

    def __init__(self, account: str, objects: Objects) -> None:
        self._client = own_clients.client("glue", account)
        self._account = account
        self._objects = objects

    def databases(self) -> list[Entity]:
        """All databases."""
        return self._all("get_databases", "DatabaseList")

    def database(self, name: str) -> Entity | None:
        """One database."""
        return self._one("get_database", "Database", Name=name)

    def tables(self, database: str) -> list[Entity]:
        """The tables and views of a database."""
        return self._all("get_tables", "TableList", DatabaseName=database)

    def table(self, database: str, name: str) -> Entity | None:
        """One table or view."""
        return self._one("get_table", "Table", DatabaseName=database, Name=name)

    def partitions(self, database: str, table: str) -> list[Entity]:
        """The registered partitions of a table."""
        return self._all("get_partitions", "Partitions", DatabaseName=database, TableName=table)

    def iceberg(self) -> Any:
        """The same catalog as PyIceberg's."""
        return glue_catalog(self._objects.properties)

    def federated(self, name: str) -> BucketTables | None:
        """The catalog of a table bucket, by its name: `s3tablescatalog/bucket`."""
        return bucket_catalog(name, self._account, self._objects.properties)

    def create_database(self, given: Entity) -> None:
        """Add a database."""
        self._client.create_database(DatabaseInput=given)

    def drop_database(self, name: str) -> None:
        """Remove a database with its tables."""
        for each in self.tables(name):
            self.drop_table(name, each["Name"])
        self._client.delete_database(Name=name)

    def create_table(self, database: str, given: Entity) -> None:
        """Add a table or view."""
        self._client.create_table(DatabaseName=database, TableInput=given)

    def update_table(self, database: str, given: Entity) -> None:
        """Replace a table or view."""
        self._client.update_table(DatabaseName=database, TableInput=given)

    def drop_table(self, database: str, name: str) -> None:
        """Remove a table or view."""
        self._client.delete_table(DatabaseName=database, Name=name)

    def create_partition(self, database: str, table: str, given: Entity) -> None:
        """Add a partition."""
        self._client.create_partition(DatabaseName=database, TableName=table, PartitionInput=given)

    def drop_partition(self, database: str, table: str, values: list[str]) -> None:
        """Remove a partition."""
        self._client.delete_partition(
            DatabaseName=database, TableName=table, PartitionValues=values
        )

    def _one(self, operation: str, key: str, **parameters: str) -> Entity | None:
        try:
            found: Entity = getattr(self._client, operation)(**parameters)[key]
        except ClientError as error:
            if error.response["Error"]["Code"] == MISSING:
                return None
            raise
        return found

    def _all(self, operation: str, key: str, **parameters: str) -> list[Entity]:
        pages = self._client.get_paginator(operation).paginate(**parameters)
        return [each for page in pages for each in page[key]]


def _plain(uri: str) -> str:
    """A URI by the scheme s3, for which s3a and s3n are other names."""
    scheme, _, rest = uri.partition("://")
    return f"s3://{rest}" if scheme in ("s3a", "s3n") else uri
