"""What an environment and its models may cost."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from components.common.limits import BUDGET_NOTIFICATIONS
from infra.settings.base import Settings, matching
from infra.settings.mistakes import Mistake, refusal, refusals, shown


def distinct_shares(value: tuple[int, ...]) -> tuple[int, ...]:
    """Refuse a share that is named twice."""
    if len(set(value)) < len(value):
        raise refusal(f"{shown(value)} names a share twice.")
    return value


monitor_arn = matching(
    r"arn:aws[a-z-]*:ce::\d{12}:anomalymonitor/[\w-]+",
    "is not the ARN of a monitor",
    "aws ce get-anomaly-monitors lists them.",
)
"""Refuses what is not the ARN of a monitor."""


class Spending(Settings):
    """What may be spent in a month."""

    monthly_usd: float = Field(gt=0, description="US dollars a month.")
    alert_at: Annotated[
        tuple[Annotated[int, Field(ge=1, le=1000)], ...],
        Field(min_length=1, max_length=BUDGET_NOTIFICATIONS - 1),  # one more is the forecast's
        AfterValidator(distinct_shares),
    ] = Field(
        (80, 100), description="Percent of the budget at which an alert goes out, at most four."
    )


class ModelBudget(Spending):
    """What a model may cost; needs maslow:model as a cost-allocation tag."""


class TeamBudget(Spending):
    """What a team of Studio may cost; needs maslow:team as a cost-allocation tag."""


class Budget(Spending):
    """What the environment may cost."""

    covers: Literal["account", "environment"] = Field(
        "account",
        description="What counts: the whole account; or, where environments share one, what bears "
        "this one's tag, which then has to be a cost-allocation tag.",
    )
    anomaly_usd: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="Dollars from which unusual spending of the environment is told: by its tag, "
        "which AWS lets the account watch that pays the bill, or as anomaly_monitor sees it.",
    )
    anomaly_monitor: Annotated[str, AfterValidator(monitor_arn)] | None = Field(
        None,
        description="ARN of a cost monitor that is there already, such as the account's "
        "Default-Services-Monitor, which needs no tags; accounts whose bill another pays need it.",
    )
    activate_tags: bool = Field(
        False,
        description="Whether to make cost-allocation tags of the tags: in the account that pays "
        "the bill only, and a day after the environment first stood.",
    )

    @model_validator(mode="after")
    def _monitor_is_heard(self) -> Self:
        if self.anomaly_monitor and self.anomaly_usd is None:
            raise refusals(
                [
                    Mistake(
                        ("anomaly_monitor",),
                        "is of no use without anomaly_usd.",
                        "Say from how many dollars on an anomaly is told.",
                    )
                ]
            )
        return self
