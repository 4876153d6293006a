import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/features"
DEFINITIONS = [
    {"FeatureName": "visit_id", "FeatureType": "String"},
    {"FeatureName": "visited_at", "FeatureType": "String"},
    {"FeatureName": "age", "FeatureType": "Integral"},
]
ONLINE = {"EnableOnlineStore": True, "SecurityConfig": {"KmsKeyId": "key"}}
OFFLINE = {"S3StorageConfig": {"S3Uri": "s3://features/store"}}


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


def _create(sagemaker, name, **stores):
    return sagemaker.create_feature_group(
        FeatureGroupName=name,
        RecordIdentifierFeatureName="visit_id",
        EventTimeFeatureName="visited_at",
        FeatureDefinitions=DEFINITIONS,
        RoleArn=ROLE,
        **stores,
    )["FeatureGroupArn"]


def test_an_online_only_group_has_no_offline_store(sagemaker):
    arn = _create(sagemaker, "online", OnlineStoreConfig=ONLINE, Description="visits")
    described = sagemaker.describe_feature_group(FeatureGroupName="online")
    assert described["FeatureGroupArn"] == arn
    assert described["FeatureGroupStatus"] == "Created"
    assert described["OnlineStoreConfig"] == ONLINE
    assert described["Description"] == "visits"
    assert "OfflineStoreConfig" not in described


def test_an_offline_group_names_its_table_and_its_folder(sagemaker):
    _create(sagemaker, "offline", OfflineStoreConfig=OFFLINE)
    store = sagemaker.describe_feature_group(FeatureGroupName="offline")["OfflineStoreConfig"]
    assert store["DataCatalogConfig"]["Database"] == "sagemaker_featurestore"
    assert store["S3StorageConfig"]["ResolvedOutputS3Uri"].startswith(
        "s3://features/store/123456789012/sagemaker/eu-west-1/offline-store/offline-"
    )


def test_a_group_without_a_glue_table_describes_none(sagemaker):
    _create(sagemaker, "untabled", OfflineStoreConfig=OFFLINE | {"DisableGlueTableCreation": True})
    store = sagemaker.describe_feature_group(FeatureGroupName="untabled")["OfflineStoreConfig"]
    assert store["DisableGlueTableCreation"] is True
    assert "DataCatalogConfig" not in store


def test_a_group_gains_features_and_a_time_to_live(sagemaker):
    _create(sagemaker, "growing", OnlineStoreConfig=ONLINE)
    assert "LastUpdateStatus" not in sagemaker.describe_feature_group(FeatureGroupName="growing")
    addition = {"FeatureName": "creatinine", "FeatureType": "Fractional"}
    sagemaker.update_feature_group(
        FeatureGroupName="growing",
        FeatureAdditions=[addition],
        OnlineStoreConfig={"TtlDuration": {"Unit": "Days", "Value": 30}},
    )
    described = sagemaker.describe_feature_group(FeatureGroupName="growing")
    assert described["FeatureDefinitions"] == [*DEFINITIONS, addition]
    assert described["LastUpdateStatus"] == {"Status": "Successful"}
    assert described["OnlineStoreConfig"] == ONLINE | {"TtlDuration": {"Unit": "Days", "Value": 30}}
    with pytest.raises(ClientError, match="already exists"):
        sagemaker.update_feature_group(FeatureGroupName="growing", FeatureAdditions=[addition])


def test_a_deleted_group_is_not_found_and_its_name_is_free(sagemaker):
    _create(sagemaker, "gone", OnlineStoreConfig=ONLINE)
    sagemaker.delete_feature_group(FeatureGroupName="gone")
    for operation in (sagemaker.describe_feature_group, sagemaker.delete_feature_group):
        with pytest.raises(sagemaker.exceptions.ResourceNotFound):
            operation(FeatureGroupName="gone")
    _create(sagemaker, "gone", OnlineStoreConfig=ONLINE)


def test_a_name_in_use_is_refused(sagemaker):
    _create(sagemaker, "taken", OnlineStoreConfig=ONLINE)
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        _create(sagemaker, "taken", OnlineStoreConfig=ONLINE)


def test_a_group_without_any_store_is_refused(sagemaker):
    with pytest.raises(ClientError, match="OfflineStoreConfig"):
        _create(sagemaker, "storeless")


def test_a_record_identifier_must_be_a_feature(sagemaker):
    with pytest.raises(ClientError, match="patient_id"):
        sagemaker.create_feature_group(
            FeatureGroupName="misnamed",
            RecordIdentifierFeatureName="patient_id",
            EventTimeFeatureName="visited_at",
            FeatureDefinitions=DEFINITIONS,
            OnlineStoreConfig=ONLINE,
        )


VECTOR = {
    "FeatureName": "image",
    "FeatureType": "Fractional",
    "CollectionType": "Vector",
    "CollectionConfig": {"VectorConfig": {"Dimension": 2}},
}
SECONDS = {"FeatureName": "visited_at", "FeatureType": "Integral"}


@pytest.mark.parametrize(
    ("stores", "definitions", "says"),
    [
        (
            {
                "OnlineStoreConfig": ONLINE | {"StorageType": "InMemory"},
                "OfflineStoreConfig": OFFLINE,
            },
            DEFINITIONS,
            "InMemory has no OfflineStoreConfig",
        ),
        (
            {
                "OfflineStoreConfig": OFFLINE
                | {"TableFormat": "Iceberg", "DisableGlueTableCreation": True}
            },
            DEFINITIONS,
            "Iceberg needs DisableGlueTableCreation False",
        ),
        (
            {"OnlineStoreConfig": ONLINE},
            [*DEFINITIONS, {"FeatureName": "is_deleted", "FeatureType": "String"}],
            "cannot be is_deleted",
        ),
        ({"OnlineStoreConfig": ONLINE}, [*DEFINITIONS, DEFINITIONS[2]], "'age' is defined twice"),
        ({"OnlineStoreConfig": ONLINE}, [DEFINITIONS[0], SECONDS], "'visited_at' is Integral"),
        ({"OnlineStoreConfig": ONLINE}, [*DEFINITIONS, VECTOR], "'image' is a Vector"),
    ],
)
def test_what_aws_does_not_offer_is_refused(sagemaker, stores, definitions, says):
    with pytest.raises(ClientError, match=says):
        sagemaker.create_feature_group(
            FeatureGroupName="refused",
            RecordIdentifierFeatureName="visit_id",
            EventTimeFeatureName="visited_at",
            FeatureDefinitions=definitions,
            RoleArn=ROLE,
            **stores,
        )
    with pytest.raises(sagemaker.exceptions.ResourceNotFound):
        sagemaker.describe_feature_group(FeatureGroupName="refused")
