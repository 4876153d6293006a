"""Fit a binary classifier on tabular data, as one SageMaker training job.

Reads the channels `train` and `validation` (CSV with a header) and the hyperparameters `target`
(required) and `c` (inverse regularisation strength, 1.0). Writes into the model folder what
SageMaker packs as model.tar.gz: model.joblib, features.json and code/inference.py. The folders are
the container's; the SM_* variables of SageMaker's own toolkit move them.
"""

import csv
import json
import logging
import os
import shutil
import sys
from pathlib import Path

import joblib
import numpy as np
from baseline import inferred_type
from inference import matrix
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

Row = list[str]

log = logging.getLogger("train")


def read(folder: Path, target: str) -> tuple[Row, list[Row], list[str]]:
    """Feature names, feature rows and labels of the CSV files of a channel."""
    header: Row = []
    rows: list[Row] = []
    for path in sorted(folder.rglob("*.csv")):
        with path.open(newline="") as file:
            header, *others = csv.reader(file)
        rows.extend(others)
    if target not in header:
        raise SystemExit(f"there is no column {target} in {folder}")
    place = header.index(target)
    labels = [row.pop(place) for row in rows]
    return [name for name in header if name != target], rows, labels


def features(names: Row, rows: list[Row]) -> list[dict[str, str]]:
    """Each feature's name and kind: `number`, or `category` where a value is not a number."""
    kinds = (inferred_type([row[i] for row in rows if row[i].strip()]) for i in range(len(names)))
    return [
        {"name": names[i], "kind": "category" if kind == "String" else "number"}
        for i, kind in enumerate(kinds)
    ]


def estimator(kinds: list[str], c: float) -> Pipeline:
    """Scaled numbers and one-hot categories into a logistic regression.

    It is made of scikit-learn's own classes alone, so that serving needs none of this module.
    """
    numbers = [i for i, kind in enumerate(kinds) if kind == "number"]
    categories = [i for i, kind in enumerate(kinds) if kind == "category"]
    encoded = make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown="ignore"), categories),
    )
    return make_pipeline(encoded, LogisticRegression(C=c, max_iter=2000))


def main() -> None:
    """Run in SageMaker's training container layout."""
    config = Path(os.environ.get("SM_INPUT_CONFIG_DIR", "/opt/ml/input/config"))
    model_folder = Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    training = Path(os.environ.get("SM_CHANNEL_TRAIN", "/opt/ml/input/data/train"))
    validation = Path(os.environ.get("SM_CHANNEL_VALIDATION", "/opt/ml/input/data/validation"))

    told = json.loads((config / "hyperparameters.json").read_text())
    names, rows, labels = read(training, told["target"])
    described = features(names, rows)
    model = estimator([feature["kind"] for feature in described], float(told.get("c", 1.0)))
    model.fit(matrix(rows, described), labels)

    _, unseen, truth = read(validation, told["target"])
    positive = model.classes_[1]
    scores = model.predict_proba(matrix(unseen, described))[:, 1]
    log.info("validation:auc=%.6f", roc_auc_score(np.array(truth) == positive, scores))

    code = model_folder / "code"
    code.mkdir(parents=True, exist_ok=True)
    joblib.dump(model, model_folder / "model.joblib")
    (model_folder / "features.json").write_text(json.dumps(described, indent=2))
    shutil.copy(Path(__file__).with_name("inference.py"), code)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main()
