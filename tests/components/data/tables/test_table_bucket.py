"""Table buckets: what S3 Tables is told of them and of their tables."""

import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.data.tables.table_bucket import TableBucket, TableBucketArgs
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234"
DOSES: dict[str, Any] = {
    "namespace": "oncology",
    "table": "doses",
    "columns": {"dose_id": "string", "counted": "bigint", "milligrams": "decimal(8,2)"},
    "required": ["dose_id"],
    "compaction_mb": 256,
    "snapshots_kept": 5,
    "snapshot_hours": 168,
}


def recorded(durability: Durability = Durability.KEEP, tables: Any = None) -> Graph:
    args: TableBucketArgs = {
        "bucket_name": "maslow-dev-tables",
        "tables": tables or [DOSES, {**DOSES, "table": "given_doses"}],  # type: ignore[typeddict-item]
        "unreferenced_days": 7,
        "noncurrent_days": 30,
        "key_arn": KEY,
        "durability": durability,
    }
    return record(lambda: TableBucket("maslow-dev-tables", args) and None)


def of(kind: str, graph: Graph) -> list[Any]:
    return [each for each in graph.resources if each.type == f"aws:s3tables/{kind}"]


def test_the_bucket_is_encrypted_with_the_key_and_no_table_otherwise() -> None:
    graph = recorded()
    (bucket,) = of("tableBucket:TableBucket", graph)
    wanted = {"sseAlgorithm": "aws:kms", "kmsKeyArn": KEY}
    assert bucket.inputs["encryptionConfiguration"] == wanted
    tables = of("table:Table", graph)
    assert len(tables) == 2
    assert not any("encryptionConfiguration" in table.inputs for table in tables)


def test_files_that_nothing_names_go_after_the_days_that_are_told() -> None:
    (bucket,) = of("tableBucket:TableBucket", recorded())
    removal = bucket.inputs["maintenanceConfiguration"]["icebergUnreferencedFileRemoval"]
    assert removal == {
        "status": "enabled",
        "settings": {"unreferencedDays": 7, "nonCurrentDays": 30},
    }


def test_a_table_is_compacted_and_its_snapshots_are_forgotten_as_told() -> None:
    upkeep = of("table:Table", recorded())[0].inputs["maintenanceConfiguration"]
    assert upkeep["icebergCompaction"]["settings"] == {"targetFileSizeMb": 256}
    assert upkeep["icebergSnapshotManagement"]["settings"] == {
        "minSnapshotsToKeep": 5,
        "maxSnapshotAgeHours": 168,
    }


def test_columns_have_types_of_iceberg() -> None:
    table = of("table:Table", recorded())[0].inputs
    assert table["metadata"]["iceberg"]["schema"]["fields"] == [
        {"name": "dose_id", "type": "string", "required": True},
        {"name": "counted", "type": "long", "required": False},
        {"name": "milligrams", "type": "decimal(8,2)", "required": False},
    ]


def test_tables_of_one_namespace_share_it() -> None:
    graph = recorded()
    (namespace,) = of("namespace:Namespace", graph)
    assert all(namespace.urn in each.dependencies for each in of("table:Table", graph))
    assert [each.inputs["namespace"] for each in of("table:Table", graph)] == ["oncology"] * 2


def test_other_columns_in_the_program_do_not_make_the_table_anew() -> None:
    for table in of("table:Table", recorded()):
        assert table.options["ignoreChanges"] == ["metadata"]


def test_nobody_comes_without_tls() -> None:
    (policy,) = of("tableBucketPolicy:TableBucketPolicy", recorded())
    (statement,) = json.loads(policy.inputs["resourcePolicy"])["Statement"]
    assert (statement["Effect"], statement["Principal"]) == ("Deny", "*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2


@pytest.mark.parametrize(
    ("durability", "protected", "kept"),
    [
        (Durability.DISPOSABLE, False, False),
        (Durability.KEEP, False, True),
        (Durability.PROTECTED, True, True),
    ],
)
def test_bucket_and_tables_outlive_the_stack_as_told(
    durability: Durability, protected: bool, kept: bool
) -> None:
    graph = recorded(durability)
    for each in (*of("tableBucket:TableBucket", graph), *of("table:Table", graph)):
        options = each.options
        assert options.get("protect", False) is protected
        assert options.get("retainOnDelete", False) is kept
    (bucket,) = of("tableBucket:TableBucket", graph)
    assert bucket.inputs["forceDestroy"] is not kept


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"compaction_mb": 32}, "64 to 512 MB"),
        ({"required": ["ward"]}, "no column ward"),
        ({"columns": {"dose_id": "array<int>"}}, "simple types"),
        ({"columns": {"dose_id": "varchar(5)"}}, "keeps no varchar"),
        ({"columns": {"dose_id": "text"}}, "not a type"),
        ({"columns": {"dose_id": "int", "_pos": "int"}}, "keeps for itself"),
    ],
)
def test_what_s3_tables_would_refuse_is_refused(changed: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        recorded(tables=[{**DOSES, **changed}])


def test_a_table_is_there_once() -> None:
    with pytest.raises(ValueError, match=r"oncology\.doses is there twice"):
        recorded(tables=[DOSES, DOSES])
