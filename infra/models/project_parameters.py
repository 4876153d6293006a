"""What a model's settings ask of its project: parameters of its pipeline, and a search."""

from typing import Any

from components.platform.model_project import ModelProject
from components.platform.training_definition import declared
from components.platform.training_pipeline import SearchArgs
from infra.settings.mlops.model import ModelSettings
from infra.settings.projects import ASKED
from infra.settings.tuning_args import first_metric, tuning_of


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


def search_of(model: ModelSettings, project: ModelProject) -> SearchArgs:
    """The search for hyperparameters that the model's settings ask for, if they do.

    One that the project can't be tuned by is refused where the stack file is read.
    """
    tune, fixed = model.training.tune, model.training.hyperparameters
    if tune is None:
        return {}
    metric = first_metric(model.accept.bounds, model.kind)
    return {"tuning": tuning_of(tune, project.definition, project.tuning, fixed, metric)}
