"""A version's whole baseline, and traffic with its truth, of a model of patients."""

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from components.mlops.monitoring.runtime import fairness, scores, shapley
from components.mlops.monitoring.runtime.profiles import (
    CATEGORY,
    NUMBER,
    PREDICTION,
    Column,
    profile,
)
from tests.components.mlops.monitoring.tables import COLUMNS, NAMES, Rows, drawn

LABELS = ["no", "yes"]
HANDLER = """
import csv, json, pathlib
def model_fn(folder):
    return json.loads((pathlib.Path(folder) / "weights.json").read_text())
class Prediction:
    def __init__(self, scores):
        self.scores = scores
class Malformed:
    reason = "a number is none"
def predict_fn(rows, weights):
    try:
        return Prediction([sum(w * float(x) for w, x in zip(weights, row[:3])) for row in rows])
    except ValueError:
        return Malformed()
"""

Json = dict[str, Any]


def answers(rows: Rows) -> list[Json]:
    """What the model says: the older, the likelier."""
    likely = [1 / (1 + np.exp(-(float(row[0]) - 60) / 7)) for row in rows]
    return [{"label": LABELS[int(one >= 0.5)], "score": float(one)} for one in likely]


def truth(told: list[Json], seed: int, *, wrong: float = 0.0) -> list[str]:
    """What comes true: as likely as was said, and of the share `wrong` by the toss of a coin."""
    draw = np.random.default_rng(seed)
    toss = draw.random((2, len(told)))
    likely = np.where(toss[0] < wrong, 0.5, [one["score"] for one in told])
    return [LABELS[int(one)] for one in toss[1] < likely]


def scored(told: list[Json], true: list[str]) -> scores.Scored:
    likely = np.array([one["score"] for one in told])
    return scores.Scored(
        np.array(true),
        np.array([one["label"] for one in told]),
        np.column_stack([1 - likely, likely]),
    )


def evaluated(rows: int = 2000, seed: int = 100, facets: tuple[str, ...] = ("smoker",)) -> Json:
    """The baseline of a version, made as training makes it."""
    table = drawn(rows, seed)
    told = answers(table)
    true = truth(told, seed)
    columns = [*COLUMNS, Column("label", CATEGORY, PREDICTION), Column("score", NUMBER, PREDICTION)]
    metrics = scores.report("binary", scored(told, true), LABELS)[scores.REPORTS["binary"]]
    del metrics["confusion_matrix"]
    found = []
    for name in facets:
        values = [row[NAMES.index(name)] for row in table]
        facet = fairness.facet(name, dict(COLUMNS_KINDS)[name], values)
        members = fairness.members(facet, values)
        measures = [
            {
                "group": group,
                "positive": "yes",
                "measures": fairness.measures(
                    members == group,
                    np.array(true, dtype=object),
                    np.array([one["label"] for one in told], dtype=object),
                    "yes",
                ),
            }
            for group in facet["groups"]
        ]
        found.append({**facet, "measures": measures})
    return {
        **profile(columns, [[*row, *one.values()] for row, one in zip(table, told, strict=True)]),
        "problem": {"kind": "binary", "target": "readmitted", "labels": LABELS},
        "quality": {"rows": rows, "metrics": metrics},
        "bias": {"median": None, "facets": found} if found else None,
    }


COLUMNS_KINDS = [(column.name, column.kind) for column in COLUMNS]


def explained(weights: tuple[float, float, float]) -> Json:
    """A baseline's attributions of the handler with these weights."""

    def predict(rows: list[list[Any]]) -> np.ndarray:
        return np.array([[float(x) for x in row[:3]] for row in rows]) @ np.array(weights)

    rows = drawn(300, 7)
    values = shapley.values(predict, rows[:100], rows[100:150])
    return {
        "rows": 100,
        "orders": shapley.ORDERS,
        "features": dict(zip(NAMES, shapley.importance(values).tolist(), strict=True)),
        "background": rows[100:150],
    }


def archive(folder: Path, weights: tuple[float, float, float]) -> Path:
    """A folder with the model.tar.gz of a handler."""
    (folder / "code").mkdir(parents=True)
    (folder / "code/inference.py").write_text(HANDLER)
    (folder / "weights.json").write_text(json.dumps(weights))
    with tarfile.open(folder / "model.tar.gz", "w:gz") as packed:
        packed.add(folder / "code", "code")
        packed.add(folder / "weights.json", "weights.json")
    assert "inference" not in sys.modules or sys.modules["inference"].__file__
    return folder


def traffic(path: Path, table: Rows, told: list[Json], size: int = 1) -> list[str]:
    """Write captures, `size` rows a request; returns the inference id of each request."""
    path.parent.mkdir(parents=True, exist_ok=True)
    ids = []
    with path.open("a") as file:
        for start in range(0, len(table), size):
            ids.append(f"r{start}")
            some = slice(start, start + size)
            halves = {
                "endpointInput": ("text/csv", "".join(",".join(row) + "\n" for row in table[some])),
                "endpointOutput": ("application/json", json.dumps({"predictions": told[some]})),
            }
            data = {
                name: {"observedContentType": kind, "mode": "INPUT", "data": body}
                | {"encoding": "CSV" if kind == "text/csv" else "JSON"}
                for name, (kind, body) in halves.items()
            }
            metadata = {
                "eventId": f"e{start}",
                "inferenceId": ids[-1],
                "inferenceTime": "2026-11-26T10:00:00Z",
            }
            file.write(json.dumps({"captureData": data, "eventMetadata": metadata}) + "\n")
    return ids


def told_truth(path: Path, ids: list[str], true: list[str], size: int = 1) -> None:
    """Write ground truth as SageMaker documents it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        for place, one in enumerate(ids):
            some = true[place * size : (place + 1) * size]
            data = {"data": ",".join(some), "encoding": "CSV"}
            event = {"groundTruthData": data, "eventMetadata": {"eventId": one}}
            file.write(json.dumps({**event, "eventVersion": "0"}) + "\n")
