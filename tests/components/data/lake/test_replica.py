"""Copies of a zone elsewhere."""

from typing import Any

import pytest

from components.common.durability import Durability
from components.data.lake.replica import ReplicaArgs, ZoneReplica, ZoneReplicaArgs, replica_policy
from infra.graph import Graph, Resource, record

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
ELSEWHERE = "arn:aws:kms:eu-central-1:222222222222:key/copies"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"


def recorded(account: str = "", durability: Durability = Durability.KEEP) -> Graph:
    to: ReplicaArgs = {"bucket": "copies", "key_arn": ELSEWHERE}
    if account:
        to["account_id"] = account
    args: ZoneReplicaArgs = {
        "bucket": "zone",
        "key_arn": KEY,
        "to": to,
        "durability": durability,
        "account_id": ACCOUNT,
        "region": REGION,
    }
    return record(lambda: ZoneReplica("maslow-dev-lake-raw-copies", args) and None)


def made(graph: Graph) -> tuple[Resource, dict[str, Any]]:
    """The replication, and its one rule."""
    replication = graph.one(REPLICATION)
    (rule,) = replication.inputs["rules"]
    return replication, rule


def test_all_objects_are_copied_with_a_key_of_the_other_region() -> None:
    graph = recorded()
    replication, rule = made(graph)
    assert replication.inputs["bucket"] == "zone"
    assert replication.inputs["role"] == graph.of_type("aws:iam/role:Role")[0].outputs["arn"]
    assert (rule["status"], rule["filter"]) == ("Enabled", {"prefix": ""})
    # Without this, S3 copies nothing that a KMS key encrypts.
    assert rule["sourceSelectionCriteria"]["sseKmsEncryptedObjects"]["status"] == "Enabled"
    assert rule["destination"] == {
        "bucket": "arn:aws:s3:::copies",
        "encryptionConfiguration": {"replicaKmsKeyId": ELSEWHERE},
    }


def test_a_deletion_is_not_copied() -> None:
    assert made(recorded())[1]["deleteMarkerReplication"] == {"status": "Disabled"}


def test_the_owner_of_a_bucket_in_another_account_owns_the_copies() -> None:
    destination = made(recorded("222222222222"))[1]["destination"]
    assert destination["account"] == "222222222222"
    assert destination["accessControlTranslation"] == {"owner": "Destination"}


def test_nothing_is_copied_before_the_role_may() -> None:
    graph = recorded()
    (policy,) = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    assert policy.urn in made(graph)[0].dependencies


@pytest.mark.parametrize(
    ("durability", "kept"), [(Durability.DISPOSABLE, False), (Durability.PROTECTED, True)]
)
def test_a_zone_that_is_left_behind_is_copied_on(durability: Durability, kept: bool) -> None:
    assert ("retainOnDelete" in made(recorded(durability=durability))[0].options) is kept


def test_the_role_reads_the_zone_and_writes_the_copies_alone() -> None:
    policy: Any = replica_policy(
        bucket="zone", key_arn=KEY, to_bucket="copies", to_key_arn=ELSEWHERE, region=REGION
    )
    allowed = {
        action: statement for statement in policy["Statement"] for action in statement["Action"]
    }
    assert allowed["s3:GetObjectVersionForReplication"]["Resource"] == ["arn:aws:s3:::zone/*"]
    assert allowed["s3:ReplicateObject"]["Resource"] == ["arn:aws:s3:::copies/*"]
    assert allowed["kms:Decrypt"]["Resource"] == [KEY]
    assert allowed["kms:Encrypt"]["Resource"] == [ELSEWHERE]
    via = {"kms:ViaService": "s3.eu-central-1.amazonaws.com"}
    assert allowed["kms:Encrypt"]["Condition"] == {"StringEquals": via}
    assert "s3:DeleteObject" not in allowed
    assert "s3:PutObject" not in allowed
