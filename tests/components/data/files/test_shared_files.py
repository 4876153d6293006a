"""A file system that teams share, and what reaches it."""

import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.data.files.policies import posix_id
from components.data.files.shared_files import SharedFiles, SharedFilesArgs
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:warning"
SYSTEM, POINT = "aws:efs/fileSystem:FileSystem", "aws:efs/accessPoint:AccessPoint"
MOUNT = "aws:efs/mountTarget:MountTarget"
SIDES = ("Ingress", "Egress")


def recorded(**changes: Any) -> Graph:
    args: SharedFilesArgs = {
        "teams": ["oncology", "cardiology"],
        "backup": True,
        "infrequent_days": 30,
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "subnet_count": 2,
        "workload_security_group_id": "sg-workloads",
        "key_arn": KEY,
        "topic_arn": TOPIC,
        "durability": Durability.PROTECTED,
        "account_id": "123456789012",
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: SharedFiles("maslow-dev-files", args) and None)


def system(graph: Graph) -> Any:
    (found,) = graph.of_type(SYSTEM)
    return found


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def test_the_files_are_encrypted_in_every_zone_and_outlive_the_stack(graph: Graph) -> None:
    made = system(graph)
    assert (made.inputs["encrypted"], made.inputs["kmsKeyId"]) == (True, KEY)
    assert made.inputs["throughputMode"] == "elastic"
    assert "availabilityZoneName" not in made.inputs
    assert made.options["protect"]
    assert made.options["retainOnDelete"]


def test_it_is_reached_in_each_subnet_by_the_nfs_of_workloads_only(graph: Graph) -> None:
    mounts = graph.of_type(MOUNT)
    assert [mount.inputs["subnetId"] for mount in mounts] == ["subnet-a", "subnet-b"]
    (group,) = {each for mount in mounts for each in mount.inputs["securityGroups"]}
    into, out = (
        graph.of_type(f"aws:vpc/securityGroup{side}Rule:SecurityGroup{side}Rule") for side in SIDES
    )
    (incoming,), (outgoing,) = into, out
    for rule in (incoming.inputs, outgoing.inputs):
        assert (rule["ipProtocol"], rule["fromPort"], rule["toPort"]) == ("tcp", 2049, 2049)
    assert incoming.inputs["securityGroupId"] == group
    assert incoming.inputs["referencedSecurityGroupId"] == "sg-workloads"
    assert outgoing.inputs["securityGroupId"] == "sg-workloads"
    assert outgoing.inputs["referencedSecurityGroupId"] == group


def test_each_team_has_a_folder_in_which_every_user_is_the_teams(graph: Graph) -> None:
    points = {point.inputs["rootDirectory"]["path"]: point for point in graph.of_type(POINT)}
    assert points.keys() == {"/teams/oncology", "/teams/cardiology"}
    number = posix_id("oncology")
    point = points["/teams/oncology"]
    assert point.inputs["posixUser"] == {"uid": number, "gid": number}
    assert point.inputs["rootDirectory"]["creationInfo"] == {
        "ownerUid": number,
        "ownerGid": number,
        "permissions": "0770",
    }


def test_each_team_is_let_in_by_its_own_access_point(graph: Graph) -> None:
    (policy,) = graph.of_type("aws:efs/fileSystemPolicy:FileSystemPolicy")
    named = {
        equal["aws:PrincipalTag/maslow:team"]: equal["elasticfilesystem:AccessPointArn"]
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        if statement["Effect"] == "Allow"
        for equal in [statement["Condition"]["StringEquals"]]
    }
    assert named == {
        point.inputs["rootDirectory"]["path"].removeprefix("/teams/"): [point.outputs["arn"]]
        for point in graph.of_type(POINT)
    }


def test_a_team_fills_a_second_folder_that_whoever_trains_may_read() -> None:
    graph = recorded(training=["oncology"])
    points = {point.inputs["rootDirectory"]["path"]: point for point in graph.of_type(POINT)}
    assert points.keys() == {"/teams/oncology", "/teams/cardiology", "/training/oncology"}
    made = points["/training/oncology"].inputs
    assert made["posixUser"]["uid"] == posix_id("oncology")
    assert made["rootDirectory"]["creationInfo"]["permissions"] == "0755"
    (policy,) = graph.of_type("aws:efs/fileSystemPolicy:FileSystemPolicy")
    statements = json.loads(policy.inputs["policy"])["Statement"]
    (allowed,) = [
        statement["Condition"]["StringEquals"]["elasticfilesystem:AccessPointArn"]
        for statement in statements
        if "oncology" in statement.get("Condition", {}).get("StringEquals", {}).values()
    ]
    assert set(allowed) == {
        points["/teams/oncology"].outputs["arn"],
        points["/training/oncology"].outputs["arn"],
    }
    assert "ReadByTraining" in {statement.get("Sid") for statement in statements}


def test_without_training_nobody_mounts_without_an_access_point(graph: Graph) -> None:
    (policy,) = graph.of_type("aws:efs/fileSystemPolicy:FileSystemPolicy")
    assert "ReadByTraining" not in policy.inputs["policy"]


def test_files_move_to_cheaper_storage_and_back_when_they_are_read(graph: Graph) -> None:
    assert system(graph).inputs["lifecyclePolicies"] == [
        {"transitionToIa": "AFTER_30_DAYS"},
        {"transitionToPrimaryStorageClass": "AFTER_1_ACCESS"},
    ]
    first, _ = system(recorded(infrequent_days=1)).inputs["lifecyclePolicies"]
    assert first == {"transitionToIa": "AFTER_1_DAY"}
    assert not system(recorded(infrequent_days=0)).inputs.get("lifecyclePolicies")


def test_backups_are_made_and_their_failures_told(graph: Graph) -> None:
    (backup,) = graph.of_type("aws:efs/backupPolicy:BackupPolicy")
    assert backup.inputs["backupPolicy"] == {"status": "ENABLED"}
    (rule,) = graph.of_type("aws:cloudwatch/eventRule:EventRule")
    pattern = json.loads(rule.inputs["eventPattern"])
    assert pattern["detail"]["resourceArn"] == [system(graph).outputs["arn"]]
    (target,) = graph.of_type("aws:cloudwatch/eventTarget:EventTarget")
    assert target.inputs["arn"] == TOPIC


def test_without_backups_nothing_is_told_of_them() -> None:
    graph = recorded(backup=False)
    assert not graph.of_type("aws:efs/backupPolicy:BackupPolicy")
    assert not graph.of_type("aws:cloudwatch/eventRule:EventRule")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"infrequent_days": 31}, "infrequent_days: 31 is not 0, nor of 1, 7, 14, 30"),
        ({"teams": ["oncology", "oncology"]}, "teams: oncology is here twice"),
        ({"training": ["radiology"]}, "training: radiology is not of the teams"),
    ],
)
def test_what_aws_would_refuse_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        recorded(**changes)
