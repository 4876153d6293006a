import json

import pytest

from components.durability import Durability
from components.foundation.key import DataClass, Key, key_policy
from infra.graph import record

ACCOUNT = "123456789012"
ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
CRYPTOGRAPHY = {"kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"}


def statements(holds):
    return key_policy(holds=holds, account_id=ACCOUNT, region="eu-west-1")["Statement"]


def by_service(holds):
    return {
        statement["Principal"]["Service"]: statement
        for statement in statements(holds)
        if "Service" in statement["Principal"]
    }


def key(durability, holds=DataClass.DATA):
    def program():
        Key(
            "maslow-dev-data",
            {
                "holds": holds,
                "account_id": ACCOUNT,
                "region": "eu-west-1",
                "durability": durability,
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
        ["kms:ViaService"]
    ]


def test_the_data_key_is_used_through_the_stores_of_data():
    (using,) = [s for s in statements(DataClass.DATA) if s.get("Sid") == "UseThroughServices"]
    assert using["Condition"]["StringEquals"]["kms:ViaService"] == [
        "s3.eu-west-1.amazonaws.com",
        "sagemaker.eu-west-1.amazonaws.com",
        "glue.eu-west-1.amazonaws.com",
    ]


@pytest.mark.parametrize(
    ("holds", "attaches"),
    [
        (DataClass.DATA, True),
        (DataClass.ARTIFACTS, True),
        (DataClass.LOGS, False),
        (DataClass.MESSAGES, False),
    ],
)
def test_grants_are_for_resources_of_aws_only(holds, attaches):
    granting = [s for s in statements(holds) if "kms:CreateGrant" in s["Action"]]
    assert [s["Condition"] for s in granting] == (
        [{"Bool": {"kms:GrantIsForAWSResource": "true"}}] if attaches else []
    )


def test_log_groups_of_this_account_alone_use_the_logs_key():
    (statement,) = by_service(DataClass.LOGS).values()
    assert statement["Principal"] == {"Service": "logs.eu-west-1.amazonaws.com"}
    assert statement["Condition"] == {
        "ArnLike": {
            "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:*"
        }
    }


def test_alarms_budgets_and_rules_can_publish_to_an_encrypted_topic():
    publishing = by_service(DataClass.MESSAGES)
    this_account = {"StringEquals": {"aws:SourceAccount": ACCOUNT}}
    assert {service: s.get("Condition") for service, s in publishing.items()} == {
        "budgets.amazonaws.com": this_account,
        "cloudwatch.amazonaws.com": this_account,
        "events.amazonaws.com": None,
    }
    assert all(s["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"] for s in publishing.values())


@pytest.mark.parametrize("holds", [DataClass.DATA, DataClass.ARTIFACTS])
def test_no_service_uses_data_or_artifacts_in_its_own_name(holds):
    assert by_service(holds) == {}


def test_a_key_rotates_and_is_found_by_its_alias():
    graph = key(Durability.KEEP)
    made = graph.one("aws:kms/key:Key")
    assert made.inputs["enableKeyRotation"]
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
