"""Lake Formation's settings and places on the embedded AWS."""

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/lake"
OTHER = "arn:aws:iam::123456789012:role/other"


@pytest.fixture(scope="module")
def lake(cloud):
    return cloud.client("lakeformation")


def refused(call, **request):
    with pytest.raises(ClientError) as error:
        call(**request)
    return error.value.response["Error"]["Code"]


def test_settings_are_written_whole(lake):
    before = lake.get_data_lake_settings()["DataLakeSettings"]
    admins = [{"DataLakePrincipalIdentifier": ROLE}]
    lake.put_data_lake_settings(DataLakeSettings={"DataLakeAdmins": admins})
    assert lake.get_data_lake_settings()["DataLakeSettings"] == {"DataLakeAdmins": admins}
    lake.put_data_lake_settings(DataLakeSettings=before)


def test_a_lake_has_thirty_administrators_at_most(lake):
    many = [{"DataLakePrincipalIdentifier": f"{ROLE}-{each}"} for each in range(31)]
    settings = {"DataLakeAdmins": many}
    assert refused(lake.put_data_lake_settings, DataLakeSettings=settings) == (
        "InvalidInputException"
    )


def test_a_place_is_registered_changed_and_let_go(lake):
    place = {"ResourceArn": "arn:aws:s3:::placed"}
    lake.register_resource(**place, RoleArn=ROLE, HybridAccessEnabled=True)
    told = lake.describe_resource(**place)["ResourceInfo"]
    assert told == {**place, "RoleArn": ROLE, "HybridAccessEnabled": True}
    lake.update_resource(**place, RoleArn=OTHER)
    changed = lake.describe_resource(**place)["ResourceInfo"]
    assert changed == {**place, "RoleArn": OTHER, "HybridAccessEnabled": True}
    assert lake.list_resources()["ResourceInfoList"] == [changed]
    lake.deregister_resource(**place)
    assert refused(lake.describe_resource, **place) == "EntityNotFoundException"


def test_a_place_is_registered_once_and_by_one_role(lake):
    place = {"ResourceArn": "arn:aws:s3:::placed-once"}
    assert refused(lake.register_resource, **place) == "InvalidInputException"
    lake.register_resource(**place, RoleArn=ROLE)
    again = refused(lake.register_resource, **place, RoleArn=ROLE)
    assert again == "AlreadyExistsException"
    lake.deregister_resource(**place)


def test_what_is_not_registered_is_neither_changed_nor_let_go(lake):
    place = {"ResourceArn": "arn:aws:s3:::nowhere"}
    assert refused(lake.update_resource, **place, RoleArn=ROLE) == "EntityNotFoundException"
    assert refused(lake.deregister_resource, **place) == "EntityNotFoundException"
