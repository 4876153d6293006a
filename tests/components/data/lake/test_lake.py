"""The lake."""

import json
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.common.durability import Durability
from components.common.hardened_bucket import LockMode
from components.common.limits import SMALLEST_SCAN_BYTES
from components.data.lake.lake import Lake, LakeArgs
from components.data.lake.zone import Zone, ZoneArgs, database_name
from infra.graph import Graph, Resource, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
BUCKET = "aws:s3/bucket:Bucket"
DATABASE = "aws:glue/catalogDatabase:CatalogDatabase"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
WORKGROUP = "aws:athena/workgroup:Workgroup"
ZONES = [zone.value for zone in Zone]


def recorded(**changes: Any) -> Graph:
    args: LakeArgs = {
        "database_prefix": "maslow_dev",
        "zones": {},
        "scan_limit_bytes": 10**12,
        "key_arn": KEY,
        "account_id": "123456789012",
        "log_bucket": "maslow-dev-access-logs",
        "durability": Durability.PROTECTED,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: Lake("maslow-dev-lake", args) and None)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def part(graph: Graph, kind: str, bucket: str) -> Resource:
    """The resource of one kind that sets something of a bucket up."""
    (found,) = [
        r
        for r in graph.of_type(f"aws:s3/bucket{kind}:Bucket{kind}")
        if r.inputs["bucket"] == f"maslow-dev-lake-{bucket}-bucket"
    ]
    return found


def lasting(resource: Resource) -> dict[str, bool]:
    """The options that say how a resource outlives the stack."""
    return {
        option: value
        for option, value in resource.options.items()
        if option in {"protect", "retainOnDelete"}
    }


def test_each_zone_and_the_results_have_a_bucket_of_their_own(graph: Graph) -> None:
    assert {bucket.name for bucket in graph.of_type(BUCKET)} == {
        f"maslow-dev-lake-{what}-bucket" for what in (*ZONES, "results")
    }


@pytest.mark.parametrize("bucket", [*ZONES, "results"])
def test_a_zone_refuses_plain_http(graph: Graph, bucket: str) -> None:
    policy = json.loads(part(graph, "Policy", bucket).inputs["policy"])
    arn = f"arn:aws:s3:::maslow-dev-lake-{bucket}-bucket"
    assert {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": ["s3:*"],
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    } in policy["Statement"]


@pytest.mark.parametrize("bucket", [*ZONES, "results"])
def test_a_zone_is_versioned_encrypted_and_logs_its_access(graph: Graph, bucket: str) -> None:
    versioning = part(graph, "Versioning", bucket).inputs["versioningConfiguration"]
    assert versioning["status"] == "Enabled"
    (rule,) = part(graph, "ServerSideEncryptionConfiguration", bucket).inputs["rules"]
    assert rule["applyServerSideEncryptionByDefault"]["kmsMasterKeyId"] == KEY
    assert part(graph, "Logging", bucket).inputs["targetBucket"] == "maslow-dev-access-logs"


def test_a_zone_keeps_its_objects_unless_a_retention_is_given() -> None:
    graph = recorded(zones={"raw": {"retention_days": 3650, "noncurrent_days": 7}})
    (raw,) = part(graph, "LifecycleConfiguration", "raw").inputs["rules"]
    assert raw["expiration"] == {"days": 3650}
    assert raw["noncurrentVersionExpiration"] == {"noncurrentDays": 7}
    (curated,) = part(graph, "LifecycleConfiguration", "curated").inputs["rules"]
    assert "days" not in curated["expiration"]


def test_query_results_are_gone_after_a_month_whatever_the_durability(graph: Graph) -> None:
    (rule,) = part(graph, "LifecycleConfiguration", "results").inputs["rules"]
    assert rule["expiration"] == {"days": 30}
    results = graph.one(BUCKET, "maslow-dev-lake-results-bucket")
    assert lasting(results) == {}
    assert results.inputs["forceDestroy"] is True


@pytest.mark.parametrize(
    ("durability", "options"),
    [
        (Durability.DISPOSABLE, {}),
        (Durability.KEEP, {"retainOnDelete": True}),
        (Durability.PROTECTED, {"retainOnDelete": True, "protect": True}),
    ],
)
def test_zones_and_their_tables_share_one_durability(
    durability: Durability, options: dict[str, bool]
) -> None:
    graph = recorded(durability=durability)
    for zone in ZONES:
        for resource in (
            graph.one(BUCKET, f"maslow-dev-lake-{zone}-bucket"),
            graph.one(DATABASE, f"maslow-dev-lake-{zone}"),
        ):
            assert lasting(resource) == options


def test_each_zone_has_a_database_that_lies_in_its_bucket(graph: Graph) -> None:
    assert {r.inputs["name"]: r.inputs["locationUri"] for r in graph.of_type(DATABASE)} == {
        f"maslow_dev_{zone}": f"s3://maslow-dev-lake-{zone}-bucket/" for zone in ZONES
    }


def test_any_further_zone_has_a_bucket_and_a_database_beside_the_three() -> None:
    graph = recorded(zones={"gold-tables": {"retention_days": 9}})
    (rule,) = part(graph, "LifecycleConfiguration", "gold-tables").inputs["rules"]
    assert rule["expiration"] == {"days": 9}
    gold = graph.one(DATABASE, "maslow-dev-lake-gold-tables")
    assert gold.inputs["name"] == "maslow_dev_gold_tables"
    assert gold.inputs["locationUri"] == "s3://maslow-dev-lake-gold-tables-bucket/"
    assert len(graph.of_type(DATABASE)) == len(ZONES) + 1


def test_objects_of_a_zone_move_to_cheaper_storage_in_s3s_order() -> None:
    graph = recorded(zones={"raw": {"storage": {"deep_archive": 365, "glacier_ir": 90}}})
    (rule,) = part(graph, "LifecycleConfiguration", "raw").inputs["rules"]
    assert [(each["storageClass"], each["days"]) for each in rule["transitions"]] == [
        ("GLACIER_IR", 90),
        ("DEEP_ARCHIVE", 365),
    ]
    (curated,) = part(graph, "LifecycleConfiguration", "curated").inputs["rules"]
    assert "transitions" not in curated


def test_moves_that_s3_refuses_are_refused() -> None:
    with pytest.raises(ValueError, match="raw: storage standard_ia: S3 moves objects there after"):
        recorded(zones={"raw": {"storage": {"standard_ia": 7}}})


def test_a_locked_zone_keeps_its_objects_from_deletion_and_the_bucket_stays() -> None:
    lock = {"mode": LockMode.COMPLIANCE, "days": 365}
    before, after = recorded(), recorded(zones={"raw": {"lock": lock}})
    (locked,) = after.of_type(LOCK)
    assert locked.inputs["bucket"] == "maslow-dev-lake-raw-bucket"
    assert locked.inputs["rule"]["defaultRetention"] == {"mode": "COMPLIANCE", "days": 365}
    # What would replace the bucket is nothing of the lock's.
    name = "maslow-dev-lake-raw-bucket"
    assert before.one(BUCKET, name).inputs == after.one(BUCKET, name).inputs
    assert before.of_type(LOCK) == []


def test_what_is_locked_cannot_be_disposable() -> None:
    with pytest.raises(ValueError, match="what is locked cannot be disposable"):
        recorded(
            durability=Durability.DISPOSABLE,
            zones={"raw": {"lock": {"mode": LockMode.GOVERNANCE, "days": 1}}},
        )


def test_a_zone_tells_eventbridge_of_its_objects_where_that_is_asked_for() -> None:
    (told,) = recorded(zones={"raw": {"tells": True}, "curated": {}}).of_type(
        "aws:s3/bucketNotification:BucketNotification"
    )
    assert told.inputs["bucket"] == "maslow-dev-lake-raw-bucket"
    assert told.inputs["eventbridge"] is True


def test_what_fsx_adds_to_the_notifications_of_a_linked_zone_is_left_alone() -> None:
    zones: dict[str, ZoneArgs] = {
        "raw": {"tells": True, "linked": True},
        "curated": {"tells": True},
    }
    told = {
        each.inputs["bucket"]: each.options.get("ignoreChanges")
        for each in recorded(zones=zones).of_type("aws:s3/bucketNotification:BucketNotification")
    }
    assert told == {
        "maslow-dev-lake-raw-bucket": ["lambdaFunctions", "queues", "topics"],
        "maslow-dev-lake-curated-bucket": None,
    }


@pytest.mark.parametrize("name", ["Gold", "results", "a" * 17, "gold_", "-gold", ""])
def test_a_zone_that_could_not_be_named_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match=r"^zone "):
        recorded(zones={name: {}})


@pytest.mark.parametrize("prefix", ["maslow-dev", "Maslow", "", "1st"])
def test_a_database_that_needs_quotes_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"^database_prefix"):
        database_name(prefix, Zone.RAW.value)


def test_no_client_of_the_workgroup_can_leave_its_settings(graph: Graph) -> None:
    configuration = graph.one(WORKGROUP).inputs["configuration"]
    assert configuration["enforceWorkgroupConfiguration"] is True
    assert configuration["publishCloudwatchMetricsEnabled"] is True
    assert configuration["bytesScannedCutoffPerQuery"] == 10**12
    result = configuration["resultConfiguration"]
    assert result["outputLocation"] == "s3://maslow-dev-lake-results-bucket/"
    assert result["expectedBucketOwner"] == "123456789012"
    assert result["encryptionConfiguration"] == {"encryptionOption": "SSE_KMS", "kmsKeyArn": KEY}


def test_the_smallest_scan_limit_is_taken() -> None:
    configuration = (
        recorded(scan_limit_bytes=SMALLEST_SCAN_BYTES).one(WORKGROUP).inputs["configuration"]
    )
    assert configuration["bytesScannedCutoffPerQuery"] == SMALLEST_SCAN_BYTES


def test_a_scan_limit_below_athenas_floor_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^scan_limit_bytes 9999999: below 10000000$"):
        recorded(scan_limit_bytes=SMALLEST_SCAN_BYTES - 1)


def test_the_floor_is_the_one_of_athenas_own_model() -> None:
    shape = get_session().get_service_model("athena").operation_model("CreateWorkGroup").input_shape
    for limit, fits in ((SMALLEST_SCAN_BYTES, True), (SMALLEST_SCAN_BYTES - 1, False)):
        request = {"Name": "w", "Configuration": {"BytesScannedCutoffPerQuery": limit}}
        assert ParamValidator().validate(request, shape).has_errors() is not fits


def test_access_logs_are_left_out_where_there_is_no_bucket_for_them() -> None:
    args: LakeArgs = {
        "database_prefix": "maslow_dev",
        "zones": {},
        "scan_limit_bytes": SMALLEST_SCAN_BYTES,
        "key_arn": KEY,
        "account_id": "123456789012",
        "durability": Durability.KEEP,
    }
    graph = record(lambda: Lake("maslow-dev-lake", args) and None)
    assert graph.of_type("aws:s3/bucketLogging:BucketLogging") == []
