"""What a model's settings ask of its project, as parameters of its pipeline."""

from typing import Any

from components.platform.training_definition import declared
from infra.settings.mlops.model import ModelSettings
from infra.settings.projects import ASKED


def asked_of_project(model: ModelSettings, definition: dict[str, Any]) -> dict[str, str]:
    """What the settings ask of the project, as far as its pipeline has parameters for it.

    A setting without a parameter is refused where the stack file is read.
    """
    values = {
        "target": model.target,
        "kind": model.kind or "auto",
        "drop": ",".join(model.drop),
        "accept": model.accept.text(model.kind),
        "monitor.bias.on": ",".join(model.monitor.bias.on),
    }
    known = declared(definition)
    return {ASKED[name]: value for name, value in values.items() if ASKED[name] in known}
