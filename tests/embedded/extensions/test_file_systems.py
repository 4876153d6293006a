"""Shared file systems on the embedded AWS: what moto's EFS lacks."""

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud


@pytest.fixture(scope="module")
def efs():
    with Cloud("eu-west-1") as cloud:
        yield cloud.client("efs")


@pytest.fixture
def system(efs, request):
    return efs.create_file_system(CreationToken=request.node.name[:64])["FileSystemId"]


def described(efs, system):
    (found,) = efs.describe_file_systems(FileSystemId=system)["FileSystems"]
    return found


def test_throughput_is_changed_and_what_is_not_named_stays(efs, system):
    efs.update_file_system(
        FileSystemId=system, ThroughputMode="provisioned", ProvisionedThroughputInMibps=64
    )
    efs.update_file_system(FileSystemId=system)
    found = described(efs, system)
    assert (found["ThroughputMode"], found["ProvisionedThroughputInMibps"]) == ("provisioned", 64)
    efs.update_file_system(FileSystemId=system, ThroughputMode="elastic")
    found = described(efs, system)
    assert found["ThroughputMode"] == "elastic"
    assert "ProvisionedThroughputInMibps" not in found


def test_provisioned_throughput_has_to_be_said(efs, system):
    with pytest.raises(ClientError, match="Must provide provisioned throughput"):
        efs.update_file_system(FileSystemId=system, ThroughputMode="provisioned")


def test_only_a_general_purpose_file_system_is_elastic(efs):
    system = efs.create_file_system(CreationToken="max-io", PerformanceMode="maxIO")["FileSystemId"]
    with pytest.raises(ClientError, match="only supported for General Purpose"):
        efs.update_file_system(FileSystemId=system, ThroughputMode="elastic")


def test_backups_begin_and_end(efs, system):
    with pytest.raises(efs.exceptions.PolicyNotFound):
        efs.describe_backup_policy(FileSystemId=system)
    for status in ("ENABLED", "DISABLED"):
        efs.put_backup_policy(FileSystemId=system, BackupPolicy={"Status": status})
        assert efs.describe_backup_policy(FileSystemId=system)["BackupPolicy"] == {"Status": status}


def test_a_policy_goes_and_the_file_system_stays(efs, system):
    efs.put_file_system_policy(FileSystemId=system, Policy="{}")
    assert efs.describe_file_system_policy(FileSystemId=system)["Policy"] == "{}"
    efs.delete_file_system_policy(FileSystemId=system)
    with pytest.raises(efs.exceptions.PolicyNotFound):
        efs.describe_file_system_policy(FileSystemId=system)
    assert described(efs, system)["LifeCycleState"] == "available"


def test_what_is_not_there_is_not_found(efs):
    with pytest.raises(efs.exceptions.FileSystemNotFound):
        efs.put_backup_policy(FileSystemId="fs-01234567", BackupPolicy={"Status": "ENABLED"})
