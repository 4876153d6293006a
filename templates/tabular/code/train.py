"""Fit a model on tabular data, as one SageMaker training job.

Reads the channels `train` (with problem.json beside its CSV) and `validation`, and the
hyperparameters that DEFAULTS lists. Writes into the model folder what SageMaker packs as
model.tar.gz: model.joblib, schema.json and code/inference.py. The folders are the container's; the
SM_* variables of SageMaker's own toolkit move them.
"""

import csv
import json
import logging
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import problem
from inference import matrix
from metrics import Scored, scores
from profiles import kind_of
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

DEFAULTS: dict[str, Any] = {
    "algorithm": "linear",
    "c": 1.0,
    "iterations": 200,
    "learning_rate": 0.1,
    "depth": 6,
}
"""`algorithm` is linear (logistic or ridge regression, of inverse regularisation strength `c`) or
boosting (of gradient-boosted trees: at most `iterations` of them, each at most `depth` deep)."""

Row = list[str]

log = logging.getLogger("train")


def read(folder: Path) -> tuple[Row, list[Row], list[str]]:
    """Feature names, feature rows and target values of the CSV file of a channel."""
    (path,) = folder.rglob("*.csv")
    with path.open(newline="") as file:
        header, *rows = csv.reader(file)
    return header[1:], [row[1:] for row in rows], [row[0] for row in rows]


def features(names: Row, rows: list[Row]) -> list[dict[str, str]]:
    """Each feature's name and kind: `number`, or `category` where a value is not a number."""
    return [
        {"name": name, "kind": kind_of(row[place] for row in rows)}
        for place, name in enumerate(names)
    ]


def settings(told: dict[str, str]) -> dict[str, Any]:
    """The hyperparameters of a job, which are texts, as values beside the defaults of the others.

    Raises SystemExit for one that is not known, or is of another type.
    """
    values = dict(DEFAULTS)
    for name, text in told.items():
        if name.startswith("_"):
            continue  # a tuning job's own, such as _tuning_objective_metric
        if name not in DEFAULTS:
            raise SystemExit(f"there is no hyperparameter {name}; there are {', '.join(DEFAULTS)}")
        try:
            values[name] = type(DEFAULTS[name])(text)
        except ValueError:
            kind = "a whole number" if isinstance(DEFAULTS[name], int) else "a number"
            raise SystemExit(f"the hyperparameter {name} is {text}, and not {kind}") from None
    if values["algorithm"] not in {"linear", "boosting"}:
        raise SystemExit(f"algorithm is {values['algorithm']}, and neither linear nor boosting")
    return values


def estimator(kinds: list[str], kind: str, chosen: dict[str, Any]) -> Pipeline:
    """Scaled numbers and one-hot categories into a model of the problem's kind.

    It is made of scikit-learn's own classes alone, so that serving needs none of this module.
    """
    numbers = [i for i, one in enumerate(kinds) if one == "number"]
    categories = [i for i, one in enumerate(kinds) if one == "category"]
    encoded = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), categories),
    )
    return make_pipeline(encoded, _last(kind, chosen))


def _last(kind: str, chosen: dict[str, Any]) -> Any:
    regression = kind == problem.REGRESSION
    if chosen["algorithm"] == "boosting":
        trees = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
        return trees(
            max_iter=chosen["iterations"],
            learning_rate=chosen["learning_rate"],
            max_depth=chosen["depth"],
            random_state=0,
        )
    if regression:
        return Ridge(alpha=1 / chosen["c"])
    return LogisticRegression(C=chosen["c"], max_iter=2000)


def scored(model: Pipeline, posed: problem.Problem, table: np.ndarray, truth: Row) -> Scored:
    """What a fitted model predicts of records whose target is known."""
    if posed.kind == problem.REGRESSION:
        return Scored(np.array(truth, dtype=float), model.predict(table))
    return Scored(np.array(truth), model.predict(table), model.predict_proba(table))


def main() -> None:
    """Run in SageMaker's training container layout."""
    config = Path(os.environ.get("SM_INPUT_CONFIG_DIR", "/opt/ml/input/config"))
    model_folder = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    training = Path(os.environ.get("SM_CHANNEL_TRAIN", "/opt/ml/input/data/train"))
    validation = Path(os.environ.get("SM_CHANNEL_VALIDATION", "/opt/ml/input/data/validation"))

    given = config / "hyperparameters.json"
    chosen = settings(json.loads(given.read_text()) if given.is_file() else {})
    posed = problem.read(training)
    names, rows, truth = read(training)
    described = features(names, rows)
    model = estimator([feature["kind"] for feature in described], posed.kind, chosen)
    regression = posed.kind == problem.REGRESSION
    model.fit(matrix(rows, described), np.array(truth, dtype=float if regression else None))

    _, unseen, truth = read(validation)
    found = scores(posed.kind, scored(model, posed, matrix(unseen, described), truth), posed.labels)
    for metric, value in found.items():
        log.info("validation:%s=%.6f", metric, value)

    code = model_folder / "code"
    code.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, model_folder / "model.joblib")
    schema = {"kind": posed.kind, "target": posed.target, "features": described}
    (model_folder / "schema.json").write_text(json.dumps(schema, indent=2))
    shutil.copy(Path(__file__).with_name("inference.py"), code)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main()
