"""Who is notified of alarms, failures and spending, and from which severity on."""

import re
from typing import Annotated, Literal, Self
from urllib.parse import quote

from pydantic import AfterValidator, Field, model_validator

from infra.settings.base import EmailAddress, Settings, matching
from infra.settings.mistakes import Mistake, refusal, refusals, shown

Lowest = Literal["critical", "warning", "info"]
UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


slack_workspace = matching(
    r"T[A-Z0-9]{2,}",
    "is not the id of a Slack workspace",
    "It begins with T; the workspace's address in a browser has it.",
)
"""Refuses what is not the id of a workspace."""


slack_channel = matching(
    r"[CG][A-Z0-9]{2,}",
    "is not the id of a Slack channel",
    "It begins with C or G; the channel's link ends with it.",
)
"""Refuses what is not the id of a channel."""


uuid = matching(
    UUID,
    "is not an id of Microsoft's",
    "The channel's link has it, as 12345678-1234-1234-1234-123456789abc.",
    flags=re.IGNORECASE,
)
"""Refuses what is not a UUID."""


def teams_channel(value: str) -> str:
    """Refuse what is not the id of a channel as its link has it."""
    if re.fullmatch(r"19:[\w-]+@thread\.\w+", value, re.ASCII):
        raise refusal(
            f"{shown(value)} is the id without the encoding that links have.",
            f"Write it as {quote(value, safe='')}.",
        )
    if not re.fullmatch(r"19%3a[\w-]+%40thread\.\w+", value, re.ASCII | re.IGNORECASE):
        raise refusal(
            f"{shown(value)} is not the id of a channel in Teams.",
            "The channel's link has it, as 19%3a…%40thread.tacv2.",
        )
    return value


class Slack(Settings):
    """A channel in Slack; the workspace is authorized once, in the AWS console."""

    workspace: Annotated[str, AfterValidator(slack_workspace)] = Field(
        description="Id of the workspace: T…"
    )
    channel: Annotated[str, AfterValidator(slack_channel)] = Field(
        description="Id of the channel: C…"
    )
    lowest: Lowest = Field("info", alias="from", description="Least severe that it hears of.")


class Teams(Settings):
    """A channel in Microsoft Teams; the team is authorized once, in the AWS console."""

    tenant: Annotated[str, AfterValidator(uuid)] = Field(description="Id of the tenant, a UUID.")
    team: Annotated[str, AfterValidator(uuid)] = Field(description="Id of the team, a UUID.")
    channel: Annotated[str, AfterValidator(teams_channel)] = Field(
        description="Id of the channel as its link has it: 19%3a…%40thread.tacv2."
    )
    lowest: Lowest = Field("info", alias="from", description="Least severe that it hears of.")


class Alerts(Settings):
    """Who is notified of alarms, failures and spending."""

    email: tuple[EmailAddress, ...] = Field(
        (), description="Addresses; each confirms its subscription to every severity once."
    )
    email_from: Lowest = Field("info", description="Least severe that the addresses hear of.")
    slack: Slack | None = Field(None, description="A Slack channel.")
    teams: Teams | None = Field(None, description="A channel in Microsoft Teams.")
    pagerduty: Literal["off", "critical", "warning", "info"] = Field(
        "off",
        description="Least severe alarm that pages; the integration's URL is a secret: "
        "pulumi config set --secret maslow:pagerduty_url.",
    )

    @model_validator(mode="after")
    def _severity_is_somebodys(self) -> Self:
        if self.email_from != "info" and not self.email:
            raise refusals(
                [
                    Mistake(
                        ("email_from",),
                        "no address is notified.",
                        "Name addresses under email, or leave it out.",
                    )
                ]
            )
        return self
