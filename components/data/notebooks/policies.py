"""What EMR Studio, its people and their notebooks may do; plain values.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-service-role.html
https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-studio-user-permissions.html
https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/interactive-workloads.html
"""

from collections.abc import Sequence

from components.common.iam import (
    Conditions,
    Document,
    Statement,
    allow,
    allow_everywhere,
    document,
    trust,
)
from components.common.job_access import use_keys
from components.data.jobs.policy import CHANGE_TABLES, Place, catalog_of, use_places

EMR, SERVERLESS = "elasticmapreduce.amazonaws.com", "emr-serverless.amazonaws.com"
WORKSPACES = "workspaces"
"""Where in their bucket workspaces are kept."""
OWN_WORKSPACES = (
    "AttachEditor",
    "DeleteEditor",
    "DescribeEditor",
    "DetachEditor",
    "OpenEditorInConsole",
    "StartEditor",
    "StopEditor",
)
"""What people do with a workspace that they made, which EMR calls an editor."""


def storage_policy(*, bucket: str, key_arn: str) -> Document:
    """Keep workspaces in their bucket. With EMR Serverless, the service role does nothing else."""
    return document(
        allow(
            ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
            [f"arn:aws:s3:::{bucket}/{WORKSPACES}/*"],
        ),
        allow(["s3:GetEncryptionConfiguration", "s3:ListBucket"], [f"arn:aws:s3:::{bucket}"]),
        allow(
            [
                "kms:Decrypt",
                "kms:DescribeKey",
                "kms:GenerateDataKey",
                "kms:ReEncryptFrom",
                "kms:ReEncryptTo",
            ],
            [key_arn],
        ),
    )


def notebook_policy(
    *, reads: Sequence[Place], writes: Sequence[Place], key_arn: str, account_id: str, region: str
) -> Document:
    """What a notebook may do: read its places and their tables, and write the others."""
    return document(
        *use_places(reads, writes),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"],
            catalog_of([*reads, *writes], account_id, region),
        ),
        *([allow(CHANGE_TABLES, catalog_of(writes, account_id, region))] if writes else []),
        use_keys([key_arn]),
    )


def user_trust(*, account_id: str) -> Document:
    """Lets EMR Studio take the role of its people, and tell who of Identity Center it is."""
    made = trust(EMR, account_id=account_id)
    (statement,) = made["Statement"]
    # AWS's own policy for this role has no condition: nothing tells that an account is sent.
    return document(
        {
            **statement,
            "Action": ["sts:AssumeRole", "sts:SetContext"],
            "Condition": {"StringEqualsIfExists": {"aws:SourceAccount": account_id}},
        }
    )


def person_policy(
    *,
    studio_arn: str,
    application_arn: str,
    service_role_arn: str,
    notebook_role_arn: str,
    bucket: str,
    account_id: str,
    region: str,
) -> Document:
    """What a person may do: make workspaces, work in their own, and run them as one role.

    `studio_arn` is the studio that the person opens as a role of IAM; empty where Identity Center
    signs people in. A workspace bears who made it as a tag, which EMR sets.
    """
    here: Conditions = {"StringEquals": {"aws:RequestedRegion": region}}
    emr = f"arn:aws:elasticmapreduce:{region}:{account_id}"
    return document(
        *_open_studio(studio_arn),
        allow_everywhere(
            ["elasticmapreduce:CreateEditor", "elasticmapreduce:ListEditors"],
            reason="a workspace has no ARN before it is there, and EMR lists them per account",
            when=here,
            sid="Workspaces",
        ),
        allow(
            [f"elasticmapreduce:{each}" for each in OWN_WORKSPACES],
            [f"{emr}:editor/*"],
            when={"StringEquals": {"elasticmapreduce:ResourceTag/creatorUserId": "${aws:userId}"}},
            sid="OwnWorkspaces",
        ),
        allow_everywhere(
            ["emr-serverless:ListApplications", "elasticmapreduce:ListStudios"],
            reason="EMR lists these per account",
            when=here,
            sid="Lists",
        ),
        allow(
            [
                "emr-serverless:AccessInteractiveEndpoints",
                "emr-serverless:GetApplication",
                "emr-serverless:StartApplication",
            ],
            [application_arn],
            sid="Application",
        ),
        _pass_role(service_role_arn, EMR),
        _pass_role(notebook_role_arn, SERVERLESS),
        # AWS asks for this in every policy of a studio's people.
        allow(
            ["secretsmanager:TagResource"],
            [f"arn:aws:secretsmanager:{region}:{account_id}:secret:emr-studio-*"],
        ),
        allow(["s3:GetBucketLocation", "s3:ListBucket"], [f"arn:aws:s3:::{bucket}"]),
        allow_everywhere(
            ["iam:ListRoles"],
            reason="IAM lists roles per account; people choose theirs from the list",
        ),
    )


def _open_studio(studio_arn: str) -> list[Statement]:
    if not studio_arn:
        return []
    return [
        allow(
            ["elasticmapreduce:CreateStudioPresignedUrl", "elasticmapreduce:DescribeStudio"],
            [studio_arn],
            sid="Studio",
        )
    ]


def _pass_role(arn: str, service: str) -> Statement:
    return allow(["iam:PassRole"], [arn], when={"StringEquals": {"iam:PassedToService": service}})
