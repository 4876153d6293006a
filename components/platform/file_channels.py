"""Channels of a training job that show a folder of a file system.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
"""

import enum
from collections.abc import Iterable, Sequence
from typing import Any, TypedDict

import pulumi

from components.common.iam import Statement, allow, allow_everywhere


class FileSystemKind(enum.Enum):
    """File systems that SageMaker mounts, as it calls them."""

    EFS = "EFS"
    LUSTRE = "FSxLustre"


OF_EFS = (
    "elasticfilesystem:ClientMount",
    "elasticfilesystem:DescribeFileSystems",
    "elasticfilesystem:DescribeMountTargets",
)
"""What a job's role may do with a file system of EFS: find it, and mount it.

What finds file systems is of AWS's own policy for such roles.
https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerFullAccess.html
"""


class FileChannelArgs(TypedDict):
    """A channel, and the folder that it shows."""

    channel: str
    """Name of the channel: the job finds the files in `/opt/ml/input/data/<channel>`."""
    kind: FileSystemKind
    """What the file system is."""
    file_system_id: pulumi.Input[str]
    """Id of the file system."""
    file_system_arn: pulumi.Input[str]
    """ARN of the file system."""
    directory: pulumi.Input[str]
    """The folder, from the file system's root; one of Lustre begins with its mount name."""


def file_channel(*, channel: str, kind: str, file_system_id: str, directory: str) -> dict[str, Any]:
    """The channel as CreateTrainingJob has it: the job reads, and does not write.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_FileSystemDataSource.html
    """
    return {
        "ChannelName": channel,
        "InputMode": "File",
        "DataSource": {
            "FileSystemDataSource": {
                "FileSystemId": file_system_id,
                "FileSystemType": kind,
                "FileSystemAccessMode": "ro",
                "DirectoryPath": directory,
            }
        },
    }


def read_file_systems(systems: Iterable[Sequence[str]]) -> list[Statement]:
    """Statements for the role of jobs that read file systems, each told by its kind and ARN.

    Lustre knows no roles: who mounts one is for the network to say.
    """
    known = {(FileSystemKind(kind), arn) for kind, arn in systems}
    statements: list[Statement] = []
    if efs := sorted(arn for kind, arn in known if kind is FileSystemKind.EFS):
        statements.append(allow(OF_EFS, efs))
    if any(kind is FileSystemKind.LUSTRE for kind, _ in known):
        statements.append(
            allow_everywhere(
                ["fsx:DescribeFileSystems"], reason="FSx offers no resource to narrow a listing to"
            )
        )
    return statements
