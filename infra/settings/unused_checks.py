"""Settings that say nothing beside others: what is asked for is done, or refused."""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.settings.mistakes import Mistake, Path

Values = Mapping[str, Any]
OF_PERSONAS = ("identity_center", "saml", "session_hours")
OF_DELIVERY = (("accept", "not_worse_than_live"), ("delivery", "fail_on"), ("delivery", "tag"))

OF_BIAS_TOO = ("truth",)
"""What the monitor of bias makes use of as well as the one of quality."""


def check_access(values: Values) -> Iterator[Mistake]:
    """Yield how people sign in where nobody may."""
    access = _group(values, "access")
    if access.get("personas"):
        return
    for key in access.keys() & set(OF_PERSONAS):
        yield Mistake(
            ("access", key),
            "there are no personas, and so nobody signs in.",
            "Name people under access.personas, or leave this out.",
        )


def check_previews(values: Values) -> Iterator[Mistake]:
    """Yield what is said of pull requests where it is not the platform that looks at them."""
    delivery = _group(values, "delivery")
    if delivery.get("by") == "ci" and "pull_requests" in delivery:
        yield Mistake(
            ("delivery", "pull_requests"),
            "with delivery.by: ci it is your CI that previews pull requests.",
            "Leave this out; the workflow of your CI says when it previews.",
        )


def check_model_settings(values: Values) -> Iterator[Mistake]:
    """Yield what is said of a model's delivery, watch or retraining where it has none."""
    # Of an environment that trains nothing, other checks say so.
    promoted = "promotion" in values
    models = values.get("models")
    for index, model in enumerate(models if isinstance(models, list) else []):
        if isinstance(model, Mapping):
            at: Path = ("models", index)
            yield from _delivery(model, at)
            yield from _watch(model, at, promoted=promoted)


def _delivery(model: Values, at: Path) -> Iterator[Mistake]:
    if _group(model, "delivery").get("start") != "off":
        return
    for group, key in OF_DELIVERY:
        if key in _group(model, group):
            yield Mistake(
                (*at, group, key),
                "the model has no delivery, which alone makes use of it.",
                "Leave it out, or let delivery.start be push or hand.",
            )


def _watch(model: Values, at: Path, *, promoted: bool) -> Iterator[Mistake]:
    monitor, retrain = _group(model, "monitor"), _group(model, "retrain")
    bias = monitor.get("bias", "off")
    biased = (bias.get("every") if isinstance(bias, Mapping) else bias) != "off"
    for kind in ("data", "quality", "bias", "explain"):
        told = _group(monitor, kind)
        others = [key for key in told if key not in {"every", *(OF_BIAS_TOO if biased else ())}]
        for key in others if told.get("every") == "off" else ():
            yield Mistake(
                (*at, "monitor", kind, key),
                f"monitor.{kind}.every is off, and so nothing makes use of it.",
                f"Leave it out, or say how often: every: daily. Else say monitor.{kind}: off.",
            )
    data = _group(monitor, "data").get("every", monitor.get("data"))
    unwatched = "monitor.data is off" if data == "off" else ""
    if "cooldown_hours" not in retrain:
        return
    on = retrain.get("on", ["drift"])
    starts = bool(on)
    otherwise = retrain.get("schedule", "off") != "off" or on not in ([], ["drift"])
    # Where the model goes on to, its drift is found as well.
    if not otherwise and (not starts or (unwatched and not promoted)):
        why = unwatched if starts else "retrain.on is []"
        yield Mistake(
            (*at, "retrain", "cooldown_hours"),
            f"{why}, and so nothing retrains the model.",
            "Leave it out, or have drift or a schedule retrain the model.",
        )


def _group(values: Values, key: str) -> Values:
    group = values.get(key)
    return group if isinstance(group, Mapping) else {}
