"""What a crawl changes in the data catalog: tables and partitions that are new, other, or gone.

https://docs.aws.amazon.com/glue/latest/dg/crawler-schema-changes-prevent.html
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from embedded.athena.catalog import Catalog, Entity, partition_keys
from embedded.crawling.folders import FoundTable

HIVE = "org.apache.hadoop.hive"
TEXT = ("org.apache.hadoop.mapred.TextInputFormat", f"{HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat")
PARQUET = (
    f"{HIVE}.ql.io.parquet.MapredParquetInputFormat",
    f"{HIVE}.ql.io.parquet.MapredParquetOutputFormat",
)
SERDES = {
    "csv": f"{HIVE}.serde2.lazy.LazySimpleSerDe",
    "json": "org.openx.data.jsonserde.JsonSerDe",
    "parquet": f"{HIVE}.ql.io.parquet.serde.ParquetHiveSerDe",
}
BY = "UPDATED_BY_CRAWLER"
"""The property that says whose a table is."""
DEPRECATED = "DEPRECATED_BY_CRAWLER"
UPDATE, DELETE, DEPRECATE = "UPDATE_IN_DATABASE", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE"


@dataclass(frozen=True)
class Policy:
    """What a crawler may change of tables that are there."""

    update: str = UPDATE
    """UPDATE_IN_DATABASE, or LOG: then only new tables and new partitions are added."""
    delete: str = DEPRECATE
    """What becomes of what is gone: DEPRECATE_IN_DATABASE, DELETE_FROM_DATABASE or LOG."""
    merges: bool = False
    """Whether columns are only added, by MergeNewColumns."""


@dataclass
class Changes:
    """How many tables and partitions a crawl has made, changed and taken away."""

    tables_created: int = 0
    tables_updated: int = 0
    tables_deleted: int = 0
    partitions_created: int = 0
    partitions_updated: int = 0
    partitions_deleted: int = 0
    told: list[str] = field(default_factory=list)
    """What was only logged, a sentence each."""


@dataclass(frozen=True)
class Crawl:
    """One crawl into a database."""

    catalog: Catalog
    crawler: str
    database: str
    prefix: str
    """What names of tables begin with."""
    policy: Policy
    now: str
    """Milliseconds since 1970."""

    def bring(self, found: Iterable[FoundTable]) -> Changes:
        """Have the catalog tell of what was found, and of nothing else of the crawler's."""
        changes, kept = Changes(), set()
        for table in found:
            known = self._known(table)
            if known is None:
                name = self._free_name(table)
                self.catalog.create_table(self.database, self._input(name, table))
                changes.tables_created += 1
            else:
                name = known["Name"]
                self._update(known, table, changes)
            kept.add(name)
            self._partitions(name, table, changes)
        for each in self.catalog.tables(self.database):
            mine = (each.get("Parameters") or {}).get(BY) == self.crawler
            if mine and each["Name"] not in kept:
                self._gone(each, changes)
        return changes

    def _known(self, found: FoundTable) -> Entity | None:
        """The table that tells of the place already."""
        for table in self.catalog.tables(self.database):
            where = (table.get("StorageDescriptor") or {}).get("Location") or ""
            if where.rstrip("/") == found.location.rstrip("/"):
                return table
        return None

    def _free_name(self, found: FoundTable) -> str:
        """A name that no table has: with a hash where another place's table is called so."""
        name = f"{self.prefix}{found.name}"
        if self.catalog.table(self.database, name) is None:
            return name
        return f"{name}_{hashlib.md5(found.location.encode(), usedforsecurity=False).hexdigest()}"

    def _update(self, known: Entity, found: FoundTable, changes: Changes) -> None:
        wanted = self._input(known["Name"], found)
        before = {each["Name"]: each["Type"] for each in known["StorageDescriptor"]["Columns"]}
        after = {each["Name"]: each["Type"] for each in wanted["StorageDescriptor"]["Columns"]}
        if self.policy.merges:
            after = {**before, **{name: of for name, of in after.items() if name not in before}}
            wanted["StorageDescriptor"]["Columns"] = _columns(after)
        was = (known.get("Parameters") or {}).get(DEPRECATED)
        same_keys = [each["Name"] for each in partition_keys(known)] == list(found.keys)
        if before == after and same_keys and not was:
            return
        if self.policy.update != UPDATE:
            changes.told.append(f"The schema of {known['Name']} has changed, and is left as it is.")
            return
        if not same_keys:
            for each in self.catalog.partitions(self.database, known["Name"]):
                self.catalog.drop_partition(self.database, known["Name"], each["Values"])
                changes.partitions_deleted += 1
        self.catalog.update_table(self.database, wanted)
        changes.tables_updated += 1

    def _partitions(self, name: str, found: FoundTable, changes: Changes) -> None:
        table = self.catalog.table(self.database, name) or {}
        if [each["Name"] for each in partition_keys(table)] != list(found.keys):
            return
        known = {tuple(each["Values"]) for each in self.catalog.partitions(self.database, name)}
        for location, values in found.partitions.items():
            if values not in known:
                descriptor = {**table["StorageDescriptor"], "Location": location}
                given = {"Values": list(values), "StorageDescriptor": descriptor}
                self.catalog.create_partition(self.database, name, given)
                changes.partitions_created += 1
        for values in known - set(found.partitions.values()):
            if self.policy.delete == DELETE:
                self.catalog.drop_partition(self.database, name, list(values))
                changes.partitions_deleted += 1
            else:
                changes.told.append(
                    f"The files of partition {'/'.join(values)} of {name} are gone."
                )

    def _gone(self, table: Entity, changes: Changes) -> None:
        name = table["Name"]
        if self.policy.delete == DELETE:
            self.catalog.drop_table(self.database, name)
            changes.tables_deleted += 1
        elif self.policy.delete == DEPRECATE and DEPRECATED not in table["Parameters"]:
            parameters = {**table["Parameters"], DEPRECATED: self.now}
            kept = ("Name", "TableType", "PartitionKeys", "StorageDescriptor", "Owner")
            given = {key: table[key] for key in kept if key in table}
            self.catalog.update_table(self.database, {**given, "Parameters": parameters})
            changes.tables_updated += 1
        else:
            changes.told.append(f"The files of {name} are gone.")

    def _input(self, name: str, found: FoundTable) -> Entity:
        """The table as a TableInput of Glue's."""
        schema = found.schema
        own = {
            BY: self.crawler,
            "CrawlerSchemaDeserializerVersion": "1.0",
            "CrawlerSchemaSerializerVersion": "1.0",
            "classification": schema.classification,
            "compressionType": schema.compression,
            "typeOfData": "file",
            "objectCount": str(found.files),
            "recordCount": str(schema.rows),
            "sizeKey": str(found.size),
            "averageRecordSize": str(found.size // max(schema.rows, 1)),
        }
        takes, gives = PARQUET if schema.classification == "parquet" else TEXT
        serde: Entity = {"SerializationLibrary": SERDES[schema.classification], "Parameters": {}}
        if schema.classification == "csv":
            serde["Parameters"] = {"field.delim": schema.properties["delimiter"]}
        elif schema.classification == "json":
            serde["Parameters"] = {"paths": ",".join(schema.columns)}
        else:
            serde["Parameters"] = {"serialization.format": "1"}
        return {
            "Name": name,
            "Owner": "owner",
            "TableType": "EXTERNAL_TABLE",
            "Parameters": {**own, **schema.properties},
            "PartitionKeys": [{"Name": key, "Type": "string"} for key in found.keys],
            "StorageDescriptor": {
                "Columns": _columns(dict(schema.columns)),
                "Location": found.location,
                "InputFormat": takes,
                "OutputFormat": gives,
                "Compressed": schema.compression != "none",
                "SerdeInfo": serde,
                "Parameters": {**own, **schema.properties},
            },
        }


def _columns(types: dict[str, str]) -> list[Entity]:
    return [{"Name": name, "Type": type_} for name, type_ in types.items()]
