"""Feature groups."""

import json
import re
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.common.durability import Durability
from components.common.iam import Document
from components.data.feature_group import (
    FeatureGroup,
    FeatureGroupArgs,
    FeatureType,
    TableFormat,
    offline_store_policy,
    table_name,
)
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
BUCKET = "arn:aws:s3:::maslow-dev-lake-features"
GROUP = "aws:sagemaker/featureGroup:FeatureGroup"
FEATURES = {
    "visit_id": FeatureType.STRING,
    "visited_at": FeatureType.STRING,
    "age": FeatureType.INTEGRAL,
    "creatinine": FeatureType.FRACTIONAL,
}


def recorded(**changes: Any) -> Graph:
    args: FeatureGroupArgs = {
        "feature_group_name": "maslow-dev-patient-visits-v1",
        "record_id": "visit_id",
        "event_time": "visited_at",
        "features": FEATURES,
        "online": True,
        "bucket": "maslow-dev-lake-features",
        "bucket_arn": BUCKET,
        "database_name": "maslow_dev_features",
        "key_arn": KEY,
        "account_id": "123456789012",
        "region": "eu-west-1",
        "durability": Durability.PROTECTED,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: FeatureGroup("maslow-dev-patient-visits", args) and None)


def policy(*, iceberg: bool) -> Document:
    return offline_store_policy(
        bucket_arn=BUCKET,
        prefix="visits-v1",
        key_arn=KEY,
        account_id="123456789012",
        region="eu-west-1",
        database="maslow_dev_features",
        table="visits_v1",
        iceberg=iceberg,
    )


def test_features_keep_their_order_and_types() -> None:
    assert recorded().one(GROUP).inputs["featureDefinitions"] == [
        {"featureName": "visit_id", "featureType": "String"},
        {"featureName": "visited_at", "featureType": "String"},
        {"featureName": "age", "featureType": "Integral"},
        {"featureName": "creatinine", "featureType": "Fractional"},
    ]


def test_both_stores_are_encrypted_by_the_given_key() -> None:
    group = recorded().one(GROUP).inputs
    assert group["onlineStoreConfig"]["securityConfig"] == {"kmsKeyId": KEY}
    assert group["offlineStoreConfig"]["s3StorageConfig"]["kmsKeyId"] == KEY


def test_a_group_may_do_without_an_online_store() -> None:
    group = recorded(online=False).one(GROUP).inputs
    assert "onlineStoreConfig" not in group
    assert group["offlineStoreConfig"]["tableFormat"] == "Iceberg"


def test_records_leave_the_online_store_when_they_are_told_to() -> None:
    online = recorded(ttl_hours=720).one(GROUP).inputs["onlineStoreConfig"]
    assert online["ttlDuration"] == {"unit": "Days", "value": 30}
    online = recorded(ttl_hours=36).one(GROUP).inputs["onlineStoreConfig"]
    assert online["ttlDuration"] == {"unit": "Hours", "value": 36}
    assert "ttlDuration" not in recorded().one(GROUP).inputs["onlineStoreConfig"]


def test_a_group_in_memory_has_no_offline_store_and_no_key_and_its_role_may_do_nothing() -> None:
    graph = recorded(in_memory=True)
    group = graph.one(GROUP).inputs
    assert group["onlineStoreConfig"] == {"enableOnlineStore": True, "storageType": "InMemory"}
    assert "offlineStoreConfig" not in group
    assert graph.of_type("aws:iam/rolePolicy:RolePolicy") == []
    assert group["roleArn"].endswith(f":role/{graph.one('aws:iam/role:Role').inputs['name']}")


def test_the_offline_table_has_a_name_to_be_queried_by() -> None:
    offline = recorded(table_format=TableFormat.GLUE).one(GROUP).inputs["offlineStoreConfig"]
    assert offline["dataCatalogConfig"] == {
        "catalog": "AwsDataCatalog",
        "database": "maslow_dev_features",
        "tableName": "maslow_dev_patient_visits_v1",
    }
    assert offline["tableFormat"] == "Glue"
    assert re.fullmatch(r"[a-z0-9_]+", table_name("Maslow-Dev-Visits-v1"))


@pytest.mark.parametrize(
    ("durability", "options"),
    [
        (Durability.DISPOSABLE, {}),
        (Durability.KEEP, {"retainOnDelete": True}),
        (Durability.PROTECTED, {"retainOnDelete": True, "protect": True}),
    ],
)
def test_a_group_outlives_the_stack_unless_it_is_disposable(
    durability: Durability, options: dict[str, bool]
) -> None:
    kept = ("retainOnDelete", "protect")
    group = recorded(durability=durability).one(GROUP)
    assert {key: value for key, value in group.options.items() if key in kept} == options


def test_the_group_waits_for_its_roles_policy() -> None:
    graph = recorded()
    assert graph.one("aws:iam/rolePolicy:RolePolicy").urn in graph.one(GROUP).dependencies


def test_the_role_writes_below_the_groups_own_prefix_only() -> None:
    graph = recorded()
    group = graph.one(GROUP).inputs
    prefix = group["offlineStoreConfig"]["s3StorageConfig"]["s3Uri"].removeprefix("s3://")
    document = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    writing = [s for s in document["Statement"] if "s3:PutObject" in s["Action"]]
    assert [s["Resource"] for s in writing] == [[f"arn:aws:s3:::{prefix}/*"]]


def test_every_resource_of_the_role_is_the_groups_own() -> None:
    catalog = "arn:aws:glue:eu-west-1:123456789012:"
    own = {
        *(BUCKET, f"{BUCKET}/visits-v1/*", KEY, f"{catalog}catalog"),
        *(
            f"{catalog}database/maslow_dev_features",
            f"{catalog}table/maslow_dev_features/visits_v1",
        ),
    }
    assert {r for s in policy(iceberg=False)["Statement"] for r in s["Resource"]} == own
    more = {r for s in policy(iceberg=True)["Statement"] for r in s["Resource"]} - own
    assert more == {f"{BUCKET}/visits-v1/*/metadata/*"}


def test_nothing_is_read_back_but_an_iceberg_tables_metadata() -> None:
    def reading(document: Document) -> list[list[str]]:
        return [s["Resource"] for s in document["Statement"] if "s3:GetObject" in s["Action"]]

    assert reading(policy(iceberg=False)) == []
    assert reading(policy(iceberg=True)) == [[f"{BUCKET}/visits-v1/*/metadata/*"]]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"record_id": "visit"}, "record_id 'visit' is not among its features"),
        ({"event_time": "when"}, "event_time 'when' is not among its features"),
        ({"event_time": "age"}, "event_time 'age' must be String or Fractional"),
        ({"features": {**FEATURES, "is_deleted": FeatureType.STRING}}, "is_deleted is kept"),
        ({"features": {**FEATURES, "a b": FeatureType.STRING}}, "'a b' is not 1 to 64"),
        ({"features": {**FEATURES, "_age": FeatureType.STRING}}, "'_age' is not 1 to 64"),
        ({"feature_group_name": "v" * 65}, "is not 1 to 64"),
        ({"online": False, "ttl_hours": 3}, "ttl_hours belongs to the online store"),
        ({"online": False, "in_memory": True}, "in_memory belongs to the online store"),
        ({"descriptions": {"agee": "years"}}, "agee is described, and no feature"),
    ],
)
def test_what_feature_store_would_refuse_is_refused_by_name(
    wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        recorded(**wrong)


def test_a_fractional_event_time_and_the_longest_name_are_taken() -> None:
    group = recorded(event_time="creatinine", feature_group_name="v" * 64).one(GROUP).inputs
    assert group["eventTimeFeatureName"] == "creatinine"


def test_the_group_is_one_that_sagemaker_takes() -> None:
    inputs = recorded(ttl_hours=30).one(GROUP).inputs
    inputs["tags"] = [{"Key": key, "Value": value} for key, value in inputs["tags"].items()]
    renamed = {"s3Uri": "S3Uri", "s3StorageConfig": "S3StorageConfig"}

    def as_api(value: Any) -> Any:
        if isinstance(value, dict):
            return {renamed.get(k, k[0].upper() + k[1:]): as_api(v) for k, v in value.items()}
        return [as_api(item) for item in value] if isinstance(value, list) else value

    operation = get_session().get_service_model("sagemaker").operation_model("CreateFeatureGroup")
    report = ParamValidator().validate(as_api(inputs), operation.input_shape)
    assert not report.has_errors(), report.generate_report()
    known = operation.input_shape.members["OfflineStoreConfig"].members
    assert as_api(inputs["offlineStoreConfig"]).keys() <= known.keys()
