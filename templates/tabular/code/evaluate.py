"""Score the trained model on the test split, as one SageMaker processing job.

The rows go through the very inference.py that the model archive carries, so that what is measured
is what will be served. Writes evaluation.json: the metrics in the form of Model Monitor's model
quality (metrics.py), and under `acceptance` whether they are what is accepted.
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

import numpy as np
from metrics import REPORTS, Scored, conditions, report, unmet

log = logging.getLogger("evaluate")


def main(arguments: list[str]) -> None:
    """Run as `evaluate.py [--accept …] --model <folder> --test <folder> --output <folder>`."""
    root = Path("/opt/ml/processing")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", default="", help="such as auc >= 0.8, f1 >= 0.7")
    parser.add_argument("--model", type=Path, default=root / "input/model")
    parser.add_argument("--test", type=Path, default=root / "input/test")
    parser.add_argument("--output", type=Path, default=root / "output/evaluation")
    told = parser.parse_args(arguments)

    with tempfile.TemporaryDirectory() as unpacked:
        with tarfile.open(told.model / "model.tar.gz") as archive:
            archive.extractall(unpacked)  # noqa: S202
        sys.path.insert(0, str(Path(unpacked) / "code"))
        inference = importlib.import_module("inference")
        model = inference.model_fn(unpacked)
    with (told.test / "test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    truth = [row.pop(model.target) for row in rows]
    prediction = inference.predict_fn(rows, model)

    if prediction.labels is None:
        scored = Scored(np.array(truth, dtype=float), np.array(prediction.scores))
    else:
        scored = Scored(
            np.array(truth), np.array(prediction.labels), np.array(prediction.probabilities)
        )
    document = report(model.kind, scored, prediction.classes)
    metrics = document[REPORTS[model.kind]]
    short = unmet(metrics, conditions(told.accept, model.kind))
    document["acceptance"] = {"accepted": not short, "unmet": short}
    told.output.mkdir(parents=True, exist_ok=True)
    (told.output / "evaluation.json").write_text(json.dumps(document, indent=2))
    for name, metric in metrics.items():
        if "value" in metric:
            log.info("%s=%.6f", name, metric["value"])
    for sentence in short:
        log.info("%s", sentence)


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
