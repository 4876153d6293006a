"""Training anew without being asked, and who approves what comes of it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from catalog.prices import price_of
from infra.settings.base import PositiveInt, Settings
from infra.settings.mistakes import Mistake, refusal, shown
from infra.settings.mlops.monitor import Monitor
from infra.settings.platform import METRICS, Kind

DAYS = {"weekly": "cron(0 3 ? * SUN *)", "monthly": "cron(0 3 1 * ? *)"}
"""At three in the night, in UTC: on Sundays, and on the first of the month."""
_CRON = re.compile(r"cron\((\S+ ){5}\S+\)")
_CONDITION = re.compile(r"(>=|<=)\s*(-?\d+(\.\d+)?)")


def calendar(value: str) -> str:
    """Refuse what EventBridge takes for no schedule.

    Either the day of the month or that of the week is `?`.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
    """
    if value in {*DAYS, "off"}:
        return value
    fields = value.removeprefix("cron(").removesuffix(")").split()
    if not _CRON.fullmatch(value) or (fields[2] == "?") == (fields[4] == "?"):
        raise refusal(
            f"{shown(value)} is no schedule.",
            "weekly, monthly, off, or six fields in UTC such as cron(0 3 ? * SUN *): minute, hour, "
            "day of month, month, day of week, year, of which one of the days is ?.",
        )
    return value


class Retrain(Settings):
    """Training anew without being asked."""

    on: tuple[Literal["drift", "quality", "new-data"], ...] = Field(
        ("drift",), description="What starts it: drift, quality, new-data; [] for none of them."
    )
    schedule: Annotated[str, AfterValidator(calendar)] = Field(
        "off",
        description="When it starts by the calendar: weekly, monthly, cron(…) in UTC, or off.",
    )
    cooldown_hours: PositiveInt = Field(
        24, description="Hours after a start in which nothing but a person starts it again."
    )
    budget_usd: Annotated[float, Field(gt=0)] | None = Field(
        None,
        description="US dollars of training a month, at list prices, above which nothing starts.",
    )

    @property
    def expression(self) -> str | None:
        """The schedule as EventBridge reads it; None for none."""
        return None if self.schedule == "off" else DAYS.get(self.schedule, self.schedule)


@dataclass(frozen=True)
class AutoWhen:
    """What a better version must reach to be approved by the loop."""

    auto_when: Mapping[str, str]
    """Conditions on its held-out metrics, by metric: `>= 0.86`."""

    @property
    def conditions(self) -> tuple[tuple[str, str, float], ...]:
        """Metric, comparison and bound of each that is a condition."""
        read = ((metric, _CONDITION.fullmatch(text)) for metric, text in self.auto_when.items())
        return tuple((metric, told[1], float(told[2])) for metric, told in read if told)


def _approval(value: object) -> object:
    """Refuse what is neither a word for who approves, nor conditions."""
    if value in ("manual", "automatic") or isinstance(value, AutoWhen):
        return value
    if isinstance(value, Mapping) and set(value) == {"auto_when"}:
        conditions = value["auto_when"]
        if isinstance(conditions, Mapping) and all(
            isinstance(each, str) for pair in conditions.items() for each in pair
        ):
            return AutoWhen({metric: text.strip() for metric, text in conditions.items()})
    raise refusal(
        f"{shown(value)} is not manual or automatic.",
        "Or conditions for the loop to approve by: {auto_when: {auc: '>= 0.86'}}.",
    )


def _written(value: "str | AutoWhen") -> object:
    return {"auto_when": dict(value.auto_when)} if isinstance(value, AutoWhen) else value


Approval = Annotated[
    Literal["manual", "automatic"] | AutoWhen,
    PlainValidator(_approval),
    PlainSerializer(_written),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["manual", "automatic"], "type": "string"},
                {
                    "type": "object",
                    "properties": {
                        "auto_when": {
                            "type": "object",
                            "minProperties": 1,
                            "additionalProperties": {"type": "string"},
                        }
                    },
                    "required": ["auto_when"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]


def approved_when(approval: Approval) -> tuple[str | None, str]:
    """JSONata by which the loop approves what is better, and what it says first.

    None where a person approves. Metrics are read of `$compared.candidate.held_out`.
    """
    if approval == "manual":
        return None, ""
    if not isinstance(approval, AutoWhen):
        return "true", ""
    held = "$compared.candidate.held_out"
    conditions = approval.conditions
    when = " and ".join(
        f"$exists({held}.{metric}) and {held}.{metric} {comparison} {bound!r}"
        for metric, comparison, bound in conditions
    )
    because = " & ', ' & ".join(
        f"'{metric} ' & $string($round({held}.{metric}, 4)) & ' {comparison} {bound:g}'"
        for metric, comparison, bound in conditions
    )
    return when, because


def check_approval(approval: Approval, kind: Kind | None) -> Iterator[Mistake]:
    """Yield conditions that are none, and those on what a model of this kind is not measured by."""
    if not isinstance(approval, AutoWhen):
        return
    at = ("approval", "auto_when")
    if not approval.auto_when:
        yield Mistake(at, "names no condition.", "Say approval: automatic for none.")
    of_a_kind = [METRICS[kind]] if kind else list(METRICS.values())
    known = list(dict.fromkeys(metric for metrics in of_a_kind for metric in metrics))
    for metric, text in approval.auto_when.items():
        if metric not in known:
            yield Mistake(
                (*at, metric),
                f"a {f'{kind} ' if kind else ''}model is not measured by {metric}.",
                f"Choose of {', '.join(known)}.",
            )
        elif not _CONDITION.fullmatch(text):
            yield Mistake(
                (*at, metric),
                f"{shown(text)} is no condition.",
                "Write >= or <= and a number: '>= 0.86'.",
            )


def check_drift(monitor: Monitor, retrain: Retrain) -> Iterator[Mistake]:
    """Yield retraining on drift or quality that is asked for where none would be found."""
    if "on" not in retrain.model_fields_set:
        return
    if "quality" in retrain.on and not monitor.quality.is_on:
        yield Mistake(
            ("retrain", "on"),
            "quality is not measured while monitor.quality is off.",
            "Set monitor.quality to daily, or leave quality out of retrain.on.",
        )
    if "drift" not in retrain.on:
        return
    if not monitor.data.is_on:
        yield Mistake(
            ("retrain", "on"),
            "drift is not found while monitor.data is off.",
            "Set monitor.data to daily, or leave drift out of retrain.on.",
        )


def training_prices(instance: str, region: str) -> Mapping[str, float] | None:
    """US dollars an hour of a training instance in a region; None where no source tells."""
    price = price_of(f"training {instance}", region)
    return {instance: price.usd} if price else None
