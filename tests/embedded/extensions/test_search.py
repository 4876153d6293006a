from datetime import timedelta

import pytest
from botocore.exceptions import ClientError


@pytest.fixture(scope="module")
def sagemaker(cloud):
    client = cloud.client("sagemaker")
    for name, stage in (("admission", "live"), ("bleeding", "tried"), ("coma", None)):
        client.create_model_package_group(
            ModelPackageGroupName=name,
            ModelPackageGroupDescription=f"of {name}",
            Tags=[{"Key": "stage", "Value": stage}] if stage else [],
        )
    return client


def asked(name, operator, value=""):
    return {"Name": name, "Operator": operator, **({"Value": value} if value else {})}


def named(sagemaker, *filters, **expression):
    found = sagemaker.search(
        Resource="ModelPackageGroup",
        SearchExpression={"Filters": list(filters), **expression},
        SortBy="ModelPackageGroupName",
        SortOrder="Ascending",
    )
    return [result["ModelPackageGroup"]["ModelPackageGroupName"] for result in found["Results"]]


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (asked("Tags.stage", "Exists"), ["admission", "bleeding"]),
        (asked("Tags.stage", "NotExists"), ["coma"]),
        (asked("Tags.stage", "Equals", "live"), ["admission"]),
        (asked("Tags.stage", "NotEquals", "live"), ["bleeding", "coma"]),
        (asked("ModelPackageGroupName", "Contains", "m"), ["admission", "coma"]),
        (asked("ModelPackageGroupName", "In", "coma,admission"), ["admission", "coma"]),
        (asked("ModelPackageGroupName", "GreaterThan", "bleeding"), ["coma"]),
        (asked("ModelPackageGroupName", "LessThanOrEqualTo", "b"), ["admission"]),
    ],
)
def test_every_operator_chooses(sagemaker, filter_, expected):
    assert named(sagemaker, filter_) == expected


def test_expressions_are_joined(sagemaker):
    live, coma = asked("Tags.stage", "Exists"), asked("ModelPackageGroupName", "Contains", "co")
    assert named(sagemaker, live, coma) == []
    assert named(sagemaker, live, coma, Operator="Or") == ["admission", "bleeding", "coma"]
    inner = {"Filters": [asked("ModelPackageGroupDescription", "Contains", "bleed")]}
    assert named(sagemaker, live, SubExpressions=[inner]) == ["bleeding"]


def test_times_are_compared_as_times(sagemaker):
    (group, *_) = sagemaker.search(Resource="ModelPackageGroup")["Results"]
    made = group["ModelPackageGroup"]["CreationTime"]
    before, after = ((made + timedelta(hours=by)).isoformat() for by in (-1, 1))
    assert len(named(sagemaker, asked("CreationTime", "GreaterThan", before))) == 3
    assert named(sagemaker, asked("CreationTime", "GreaterThan", after)) == []
    with pytest.raises(ClientError, match="'soon' is nothing to compare CreationTime with"):
        named(sagemaker, asked("CreationTime", "GreaterThan", "soon"))


def test_results_come_by_pages(sagemaker):
    first = sagemaker.search(Resource="ModelPackageGroup", MaxResults=2)
    rest = sagemaker.search(Resource="ModelPackageGroup", NextToken=first["NextToken"])
    assert (len(first["Results"]), len(rest["Results"])) == (2, 1)
    assert first["TotalHits"]["Value"] == 3
    assert "NextToken" not in rest


def test_what_is_not_there_is_refused_by_name(sagemaker):
    with pytest.raises(ClientError, match="Unknown property name: Colour"):
        named(sagemaker, asked("Colour", "Exists"))
    nested = [{"NestedPropertyName": "Tags", "Filters": [asked("Key", "Exists")]}]
    with pytest.raises(ClientError, match="does not search by NestedFilters"):
        named(sagemaker, asked("Tags.stage", "Exists"), NestedFilters=nested)
