"""Who may read and write a shared file system, and how.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

import hashlib
from collections.abc import Mapping

from components.common.iam import Document, allow, deny, document

MOUNTING = ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
ROOT_ACCESS = "elasticfilesystem:ClientRootAccess"
TEAM_TAG = "maslow:team"
"""Tag of a role whose value is the team that it is of."""
LOWEST_ID, HOW_MANY_IDS = 100_000, 2_000_000_000
"""Of users and groups: above those that images give to people, within what NFS can hold."""


def posix_id(team: str) -> int:
    """The number of a team's user and group on every file, told from its name alone.

    It stays what it is when other teams come and go, for files keep the number of their owner.
    """
    digest = hashlib.sha256(team.encode()).digest()
    return LOWEST_ID + int.from_bytes(digest[:8]) % HOW_MANY_IDS


def file_system_policy(
    file_system_arn: str, access_point_arns: Mapping[str, str], account_id: str
) -> Document:
    """Who mounts and writes: roles that bear a team's tag, by that team's access point alone.

    `access_point_arns` has each team's. It takes no policy of the role's own. The condition on
    mount targets is what EFS knows a policy by that is not public.

    https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
    """
    return document(
        *(
            allow(
                MOUNTING,
                [file_system_arn],
                principal={"AWS": "*"},
                when={
                    "Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"},
                    "StringEquals": {
                        "aws:PrincipalAccount": account_id,
                        f"aws:PrincipalTag/{TEAM_TAG}": team,
                        "elasticfilesystem:AccessPointArn": arn,
                    },
                },
            )
            for team, arn in access_point_arns.items()
        ),
        deny(
            [ROOT_ACCESS, *MOUNTING],
            [file_system_arn],
            principal="*",
            when={"Bool": {"aws:SecureTransport": "false"}},
            sid="OnlyByTls",
        ),
        deny([ROOT_ACCESS], [file_system_arn], principal="*", sid="NoRoot"),
        deny(
            MOUNTING,
            [file_system_arn],
            principal="*",
            when={"Null": {"elasticfilesystem:AccessPointArn": "true"}},
            sid="OnlyByAccessPoints",
        ),
    )
