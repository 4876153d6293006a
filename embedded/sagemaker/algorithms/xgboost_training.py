"""SageMaker's XGBoost as a training job runs it, in a process of its own: python -m, no arguments.

It finds its work as a script does, by SM_* variables and the files in /opt/ml/input/config. The
model is saved as `xgboost-model`: by pickle for the images before 1.3-1, and else in XGBoost's
own format, whatever version of the package this machine has.

https://docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
https://github.com/aws/sagemaker-xgboost-container
"""

import json
import os
import pickle
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from embedded.sagemaker.algorithms.xgboost_data import Records, format_of, read
from embedded.sagemaker.algorithms.xgboost_metrics import OWN, evaluation
from embedded.sagemaker.algorithms.xgboost_parameters import (
    CHANNELS,
    MAXIMIZED,
    UserError,
    checked,
    metric_names,
)
from embedded.sagemaker.algorithms.xgboost_process import VERSION

MODEL = "xgboost-model"
FIRST_WITHOUT_PICKLE = (1, 3)
RENAMED = {"reg:linear": "reg:squarederror"}
"""Objectives that newer releases of XGBoost have under another name."""
OF_THE_IMAGE = (
    "csv_weights",
    "early_stopping_rounds",
    "eval_metric",
    "num_round",
    "predictor",
    "save_model_on_termination",
    "silent",
    "_tuning_objective_metric",
)
"""Hyperparameters that are not handed to XGBoost's training as they are."""


def train(folder: Path, variables: Mapping[str, str]) -> None:
    """Train the model of the job whose /opt/ml is `folder`, and save it. Raises UserError."""
    config = folder / "input" / "config"
    parameters = checked(json.loads((config / "hyperparameters.json").read_text()))
    channels = json.loads((config / "inputdataconfig.json").read_text())
    if "train" not in channels:
        raise UserError("Missing required channel: train")
    data = {
        name: _read(name, channels[name], variables, parameters)
        for name in CHANNELS
        if name in channels
    }
    _save(_trained(parameters, data), Path(variables["SM_MODEL_DIR"]), variables.get(VERSION, ""))


def _read(
    name: str,
    channel: Mapping[str, Any],
    variables: Mapping[str, str],
    parameters: Mapping[str, Any],
) -> Records:
    if channel.get("TrainingInputMode") == "Pipe":
        raise UserError(f"channel {name}: Pipe mode is not emulated")
    kind = format_of(channel.get("ContentType", ""))
    folder = Path(variables[f"SM_CHANNEL_{name.upper()}"])
    return read(folder, kind, has_weights=bool(parameters.get("csv_weights")))


def _trained(parameters: Mapping[str, Any], data: Mapping[str, Records]) -> Any:
    import xgboost

    matrices = {
        name: xgboost.DMatrix(one.features, label=one.labels, weight=one.weights)
        for name, one in data.items()
    }
    names = metric_names(parameters)
    told = {key: value for key, value in parameters.items() if key not in OF_THE_IMAGE}
    if built_in := [name for name in names if name not in OWN]:
        told["eval_metric"] = built_in
    if "objective" in told:
        told["objective"] = RENAMED.get(told["objective"], told["objective"])
    try:
        return xgboost.train(
            told,
            matrices["train"],
            num_boost_round=parameters["num_round"],
            evals=[(matrix, name) for name, matrix in matrices.items()],
            custom_metric=evaluation(names),
            callbacks=_callbacks(parameters, names, matrices),
            verbose_eval=False,
        )
    except xgboost.core.XGBoostError as error:
        raise UserError(f"XGB train call failed with exception:\n{error}") from error


def _callbacks(
    parameters: Mapping[str, Any], names: list[str], matrices: Mapping[str, Any]
) -> list[Any]:
    import xgboost

    class Told(xgboost.callback.TrainingCallback):
        """Tells each round as CloudWatch Logs shows it, where a tab is #011."""

        def after_iteration(self, model: Any, epoch: int, evals_log: Any) -> bool:  # noqa: ARG002
            scores = [
                f"#011{channel}-{metric}:{values[-1]:.5f}"
                for channel, by_metric in evals_log.items()
                for metric, values in by_metric.items()
            ]
            sys.stdout.write(f"[{epoch}]{''.join(scores)}\n")
            return False

    callbacks: list[Any] = [Told()]
    rounds = parameters.get("early_stopping_rounds")
    if rounds and names and "validation" in matrices:
        stop = xgboost.callback.EarlyStopping(
            rounds=rounds,
            data_name="validation",
            metric_name=names[-1],
            maximize=names[-1] in MAXIMIZED,
            save_best=True,
        )
        callbacks.append(stop)
    return callbacks


def _save(model: Any, folder: Path, version: str) -> None:
    path = folder / MODEL
    if _is_pickled(version):
        path.write_bytes(pickle.dumps(model))
    else:
        path.write_bytes(bytes(model.save_raw("ubj")))


def _is_pickled(version: str) -> bool:
    """Whether the image of a tag such as 1.2-2 saves its models by pickle."""
    numbers = version.partition("-")[0].split(".")
    if len(numbers) < len(FIRST_WITHOUT_PICKLE) or not all(one.isdigit() for one in numbers):
        return version in {"1", "latest"}  # what the image of version 0.72 is called
    return tuple(map(int, numbers)) < FIRST_WITHOUT_PICKLE


def main() -> None:
    """Train, and tell what is wrong where SageMaker looks for it."""
    folder = Path(os.environ["SM_MODEL_DIR"]).parent
    try:
        train(folder, os.environ)
    except (UserError, ModuleNotFoundError) as error:
        why = str(error)
        if isinstance(error, ModuleNotFoundError):
            why = f"this machine's Python lacks {error.name}, which SageMaker's XGBoost needs here"
        (folder / "output" / "failure").write_text(why)
        sys.exit(why)


if __name__ == "__main__":
    main()
