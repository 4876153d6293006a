"""What moto's EFS lacks: changes of throughput, backups that end, policies that go.

https://docs.aws.amazon.com/efs/latest/ug/api-reference.html
"""

import json
from typing import Any

from moto.efs.exceptions import EFSError, PolicyNotFound
from moto.efs.models import FileSystem
from moto.efs.responses import EFSResponse

from embedded.extensions.operations import add, kept

Answer = tuple[str, dict[str, Any]]

ELASTIC_IS_GENERAL_PURPOSE = "Elastic throughput mode is only supported for General Purpose."


class BadThroughput(EFSError):
    """400 for a throughput that the file system cannot have."""

    code = 400

    def __init__(self, message: str) -> None:
        super().__init__("BadRequest", message)


def install() -> None:
    """Add the operations to moto's EFS."""
    add(
        EFSResponse,
        update_file_system,
        put_backup_policy,
        describe_backup_policy,
        delete_file_system_policy,
    )


def update_file_system(self: EFSResponse) -> Answer:
    """UpdateFileSystem: what is not named stays.

    https://docs.aws.amazon.com/efs/latest/ug/API_UpdateFileSystem.html
    """
    system = _system(self)
    mode = self._get_param("ThroughputMode") or system.throughput_mode
    speed = self._get_param("ProvisionedThroughputInMibps")
    if mode == "elastic" and system.performance_mode != "generalPurpose":
        raise BadThroughput(ELASTIC_IS_GENERAL_PURPOSE)
    if mode == "provisioned" and not (speed or system.provisioned_throughput_in_mibps):
        raise BadThroughput("Must provide provisioned throughput in MiB/s for this mode.")
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
