"""Whether a model's project can be tuned as its settings ask."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from components.platform.model_project import read_project
from components.platform.training_definition import DefinitionError, Placement, placed
from components.platform.tuned_definition import tuned
from infra.settings.cross_stack import mapping
from infra.settings.mistakes import Mistake
from infra.settings.projects import DEFINITION, PARAMETERS
from infra.settings.tuning import Tune
from infra.settings.tuning_args import Untunable, first_metric, tuning_of

TUNE = ("training", "tune")


def check_tuning(model: Mapping[str, Any], root: Path) -> Iterator[Mistake]:
    """Yield why a search for hyperparameters can't be made of the model's project.

    `model` is as the stack file has it, and its project is sound. What is wrong with `tune` by
    itself is told where it is read.
    """
    training = mapping(model.get("training"))
    if not isinstance(training.get("tune"), Mapping):
        return
    try:
        tune = Tune.model_validate_json(json.dumps(training["tune"]))
    except (ValidationError, TypeError, ValueError):
        return
    project = read_project(root / model["project"])
    metric = first_metric(mapping(model.get("accept")), model.get("kind"))
    fixed = mapping(training.get("hyperparameters"))
    try:
        search = tuning_of(tune, project.definition, project.tuning, fixed, metric)
        where = Placement("role", ["subnet"], ["group"], "key")
        tuned(placed(project.definition, PARAMETERS, where), search)
    except Untunable as error:
        yield Mistake((*TUNE, *error.path), str(error), error.hint)
    except DefinitionError as error:
        yield Mistake(TUNE, f"{model['project']}/{DEFINITION}: {error}.")
