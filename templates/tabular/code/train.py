"""Fit a model on tabular data, as one SageMaker training job.

Reads the channels `train` (with problem.json beside its CSV) and `validation`, and the
hyperparameters that DEFAULTS lists. Writes into the model folder what SageMaker packs as
model.tar.gz: model.joblib, schema.json and the modules of code/ that serve.
"""

import logging
import sys
from typing import Any

import job
import joblib
import numpy as np
import problem
import tracking
from inference import matrix
from metrics import Scored, scores
from profiles import kind_of
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

ALGORITHMS = ("linear", "boosting")
DEFAULTS: dict[str, Any] = {
    "algorithm": "linear",
    "c": 1.0,
    "iterations": 200,
    "learning_rate": 0.1,
    "depth": 6,
}
"""`algorithm` is linear (logistic or ridge regression, of inverse regularisation strength `c`) or
boosting (of gradient-boosted trees: at most `iterations` of them, each at most `depth` deep)."""

SERVING = ("inference.py", "answering.py")

Row = list[str]


def features(names: Row, rows: list[Row]) -> list[dict[str, str]]:
    """Each feature's name and kind: `number`, or `category` where a value is not a number."""
    return [
        {"name": name, "kind": kind_of(row[place] for row in rows)}
        for place, name in enumerate(names)
    ]


def settings(told: dict[str, str]) -> dict[str, Any]:
    """The hyperparameters of a job. Raises SystemExit for what is none."""
    return job.settings(told, DEFAULTS, ALGORITHMS)


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
    where = job.folders()
    chosen = settings(job.told(where.config))
    posed = problem.read(where.train)
    names, rows, truth = job.read(where.train)
    described = features(names, rows)
    model = estimator([feature["kind"] for feature in described], posed.kind, chosen)
    regression = posed.kind == problem.REGRESSION
    model.fit(matrix(rows, described), np.array(truth, dtype=float if regression else None))

    _, unseen, truth = job.read(where.validation)
    measured = scored(model, posed, matrix(unseen, described), truth)
    found = scores(posed.kind, measured, posed.labels)
    job.log_scores(found)

    schema = {"kind": posed.kind, "target": posed.target, "features": described}
    job.keep(where.model, schema, SERVING)
    joblib.dump(model, where.model / "model.joblib")

    tracking.keep_training(chosen, found)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main()
