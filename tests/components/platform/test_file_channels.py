"""Channels of file systems: what a job asks for, and what its role may."""

import pytest

from components.platform.file_channels import FileSystemKind, file_channel, read_file_systems
from components.platform.training_definition import MOST_CHANNELS, with_channels

SHARED = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1"
FAST = "arn:aws:fsx:eu-west-1:123456789012:file-system/fs-2"


def test_a_job_reads_the_folder_and_does_not_write():
    channel = file_channel(
        channel="images", kind="FSxLustre", file_system_id="fs-2", directory="/a1b2/images"
    )
    assert channel["DataSource"]["FileSystemDataSource"]["FileSystemAccessMode"] == "ro"
    assert channel["DataSource"]["FileSystemDataSource"]["DirectoryPath"] == "/a1b2/images"


def test_the_role_mounts_the_file_systems_of_efs_that_it_reads_and_finds_those_of_lustre():
    shared, fast = FileSystemKind.EFS.value, FileSystemKind.LUSTRE.value
    mounting, finding = read_file_systems([(shared, SHARED), (shared, SHARED), (fast, FAST)])
    assert mounting["Resource"] == [SHARED]
    assert "elasticfilesystem:ClientMount" in mounting["Action"]
    assert finding["Action"] == ["fsx:DescribeFileSystems"]
    assert read_file_systems([(fast, FAST)]) == [finding]


def test_the_role_never_writes_and_is_never_root():
    actions = {
        action
        for kind in FileSystemKind
        for statement in read_file_systems([(kind.value, SHARED)])
        for action in statement["Action"]
    }
    assert not actions & {
        "elasticfilesystem:ClientWrite",
        "elasticfilesystem:ClientRootAccess",
        "fsx:*",
    }


def test_a_role_that_reads_no_file_system_is_told_nothing_of_any():
    assert read_file_systems([]) == []


def test_a_job_has_as_many_channels_as_sagemaker_takes_and_no_more():
    own = [{"ChannelName": f"c{number}"} for number in range(MOST_CHANNELS - 1)]
    assert with_channels(own, [{"ChannelName": "images"}])[-1] == {"ChannelName": "images"}
    with pytest.raises(ValueError, match="21 channels"):
        with_channels(own, [{"ChannelName": "images"}, {"ChannelName": "scans"}])


def test_a_channel_has_its_name_alone():
    with pytest.raises(ValueError, match="a channel images of its own"):
        with_channels([{"ChannelName": "images"}], [{"ChannelName": "images"}])
