"""Score the trained model on the test split, as one SageMaker processing job.

The rows go through the very inference.py that the model archive carries, so that what is measured
is what will be served. Writes evaluation.json in the form of Model Monitor's model quality metrics:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

import argparse
import csv
import importlib
import json
import logging
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.metrics import accuracy_score, precision_score, recall_score, roc_auc_score

RESAMPLES = 100
SEED = 0

log = logging.getLogger("evaluate")


def scores(truth: np.ndarray, predicted: np.ndarray, probability: np.ndarray) -> dict[str, float]:
    """The metrics of one sample; `truth` and `predicted` are boolean."""
    return {
        "auc": float(roc_auc_score(truth, probability)),
        "accuracy": float(accuracy_score(truth, predicted)),
        "precision": float(precision_score(truth, predicted, zero_division=0)),
        "recall": float(recall_score(truth, predicted, zero_division=0)),
    }


def report(truth: np.ndarray, predicted: np.ndarray, probability: np.ndarray) -> dict[str, Any]:
    """The metrics with their standard deviations over bootstrap resamples of the test rows."""
    generator = np.random.default_rng(SEED)
    samples = []
    while len(samples) < RESAMPLES:
        rows = generator.integers(len(truth), size=len(truth))
        if truth[rows].any() and not truth[rows].all():
            samples.append(scores(truth[rows], predicted[rows], probability[rows]))
    return {
        "binary_classification_metrics": {
            name: {
                "value": value,
                "standard_deviation": float(np.std([sample[name] for sample in samples])),
            }
            for name, value in scores(truth, predicted, probability).items()
        }
    }


def main(arguments: list[str]) -> None:
    """Run as `evaluate.py --target <column> --model <folder> --test <folder> --output <folder>`."""
    root = Path("/opt/ml/processing")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True)
    parser.add_argument("--model", type=Path, default=root / "input/model")
    parser.add_argument("--test", type=Path, default=root / "input/test")
    parser.add_argument("--output", type=Path, default=root / "output/evaluation")
    told = parser.parse_args(arguments)

    with (told.test / "test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    labels = np.array([row.pop(told.target) for row in rows])

    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(told.model / "model.tar.gz") as archive:
            archive.extractall(unpacked)  # noqa: S202
        sys.path.insert(0, str(Path(unpacked) / "code"))
        inference = importlib.import_module("inference")
        model = inference.model_fn(unpacked)
    prediction = inference.predict_fn(rows, model)

    positive = model.estimator.classes_[1]
    document = report(
        labels == positive,
        np.array(prediction.labels) == positive,
        np.array(prediction.scores),
    )
    told.output.mkdir(parents=True, exist_ok=True)
    (told.output / "evaluation.json").write_text(json.dumps(document, indent=2))
    for name, metric in document["binary_classification_metrics"].items():
        log.info("%s=%.6f", name, metric["value"])


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
