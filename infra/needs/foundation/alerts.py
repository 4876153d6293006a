"""Who is notified of an environment's alerts, and from which severity on."""

import pulumi

from components.foundation.alerts.alerts import Alerts, AlertsArgs, Severity, severities_from
from components.foundation.alerts.chat import ChatArgs, SlackChannel, TeamsChannel
from infra.environment import Environment
from infra.needs.need import Need
from infra.settings.filekeys import PAGERDUTY_URL
from infra.settings.foundation.alerts import Alerts as AlertSettings


def declare(
    settings: AlertSettings, env: Environment, need: Need, key_arn: pulumi.Output[str]
) -> Alerts:
    """Declare the topics, which `key_arn` encrypts, and all who hear of them."""
    args: AlertsArgs = {
        "key_arn": key_arn,
        "account_id": env.account_id,
        "region": env.region,
        "emails": dict.fromkeys(settings.email, Severity(settings.email_from)),
    }
    if settings.pagerduty != "off":
        args["pagerduty"] = {
            "url": env.secret(PAGERDUTY_URL),
            "lowest": Severity(settings.pagerduty),
        }
    alerts = env.component(Alerts)(env.names("alerts"), args, need.child_options())
    if slack := settings.slack:
        env.component(SlackChannel)(
            env.names("slack"),
            {
                **_chat("slack", slack.lowest, alerts, env),
                "workspace": slack.workspace,
                "channel": slack.channel,
            },
            need.child_options(),
        )
    if teams := settings.teams:
        env.component(TeamsChannel)(
            env.names("teams"),
            {
                **_chat("teams", teams.lowest, alerts, env),
                "tenant": teams.tenant,
                "team": teams.team,
                "channel": teams.channel,
            },
            need.child_options(),
        )
    return alerts


def _chat(application: str, lowest: str, alerts: Alerts, env: Environment) -> ChatArgs:
    return {
        "configuration_name": env.names("alerts", application),
        "topic_arns": [alerts.arn_of(severity) for severity in severities_from(Severity(lowest))],
        "account_id": env.account_id,
        "region": env.region,
    }
