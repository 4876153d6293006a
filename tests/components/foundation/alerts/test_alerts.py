import json

import pytest

from components.foundation.alerts.alerts import (
    Alerts,
    Severity,
    alert_topic_policy,
    severities_from,
)
from infra.graph import record

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/messages"


def alerts(emails):
    def program():
        Alerts(
            "alerts",
            {"key_arn": KEY, "account_id": ACCOUNT, "region": "eu-west-1", "emails": emails},
        )

    return record(program)


def subscribed(graph):
    """Who is sent what, as (address, topic)."""
    return {
        (s.inputs["endpoint"], s.inputs["topic"].rpartition(":")[2])
        for s in graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    }


def statements():
    policy = alert_topic_policy(topic_arn=TOPIC, account_id=ACCOUNT, region="eu-west-1")
    return {statement["Sid"]: statement for statement in policy["Statement"]}


def test_alarms_and_budgets_of_this_account_alone_publish():
    for sid, source in {
        "Alarms": f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:*",
        "Budgets": f"arn:aws:budgets::{ACCOUNT}:*",
    }.items():
        assert statements()[sid]["Condition"] == {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": source},
        }


def test_cost_anomalies_of_this_account_alone_publish():
    assert statements()["CostAnomalies"]["Principal"] == {"Service": "costalerts.amazonaws.com"}
    assert statements()["CostAnomalies"]["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT}
    }


def test_event_rules_publish_without_a_condition_that_would_never_hold():
    assert statements()["Rules"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert "Condition" not in statements()["Rules"]


def test_nothing_is_published_by_plain_http():
    assert statements()["TlsOnly"]["Effect"] == "Deny"
    assert statements()["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_each_severity_has_an_encrypted_topic_with_the_policy():
    graph = alerts({})
    topics = graph.of_type("aws:sns/topic:Topic")
    assert [topic.name for topic in topics] == [
        "alerts-critical-topic",
        "alerts-warning-topic",
        "alerts-info-topic",
    ]
    assert {topic.inputs["kmsMasterKeyId"] for topic in topics} == {KEY}
    for policy in graph.of_type("aws:sns/topicPolicy:TopicPolicy"):
        attached = json.loads(policy.inputs["policy"])
        assert [s["Sid"] for s in attached["Statement"]] == list(statements())
        (topic,) = {arn for s in attached["Statement"] for arn in s["Resource"]}
        assert topic == policy.inputs["arn"]


def test_the_topics_are_told_apart():
    made = {}

    def program():
        component = Alerts(
            "alerts", {"key_arn": KEY, "account_id": ACCOUNT, "region": "eu-west-1", "emails": {}}
        )
        for severity, arn in component.topics.items():
            arn.apply(lambda value, severity=severity: made.update({severity: value}))

    record(program)
    prefix = f"arn:aws:sns:eu-west-1:{ACCOUNT}:alerts"
    assert made == {s.value: f"{prefix}-{s.value}-topic" for s in Severity}


@pytest.mark.parametrize(
    ("lowest", "heard"),
    [
        (Severity.CRITICAL, ["critical"]),
        (Severity.WARNING, ["critical", "warning"]),
        (Severity.INFO, ["critical", "warning", "info"]),
    ],
)
def test_a_reader_is_sent_everything_from_the_lowest_severity_up(lowest, heard):
    assert [severity.value for severity in severities_from(lowest)] == heard
    assert subscribed(alerts({"oncall@example.com": lowest})) == {
        ("oncall@example.com", f"alerts-{severity}-topic") for severity in heard
    }


def test_a_reader_who_leaves_moves_no_other_subscription():
    both = {"a@example.com": Severity.INFO, "b@example.com": Severity.INFO}
    before = {s.urn for s in alerts(both).resources}
    after = {s.urn for s in alerts({"b@example.com": Severity.INFO}).resources}
    assert after < before
