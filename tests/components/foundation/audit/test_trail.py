import json

import pytest

from components.common.durability import Durability
from components.common.hardened_bucket import LockMode
from components.foundation.audit.trail import Trail, data_events
from components.foundation.audit.trail_bucket import TrailBucket, archive_days, trail_bucket_policy
from infra.graph import record

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/audit"
TRAIL = "aws:cloudtrail/trail:Trail"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"


def trail(**more):
    def program():
        Trail(
            "trail",
            {
                "trail_name": "maslow-prod-trail",
                "bucket": "trails",
                "key_arn": KEY,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
                **more,
            },
        )

    return record(program).one(TRAIL).inputs


def bucket(durability=Durability.KEEP, **more):
    def program():
        TrailBucket(
            "trails",
            {
                "trail_names": ["maslow-prod-trail"],
                "key_arn": KEY,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
                "durability": durability,
                "retention_days": 2555,
                "log_bucket": "access-logs",
                **more,
            },
        )

    return record(program)


def selected(events):
    return {
        by_field["resources.type"]["equals"][0]: by_field["resources.ARN"]["starts_withs"]
        for selector in events
        if (by_field := {each["field"]: each for each in selector["field_selectors"]})
    }


def test_management_events_come_from_every_region_and_the_global_services():
    inputs = trail()
    assert inputs["isMultiRegionTrail"]
    assert inputs["includeGlobalServiceEvents"]
    (selector,) = inputs["advancedEventSelectors"]
    assert selector["fieldSelectors"] == [{"field": "eventCategory", "equals": ["Management"]}]


def test_a_trail_is_encrypted_and_shows_whether_it_was_changed():
    inputs = trail()
    assert inputs["kmsKeyId"] == KEY
    assert inputs["enableLogFileValidation"]
    assert inputs["enableLogging"]


def test_data_events_are_those_of_the_named_buckets_and_of_one_environments_sagemaker():
    here = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}"
    events = data_events(
        bucket_arns=["arn:aws:s3:::raw", "arn:aws:s3:::models"],
        account_id=ACCOUNT,
        region="eu-west-1",
        name_prefix="maslow-prod-",
    )
    assert selected(events) == {
        "AWS::S3::Object": ["arn:aws:s3:::raw/", "arn:aws:s3:::models/"],
        "AWS::SageMaker::FeatureGroup": [f"{here}:feature-group/maslow-prod-"],
        "AWS::SageMaker::Endpoint": [f"{here}:endpoint/maslow-prod-"],
    }


def test_a_bucket_with_a_longer_name_is_not_meant():
    events = data_events(
        bucket_arns=["arn:aws:s3:::raw"], account_id=ACCOUNT, region="eu-west-1", name_prefix="m-"
    )
    (beginning,) = selected(events)["AWS::S3::Object"]
    assert not "arn:aws:s3:::raw-2/object".startswith(beginning)


def test_a_trail_of_data_events_stays_in_its_region_and_records_no_management_events():
    inputs = trail(data_events={"bucket_arns": ["arn:aws:s3:::raw"], "name_prefix": "maslow-prod-"})
    assert not inputs["isMultiRegionTrail"]
    categories = [each["fieldSelectors"][0]["equals"] for each in inputs["advancedEventSelectors"]]
    assert categories == [["Data"]] * 3


def test_the_named_trails_alone_deliver_to_their_bucket():
    policy = trail_bucket_policy(
        bucket_arn="arn:aws:s3:::trails",
        account_id=ACCOUNT,
        region="eu-west-1",
        trail_names=["one", "two"],
    )
    statements = {statement["Sid"]: statement for statement in policy["Statement"]}
    trails = [f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/{name}" for name in ("one", "two")]
    for sid in ("CheckBucket", "DeliverTrails"):
        assert statements[sid]["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        assert statements[sid]["Condition"]["StringEquals"]["aws:SourceArn"] == trails
    assert statements["DeliverTrails"]["Resource"] == [f"arn:aws:s3:::trails/AWSLogs/{ACCOUNT}/*"]
    assert statements["TlsOnly"]["Effect"] == "Deny"


def test_a_trail_waits_until_its_bucket_lets_it_in():
    def program():
        made = TrailBucket(
            "trails",
            {
                "trail_names": ["t"],
                "key_arn": KEY,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
                "durability": Durability.KEEP,
                "retention_days": 400,
                "log_bucket": "access-logs",
            },
        )
        Trail(
            "trail",
            {
                "trail_name": "ttt",
                "bucket": made.bucket,
                "key_arn": KEY,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
            },
        )

    graph = record(program)
    assert graph.one("aws:s3/bucketPolicy:BucketPolicy").urn in graph.one(TRAIL).dependencies


def test_logs_move_to_archives_as_far_as_they_stay_there_for_what_is_billed():
    assert archive_days(90) == {}
    assert archive_days(400) == {"GLACIER_IR": 90}
    assert archive_days(2555) == {"GLACIER_IR": 90, "DEEP_ARCHIVE": 365}
    (rule,) = bucket().one(LIFECYCLE).inputs["rules"]
    assert rule["expiration"] == {"days": 2555}
    assert [each["storageClass"] for each in rule["transitions"]] == ["GLACIER_IR", "DEEP_ARCHIVE"]


@pytest.mark.parametrize("mode", LockMode)
def test_locked_logs_are_locked_until_they_expire(mode):
    lock = bucket(object_lock=mode).one(LOCK)
    assert lock.inputs["rule"] == {"defaultRetention": {"mode": mode.value, "days": 2555}}
    assert lock.options["retainOnDelete"]


def test_nothing_is_locked_unless_asked():
    assert bucket().of_type(LOCK) == []


def test_a_lock_leaves_the_bucket_in_its_place():
    before, after = bucket(), bucket(object_lock=LockMode.GOVERNANCE)
    of_the_bucket = [graph.one("aws:s3/bucket:Bucket").inputs for graph in (before, after)]
    assert of_the_bucket[0] == of_the_bucket[1]


def test_locked_and_disposable_is_refused():
    with pytest.raises(ValueError, match="trails: what is locked cannot be disposable"):
        bucket(Durability.DISPOSABLE, object_lock=LockMode.GOVERNANCE)


def test_the_policy_that_is_attached_is_the_one_of_the_trails():
    graph = bucket()
    attached = json.loads(graph.one("aws:s3/bucketPolicy:BucketPolicy").inputs["policy"])
    assert [s.get("Sid") for s in attached["Statement"]] == [
        "TlsOnly",
        "CheckBucket",
        "DeliverTrails",
    ]
