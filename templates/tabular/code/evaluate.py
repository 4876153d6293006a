"""Score the trained model on the test split, as one SageMaker processing job.

The rows go through the very inference.py that the model archive carries, so that what is measured
is what will be served. Writes evaluation/evaluation.json: the metrics in the form of Model
Monitor's model quality (metrics.py), and under `acceptance` whether they are what is accepted. And
baseline/baseline.json, with which the monitors compare what the endpoint is asked and answers: the
profile of the training records and of the answers to the test records (profiles.py), and beside it

    "problem": {"kind": "binary", "target": "readmitted", "labels": ["no", "yes"]},
    "quality": {"rows": 150, "metrics": {"auc": {"value": …, "standard_deviation": …}, …}},
    "bias": {"median": null, "facets": [{"facet": "sex", "threshold": null, "groups": ["F"],
      "measures": [{"group": "F", "positive": "yes", "measures": {"DPL": {"value": …,
      "standard_error": …, "rows": …}, …}}]}]} (null without facets; fairness.py),
    "attributions": {"rows": 100, "orders": 20, "features": {"age": …, …}, "background": [[…], …]}
      (shapley.py; null of a model that is asked about no columns, such as one of images)
"""

import argparse
import csv
import json
import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

import fairness
import numpy as np
import problem
import shapley
import tracking
from handler import ARCHIVE, Handler
from metrics import REPORTS, Scored, conditions, report, unmet
from profiles import CATEGORY, NUMBER, PREDICTION, Column, profile

BEFORE_TRAINING = ("CI", "DPL", "KL", "JS", "LP", "TVD", "KS")

log = logging.getLogger("evaluate")

Json = dict[str, Any]
Table = list[dict[str, str]]


def main(arguments: list[str]) -> None:
    """Run as `evaluate.py [--accept …] [--facets a,b] --model … --train … --test … --output …`."""
    root = Path("/opt/ml/processing")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accept", default="", help="such as auc >= 0.8, f1 >= 0.7")
    parser.add_argument("--facets", default="", help="columns to measure bias by, with commas")
    parser.add_argument("--model", type=Path, default=root / "input/model")
    parser.add_argument("--train", type=Path, default=root / "input/train")
    parser.add_argument("--test", type=Path, default=root / "input/test")
    parser.add_argument("--output", type=Path, default=root / "output")
    told = parser.parse_args(arguments)

    posed = problem.read(told.train)
    train, test = _read(told.train / "train.csv"), _read(told.test / "test.csv")
    known = [row.pop(posed.target) for row in train]
    truth = [row.pop(posed.target) for row in test]
    facets = _facets(told.facets, list(train[0]))
    with tempfile.TemporaryDirectory() as unpacked:
        handler = Handler(told.model / ARCHIVE, Path(unpacked))
        prediction = handler.predict(test)
        document, metrics = _evaluation(posed, truth, prediction, told.accept)
        columns = [Column(one["name"], one["kind"]) for one in handler.model.features]
        baseline = {
            **described(columns, train, prediction),
            "problem": posed._asdict(),
            "quality": {
                "rows": len(test),
                "metrics": {name: one for name, one in metrics.items() if "value" in one},
            },
            "bias": bias(posed, columns, facets, (train, known), (test, truth, prediction)),
            "attributions": attributions(handler, columns, train, test) if columns else None,
        }
    for name, written in (("evaluation", document), ("baseline", baseline)):
        (told.output / name).mkdir(parents=True, exist_ok=True)
        text = json.dumps(written, indent=2, allow_nan=False)
        (told.output / name / f"{name}.json").write_text(text)
    measured = {name: metric["value"] for name, metric in metrics.items() if "value" in metric}
    for name, value in measured.items():
        log.info("%s=%.6f", name, value)
    for sentence in document["acceptance"]["unmet"]:
        log.info("%s", sentence)
    tracking.keep_run(
        tracking.processing_job(),
        {"accept": told.accept, "rows": len(test)},
        {f"test_{name}": value for name, value in measured.items()},
        told.output / "evaluation",
        evaluation=tracking.output_of("evaluation/evaluation.json"),
        accepted=str(document["acceptance"]["accepted"]).lower(),
    )


def described(columns: list[Column], train: Table, prediction: Any) -> Json:
    """The profile of the training records and, as prediction columns, of answers."""
    made = profile(columns, ([row[one.name] for one in columns] for row in train))
    answers: dict[Column, list[Any]] = {}
    if prediction.labels is not None:
        answers[Column("label", CATEGORY, PREDICTION)] = prediction.labels
    answers[Column("score", NUMBER, PREDICTION)] = prediction.scores
    if prediction.classes is not None and len(prediction.classes) > 2:
        for place, label in enumerate(prediction.classes):
            column = Column(f"scores.{label}", NUMBER, PREDICTION)
            answers[column] = [each[place] for each in prediction.probabilities]
    for name, values in (prediction.seen or {}).items():
        answers[Column(f"seen.{name}", NUMBER, PREDICTION)] = values
    told = profile(list(answers), zip(*answers.values(), strict=True))
    return {**made, "columns": [*made["columns"], *told["columns"]]}


def bias(
    posed: problem.Problem,
    columns: list[Column],
    facets: list[str],
    before: tuple[Table, list[str]],
    after: tuple[Table, list[str], Any],
) -> Json | None:
    """The measures of each facet: those of the truth on `before`, the others on `after`."""
    if not facets:
        return None
    (train, known), (test, truth, prediction) = before, after
    kinds = {one.name: one.kind for one in columns}
    regression = posed.kind == problem.REGRESSION
    median = float(np.median(np.array(known, dtype=float))) if regression else None
    predicted = prediction.scores if regression else prediction.labels

    def told(values: list[Any]) -> np.ndarray:
        return fairness.outcomes(posed.kind, values, median or 0.0)

    found = []
    for name in facets:
        values = [row[name] for row in train]
        facet = fairness.facet(name, kinds[name], values)
        sides = (
            fairness.members(facet, values),
            fairness.members(facet, [row[name] for row in test]),
        )
        some = [side != "" for side in sides]
        measured = []
        for group in facet["groups"]:
            first, last = ((side == group)[part] for side, part in zip(sides, some, strict=True))
            for positive in fairness.positives(posed.kind, posed.labels):
                all_of = fairness.measures(
                    last, told(truth)[some[1]], told(predicted)[some[1]], positive
                )
                early = fairness.measures(first, told(known)[some[0]], None, positive)
                late = {key: one for key, one in all_of.items() if key not in BEFORE_TRAINING}
                measured.append(
                    {"group": group, "positive": positive, "measures": {**early, **late}}
                )
        found.append({**facet, "measures": measured})
    return {"median": median, "facets": found}


def attributions(handler: Handler, columns: list[Column], train: Table, test: Table) -> Json:
    """The mean absolute Shapley value of each feature over some test records."""
    names = [one.name for one in columns]
    background = [
        [row[name] for name in names] for row in shapley.chosen(train, shapley.BACKGROUND)
    ]
    rows = [[row[name] for name in names] for row in shapley.chosen(test, shapley.MOST_ROWS)]
    found = shapley.importance(shapley.values(handler.numbers, rows, background))
    return {
        "rows": len(rows),
        "orders": shapley.ORDERS,
        "features": dict(zip(names, found.tolist(), strict=True)),
        "background": background,
    }


def _evaluation(
    posed: problem.Problem, truth: list[str], prediction: Any, accept: str
) -> tuple[Json, Json]:
    """The document, and the metrics in it."""
    if prediction.labels is None:
        scored = Scored(np.array(truth, dtype=float), np.array(prediction.scores))
    else:
        scored = Scored(
            np.array(truth), np.array(prediction.labels), np.array(prediction.probabilities)
        )
    document = report(posed.kind, scored, prediction.classes)
    metrics = document[REPORTS[posed.kind]]
    short = unmet(metrics, conditions(accept, posed.kind))
    document["acceptance"] = {"accepted": not short, "unmet": short}
    return document, metrics


def _facets(told: str, names: list[str]) -> list[str]:
    """The columns of a text with commas. Raises SystemExit for one that there is not."""
    facets = [name.strip() for name in told.split(",") if name.strip()]
    missing = [name for name in facets if name not in names]
    if missing:
        raise SystemExit(f"no facet {', '.join(missing)} among the columns {', '.join(names)}")
    return facets


def _read(path: Path) -> Table:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
