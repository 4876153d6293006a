from datetime import timedelta

import pytest

from embedded import clock
from tests.feature_store import OFFLINE, create, put


@pytest.fixture(scope="module")
def sagemaker(cloud):
    return cloud.client("sagemaker")


@pytest.fixture(scope="module")
def groups(cloud, sagemaker):
    """Three groups, an hour apart; the second has an offline store, which can't be written."""
    create(cloud, "visits-old")
    cloud.advance(3600)
    create(cloud, "scans", offline=OFFLINE)
    cloud.advance(3600)
    create(cloud, "visits-new")
    put(cloud.client("sagemaker-featurestore-runtime"), "scans")
    cloud.advance(60)


def listed(sagemaker, **filters):
    found = sagemaker.list_feature_groups(**filters)["FeatureGroupSummaries"]
    return [each["FeatureGroupName"] for each in found]


def test_groups_are_listed_in_the_order_that_is_asked_for(sagemaker, groups):
    assert listed(sagemaker) == ["visits-new", "scans", "visits-old"]
    assert listed(sagemaker, SortOrder="Ascending") == ["visits-old", "scans", "visits-new"]
    by_name = listed(sagemaker, SortBy="Name", SortOrder="Ascending")
    assert by_name == ["scans", "visits-new", "visits-old"]


def test_groups_are_filtered(sagemaker, groups):
    assert listed(sagemaker, NameContains="visits") == ["visits-new", "visits-old"]
    assert listed(sagemaker, FeatureGroupStatusEquals="CreateFailed") == []
    assert listed(sagemaker, OfflineStoreStatusEquals="Blocked") == ["scans"]
    assert listed(sagemaker, OfflineStoreStatusEquals="Active") == []
    lately = clock.now() - timedelta(minutes=90)
    assert listed(sagemaker, CreationTimeAfter=lately) == ["visits-new", "scans"]
    assert listed(sagemaker, CreationTimeBefore=lately) == ["visits-old"]


def test_groups_are_listed_page_by_page(sagemaker, groups):
    first = sagemaker.list_feature_groups(MaxResults=2)
    assert len(first["FeatureGroupSummaries"]) == 2
    rest = sagemaker.list_feature_groups(MaxResults=2, NextToken=first["NextToken"])
    assert [each["FeatureGroupName"] for each in rest["FeatureGroupSummaries"]] == ["visits-old"]


def test_a_feature_is_described(cloud, sagemaker, group):
    name = group()
    before = sagemaker.describe_feature_metadata(FeatureGroupName=name, FeatureName="age")
    assert (before["FeatureType"], before["Parameters"]) == ("Integral", [])
    assert "Description" not in before
    cloud.advance(60)
    sagemaker.update_feature_metadata(
        FeatureGroupName=name,
        FeatureName="age",
        Description="years",
        ParameterAdditions=[{"Key": "owner", "Value": "ward"}, {"Key": "unit", "Value": "a"}],
    )
    sagemaker.update_feature_metadata(
        FeatureGroupName=name,
        FeatureName="age",
        ParameterAdditions=[{"Key": "owner", "Value": "lab"}],
        ParameterRemovals=["unit"],
    )
    after = sagemaker.describe_feature_metadata(FeatureGroupName=name, FeatureName="age")
    assert after["Description"] == "years"
    assert after["Parameters"] == [{"Key": "owner", "Value": "lab"}]
    assert after["LastModifiedTime"] - before["LastModifiedTime"] >= timedelta(seconds=60)
    other = sagemaker.describe_feature_metadata(FeatureGroupName=name, FeatureName="visit_id")
    assert other["Parameters"] == []


def test_a_feature_that_is_not_there_is_not_found(sagemaker, group):
    name = group()
    with pytest.raises(sagemaker.exceptions.ResourceNotFound, match="weight"):
        sagemaker.describe_feature_metadata(FeatureGroupName=name, FeatureName="weight")
