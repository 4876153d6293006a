import json

import pytest

from components.common.message import chat_message
from components.foundation.alerts.chat import SlackChannel, TeamsChannel, channel_policy
from infra.graph import record

ACCOUNT = "123456789012"
TOPIC = f"arn:aws:sns:eu-west-1:{ACCOUNT}:critical"
COMMON = {
    "configuration_name": "maslow-prod-alerts",
    "topic_arns": [TOPIC],
    "account_id": ACCOUNT,
    "region": "eu-west-1",
}
TENANT = "12345678-1234-1234-1234-123456789abc"
SLACK = "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration"
TEAMS = "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration"


def slack():
    def program():
        SlackChannel("slack", {**COMMON, "workspace": "T0123", "channel": "C0456"})

    return record(program)


def teams():
    def program():
        TeamsChannel(
            "teams",
            {**COMMON, "tenant": TENANT, "team": TENANT, "channel": "19%3aab%40thread.tacv2"},
        )

    return record(program)


def test_a_channel_of_slack_shows_the_topics():
    made = slack().one(SLACK).inputs
    assert (made["slackTeamId"], made["slackChannelId"]) == ("T0123", "C0456")
    assert made["snsTopicArns"] == [TOPIC]


def test_a_channel_of_teams_shows_the_topics():
    made = teams().one(TEAMS).inputs
    assert (made["tenantId"], made["teamId"]) == (TENANT, TENANT)
    assert made["channelId"] == "19%3aab%40thread.tacv2"
    assert made["snsTopicArns"] == [TOPIC]


@pytest.mark.parametrize(("graph", "type_"), [(slack, SLACK), (teams, TEAMS)])
def test_members_of_a_channel_are_bounded_by_a_policy_of_our_own(graph, type_):
    made = graph()
    guardrail = made.one("aws:iam/policy:Policy")
    role = made.one("aws:iam/rolePolicy:RolePolicy")
    (bound,) = made.one(type_).inputs["guardrailPolicyArns"]
    assert bound == f"arn:aws:iam::{ACCOUNT}:policy/{guardrail.name}"
    assert guardrail.inputs["policy"] == role.inputs["policy"]


@pytest.mark.parametrize("graph", [slack, teams])
def test_a_channels_role_is_for_the_chat_service_alone(graph):
    trust = json.loads(graph().one("aws:iam/role:Role").inputs["assumeRolePolicy"])
    assert [s["Principal"] for s in trust["Statement"]] == [{"Service": "chatbot.amazonaws.com"}]


def test_a_channel_looks_at_alarms_and_changes_nothing():
    statements = channel_policy(account_id=ACCOUNT, region="eu-west-1")["Statement"]
    actions = [action for statement in statements for action in statement["Action"]]
    assert all(
        a.startswith(("cloudwatch:Describe", "cloudwatch:Get", "cloudwatch:List")) for a in actions
    )
    assert statements[0]["Resource"] == [f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:*"]


def test_a_message_of_our_own_is_in_the_form_that_chat_shows():
    assert chat_message("It failed", "Look there") == {
        "version": "1.0",
        "source": "custom",
        "content": {
            "textType": "client-markdown",
            "title": "It failed",
            "description": "Look there",
        },
    }
