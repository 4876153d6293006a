"""How a change of a model project travels to its endpoint."""

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from components.common.limits import DELIVERED_TRAINING_HOURS, TRAINING_HOURS
from infra.settings.base import Settings
from infra.settings.mistakes import Mistake


class ModelDelivery(Settings):
    """How a change of the model project travels to the endpoint."""

    start: Literal["push", "hand", "off"] | None = Field(
        None,
        description="What starts it: a push that changes the project, or a person; off for no "
        "delivery. If unset a push, where the source tells which files one changes, else a person.",
    )
    tag: str | None = Field(
        None,
        min_length=1,
        max_length=255,
        description="Tags that start it where the platform's delivery is started by a tag; "
        "<model>-<that tag> if unset.",
    )
    fail_on: Literal["critical", "high", "medium", "low"] = Field(
        "critical", description="The least severity of a finding that the image is refused for."
    )


def check_model_deliveries(values: Mapping[str, Any]) -> Iterator[Mistake]:
    """Yield trainings too long for a delivery, and tags that no delivery waits for."""
    trigger = _mapping(_mapping(values, "delivery"), "trigger")
    models = values.get("models")
    for index, model in enumerate(models if isinstance(models, list) else []):
        if not isinstance(model, Mapping):
            continue
        delivery = _mapping(model, "delivery")
        if delivery.get("start") == "off":
            continue
        hours = _mapping(model, "training").get("max_hours")
        if isinstance(hours, int) and DELIVERED_TRAINING_HOURS < hours <= TRAINING_HOURS:
            yield Mistake(
                ("models", index, "training", "max_hours"),
                f"{hours} hours are more than a delivery waits for.",
                f"Allowed: up to {DELIVERED_TRAINING_HOURS}, or set delivery.start to off.",
            )
        waits = _mapping(_mapping(model, "training"), "spot").get("max_wait_hours")
        if isinstance(waits, int) and waits > DELIVERED_TRAINING_HOURS:
            yield Mistake(
                ("models", index, "training", "spot", "max_wait_hours"),
                f"{waits} hours are more than a delivery waits for.",
                f"Allowed: up to {DELIVERED_TRAINING_HOURS}, or set delivery.start to off.",
            )
        if delivery.get("tag") and not trigger.get("tag"):
            yield Mistake(
                ("models", index, "delivery", "tag"),
                "the environment's delivery is not started by a tag.",
                "Set delivery.trigger.tag of the environment, or leave this out.",
            )


def _mapping(values: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = values.get(key)
    return value if isinstance(value, Mapping) else {}
