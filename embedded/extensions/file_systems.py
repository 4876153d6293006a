"""What moto's EFS lacks: changes of throughput, backups that end, policies that go.

https://docs.aws.amazon.com/efs/latest/ug/api-reference.html
"""

import json
import re
from typing import Any

from moto.efs.exceptions import EFSError, PolicyNotFound
from moto.efs.models import AccessPoint, EFSBackend, FileSystem
from moto.efs.responses import EFSResponse

from embedded import file_folders
from embedded.extensions.operations import add, kept

Answer = tuple[str, dict[str, Any]]

ROOT_DIRECTORY = re.compile(r"/|(/(?!\.)[^$#<>;`|&?{}^*/\n]+){1,4}")
"""What an access point may show as the root."""

_moto_creates = EFSBackend.create_file_system
_moto_creates_point = EFSBackend.create_access_point
_moto_deletes = EFSBackend.delete_file_system

ELASTIC_IS_GENERAL_PURPOSE = "Elastic throughput mode is only supported for General Purpose."


class BadRequest(EFSError):
    """400 for what a file system cannot have."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("BadRequest", message)


def install() -> None:
    """Add the operations to moto's EFS."""
    add(EFSBackend, create_file_system, create_access_point, delete_file_system)
    add(
        EFSResponse,
        update_file_system,
        put_backup_policy,
        describe_backup_policy,
        delete_file_system_policy,
    )


def close() -> None:
    """Remove the folders that hold the files of file systems, those of FSx too."""
    file_folders.close()


def create_file_system(self: EFSBackend, *args: Any, **kwargs: Any) -> FileSystem:
    """Create one, and a folder that holds its files."""
    system = _moto_creates(self, *args, **kwargs)
    file_folders.make(system.file_system_id)
    return system


def create_access_point(self: EFSBackend, *args: Any, **kwargs: Any) -> AccessPoint:
    """Create one, and the folder that it shows as the root; AWS makes that at the first mount.

    https://docs.aws.amazon.com/efs/latest/ug/API_RootDirectory.html
    """
    point = _moto_creates_point(self, *args, **kwargs)
    path = str(point.root_directory.get("Path", "/"))
    if not ROOT_DIRECTORY.fullmatch(path):
        del self.access_points[point.access_point_id]
        raise BadRequest(f"{path} is not the path of a root directory.")
    file_folders.make(point.file_system_id, path)
    return point


def delete_file_system(self: EFSBackend, file_system_id: str) -> None:
    """Delete one, and the folder that holds its files."""
    _moto_deletes(self, file_system_id)
    file_folders.remove(file_system_id)


def update_file_system(self: EFSResponse) -> Answer:
    """UpdateFileSystem: what is not named stays.

    https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html
    """
    system = _system(self)
    mode = self._get_param("ThroughputMode") or system.throughput_mode
    speed = self._get_param("ProvisionedThroughputInMibps")
    if mode == "elastic" and system.performance_mode != "generalPurpose":
        raise BadRequest(ELASTIC_IS_GENERAL_PURPOSE)
    if mode == "provisioned" and not (speed or system.provisioned_throughput_in_mibps):
        raise BadRequest("Must provide provisioned throughput in MiB/s for this mode.")
    system.throughput_mode = mode
    if mode == "provisioned":
        system.provisioned_throughput_in_mibps = speed or system.provisioned_throughput_in_mibps
    else:
        vars(system)["provisioned_throughput_in_mibps"] = None
    return json.dumps(system.info_json()), {"status": 202, "Content-Type": "application/json"}


def put_backup_policy(self: EFSResponse) -> Answer:
    """PutBackupPolicy: whether AWS Backup's own plan takes the file system.

    https://docs.aws.amazon.com/efs/latest/ug/API_PutBackupPolicy.html
    """
    system = _system(self)
    policy = self._get_param("BackupPolicy")
    kept(self.efs_backend, "backup_policies")[system.file_system_id] = policy
    return _json({"BackupPolicy": policy})


def describe_backup_policy(self: EFSResponse) -> Answer:
    """DescribeBackupPolicy: as it was put, or as the file system was created."""
    system = _system(self)
    put = kept(self.efs_backend, "backup_policies").get(system.file_system_id)
    policy = put or system.backup_policy
    if not policy:
        raise PolicyNotFound("There is no backup policy for this file system.")
    return _json({"BackupPolicy": policy})


def delete_file_system_policy(self: EFSResponse) -> Answer:
    """DeleteFileSystemPolicy: whoever reaches a mount target may mount again.

    https://docs.aws.amazon.com/efs/latest/ug/API_DeleteFileSystemPolicy.html
    """
    _system(self).file_system_policy = None
    return _json({})


def _system(self: EFSResponse) -> FileSystem:
    """The file system that is asked about; raises FileSystemNotFound."""
    _, (system,) = self.efs_backend.describe_file_systems(
        file_system_id=self._get_param("FileSystemId")
    )
    return system


def _json(body: dict[str, Any]) -> Answer:
    return json.dumps(body), {"Content-Type": "application/json"}
