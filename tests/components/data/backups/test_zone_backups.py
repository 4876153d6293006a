import json
from typing import Any

from components.common.durability import Durability
from components.data.backups.policies import backup_policy, restore_policy
from components.data.backups.zone_backups import BackupKind, ZoneBackups, ZoneBackupsArgs
from infra.graph import Graph, record

BUCKETS = ["arn:aws:s3:::the-raw", "arn:aws:s3:::the-curated"]
KEY = "arn:aws:kms:eu-west-1:123456789012:key/a"
LOCK = "aws:backup/vaultLockConfiguration:VaultLockConfiguration"


def recorded(durability: Durability = Durability.KEEP) -> Graph:
    args: ZoneBackupsArgs = {
        "zones": {
            "raw": {
                "plan": "zones-raw",
                "bucket_arn": BUCKETS[0],
                "kind": BackupKind.DAILY,
                "days": 365,
                "schedule": "cron(0 3 * * ? *)",
            },
            "curated": {
                "plan": "zones-curated",
                "bucket_arn": BUCKETS[1],
                "kind": BackupKind.CONTINUOUS,
                "days": 35,
                "schedule": "cron(0 4 * * ? *)",
            },
        },
        "backup_role_name": "maslow-dev-zone-backups",
        "key_arn": KEY,
        "topic_arn": "arn:aws:sns:eu-west-1:123456789012:warning",
        "durability": durability,
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    return record(lambda: ZoneBackups("zones", args))


def actions(policy: Any, beginning: str) -> dict[str, set[str]]:
    """What is allowed of actions that begin so, with the resources of each."""
    return {
        action: set(statement["Resource"])
        for statement in policy["Statement"]
        for action in statement["Action"]
        if action.startswith(beginning)
    }


def test_each_zone_has_a_plan_that_keeps_its_bucket_for_its_days() -> None:
    graph = recorded()
    rules = [plan.inputs["rules"][0] for plan in graph.of_type("aws:backup/plan:Plan")]
    found = sorted(
        (rule["ruleName"], rule["enableContinuousBackup"], rule["lifecycle"]["deleteAfter"])
        for rule in rules
    )
    assert found == [("continuous", True, 35), ("daily", False, 365)]
    selections = graph.of_type("aws:backup/selection:Selection")
    assert sorted(each.inputs["resources"] for each in selections) == sorted([b] for b in BUCKETS)


def test_the_vault_of_what_is_protected_is_locked_for_the_shortest_of_its_days() -> None:
    assert recorded().of_type(LOCK) == []
    lock = recorded(Durability.PROTECTED).one(LOCK).inputs
    assert (lock["minRetentionDays"], lock["changeableForDays"]) == (35, 30)


def test_the_vault_outlives_the_stack_with_the_key_of_the_zones() -> None:
    vault = recorded().one("aws:backup/vault:Vault")
    assert vault.options["retainOnDelete"] is True
    assert vault.inputs["kmsKeyArn"] == KEY


def test_a_backup_that_is_not_whole_is_told() -> None:
    rule = recorded().one("aws:cloudwatch/eventRule:EventRule").inputs
    detail = json.loads(rule["eventPattern"])["detail"]
    assert detail["resourceArn"] == BUCKETS
    assert "EXPIRED" in detail["state"]
    assert "COMPLETED" not in detail["state"]


def test_the_role_of_backups_writes_no_object_and_that_of_restores_sets_no_bucket_up() -> None:
    backs_up = backup_policy(
        bucket_arns=BUCKETS, key_arn=KEY, account_id="123456789012", region="eu-west-1"
    )
    restores = restore_policy(bucket_arns=BUCKETS, key_arn=KEY, region="eu-west-1")
    assert set(actions(backs_up, "s3:Put")) == {
        "s3:PutBucketNotification",
        "s3:PutInventoryConfiguration",
    }
    assert not actions(restores, "s3:PutBucket")
    assert actions(restores, "s3:PutObject")["s3:PutObject"] == {f"{arn}/*" for arn in BUCKETS}
    assert all(resources != {"*"} for resources in actions(restores, "s3:").values())
