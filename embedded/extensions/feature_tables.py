"""The tables of offline stores: in Glue over Parquet files, or as Iceberg keeps them.

https://docs.aws.amazon.com/sagemaker/latest/dg/feature-store-offline.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OfflineStoreConfig.html
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from moto.core.exceptions import ServiceException
from moto.glue.models import GlueBackend, glue_backends
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from embedded.feature_store.offline import (
    PARTITIONS,
    File,
    Row,
    daily_files,
    glue_columns,
    hourly_files,
)
from embedded.feature_store.schema import Schema

if TYPE_CHECKING:
    from pyiceberg.catalog.glue import GlueCatalog
    from pyiceberg.schema import Schema as IcebergSchema

DEFAULT_DATABASE = "sagemaker_featurestore"
PARQUET = "org.apache.hadoop.hive.ql.io.parquet"
DAY_CHARACTERS = 10
"""How much of an ISO 8601 time tells its day."""


class Blocked(Exception):
    """The offline store can't be written, with the reason."""


@dataclass(frozen=True)
class Store:
    """Where a group's offline records go."""

    account_id: str
    region: str
    config: dict[str, Any]
    """The group's OfflineStoreConfig as it is described."""
    schema: Schema

    @property
    def uri(self) -> str:
        """The S3 URI that its data lie below."""
        return str(self.config["S3StorageConfig"]["ResolvedOutputS3Uri"])

    @property
    def key(self) -> str | None:
        """The KMS key of its objects."""
        found: str | None = self.config["S3StorageConfig"].get("KmsKeyId")
        return found

    @property
    def is_iceberg(self) -> bool:
        """Whether it is an Iceberg table."""
        return self.config.get("TableFormat") == "Iceberg"

    @property
    def table(self) -> tuple[str, str] | None:
        """Database and name of the Glue table that Feature Store keeps, or None."""
        catalog = self.config.get("DataCatalogConfig")
        if not catalog or self.config.get("DisableGlueTableCreation"):
            return None
        return catalog["Database"].lower(), catalog["TableName"].lower()

    @property
    def glue(self) -> GlueBackend:
        """Glue in its account and region."""
        backend: GlueBackend = glue_backends[self.account_id][self.region]
        return backend


def create(store: Store) -> None:
    """Make the store's table in Glue, if it is to have one.

    A table of the same name, such as one that a deleted group has left, makes way for it: AWS does
    not document what it does then. Raises Blocked.
    """
    if store.table is None:
        return
    database, name = store.table
    if database == DEFAULT_DATABASE and database not in store.glue.databases:
        store.glue.create_database(database, {"Name": database})
    if database not in store.glue.databases:
        raise Blocked(f"Glue has no database {database} for the table {name}.")
    if name in store.glue.databases[database].tables:
        store.glue.delete_table(database, name)
    if store.is_iceberg:
        _require_bucket(store)
        _create_iceberg(store, database, name)
    else:
        store.glue.create_table(database, name, _table_input(store, name))


def add_columns(store: Store, before: Schema) -> None:
    """Give the table the columns of features that the group has gained. Raises Blocked."""
    if store.table is None:
        return
    database, name = _existing(store)
    added = [each for each in store.schema.features if each not in before.features]
    if store.is_iceberg:
        types = _iceberg_schema(store.schema)
        with _catalog(store).load_table((database, name)).update_schema() as changing:
            for feature in added:
                changing.add_column(feature, types.find_field(feature).field_type)
        return
    table_input = _as_input(store.glue.get_table(database, name).as_dict())
    columns = table_input["StorageDescriptor"]["Columns"]
    gained = {feature.lower() for feature in added}
    columns = [*columns, *(each for each in glue_columns(store.schema) if each["Name"] in gained)]
    descriptor = table_input["StorageDescriptor"] | {"Columns": columns}
    store.glue.update_table(database, name, table_input | {"StorageDescriptor": descriptor})


def write(store: Store, rows: Sequence[Row], at: datetime) -> None:
    """Write rows, whose write_time is `at`. Raises Blocked."""
    _require_bucket(store)
    table = _existing(store) if store.table else None
    part = daily_files if store.is_iceberg else hourly_files
    made = part(rows, store.schema, at)
    bucket, _, prefix = store.uri.removeprefix("s3://").partition("/")
    s3 = s3_backends[store.account_id][get_partition(store.region)]
    for file in made:
        s3.put_object(
            bucket,
            f"{prefix}/{file.path}",
            file.content,
            encryption="aws:kms" if store.key else None,
            kms_key_id=store.key,
        )
    if table and store.is_iceberg:
        # PyIceberg's own way to write a partitioned table needs a package of Rust's beside it.
        paths = [f"{store.uri}/{file.path}" for file in made]
        _catalog(store).load_table(table).add_files(paths, check_duplicate_files=False)
    elif table:
        _register(store, table, made)


def _register(store: Store, table: tuple[str, str], made: Sequence[File]) -> None:
    """Tell Glue of the partitions of new files; those that it knows stay as they are."""
    descriptor = store.glue.get_table(*table).as_dict()["StorageDescriptor"]
    inputs = [
        {
            "Values": list(file.partition),
            "StorageDescriptor": descriptor
            | {"Location": f"{store.uri}/{file.path.rpartition('/')[0]}"},
        }
        for file in made
    ]
    store.glue.batch_create_partition(*table, inputs)


def _require_bucket(store: Store) -> None:
    bucket = store.uri.removeprefix("s3://").partition("/")[0]
    try:
        s3_backends[store.account_id][get_partition(store.region)].get_bucket(bucket)
    except ServiceException:
        raise Blocked(f"S3 has no bucket {bucket} for the offline store.") from None


def _existing(store: Store) -> tuple[str, str]:
    database, name = store.table or ("", "")
    if database in store.glue.databases and name in store.glue.databases[database].tables:
        return database, name
    raise Blocked(f"Glue has no table {database}.{name} any more, which the offline store had.")


def _table_input(store: Store, name: str) -> dict[str, Any]:
    return {
        "Name": name,
        "TableType": "EXTERNAL_TABLE",
        "Parameters": {"EXTERNAL": "TRUE", "classification": "parquet"},
        "PartitionKeys": [{"Name": key, "Type": "string"} for key in PARTITIONS],
        "StorageDescriptor": {
            "Columns": glue_columns(store.schema),
            "Location": store.uri,
            "InputFormat": f"{PARQUET}.MapredParquetInputFormat",
            "OutputFormat": f"{PARQUET}.MapredParquetOutputFormat",
            "SerdeInfo": {"SerializationLibrary": f"{PARQUET}.serde.ParquetHiveSerDe"},
        },
    }


def _as_input(table: dict[str, Any]) -> dict[str, Any]:
    members = ("Name", "TableType", "Parameters", "PartitionKeys", "StorageDescriptor")
    return {key: table[key] for key in members if key in table}


def _catalog(store: Store) -> "GlueCatalog":
    from embedded.extensions.iceberg_files import glue_catalog, properties_of

    return glue_catalog(properties_of(store.account_id, store.region, store.key))


def _create_iceberg(store: Store, database: str, name: str) -> None:
    """A table of days by its event time, for text; AWS documents no partition of Unix seconds."""
    from pyiceberg.partitioning import PartitionField, PartitionSpec
    from pyiceberg.transforms import TruncateTransform

    schema = _iceberg_schema(store.schema)
    event_time = schema.find_field(store.schema.event_time)
    by_day = PartitionField(
        event_time.field_id, 1000, TruncateTransform(DAY_CHARACTERS), f"{event_time.name}_trunc"
    )
    is_text = store.schema.features[event_time.name].type == "String"
    _catalog(store).create_table(
        (database, name),
        schema,
        location=store.uri.removesuffix("/data"),
        partition_spec=PartitionSpec(by_day) if is_text else PartitionSpec(),
    )


def _iceberg_schema(schema: Schema) -> "IcebergSchema":
    from pyiceberg.schema import Schema as IcebergSchema
    from pyiceberg.types import (
        BooleanType,
        DoubleType,
        LongType,
        NestedField,
        StringType,
        TimestampType,
    )

    types = {"String": StringType(), "Integral": LongType(), "Fractional": DoubleType()}
    columns = {name: types[each.type] for name, each in schema.features.items()} | {
        "write_time": TimestampType(),
        "api_invocation_time": TimestampType(),
        "is_deleted": BooleanType(),
    }
    return IcebergSchema(
        *(
            NestedField(number, name, type_, required=False)
            for number, (name, type_) in enumerate(columns.items(), start=1)
        )
    )
