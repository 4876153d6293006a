"""Who takes the role of a share, and what it may do."""

from collections.abc import Sequence

from components.common.iam import Document, Statement, allow, document
from components.data.jobs.policy import Place, catalog_of, use_places

UNITY_CATALOG = "arn:aws:iam::414351767826:role/unity-catalog-prod-UCMasterRole-14S5ZJVKOTYTL"
"""The role by which Databricks reads storage, in its own account.

https://docs.databricks.com/aws/en/connect/unity-catalog/cloud-storage/storage-credentials
"""


def account_trust(account_id: str, external_id: str) -> Document:
    """Lets another account's administrators say who of theirs takes the role, by its external id.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
    """
    return _trusted(f"arn:aws:iam::{account_id}:root", external_id)


def databricks_trust(external_id: str, role_arn: str) -> Document:
    """Lets Unity Catalog take the role, and the role itself, which Databricks asks for.

    A principal that is not there yet is refused: the role is named by a condition.
    https://docs.databricks.com/aws/en/connect/unity-catalog/cloud-storage/storage-credentials
    """
    account = role_arn.split(":")[4]
    itself: Statement = {
        "Sid": "Itself",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": ["sts:AssumeRole"],
        "Condition": {
            "ArnEquals": {"aws:PrincipalArn": role_arn},
            "StringEquals": {"sts:ExternalId": external_id},
        },
    }
    return document(*_trusted(UNITY_CATALOG, external_id)["Statement"], itself)


def share_policy(
    *,
    reads: Sequence[Place],
    writes: Sequence[Place],
    key_arn: str,
    itself: str,
    account_id: str,
    region: str,
) -> Document:
    """Read places of the lake and what the catalog says of their tables, write others.

    `itself` is the ARN of the role where it takes itself, and else empty.
    """
    keys = ["kms:Decrypt", "kms:GenerateDataKey"] if writes else ["kms:Decrypt"]
    buckets = sorted({f"arn:aws:s3:::{place['bucket']}" for place in (*reads, *writes)})
    return document(
        allow(["s3:GetBucketLocation"], buckets),
        *use_places(reads, writes),
        allow(
            ["glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:GetPartitions"],
            catalog_of([*reads, *writes], account_id, region),
        ),
        allow(
            keys,
            [key_arn],
            when={"StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"}},
        ),
        *([allow(["sts:AssumeRole"], [itself])] if itself else []),
    )


def _trusted(principal: str, external_id: str) -> Document:
    return document(
        {
            "Effect": "Allow",
            "Principal": {"AWS": principal},
            "Action": ["sts:AssumeRole"],
            "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
        }
    )
