"""Who may read and write a shared file system, and how.

https://docs.aws.amazon.com/efs/latest/ug/iam-access-control-nfs-efs.html
"""

import hashlib
from collections.abc import Mapping, Sequence

from components.common.iam import Conditions, Document, allow, deny, document

MOUNT, WRITE = "elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"
MOUNTING = [MOUNT, WRITE]
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
    file_system_arn: str,
    access_point_arns: Mapping[str, Sequence[str]],
    account_id: str,
    *,
    read_by_training: bool = False,
) -> Document:
    """Who mounts and writes: roles that bear a team's tag, by that team's access points alone.

    `access_point_arns` has each team's. It takes no policy of the role's own. The condition on
    mount targets is what EFS knows a policy by that is not public.

    SageMaker mounts file systems for training without access points. With `read_by_training`,
    whoever reaches a mount target may mount and not write: without an access point a client is
    nobody in particular, who reads what a folder's permissions give to everyone.

    https://docs.aws.amazon.com/efs/latest/ug/access-control-block-public-access.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/access_iam-tags.html
    https://docs.aws.amazon.com/sagemaker/latest/dg/model-access-training-data.html
    """
    by_network: Conditions = {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}
    without_tls: Conditions = {"Bool": {"aws:SecureTransport": "false"}}
    return document(
        *(
            allow(
                MOUNTING,
                [file_system_arn],
                principal={"AWS": "*"},
                when={
                    **by_network,
                    "StringEquals": {
                        "aws:PrincipalAccount": account_id,
                        f"aws:PrincipalTag/{TEAM_TAG}": team,
                        "elasticfilesystem:AccessPointArn": list(arns),
                    },
                },
            )
            for team, arns in access_point_arns.items()
        ),
        deny([ROOT_ACCESS], [file_system_arn], principal="*", sid="NoRoot"),
        *(
            [
                allow(
                    [MOUNT],
                    [file_system_arn],
                    principal={"AWS": "*"},
                    when={**by_network, "Null": {"elasticfilesystem:AccessPointArn": "true"}},
                    sid="ReadByTraining",
                ),
                deny([WRITE], [file_system_arn], principal="*", when=without_tls, sid="OnlyByTls"),
                deny(
                    [MOUNT],
                    [file_system_arn],
                    principal="*",
                    when={**without_tls, "Null": {"elasticfilesystem:AccessPointArn": "false"}},
                    sid="AccessPointsOnlyByTls",
                ),
            ]
            if read_by_training
            else [
                deny(
                    [ROOT_ACCESS, *MOUNTING],
                    [file_system_arn],
                    principal="*",
                    when=without_tls,
                    sid="OnlyByTls",
                )
            ]
        ),
        deny(
            [WRITE] if read_by_training else MOUNTING,
            [file_system_arn],
            principal="*",
            when={"Null": {"elasticfilesystem:AccessPointArn": "true"}},
            sid="OnlyByAccessPoints",
        ),
    )
