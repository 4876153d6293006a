"""What the last deployment has a model on Kubernetes serve, as the state of a stack tells it.

It is asked of every model, and so imports nothing of Kubernetes.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

VERSION = "maslow.dev/version"
"""The annotation that says which version of the model an object serves."""


class Deployed(NamedTuple):
    """What of a model an InferenceService serves."""

    version: int
    """Number of the version."""
    is_canary: bool
    """Whether the version before had the other requests."""


def inference_name(name: str) -> str:
    """The logical name of the InferenceService of a component of a name."""
    return f"{name}-inference"


def deployed(outputs: Mapping[str, Any]) -> Deployed | None:
    """What an InferenceService serves, by its outputs; None where that is not told."""
    number = outputs.get("metadata", {}).get("annotations", {}).get(VERSION)
    if number is None:
        return None
    return Deployed(int(number), "canaryTrafficPercent" in outputs["spec"]["predictor"])
