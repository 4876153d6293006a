import dataclasses
import json
import re

import pytest

from catalog.services import SERVICES, by_prefix
from components.common.durability import Durability
from components.foundation.keys import key_policy as key_policies
from components.foundation.keys.key import DataClass, Key
from components.foundation.keys.key_policy import key_policy
from infra.graph import record

ACCOUNT = "123456789012"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
CRYPTOGRAPHY = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}


def statements(holds, **args):
    return key_policy(holds=holds, account_id=ACCOUNT, region="eu-west-1", **args)["Statement"]


def titled(sid, holds, **args):
    (found,) = [s for s in statements(holds, **args) if s.get("Sid") == sid]
    return found


def by_service(holds):
    return {
        statement["Principal"]["Service"]: statement
        for statement in statements(holds)
        if "Service" in statement["Principal"]
    }


def key(durability, holds=DataClass.DATA, **more):
    def program():
        Key(
            "maslow-dev-data",
            {
                "holds": holds,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
                "durability": durability,
                **more,
            },
        )

    return record(program)


@pytest.mark.parametrize("holds", DataClass)
def test_the_account_can_always_mend_the_policy_of_its_key(holds):
    administer = statements(holds)[0]
    assert administer["Principal"] == ROOT
    assert "kms:Put*" in administer["Action"]
    assert "Condition" not in administer


@pytest.mark.parametrize("holds", DataClass)
def test_administering_a_key_opens_nothing(holds):
    actions = statements(holds)[0]["Action"]
    assert not CRYPTOGRAPHY & set(actions)
    assert not {"kms:*", "kms:Create*", "kms:CreateGrant"} & set(actions)


@pytest.mark.parametrize("holds", DataClass)
def test_identities_use_a_key_through_its_services_alone(holds):
    using = [
        statement
        for statement in statements(holds)
        if CRYPTOGRAPHY & set(statement["Action"]) and statement["Principal"] == ROOT
    ]
    assert [list(statement["Condition"]["StringEquals"]) for statement in using] == [
        ["kms:ViaService", "kms:CallerAccount"]
    ]
    assert using[0]["Condition"]["StringEquals"]["kms:CallerAccount"] == ACCOUNT


@pytest.mark.parametrize("holds", DataClass)
def test_feature_store_encrypts_with_the_data_key_by_itself_and_nobody_reads_so(holds):
    direct = [
        statement["Action"]
        for statement in statements(holds)
        if statement["Principal"] == ROOT
        and list(statement.get("Condition", {}).get("StringEquals", {})) == ["kms:CallerAccount"]
    ]
    assert direct == ([["kms:GenerateDataKey"]] if holds is DataClass.DATA else [])


@pytest.mark.parametrize("holds", DataClass)
def test_administrators_can_replicate_a_key_that_is_made_for_it(holds):
    assert "kms:ReplicateKey" in titled("Administer", holds)["Action"]


def test_the_data_key_is_used_through_the_stores_of_data():
    (using,) = [s for s in statements(DataClass.DATA) if s.get("Sid") == "UseThroughServices"]
    assert using["Condition"]["StringEquals"]["kms:ViaService"] == [
        "airflow-serverless.eu-west-1.amazonaws.com",
        "backup.eu-west-1.amazonaws.com",
        "dynamodb.eu-west-1.amazonaws.com",
        "ec2.eu-west-1.amazonaws.com",
        "eks.eu-west-1.amazonaws.com",
        "elasticfilesystem.eu-west-1.amazonaws.com",
        "fsx.eu-west-1.amazonaws.com",
        "glue.eu-west-1.amazonaws.com",
        "kinesis.eu-west-1.amazonaws.com",
        "s3.eu-west-1.amazonaws.com",
        "s3tables.eu-west-1.amazonaws.com",
        "sagemaker.eu-west-1.amazonaws.com",
    ]


@pytest.mark.parametrize(
    ("holds", "attaches"),
    [
        (
            DataClass.DATA,
            [
                "airflow-serverless.eu-west-1.amazonaws.com",
                "backup.eu-west-1.amazonaws.com",
                "dynamodb.eu-west-1.amazonaws.com",
                "ec2.eu-west-1.amazonaws.com",
                "eks.eu-west-1.amazonaws.com",
                "elasticfilesystem.eu-west-1.amazonaws.com",
                "fsx.eu-west-1.amazonaws.com",
                "sagemaker.eu-west-1.amazonaws.com",
            ],
        ),
        (
            DataClass.ARTIFACTS,
            [
                "codeartifact.eu-west-1.amazonaws.com",
                "ecr.eu-west-1.amazonaws.com",
                "sagemaker.eu-west-1.amazonaws.com",
            ],
        ),
        (DataClass.LOGS, []),
        (DataClass.MESSAGES, []),
        (DataClass.AUDIT, []),
    ],
)
def test_grants_are_for_resources_of_the_services_that_attach_something(holds, attaches):
    granting = [s for s in statements(holds) if "kms:CreateGrant" in s["Action"]]
    through = {"kms:ViaService": attaches, "kms:CallerAccount": ACCOUNT}
    assert [s["Condition"] for s in granting] == (
        [{"Bool": {"kms:GrantIsForAWSResource": "true"}, "StringEquals": through}]
        if attaches
        else []
    )


def test_a_service_that_begins_to_keep_a_class_of_data_needs_its_record_alone(monkeypatch):
    queues = dataclasses.replace(by_prefix()["sqs"], encrypts=("messages",), keeps_grants=True)
    others = tuple(service for service in SERVICES if service.prefix != "sqs")
    monkeypatch.setattr(key_policies, "services", lambda: (*others, queues))
    for sid in ("UseThroughServices", "AttachToResources"):
        through = titled(sid, DataClass.MESSAGES)["Condition"]["StringEquals"]["kms:ViaService"]
        assert "sqs.eu-west-1.amazonaws.com" in through


def test_a_key_with_administrators_is_administered_by_them_and_the_root_user_alone():
    engineer = f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-platform-engineer"
    administer = titled("Administer", DataClass.DATA, administrators=[engineer])
    assert administer["Principal"] == ROOT
    assert administer["Condition"] == {"ArnLike": {"aws:PrincipalArn": [ROOT["AWS"], engineer]}}


def test_the_settings_of_a_key_are_read_by_whom_iam_lets():
    reading = titled("ReadSettings", DataClass.DATA, administrators=["arn:aws:iam::1:role/x"])
    assert reading["Principal"] == ROOT
    assert "Condition" not in reading
    assert all(re.fullmatch(r"kms:(Describe|Get|List).*", a) for a in reading["Action"])


def test_a_key_is_closed_to_those_that_are_named_whatever_iam_allows_them():
    auditor = f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-auditor"
    closed = titled("Closed", DataClass.DATA, closed_to=[auditor])
    assert closed["Effect"] == "Deny"
    assert set(closed["Action"]) == {*CRYPTOGRAPHY, "kms:CreateGrant"}
    assert closed["Condition"] == {"ArnLike": {"aws:PrincipalArn": [auditor]}}


def test_roles_of_another_account_read_and_do_nothing_else():
    staging = {"account_id": "222222222222", "role_patterns": ["arn:aws:iam::222222222222:role/x"]}
    reading = titled("ReadFrom222222222222", DataClass.ARTIFACTS, readers=[staging])
    assert reading["Principal"] == {"AWS": "arn:aws:iam::222222222222:root"}
    assert reading["Action"] == ["kms:Decrypt", "kms:DescribeKey"]
    assert reading["Condition"]["ArnLike"] == {"aws:PrincipalArn": staging["role_patterns"]}
    assert "s3.eu-west-1.amazonaws.com" in reading["Condition"]["StringEquals"]["kms:ViaService"]


def test_fsx_moves_objects_to_and_from_file_systems_of_lustre_where_they_are_linked():
    linking = titled("LinkToFiles", DataClass.DATA, linked_to_files=True)
    assert set(linking["Action"]) == {*CRYPTOGRAPHY, "kms:DescribeKey"}
    assert linking["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/"
            "s3.data-source.lustre.fsx.amazonaws.com/AWSServiceRoleForFSxS3Access_*"
        },
        "StringEquals": {
            "aws:PrincipalAccount": ACCOUNT,
            "kms:ViaService": "s3.eu-west-1.amazonaws.com",
            "kms:CallerAccount": ACCOUNT,
        },
    }
    assert "LinkToFiles" not in {s.get("Sid") for s in statements(DataClass.DATA)}


def test_without_names_a_policy_has_no_statement_for_them():
    titles = {s.get("Sid") for s in statements(DataClass.ARTIFACTS)}
    assert titles == {"Administer", "ReadSettings", "UseThroughServices", "AttachToResources"}


def test_log_groups_of_this_account_alone_use_the_logs_key():
    (statement,) = by_service(DataClass.LOGS).values()
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert set(statement["Action"]) == CRYPTOGRAPHY
    assert statement["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*"
        }
    }


def test_alarms_budgets_anomalies_and_rules_can_publish_to_an_encrypted_topic():
    publishing = by_service(DataClass.MESSAGES)
    this_account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert {service: s.get("Condition") for service, s in publishing.items()} == {
        "budgets.amazonaws.com": this_account,
        "cloudwatch.amazonaws.com": this_account,
        "costalerts.amazonaws.com": this_account,
        "events.amazonaws.com": None,
    }
    assert all(
        {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(s["Action"]) for s in publishing.values()
    )


def test_eventbridge_can_look_at_the_key_that_a_bus_is_to_be_encrypted_with():
    assert "kms:DescribeKey" in by_service(DataClass.MESSAGES)["events.amazonaws.com"]["Action"]


def test_trails_of_this_account_and_region_alone_use_the_audit_key():
    statement = by_service(DataClass.AUDIT)["cloudtrail.amazonaws.com"]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"]
    assert statement["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:eu-west-1:{ACCOUNT}:trail/*"}
    }


@pytest.mark.parametrize("holds", [DataClass.DATA, DataClass.ARTIFACTS])
def test_no_service_uses_data_or_artifacts_in_its_own_name(holds):
    assert by_service(holds) == {}


def test_the_maintenance_of_s3_tables_uses_the_key_for_the_buckets_that_it_is_told_alone():
    told = titled("CompactTables", DataClass.DATA, table_buckets=["maslow-dev-tables"])
    assert told["Principal"] == {"Service": "maintenance.s3tables.amazonaws.com"}
    assert told["Action"] == ["kms:Decrypt", "kms:GenerateDataKey"]
    bucket = f"arn:aws:s3tables:eu-west-1:{ACCOUNT}:bucket/maslow-dev-tables"
    assert told["Condition"] == {
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": [f"{bucket}/*"]}
    }


def test_a_key_rotates_and_is_found_by_its_alias():
    graph = key(Durability.KEEP)
    made = graph.one("aws:kms/key:Key")
    assert made.inputs["enableKeyRotation"]
    assert made.inputs["rotationPeriodInDays"] == 365
    assert made.inputs["multiRegion"] is False
    assert json.loads(made.inputs["policy"])["Statement"] == statements(DataClass.DATA)
    alias = graph.one("aws:kms/alias:Alias")
    assert alias.inputs["name"] == "alias/maslow-dev-data"
    assert made.urn in alias.dependencies


@pytest.mark.parametrize(
    ("durability", "days", "options"),
    [
        (Durability.DISPOSABLE, 7, {}),
        (Durability.KEEP, 30, {"retainOnDelete": True}),
        (Durability.PROTECTED, 30, {"retainOnDelete": True, "protect": True}),
    ],
)
def test_a_key_lives_as_long_as_what_it_encrypted(durability, days, options):
    made = key(durability).one("aws:kms/key:Key")
    assert made.inputs["deletionWindowInDays"] == days
    assert made.options == options


def test_a_key_takes_its_periods_and_its_regions_from_its_args():
    graph = key(Durability.KEEP, rotation_days=90, deletion_days=14, multi_region=True)
    inputs = graph.one("aws:kms/key:Key").inputs
    assert inputs["rotationPeriodInDays"] == 90
    assert inputs["deletionWindowInDays"] == 14
    assert inputs["multiRegion"] is True


@pytest.mark.parametrize(
    ("periods", "refusal"),
    [
        ({"rotation_days": 89}, "rotation_days: 89 is not between 90 and 2560"),
        ({"rotation_days": 2561}, "rotation_days: 2561 is not between 90 and 2560"),
        ({"deletion_days": 6}, "deletion_days: 6 is not between 7 and 30"),
        ({"deletion_days": 31}, "deletion_days: 31 is not between 7 and 30"),
    ],
)
def test_periods_that_aws_would_refuse_are_refused(periods, refusal):
    with pytest.raises(ValueError, match=refusal):
        key(Durability.KEEP, **periods)
