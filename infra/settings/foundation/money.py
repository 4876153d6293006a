"""What an environment may cost."""

from typing import Annotated

from pydantic import AfterValidator, Field

from components.limits import BUDGET_NOTIFICATIONS
from infra.settings.base import Settings
from infra.settings.mistakes import refusal, shown


def distinct_shares(value: tuple[int, ...]) -> tuple[int, ...]:
    """Refuse a share that is named twice."""
    if len(set(value)) < len(value):
        raise refusal(f"{shown(value)} names a share twice.")
    return value


class Budget(Settings):
    """What the environment may cost."""

    monthly_usd: float = Field(gt=0, description="US dollars a month.")
    alert_at: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000)], ...],
        Field(min_length=1, max_length=BUDGET_NOTIFICATIONS - 1),  # one more is the forecast's
        AfterValidator(distinct_shares),
    ] = Field(
        (80, 100), description="Percent of the budget at which an alert goes out, at most four."
    )
