"""Fit a model on texts, as one SageMaker training job.

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
from metrics import Scored, scores
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.naive_bayes import ComplementNB
from sklearn.pipeline import Pipeline, make_pipeline

ALGORITHMS = ("linear", "bayes")
DEFAULTS: dict[str, Any] = {"algorithm": "linear", "c": 10.0, "words": 2, "least": 2}
"""`algorithm` is linear (logistic or ridge regression, of inverse regularisation strength `c`) or
bayes (complement naive Bayes, of classes alone). A feature is one word or up to `words` in a row,
which at least `least` texts have, weighed by how rare it is (TF-IDF)."""
SERVING = ("inference.py", "answering.py")


def settings(told: dict[str, str]) -> dict[str, Any]:
    """The hyperparameters of a job. Raises SystemExit for what is none."""
    return job.settings(told, DEFAULTS, ALGORITHMS)


def estimator(kind: str, chosen: dict[str, Any]) -> Pipeline:
    """Words to weights, and these into a model of the problem's kind.

    It is made of scikit-learn's own classes alone, so that serving needs none of this module.
    Raises SystemExit for an algorithm that cannot tell numbers.
    """
    vectorizer = TfidfVectorizer(
        ngram_range=(1, chosen["words"]), min_df=chosen["least"], sublinear_tf=True
    )
    if chosen["algorithm"] == "bayes":
        if kind == problem.REGRESSION:
            raise SystemExit("algorithm bayes tells classes, and the target is a number")
        return make_pipeline(vectorizer, ComplementNB())
    if kind == problem.REGRESSION:
        return make_pipeline(vectorizer, Ridge(alpha=1 / chosen["c"]))
    return make_pipeline(vectorizer, LogisticRegression(C=chosen["c"], max_iter=2000))


def scored(model: Pipeline, posed: problem.Problem, texts: list[str], truth: list[str]) -> Scored:
    """What a fitted model predicts of texts whose target is known."""
    if posed.kind == problem.REGRESSION:
        return Scored(np.array(truth, dtype=float), model.predict(texts))
    return Scored(np.array(truth), model.predict(texts), model.predict_proba(texts))


def main() -> None:
    """Run in SageMaker's training container layout."""
    where = job.folders()
    chosen = settings(job.told(where.config))
    posed = problem.read(where.train)
    _, rows, truth = job.read(where.train)
    model = estimator(posed.kind, chosen)
    regression = posed.kind == problem.REGRESSION
    model.fit([text for (text,) in rows], np.array(truth, dtype=float if regression else None))

    _, unseen, truth = job.read(where.validation)
    measured = scored(model, posed, [text for (text,) in unseen], truth)
    reached = scores(posed.kind, measured, posed.labels)
    job.log_scores(reached)
    tracking.keep_training(chosen, reached)

    job.keep(where.model, {"kind": posed.kind, "target": posed.target, "features": []}, SERVING)
    joblib.dump(model, where.model / "model.joblib")


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main()
