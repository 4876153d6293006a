"""Channels of training jobs that show a folder of a file system.

SageMaker mounts the file system; here the files are copied to where the job finds them. Those of
EFS are in its folder on this machine. Those of a folder of Lustre that is linked to S3 are the
objects there, as they are when the job begins.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from botocore.exceptions import ClientError

from embedded import file_folders

EFS, LUSTRE = "EFS", "FSxLustre"
ROOT = PurePosixPath("/")

Source = Mapping[str, Any]
Client = Callable[[str], Any]
Download = Callable[[str, Path], bool]
"""Copies the objects below an S3 URI into a folder; whether there were any."""


class Unmountable(Exception):
    """Why a job cannot have its file system, in words for its FailureReason."""


def sources(arguments: Mapping[str, Any]) -> Iterator[tuple[str, Source]]:
    """Channel and file system of each channel that has one."""
    for one in arguments.get("InputDataConfig", []):
        if source := one["DataSource"].get("FileSystemDataSource"):
            yield one["ChannelName"], source


def not_emulated(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What is asked of file systems that would not be done here."""
    for channel, source in sources(arguments):
        if source["FileSystemAccessMode"] != "ro":
            yield f"channel {channel} writes to its file system, and here it can only read"


def refused(arguments: Mapping[str, Any]) -> Iterator[str]:
    """What SageMaker refuses of them before the job begins: they are reached by the VPC alone.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
    """
    found = [channel for channel, _ in sources(arguments)]
    if found and not arguments.get("VpcConfig"):
        yield f"channel {found[0]} is of a file system, and the job has no VpcConfig to reach it by"


def fetch(source: Source, folder: Path, client: Client, download: Download) -> None:
    """Copy what a source shows into `folder`, which is made.

    Raises Unmountable for a file system that is not there, or cannot be reached, and for a
    directory that it does not have.
    """
    folder.mkdir(parents=True, exist_ok=True)
    id_, directory = source["FileSystemId"], PurePosixPath(source["DirectoryPath"])
    if source["FileSystemType"] == EFS:
        _require_mount_target(id_, client("efs"))
        path, found = directory, False
    else:
        path = _below_mount_name(id_, directory, client("fsx"))
        shown = [_fetch_link(link, path, folder, download) for link in _links(id_, client)]
        found = any(shown)
    try:
        found = file_folders.copy(id_, str(path), folder) or found
    except ValueError as error:
        raise Unmountable(str(error)) from error
    if not found:
        raise Unmountable(f"there is no directory {directory} in the file system {id_}")


def _require_mount_target(id_: str, efs: Any) -> None:
    try:
        targets = efs.describe_mount_targets(FileSystemId=id_)["MountTargets"]
    except ClientError as error:
        raise Unmountable(f"there is no file system {id_} of EFS") from error
    if not targets:
        raise Unmountable(f"the file system {id_} has no mount target, by which it is reached")


def _below_mount_name(id_: str, directory: PurePosixPath, fsx: Any) -> PurePosixPath:
    """The path from the file system's root: a directory of Lustre begins with the mount name.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FileSystemDataSource.html
    """
    found = fsx.describe_file_systems(FileSystemIds=[id_])["FileSystems"]
    if not found:
        raise Unmountable(f"there is no file system {id_} of FSx")
    mount = ROOT / found[0].get("LustreConfiguration", {}).get("MountName", "")
    if mount == ROOT or not directory.is_relative_to(mount):
        raise Unmountable(f"{directory} does not begin with {mount}, the mount name of {id_}")
    return ROOT / directory.relative_to(mount)


def _links(id_: str, client: Client) -> list[Mapping[str, Any]]:
    answer = client("fsx").describe_data_repository_associations(
        Filters=[{"Name": "file-system-id", "Values": [id_]}]
    )
    links: list[Mapping[str, Any]] = answer["Associations"]
    return links


def _fetch_link(
    link: Mapping[str, Any], path: PurePosixPath, folder: Path, download: Download
) -> bool:
    """Fetch what of a link is below a path; whether the link has that path.

    A folder that is linked is there, whether or not there are objects.
    """
    linked, uri = PurePosixPath(link["FileSystemPath"]), link["DataRepositoryPath"].rstrip("/")
    if linked.is_relative_to(path):
        download(f"{uri}/", folder / linked.relative_to(path))
        return True
    if path.is_relative_to(linked):
        return download(f"{uri}/{path.relative_to(linked)}/", folder)
    return False
