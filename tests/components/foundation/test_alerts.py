import json

from components.foundation.alerts import Alerts, alert_topic_policy
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


def test_event_rules_publish_without_a_condition_that_would_never_hold():
    assert statements()["Rules"]["Principal"] == {"Service": "events.amazonaws.com"}
    assert "Condition" not in statements()["Rules"]


def test_nothing_is_published_by_plain_http():
    assert statements()["TlsOnly"]["Effect"] == "Deny"
    assert statements()["TlsOnly"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_messages_are_encrypted():
    graph = alerts([])
    assert graph.one("aws:sns/topic:Topic").inputs["kmsMasterKeyId"] == KEY
    attached = json.loads(graph.one("aws:sns/topicPolicy:TopicPolicy").inputs["policy"])
    assert [s["Sid"] for s in attached["Statement"]] == list(statements())


def test_everyone_listed_is_sent_the_alerts():
    graph = alerts(["oncall@example.com", "ml@example.com"])
    subscriptions = graph.of_type("aws:sns/topicSubscription:TopicSubscription")
    assert {s.inputs["endpoint"] for s in subscriptions} == {"oncall@example.com", "ml@example.com"}
    assert {s.inputs["protocol"] for s in subscriptions} == {"email"}


def test_a_reader_who_leaves_moves_no_other_subscription():
    before = {s.urn for s in alerts(["a@example.com", "b@example.com"]).resources}
    after = {s.urn for s in alerts(["b@example.com"]).resources}
    assert after < before
