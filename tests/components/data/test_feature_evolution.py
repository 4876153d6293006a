"""Features are added to a group that has records, and nothing else of them is changed."""

from typing import Any

import pulumi_aws as aws
import pytest

from components.common.durability import Durability
from components.data import feature_evolution
from components.data.feature_evolution import (
    CannotEvolve,
    add_features,
    added,
    features_tag,
)
from components.data.feature_group import FeatureGroup, FeatureGroupArgs, FeatureType
from embedded.cloud import Cloud
from embedded.lifecycle import Refused
from embedded.resources import Resources
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.hosts.progress import Operation

NAME = "maslow-dev-visits-v1"
TYPES = {
    "visit_id": FeatureType.STRING,
    "visited_at": FeatureType.STRING,
    "age": FeatureType.INTEGRAL,
}
MORE = TYPES | {"creatinine": FeatureType.FRACTIONAL}


class Group:
    """The group of an environment, whose records outlive its features' changes."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.key = cloud.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.runtime = cloud.client("sagemaker-featurestore-runtime")
        self.host = InProcessHost(Resources(cloud), Run(stack="dev"), cloud.environment)

    def up(self, features: dict[str, FeatureType], **more: Any) -> Any:
        def program() -> None:
            bucket = aws.s3.Bucket("features", bucket="maslow-dev-features")
            database = aws.glue.CatalogDatabase("features", name="maslow_dev_features")
            args: FeatureGroupArgs = {
                "feature_group_name": NAME,
                "record_id": "visit_id",
                "event_time": "visited_at",
                "features": features,
                "online": True,
                "bucket": bucket.bucket,
                "bucket_arn": bucket.arn,
                "database_name": database.name,
                "key_arn": self.key,
                "account_id": self.cloud.account_id,
                "region": self.cloud.region,
                "durability": Durability.PROTECTED,
            }
            args.update(more)  # type: ignore[typeddict-item]
            FeatureGroup("visits", args)

        return self.host.up(program).changes

    def put(self, **values: str) -> None:
        self.runtime.put_record(
            FeatureGroupName=NAME,
            Record=[{"FeatureName": k, "ValueAsString": v} for k, v in values.items()],
        )

    def got(self, visit: str) -> dict[str, str]:
        answer = self.runtime.get_record(FeatureGroupName=NAME, RecordIdentifierValueAsString=visit)
        return {each["FeatureName"]: each["ValueAsString"] for each in answer["Record"]}

    def types(self) -> dict[str, str]:
        sagemaker = self.cloud.client("sagemaker")
        return feature_evolution.definitions(feature_evolution.described(sagemaker, NAME))


def test_a_feature_is_added_and_the_records_of_before_are_still_there() -> None:
    with Cloud("eu-west-1") as cloud:
        group = Group(cloud)
        group.up(TYPES)
        old = {"visit_id": "a", "visited_at": "2026-03-01T10:00:00Z", "age": "41"}
        group.put(**old)
        changes = group.up(MORE)
        assert (changes[Operation.UPDATE], changes[Operation.REPLACE]) == (1, 0)
        assert group.got("a") == old
        new = {**old, "visit_id": "b", "creatinine": "0.9"}
        group.put(**new)
        assert group.got("b") == new
        assert group.types() == {name: type_.value for name, type_ in MORE.items()}
        assert group.up(MORE).keys() == {Operation.SAME}


@pytest.mark.parametrize(
    ("features", "told"),
    [
        ({k: v for k, v in TYPES.items() if k != "age"}, "age is Integral there, and AWS removes"),
        ({**MORE, "age": FeatureType.STRING}, "age is Integral there, and AWS does not make it St"),
    ],
)
def test_a_deployment_that_would_lose_values_fails_before_anything_is_changed(
    features: dict[str, FeatureType], told: str
) -> None:
    with Cloud("eu-west-1") as cloud:
        group = Group(cloud)
        group.up(TYPES)
        group.put(visit_id="a", visited_at="2026-03-01T10:00:00Z", age="41")
        with pytest.raises(Refused, match=rf"keeps its records only .*{told}.*Raise its version"):
            group.up(features)
        assert group.types() == {name: type_.value for name, type_ in TYPES.items()}
        assert group.got("a")["age"] == "41"
        # The next deployment is told of it again.
        with pytest.raises(Refused, match=told):
            group.up(features)


def test_what_features_mean_is_told_at_once_and_when_it_changes() -> None:
    def told(cloud: Cloud) -> str:
        answer = cloud.client("sagemaker").describe_feature_metadata(
            FeatureGroupName=NAME, FeatureName="age"
        )
        return str(answer.get("Description"))

    with Cloud("eu-west-1") as cloud:
        group = Group(cloud)
        group.up(TYPES, descriptions={"age": "years at the visit"})
        assert told(cloud) == "years at the visit"
        group.up(TYPES, descriptions={"age": "full years at the visit"})
        assert told(cloud) == "full years at the visit"


def test_another_time_to_live_leaves_the_records_where_they_are() -> None:
    with Cloud("eu-west-1") as cloud:
        group = Group(cloud)
        group.up(TYPES)
        group.put(visit_id="a", visited_at="2026-03-01T10:00:00Z", age="41")
        changes = group.up(TYPES, ttl_hours=36)
        assert (changes[Operation.UPDATE], changes[Operation.REPLACE]) == (1, 0)
        assert group.got("a")["age"] == "41"
        there = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=NAME)
        assert there["OnlineStoreConfig"]["TtlDuration"] == {"Unit": "Hours", "Value": 36}
        assert there["OnlineStoreConfig"]["SecurityConfig"] == {"KmsKeyId": group.key}
        with pytest.raises(Refused, match="is protected, and this change replaces it"):
            group.up(TYPES, online=False)


def test_a_group_in_memory_gets_features_and_a_time_to_live_in_its_place() -> None:
    with Cloud("eu-west-1") as cloud:
        group = Group(cloud)
        group.up(TYPES, in_memory=True)
        group.put(visit_id="a", visited_at="2026-03-01T10:00:00Z", age="41")
        changes = group.up(MORE, in_memory=True, ttl_hours=240_000)
        assert changes[Operation.UPDATE] == 1
        assert group.got("a")["age"] == "41"
        assert group.types().keys() == MORE.keys()
        there = cloud.client("sagemaker").describe_feature_group(FeatureGroupName=NAME)
        assert "OfflineStoreConfig" not in there
        assert there["OnlineStoreConfig"]["StorageType"] == "InMemory"


def test_the_order_of_features_is_no_change_and_a_type_is_one() -> None:
    types = {"a": "String", "b": "Integral"}
    assert features_tag(types, {}) == features_tag(dict(reversed(types.items())), {})
    assert features_tag(types, {}) != features_tag({**types, "b": "String"}, {})
    assert features_tag(types, {}) != features_tag(types, {"b": "beds"})
    assert features_tag(types, {}).startswith("2-")


def test_only_what_is_lacking_is_added() -> None:
    assert added({"a": "String"}, {"b": "Integral", "a": "String"}) == {"b": "Integral"}
    with pytest.raises(CannotEvolve, match=r"a is String there.*; c is String there"):
        added({"a": "String", "c": "String"}, {"a": "Integral"})


class Slow:
    """A SageMaker that takes three looks to add features, or fails to."""

    def __init__(self, failing: bool = False) -> None:
        self.failing = failing
        self.calls: list[list[str]] = []
        self.looks = 0
        self.features = [{"FeatureName": "id", "FeatureType": "String"}]

    def describe_feature_group(self, **asked: Any) -> dict[str, Any]:
        self.looks += 1
        middle = len(self.features) // 2
        if "NextToken" in asked:
            return {"FeatureDefinitions": self.features[middle:]}
        status = {"Status": "Successful"}
        if self.failing:
            status = {"Status": "Failed", "FailureReason": "the table is gone"}
        elif self.calls and self.looks % 5:
            status = {"Status": "InProgress"}
        return {
            "FeatureDefinitions": self.features[:middle],
            "NextToken": "more",
            **({"LastUpdateStatus": status} if self.calls else {}),
        }

    def update_feature_group(self, **asked: Any) -> None:
        self.calls.append([each["FeatureName"] for each in asked["FeatureAdditions"]])
        self.features += asked["FeatureAdditions"]


def test_many_features_are_added_by_hundreds_one_call_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(feature_evolution.time, "sleep", waits.append)
    sagemaker = Slow()
    new = {f"f{number}": "Integral" for number in range(250)}
    assert add_features(sagemaker, "visits", {"id": "String", **new}) == new
    assert [len(call) for call in sagemaker.calls] == [100, 100, 50]
    assert len(waits) > len(sagemaker.calls)


def test_what_aws_fails_to_add_is_told_with_its_reason() -> None:
    with pytest.raises(CannotEvolve, match=r"visits did not get age: the table is gone"):
        add_features(Slow(failing=True), "visits", {"id": "String", "age": "Integral"})
