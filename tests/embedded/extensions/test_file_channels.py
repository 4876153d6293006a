"""Training jobs that read file systems: what is in them is what the jobs find."""

import http.client
import json

import pytest
from botocore.exceptions import ClientError

from tests.embedded.extensions.test_jobs import trained, training

READ = """
import json, os, pathlib
channel = pathlib.Path(os.environ["SM_CHANNEL_IMAGES"])
paths = sorted(channel.rglob("*.txt"))
found = {str(path.relative_to(channel)): path.read_text() for path in paths}
print(os.environ["TRAINING_JOB_NAME"], json.dumps(found), sep=":")
"""
OBJECTS = {
    "images/a.txt": b"a",
    "images/ct/b.txt": b"b",
    "images-of-others/c.txt": b"c",
    "scans/d.txt": b"d",
}


@pytest.fixture(scope="module", autouse=True)
def bucket(cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="work", CreateBucketConfiguration={"LocationConstraint": cloud.region})
    s3.create_bucket(Bucket="lake", CreateBucketConfiguration={"LocationConstraint": cloud.region})
    for key, body in OBJECTS.items():
        s3.put_object(Bucket="lake", Key=key, Body=body)


@pytest.fixture(scope="module")
def place(cloud):
    """Where jobs run: a subnet, and a security group."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="jobs", Description="jobs", VpcId=vpc)["GroupId"]
    return {"SecurityGroupIds": [group], "Subnets": [subnet]}


@pytest.fixture(scope="module")
def lustre(cloud, place):
    """A file system of Lustre, two folders of which are linked: its id, and its mount name."""
    fsx = cloud.client("fsx")
    system = fsx.create_file_system(
        FileSystemType="LUSTRE",
        StorageCapacity=1200,
        SubnetIds=place["Subnets"],
        LustreConfiguration={"DeploymentType": "PERSISTENT_2", "PerUnitStorageThroughput": 125},
    )["FileSystem"]
    for folder in ("images", "scans", "empty"):
        fsx.create_data_repository_association(
            FileSystemId=system["FileSystemId"],
            FileSystemPath=f"/{folder}",
            DataRepositoryPath=f"s3://lake/{folder}/",
        )
    return system["FileSystemId"], system["LustreConfiguration"]["MountName"]


@pytest.fixture(scope="module")
def efs(cloud, place):
    """A file system of EFS with an access point: its id."""
    client = cloud.client("efs")
    system = client.create_file_system(CreationToken="files")["FileSystemId"]
    client.create_access_point(
        ClientToken="oncology",
        FileSystemId=system,
        RootDirectory={"Path": "/training/oncology"},
    )
    client.create_mount_target(FileSystemId=system, SubnetId=place["Subnets"][0])
    return system


def asked(name, kind, system, directory, place, mode="ro"):
    """A request for a training job, whose channel `images` is that folder."""
    source = {
        "FileSystemId": system,
        "FileSystemType": kind,
        "FileSystemAccessMode": mode,
        "DirectoryPath": directory,
    }
    channel = {"ChannelName": "images", "DataSource": {"FileSystemDataSource": source}}
    return training(
        name, READ, InputDataConfig=[channel], **({"VpcConfig": place} if place else {})
    )


def found(cloud, *request):
    """What a job finds: text by path; or why it failed."""
    sagemaker = cloud.client("sagemaker")
    sagemaker.create_training_job(**asked(*request))
    job = trained(sagemaker, request[0])
    if job["TrainingJobStatus"] == "Failed":
        return job["FailureReason"]
    logs = cloud.client("logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")
    lines = [one["message"].partition(":") for one in logs["events"]]
    (told,) = [text for name, _, text in lines if name == request[0]]
    return json.loads(told)


def test_a_job_reads_the_objects_of_a_linked_folder_as_files(cloud, lustre, place):
    system, mount = lustre
    read = found(cloud, "linked", "FSxLustre", system, f"/{mount}/images", place)
    assert read == {"a.txt": "a", "ct/b.txt": "b"}


def test_a_job_reads_what_is_below_a_linked_folder(cloud, lustre, place):
    system, mount = lustre
    read = found(cloud, "below", "FSxLustre", system, f"/{mount}/images/ct", place)
    assert read == {"b.txt": "b"}


def test_a_job_reads_a_whole_file_system_linked_folders_and_others(cloud, lustre, place):
    system, mount = lustre
    own = cloud.files(system) / "notes"
    own.mkdir()
    (own / "e.txt").write_text("e")
    read = found(cloud, "whole", "FSxLustre", system, f"/{mount}", place)
    assert read == {
        "images/a.txt": "a",
        "images/ct/b.txt": "b",
        "scans/d.txt": "d",
        "notes/e.txt": "e",
    }


def test_a_linked_folder_is_there_though_no_object_is(cloud, lustre, place):
    system, mount = lustre
    assert found(cloud, "empty", "FSxLustre", system, f"/{mount}/empty", place) == {}


def test_a_job_reads_what_lies_in_the_folder_of_an_efs_file_system(cloud, efs, place):
    (cloud.files(efs) / "training" / "oncology" / "a.txt").write_text("of the team")
    read = found(cloud, "shared", "EFS", efs, "/training/oncology", place)
    assert read == {"a.txt": "of the team"}


def test_what_a_job_writes_into_its_channel_is_nowhere_else(cloud, efs, place):
    request = asked("writes", "EFS", efs, "/training/oncology", place)
    code = 'import os, pathlib; pathlib.Path(os.environ["SM_CHANNEL_IMAGES"], "new").touch()'
    request["AlgorithmSpecification"]["ContainerEntrypoint"] = ["python3", "-c", code]
    cloud.client("sagemaker").create_training_job(**request)
    assert trained(cloud.client("sagemaker"), "writes")["TrainingJobStatus"] == "Completed"
    assert not (cloud.files(efs) / "training" / "oncology" / "new").exists()


def test_the_folders_are_told_to_whoever_asks_the_server(cloud, efs, lustre):
    connection = http.client.HTTPConnection(cloud.url.removeprefix("http://"))
    connection.request("GET", "/moto-api/maslow/files")
    told = json.load(connection.getresponse())
    connection.close()
    assert told[efs] == str(cloud.files(efs))
    assert lustre[0] in told


@pytest.mark.parametrize(
    ("name", "directory", "reason"),
    [
        ("unmounted", "/images", "/images does not begin with /"),
        ("missing", "/{mount}/videos", "there is no directory /"),
        ("nothing-below", "/{mount}/images/mr", "there is no directory /"),
        ("outside", "/{mount}/../..", "leads out of the file system"),
    ],
)
def test_a_job_fails_by_a_folder_that_lustre_does_not_have(
    cloud, lustre, place, name, directory, reason
):
    system, mount = lustre
    assert reason in found(cloud, name, "FSxLustre", system, directory.format(mount=mount), place)


def test_a_job_fails_by_a_file_system_that_is_not_there(cloud, place):
    said = found(cloud, "no-lustre", "FSxLustre", "fs-0123456789", "/a/images", place)
    assert said == "there is no file system fs-0123456789 of FSx"
    said = found(cloud, "no-efs", "EFS", "fs-0123456789", "/training", place)
    assert said == "there is no file system fs-0123456789 of EFS"


def test_a_job_fails_by_an_efs_file_system_that_no_network_reaches(cloud, place):
    system = cloud.client("efs").create_file_system(CreationToken="unreached")["FileSystemId"]
    assert "has no mount target" in found(cloud, "unreached", "EFS", system, "/", place)


def test_a_job_outside_of_a_vpc_is_refused(cloud, efs):
    with pytest.raises(ClientError, match="Channel images is of a file system, and the job has no"):
        cloud.client("sagemaker").create_training_job(**asked("alone", "EFS", efs, "/", None))


def test_a_job_that_would_write_is_refused_by_name(cloud, efs, place):
    request = asked("writing", "EFS", efs, "/", place, mode="rw")
    with pytest.raises(ClientError, match="channel images writes to its file system"):
        cloud.client("sagemaker").create_training_job(**request)


def test_the_files_go_with_their_file_system(cloud):
    client = cloud.client("efs")
    system = client.create_file_system(CreationToken="gone")["FileSystemId"]
    folder = cloud.files(system)
    (folder / "a.txt").write_text("a")
    client.delete_file_system(FileSystemId=system)
    assert not folder.exists()
    with pytest.raises(KeyError):
        cloud.files(system)


def test_an_access_point_shows_no_root_that_aws_would_refuse(cloud, efs):
    with pytest.raises(ClientError, match="not the path of a root directory"):
        cloud.client("efs").create_access_point(
            ClientToken="out", FileSystemId=efs, RootDirectory={"Path": "/../out"}
        )
    points = cloud.client("efs").describe_access_points(FileSystemId=efs)["AccessPoints"]
    assert [point["RootDirectory"]["Path"] for point in points] == ["/training/oncology"]
