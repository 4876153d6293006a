"""Who may read and write a shared file system, and how.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

import hashlib

from components.common.iam import Document, allow, deny, document

CLIENT_ACTIONS = [
    "elasticfilesystem:ClientMount",
    "elasticfilesystem:ClientRootAccess",
    "elasticfilesystem:ClientWrite",
]
LOWEST_ID, HOW_MANY_IDS = 100_000, 2_000_000_000
"""Of users and groups: above those that images give to people, within what NFS can hold."""


def posix_id(team: str) -> int:
    """The number of a team's user and group on every file, told from its name alone.

    It stays what it is when other teams come and go, for files keep the number of their owner.
    """
    digest = hashlib.sha256(team.encode()).digest()
    return LOWEST_ID + int.from_bytes(digest[:8]) % HOW_MANY_IDS


def file_system_policy(file_system_arn: str) -> Document:
    """What nobody may do, whatever their own policies say.

    It allows nothing: with a policy of its own, a file system is open to those alone whom IAM
    allows it, and not any more to whoever reaches it by the network.
    """
    return document(
        deny(
            CLIENT_ACTIONS,
            [file_system_arn],
            principal="*",
            when={"Bool": {"aws:SecureTransport": "false"}},
            sid="OnlyByTls",
        ),
        deny(
            ["elasticfilesystem:ClientRootAccess"], [file_system_arn], principal="*", sid="NoRoot"
        ),
        deny(
            ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            [file_system_arn],
            principal="*",
            when={"Null": {"elasticfilesystem:AccessPointArn": "true"}},
            sid="OnlyByAccessPoints",
        ),
    )


def team_policy(file_system_arn: str, access_point_arn: str) -> Document:
    """Mount a team's folder, read it and write it.

    `DescribeMountTargets` is what AWS's mount helper finds an address by, where DNS tells none.
    https://docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-helper.html
    """
    return document(
        allow(
            ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
            [file_system_arn],
            when={"StringEquals": {"elasticfilesystem:AccessPointArn": access_point_arn}},
        ),
        allow(["elasticfilesystem:DescribeMountTargets"], [file_system_arn]),
    )
