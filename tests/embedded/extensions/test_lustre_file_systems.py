"""File systems of Lustre on the embedded AWS: what moto's FSx lacks."""

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud


@pytest.fixture(scope="module")
def fsx():
    with Cloud("eu-west-1") as cloud:
        yield cloud.client("fsx")


def made(fsx, kind="PERSISTENT_2"):
    return fsx.create_file_system(
        FileSystemType="LUSTRE",
        StorageCapacity=2400,
        StorageType="SSD",
        SubnetIds=["subnet-0a1b2c3d"],
        LustreConfiguration={"DeploymentType": kind, "PerUnitStorageThroughput": 125},
    )["FileSystem"]["FileSystemId"]


@pytest.fixture
def system(fsx):
    return made(fsx)


def linked(fsx, system, folder, place):
    return fsx.create_data_repository_association(
        FileSystemId=system,
        FileSystemPath=folder,
        DataRepositoryPath=place,
        S3={"AutoImportPolicy": {"Events": ["NEW"]}},
    )["Association"]


def associations(fsx, system):
    found = fsx.describe_data_repository_associations()["Associations"]
    return [one["AssociationId"] for one in found if one["FileSystemId"] == system]


def test_a_file_system_grows_and_gets_faster_and_nothing_else_changes(fsx, system):
    fsx.update_file_system(
        FileSystemId=system,
        StorageCapacity=4800,
        LustreConfiguration={"PerUnitStorageThroughput": 250},
    )
    (found,) = fsx.describe_file_systems(FileSystemIds=[system])["FileSystems"]
    assert found["StorageCapacity"] == 4800
    assert found["LustreConfiguration"]["PerUnitStorageThroughput"] == 250
    assert found["LustreConfiguration"]["DeploymentType"] == "PERSISTENT_2"


def test_a_file_system_has_a_name_that_it_is_mounted_by_and_keeps(fsx, system):
    def name():
        (found,) = fsx.describe_file_systems(FileSystemIds=[system])["FileSystems"]
        return found["LustreConfiguration"]["MountName"]

    before = name()
    fsx.update_file_system(FileSystemId=system, StorageCapacity=4800)
    assert len(before) == 8
    assert name() == before


def test_a_file_system_does_not_shrink(fsx, system):
    with pytest.raises(ClientError, match="can only grow"):
        fsx.update_file_system(FileSystemId=system, StorageCapacity=1200)


def test_a_link_is_found_changed_and_taken_away(fsx, system):
    link = linked(fsx, system, "/images", "s3://curated/images/")
    assert link["ResourceARN"].endswith(f":association/{system}/{link['AssociationId']}")
    fsx.update_data_repository_association(
        AssociationId=link["AssociationId"], S3={"AutoExportPolicy": {"Events": ["DELETED"]}}
    )
    (found,) = fsx.describe_data_repository_associations(AssociationIds=[link["AssociationId"]])[
        "Associations"
    ]
    assert found["S3"] == {"AutoExportPolicy": {"Events": ["DELETED"]}}
    assert found["FileSystemPath"] == "/images"
    fsx.delete_data_repository_association(AssociationId=link["AssociationId"])
    assert associations(fsx, system) == []


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("/images", "s3://curated/others/"),
        ("/images/ct", "s3://curated/others/"),
        ("/others", "s3://curated/images/"),
        ("/others", "s3://curated/images/ct/"),
        ("/others", "s3://curated/"),
    ],
)
def test_a_folder_and_a_prefix_are_linked_once(fsx, system, folder, place):
    linked(fsx, system, "/images", "s3://curated/images/")
    linked(fsx, system, "/images-of-others", "s3://curated/images-of-others/")
    with pytest.raises(ClientError, match="overlaps"):
        linked(fsx, system, folder, place)


def test_a_file_system_has_eight_links_and_no_more(fsx, system):
    for number in range(8):
        linked(fsx, system, f"/{number}", f"s3://curated/{number}/")
    with pytest.raises(ClientError, match="at most 8"):
        linked(fsx, system, "/more", "s3://curated/more/")


def test_the_first_kind_of_scratch_has_no_links(fsx):
    with pytest.raises(ClientError, match="SCRATCH_1"):
        linked(fsx, made(fsx, "SCRATCH_1"), "/images", "s3://curated/images/")


def test_links_go_with_their_file_system(fsx, system):
    link = linked(fsx, system, "/images", "s3://curated/images/")["AssociationId"]
    fsx.delete_file_system(FileSystemId=system)
    assert associations(fsx, system) == []
    with pytest.raises(ClientError, match="There is no association"):
        fsx.describe_data_repository_associations(AssociationIds=[link])
