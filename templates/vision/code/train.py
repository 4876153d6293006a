"""Fit a model on images, as one SageMaker training job.

Reads the channels `train` (with problem.json beside its CSV) and `validation`, and the
hyperparameters that DEFAULTS lists. Writes into the model folder what SageMaker packs as
model.tar.gz: model.joblib or network.pt, schema.json and the modules of code/ that serve.
"""

import base64
import importlib.util
import logging
import sys
from typing import Any

import images
import job
import joblib
import numpy as np
import problem
import tracking
from inference import inputs
from metrics import Scored, scores
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

ALGORITHMS = ("edges", "cnn")
DEFAULTS: dict[str, Any] = {"algorithm": "edges", "c": 0.05, "epochs": 30, "learning_rate": 0.002}
"""`algorithm` is edges (logistic regression on pixels and directions of edges, of inverse
regularisation strength `c`) or cnn (a convolutional network in PyTorch, which sees the images
`epochs` times)."""
SERVING = ("inference.py", "answering.py", "images.py")


def settings(told: dict[str, str]) -> dict[str, Any]:
    """The hyperparameters of a job. Raises SystemExit for what is none, and where torch lacks."""
    chosen = job.settings(told, DEFAULTS, ALGORITHMS)
    if chosen["algorithm"] == "cnn" and importlib.util.find_spec("torch") is None:
        raise SystemExit(
            "algorithm cnn needs torch, which this image lacks: name it in code/requirements.txt"
        )
    return chosen


def estimator(chosen: dict[str, Any]) -> Any:
    """A linear model of features, made of scikit-learn's own classes alone."""
    return make_pipeline(StandardScaler(), LogisticRegression(C=chosen["c"], max_iter=2000))


def decoded(rows: list[list[str]]) -> np.ndarray:
    """The images of rows, of the shape (images, *images.SHAPE)."""
    return np.array([images.decode(base64.b64decode(text)) for (text,) in rows])


def main() -> None:
    """Run in SageMaker's training container layout."""
    where = job.folders()
    chosen = settings(job.told(where.config))
    algorithm = chosen["algorithm"]
    posed = problem.read(where.train)
    _, rows, truth = job.read(where.train)
    stack = decoded(rows)
    serving = SERVING
    schema = {
        "kind": posed.kind,
        "target": posed.target,
        "features": [],
        "algorithm": algorithm,
        "shape": list(images.SHAPE),
    }
    where.model.mkdir(parents=True, exist_ok=True)
    if algorithm == "cnn":
        import network

        model: Any = network.fitted(stack, truth, chosen["epochs"], chosen["learning_rate"])
        network.save(model, where.model, images.SHAPE)
        serving = (*SERVING, "network.py")
    else:
        model = estimator(chosen)
        model.fit(inputs(stack, algorithm), np.array(truth))
        joblib.dump(model, where.model / "model.joblib")
    job.keep(where.model, schema, serving)

    _, unseen, truth = job.read(where.validation)
    found = model.predict_proba(inputs(decoded(unseen), algorithm))
    predicted = np.array(model.classes_)[found.argmax(axis=1)]
    measured = Scored(np.array(truth), predicted, found)
    reached = scores(posed.kind, measured, posed.labels)
    job.log_scores(reached)
    tracking.keep_training(chosen, reached)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main()
