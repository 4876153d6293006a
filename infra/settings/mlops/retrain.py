"""Training anew without being asked."""

from collections.abc import Iterator, Sequence
from typing import Literal

from pydantic import Field

from infra.settings.base import PositiveInt, Settings
from infra.settings.mistakes import Mistake
from infra.settings.mlops.monitor import Monitor


class Retrain(Settings):
    """Training anew without being asked."""

    on: tuple[Literal["drift"], ...] = Field(
        ("drift",), description="What starts it; [] for nothing."
    )
    cooldown_hours: PositiveInt = Field(
        24, description="Hours after a start in which nothing starts it again."
    )


def check_drift(features: Sequence[str], monitor: Monitor, retrain: Retrain) -> Iterator[Mistake]:
    """Yield retraining on drift that is asked for where none would be found."""
    if not retrain.on or "on" not in retrain.model_fields_set:
        return
    if monitor.data == "off":
        yield Mistake(
            ("retrain", "on"),
            "drift is not found while monitor.data is off.",
            "Set monitor.data to hourly or daily, or retrain.on to [].",
        )
    elif not features:
        yield Mistake(
            ("retrain", "on"),
            "drift is found in the features of a model, and this one has none.",
            "Name its feature groups under features, or set retrain.on to [].",
        )
