"""Who hears of alarms, failures and spending."""

from pydantic import Field

from infra.settings.base import EmailAddress, Settings


class Alerts(Settings):
    """Who hears of alarms, failures and spending."""

    email: tuple[EmailAddress, ...] = Field(
        (), description="Addresses; each confirms its subscription once."
    )
