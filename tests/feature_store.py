"""Feature groups and their records, as the tests of the feature store make them."""

from datetime import UTC, datetime, timedelta

DEFINITIONS = [
    {"FeatureName": "visit_id", "FeatureType": "String"},
    {"FeatureName": "visited_at", "FeatureType": "String"},
    {"FeatureName": "age", "FeatureType": "Integral"},
    {"FeatureName": "creatinine", "FeatureType": "Fractional"},
]
ONLINE = {"EnableOnlineStore": True}
OFFLINE = {"S3StorageConfig": {"S3Uri": "s3://features/store"}}


def create(cloud, name, online=ONLINE, offline=None, definitions=DEFINITIONS):
    """Create a feature group of visits; returns its name."""
    cloud.client("sagemaker").create_feature_group(
        FeatureGroupName=name,
        RecordIdentifierFeatureName="visit_id",
        EventTimeFeatureName="visited_at",
        FeatureDefinitions=definitions,
        RoleArn="arn:aws:iam::123456789012:role/features",
        **({"OnlineStoreConfig": online} if online else {}),
        **({"OfflineStoreConfig": offline} if offline else {}),
    )
    return name


def make_bucket(cloud, name="features"):
    """Create the bucket of offline stores."""
    cloud.client("s3").create_bucket(
        Bucket=name, CreateBucketConfiguration={"LocationConstraint": cloud.region}
    )


def at(hour=10, **more):
    """An event time."""
    return iso(datetime(2026, 3, 1, hour, tzinfo=UTC) + timedelta(**more))


def iso(time):
    return f"{time:%Y-%m-%dT%H:%M:%SZ}"


def record(visit="a", visited_at=None, **values):
    values = {"visit_id": visit, "visited_at": visited_at or at()} | values
    return [{"FeatureName": name, "ValueAsString": value} for name, value in values.items()]


def put(runtime, group, *args, **values):
    runtime.put_record(FeatureGroupName=group, Record=record(*args, **values))


def got(runtime, group, visit="a", **more):
    """The values of a record by feature, None where there is none."""
    answer = runtime.get_record(FeatureGroupName=group, RecordIdentifierValueAsString=visit, **more)
    if "Record" not in answer:
        return None
    return {each["FeatureName"]: each["ValueAsString"] for each in answer["Record"]}


def delete(runtime, group, event_time, visit="a", **more):
    runtime.delete_record(
        FeatureGroupName=group,
        RecordIdentifierValueAsString=visit,
        EventTime=event_time,
        **more,
    )
