import re

import botocore.session
import pytest

from infra.settings.data.features import FeatureGroup, group_of, service_name
from infra.settings.data.lake import Lake


@pytest.fixture(scope="module")
def rule():
    model = botocore.session.get_session().get_service_model("sagemaker")
    return model.shape_for("FeatureName").metadata


def test_a_zone_keeps_its_objects_for_days(found):
    assert found(lake={"zones": {"raw": {"retention_days": 1, "noncurrent_days": 1}}}) == []
    assert found(
        lake={"zones": {"raw": {"retention_days": 0}, "curated": {"noncurrent_days": 0}}}
    ) == [
        "lake.zones.raw.retention_days: 0 is too small: at least 1.",
        "lake.zones.curated.noncurrent_days: 0 is too small: at least 1.",
    ]


def test_a_lake_has_three_zones_and_those_that_are_named(found):
    zones = {"gold": {"retention_days": 9}, "curated": {"retention_days": 7}, "team-a2": {}}
    assert found(lake={"zones": zones}) == []
    lake = Lake.model_validate({"zones": zones})
    assert list(lake.zones.by_name) == ["raw", "curated", "features", "gold", "team-a2"]
    assert lake.zones.by_name["gold"].retention_days == 9
    assert lake.zones.by_name["curated"].retention_days == 7
    assert list(Lake().zones.by_name) == ["raw", "curated", "features"]


def test_a_setting_of_a_further_zone_is_checked_like_any_other(found):
    assert found(lake={"zones": {"gold": {"retention": 1}, "silver": {"noncurrent_days": 0}}}) == [
        "lake.zones.gold.retention: is not a setting here.",
        "lake.zones.silver.noncurrent_days: 0 is too small: at least 1.",
    ]


@pytest.mark.parametrize("name", ["Gold", "gold_", "2nd", "a" * 17, "gold--a"])
def test_a_zones_name_is_part_of_a_buckets(found, name):
    assert found(lake={"zones": {name: {}}}) == [
        f'lake.zones.{name}: "{name}" is not a name for a zone.'
    ]


def test_a_zone_has_no_name_of_the_lakes_own_bucket_and_no_slip_of_the_pen(found):
    assert found(lake={"zones": {"results": {}, "curatd": {}, "feature": {}, "raws": {}}}) == [
        "lake.zones.results: the lake has a bucket results of its own.",
        "lake.zones.curatd: curatd is nearly curated, which is a zone of every lake.",
        "lake.zones.feature: feature is nearly features, which is a zone of every lake.",
    ]


def test_objects_move_as_s3_moves_them(found):
    raw = {"retention_days": 400, "storage": {"glacier_ir": 90, "deep_archive": 365}}
    assert found(lake={"zones": {"raw": raw}}) == []
    raw = {"storage": {"standard_ia": 10, "glacier": 40, "cold": 1, "deep_archive": -1}}
    assert found(lake={"zones": {"raw": raw}}) == [
        (
            'lake.zones.raw.storage.cold: "cold" is not standard_ia, intelligent, glacier_ir, '
            "glacier or deep_archive."
        ),
        "lake.zones.raw.storage.deep_archive: -1 is too small: at least 0.",
    ]
    raw = {"retention_days": 60, "storage": {"standard_ia": 10, "glacier": 60}}
    assert found(lake={"zones": {"raw": raw}}) == [
        (
            "lake.zones.raw.storage.standard_ia: S3 moves objects there after 30 days at the "
            "earliest, not 10."
        ),
        "lake.zones.raw.storage.glacier: objects expire after 60 days, and so none moves after 60.",
    ]


def test_a_lock_says_for_whom_and_how_long(found):
    lock = {"mode": "compliance", "days": 36_500}
    assert found(lake={"zones": {"raw": {"object_lock": lock}}}) == []
    assert found(lake={"zones": {"raw": {"object_lock": {"mode": "legal", "days": 36_501}}}}) == [
        'lake.zones.raw.object_lock.mode: "legal" is not governance or compliance.',
        "lake.zones.raw.object_lock.days: 36501 is too large: at most 36500.",
    ]
    assert found(lake={"zones": {"raw": {"object_lock": {"mode": "governance"}}}}) == [
        "lake.zones.raw.object_lock.days: is missing."
    ]


def test_a_continuous_backup_is_kept_as_long_as_aws_keeps_one(found):
    def backup(**told):
        return found(lake={"zones": {"raw": {"backup": told}}})

    assert backup() == backup(days=35) == backup(kind="daily", days=365) == []
    assert backup(days=36) == [
        (
            "lake.zones.raw.backup.days: 36 days are more than AWS keeps continuous backups, "
            "which is 35."
        )
    ]


def test_nothing_is_backed_up_that_is_to_be_destroyed(found):
    lake = {"zones": {"gold": {"backup": {}}}}
    assert found(lake=lake, durability="disposable") == [
        (
            "lake.zones.gold.backup: a vault with backups cannot be destroyed, and durability is "
            "disposable."
        )
    ]
    assert found(lake=lake, durability="keep") == []


def test_nothing_is_locked_that_is_to_be_destroyed(found):
    lake = {"zones": {"gold": {"object_lock": {"mode": "governance", "days": 1}}}}
    assert found(lake=lake, durability="disposable") == [
        (
            "lake.zones.gold.object_lock: what is locked cannot be destroyed, and durability is "
            "disposable."
        )
    ]
    assert found(lake=lake, durability="protected") == []


def test_a_zone_is_copied_to_a_bucket_with_a_key(found):
    key = "arn:aws:kms:eu-central-1:222222222222:key/0a1b2c3d"
    to = {"bucket": "copies-of-raw", "key": key, "account": "222222222222"}
    assert found(lake={"zones": {"raw": {"replicate_to": to}}}) == []
    assert found(lake={"zones": {"gold": {"replicate_to": {"bucket": "A", "key": "k"}}}}) == [
        'lake.zones.gold.replicate_to.bucket: "A" is no name of a bucket.',
        ('lake.zones.gold.replicate_to.key: "k" is not an ARN of the kind that is needed here.'),
    ]


def test_the_smallest_scan_limit_is_athenas(found):
    athena = botocore.session.get_session().get_service_model("athena")
    least = athena.shape_for("BytesScannedCutoffValue").metadata["min"]
    assert Lake(scan_limit_gb=0.01).scan_limit_bytes == least
    assert found(lake={"scan_limit_gb": 0.01}) == []
    assert found(lake={"scan_limit_gb": 0.009}) == [
        "lake.scan_limit_gb: 0.009 is too small: at least 0.01."
    ]


def test_a_sound_feature_group_is_taken(found_in_group):
    assert found_in_group(version=3, online=False) == []
    assert found_in_group(features={"id": "integral", "at": "fractional"}) == []


@pytest.mark.parametrize("key", ["record_id", "event_time"])
def test_what_names_a_record_must_be_among_its_features(found_in_group, key):
    assert found_in_group(**{key: "agee"}) == [f'{key}: "agee" is not among the features.']


def test_an_event_time_is_not_integral(found_in_group):
    assert found_in_group(event_time="age") == [
        "event_time: age is integral, and an event time is not."
    ]


def test_a_feature_has_one_of_three_types(found_in_group):
    assert found_in_group(features={"id": "string", "at": "string", "age": "integer"}) == [
        'features.age: "integer" is not string, integral or fractional.'
    ]


@pytest.mark.parametrize("name", ["is_deleted", "write_time", "api_invocation_time"])
def test_a_name_that_the_feature_store_keeps_is_refused(found_in_group, name):
    assert found_in_group(features={"id": "string", "at": "string", name: "string"}) == [
        f"features.{name}: {name} is a name that the feature store keeps for itself."
    ]


@pytest.mark.parametrize(
    "name", ["visits", "Visits_2", "a" * 64, "9-lives", "visits-", "_visits", "a b", "a" * 65, ""]
)
def test_names_follow_the_rule_of_the_service(found, rule, name):
    allowed = bool(re.fullmatch(rule["pattern"], name))
    group = {"name": name, "record_id": "id", "event_time": "at"}
    group["features"] = {"id": "string", "at": "string"}
    refused = any(
        "is not a name for the feature store" in mistake for mistake in found(features=[group])
    )
    assert refused is not (allowed and len(name) <= rule["max"])
    if allowed:
        assert service_name(name) == name


def test_a_version_counts_from_one(found_in_group):
    assert found_in_group(version=0) == ["version: 0 is too small: at least 1."]


def test_features_are_told_apart_by_more_than_capitals(found_in_group):
    assert found_in_group(features={"id": "string", "at": "string", "Id": "string"}) == [
        f"features.{name}: {name} differs from another feature by capitals only."
        for name in ("id", "Id")
    ]
    assert found_in_group(features={"id": "string", "at": "string", "Write_Time": "string"}) == [
        "features.Write_Time: Write_Time is a column that the offline store adds itself."
    ]


def test_only_features_are_described_and_in_one_line(found_in_group):
    assert found_in_group(descriptions={"age": "years at the visit"}) == []
    assert found_in_group(descriptions={"agee": "years"}) == [
        'descriptions.agee: "agee" is not among the features.'
    ]
    for wrong in ("", "a" * 256, "a\nb"):
        (mistake,) = found_in_group(descriptions={"age": wrong})
        assert mistake.endswith("is not a description.")


def test_a_record_lives_for_days_or_for_hours_in_an_online_store(found_in_group):
    assert found_in_group(ttl_days=30) == found_in_group(ttl_hours=36) == []
    assert found_in_group(ttl_days=30, ttl_hours=36) == ["ttl_hours: ttl_days is given, too."]
    assert found_in_group(ttl_days=30, online=False) == [
        "ttl_days: it is of the online store, which is off."
    ]
    assert found_in_group(ttl_days=0) == ["ttl_days: 0 is too small: at least 1."]


def test_only_an_online_store_is_in_memory(found_in_group):
    assert found_in_group(tier="in-memory", ttl_days=3) == []
    assert found_in_group(tier="in-memory", online=False) == [
        "tier: it is of the online store, which is off."
    ]


def test_a_group_is_named_with_its_version_or_is_the_newest():
    def group(version):
        return FeatureGroup(
            name="visits",
            version=version,
            record_id="id",
            event_time="id",
            features={"id": "string"},
        )

    groups = [group(2), group(10), group(1)]
    assert group_of("visits", groups).version == 10
    assert group_of("visits@2", groups).version == 2
    assert group_of("visits@3", groups) is group_of("visit", groups) is None


def test_a_group_needs_features(found_in_group):
    mistakes = found_in_group(features={})
    assert mistakes == ["features: {} is too short: at least 1 needed."]


def group(name, version):
    return {
        "name": name, "version": version, "record_id": "id", "event_time": "id",
        "features": {"id": "string"},
    }  # fmt: skip


def test_a_group_may_come_in_several_versions_but_each_once(found):
    assert found(features=[group("visits", 1), group("visits", 2)]) == []
    assert found(features=[group("visits", 1), group("visits", 2), group("visits", 1)]) == [
        "features[visits].name: version 1 of visits is here twice."
    ]


def test_two_groups_do_not_share_a_table(found):
    assert found(features=[group("ward-load", 1), group("ward_load", 2)]) == []
    (mistake,) = found(features=[group("ward-load", 1), group("Ward_load", 1)])
    assert "Ward_load and ward-load would share one table in the offline store." in mistake
