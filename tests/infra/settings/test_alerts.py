import json

import pytest

from infra.settings import SettingsError
from infra.settings.root import PlatformSettings
from infra.settings.stackfile import load

UUID = "12345678-1234-1234-1234-123456789ABC"
TEAMS = {"tenant": UUID, "team": UUID, "channel": "19%3ab6ef35%40thread.tacv2"}


@pytest.mark.parametrize(
    "alerts",
    [
        {"email": ["a@b.example"], "email_from": "warning"},
        {"slack": {"workspace": "T0123", "channel": "C0456"}},
        {"slack": {"workspace": "T0123", "channel": "G0456", "from": "warning"}},
        {"teams": TEAMS},
        {"pagerduty": "critical"},
    ],
)
def test_receivers_that_aws_can_reach_are_taken(found, alerts):
    assert found(alerts=alerts) == []


def test_a_severity_for_addresses_needs_addresses(found):
    assert found(alerts={"email_from": "warning"}) == ["alerts.email_from: no address is notified."]


@pytest.mark.parametrize(
    ("alerts", "message"),
    [
        (
            {"slack": {"workspace": "acme", "channel": "C0456"}},
            'alerts.slack.workspace: "acme" is not the id of a Slack workspace.',
        ),
        (
            {"slack": {"workspace": "T0123", "channel": "#alerts"}},
            'alerts.slack.channel: "#alerts" is not the id of a Slack channel.',
        ),
        (
            {"slack": {"workspace": "T0123", "channel": "C0456", "from": "all"}},
            'alerts.slack.from: "all" is not critical, warning or info.',
        ),
        (
            {"teams": {**TEAMS, "team": "ml"}},
            'alerts.teams.team: "ml" is not an id of Microsoft\'s.',
        ),
        (
            {"teams": {**TEAMS, "channel": "19:b6ef35@thread.tacv2"}},
            (
                'alerts.teams.channel: "19:b6ef35@thread.tacv2" is the id without the encoding '
                "that links have."
            ),
        ),
        (
            {"teams": {**TEAMS, "channel": "general"}},
            'alerts.teams.channel: "general" is not the id of a channel in Teams.',
        ),
        (
            {"pagerduty": "https://events.pagerduty.com"},
            (
                'alerts.pagerduty: "https://events.pagerduty.com" is not off, critical, warning or '
                "info."
            ),
        ),
    ],
)
def test_receivers_that_nobody_is_behind_are_refused(found, alerts, message):
    assert found(alerts=alerts) == [message]


def test_a_channel_hears_all_unless_it_says_from_what_on():
    def slack(more):
        alerts = {"slack": {"workspace": "T0123", "channel": "C0456", **more}}
        values = {
            "owner": "ml@example.com",
            "network": {"cidr": "10.10.0.0/16"},
            "source": {"github": "example/platform"},
            "alerts": alerts,
        }
        return PlatformSettings.model_validate_json(json.dumps(values)).alerts.slack

    assert slack({}).lowest == "info"
    assert slack({"from": "critical"}).lowest == "critical"


FILE = """config:
  aws:region: eu-west-1
  maslow:pagerduty_url: {secret}
  maslow:platform:
    owner: ml@example.com
    network: {{cidr: 10.10.0.0/16}}
    source: {{github: example/platform}}
    alerts: {{pagerduty: critical}}
"""


def test_a_secret_stands_encrypted_beside_the_platform(tmp_path):
    file = tmp_path / "stacks" / "Pulumi.test.yaml"
    file.parent.mkdir()
    file.write_text(FILE.format(secret="{secure: v1:abc}"))
    assert load(file).platform.alerts.pagerduty == "critical"


def test_a_secret_in_plain_text_is_refused(tmp_path):
    file = tmp_path / "stacks" / "Pulumi.test.yaml"
    file.parent.mkdir()
    file.write_text(FILE.format(secret="https://events.pagerduty.com"))
    with pytest.raises(SettingsError) as caught:
        load(file)
    (mistake,) = caught.value.mistakes
    assert (mistake.line, mistake.message) == (3, "is a secret in plain text.")
    assert "pulumi config set --secret maslow:pagerduty_url" in mistake.hint
