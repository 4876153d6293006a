"""A training job: its folders, its hyperparameters, and what it leaves behind.

The folders are the container's; the SM_* variables of SageMaker's own toolkit move them.
"""

import csv
import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

Row = list[str]

log = logging.getLogger("train")


class Folders(NamedTuple):
    """Where a training job reads and writes."""

    config: Path
    """Holds hyperparameters.json."""
    model: Path
    """What SageMaker packs as model.tar.gz."""
    train: Path
    validation: Path


def folders() -> Folders:
    """Those of this process."""
    return Folders(
        Path(os.environ.get("SM_INPUT_CONFIG_DIR", "/opt/ml/input/config")),
        Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model")),
        Path(os.environ.get("SM_CHANNEL_TRAIN", "/opt/ml/input/data/train")),
        Path(os.environ.get("SM_CHANNEL_VALIDATION", "/opt/ml/input/data/validation")),
    )


def read(folder: Path) -> tuple[Row, list[Row], list[str]]:
    """Feature names, feature rows and target values of the CSV file of a channel."""
    (path,) = folder.rglob("*.csv")
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return header[1:], [row[1:] for row in rows], [row[0] for row in rows]


def told(config: Path) -> dict[str, str]:
    """The hyperparameters of the job, which are texts."""
    given = config / "hyperparameters.json"
    return json.loads(given.read_text()) if given.is_file() else {}


def settings(
    told: dict[str, str], defaults: dict[str, Any], algorithms: tuple[str, ...]
) -> dict[str, Any]:
    """The hyperparameters of a job, as values beside the defaults of the others.

    Raises SystemExit for one that is not known, or is of another type, and for an `algorithm` that
    there is not.
    """
    values = dict(defaults)
    for name, text in told.items():
        if name.startswith(("_", "sagemaker_")):
            continue  # not the script's: _tuning_objective_metric, sagemaker_program
        if name not in defaults:
            raise SystemExit(f"there is no hyperparameter {name}; there are {', '.join(defaults)}")
        try:
            values[name] = type(defaults[name])(text)
        except ValueError:
            kind = "a whole number" if isinstance(defaults[name], int) else "a number"
            raise SystemExit(f"the hyperparameter {name} is {text}, and not {kind}") from None
    if values["algorithm"] not in algorithms:
        raise SystemExit(
            f"algorithm is {values['algorithm']}, and neither {' nor '.join(algorithms)}"
        )
    return values


def log_scores(found: dict[str, float]) -> None:
    """Say what the validation records come to, as the pipeline looks for it in the log."""
    for metric, value in found.items():
        log.info("validation:%s=%.6f", metric, value)


def keep(model_folder: Path, schema: dict[str, Any], serving: tuple[str, ...]) -> None:
    """Put schema.json and the modules that serve into the model folder."""
    code = model_folder / "code"
    code.mkdir(parents=True, exist_ok=True)
    (model_folder / "schema.json").write_text(json.dumps(schema, indent=2))
    for name in serving:
        shutil.copy(Path(__file__).with_name(name), code)
