"""The file systems of an environment, and the folders of them that trainings read."""

from dataclasses import dataclass

import pulumi

from components.data.files.fast_files import FastFiles
from components.data.files.shared_files import TRAINING_FOLDER, SharedFiles
from components.platform.file_channels import FileChannelArgs, FileSystemKind


@dataclass(frozen=True)
class FileSystems:
    """The file systems of an environment, as far as it has them."""

    shared: SharedFiles | None = None
    fast: FastFiles | None = None

    def channel(self, name: str, folder: str) -> FileChannelArgs:
        """The channel of a training job that shows a folder, such as `fast/images`.

        Raises ValueError for a file system that is not there.
        """
        which, _, path = folder.partition("/")
        if which == "fast" and self.fast:
            return {
                "channel": name,
                "kind": FileSystemKind.LUSTRE,
                "file_system_id": self.fast.file_system_id,
                "file_system_arn": self.fast.file_system_arn,
                "directory": pulumi.Output.concat("/", self.fast.mount_name, "/", path),
            }
        if which == "shared" and self.shared:
            return {
                "channel": name,
                "kind": FileSystemKind.EFS,
                "file_system_id": self.shared.file_system_id,
                "file_system_arn": self.shared.file_system_arn,
                "directory": f"{TRAINING_FOLDER}/{path}",
            }
        raise ValueError(f"{folder}: there is no file system {which}")
