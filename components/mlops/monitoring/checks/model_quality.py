"""How good predictions are, as Model Monitor has it, and what falls below a baseline.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-model-quality-metrics.html
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..runtime.scores import REPORTS, Scored, report
from .tables import Table

KINDS = {
    "BinaryClassification": "binary",
    "MulticlassClassification": "multiclass",
    "Regression": "regression",
}
LOWER_IS_BETTER = ("mae", "rmse")
BELOW, ABOVE = "LessThanThreshold", "GreaterThanThreshold"
THRESHOLD = 0.5
TWO = 2

Json = dict[str, Any]


def statistics(table: Table, asked: Mapping[str, str]) -> Json:
    """What statistics.json says of predictions; `asked` is the job's environment.

    Raises SystemExit for a problem or a column that is not there.
    """
    kind = KINDS.get(asked.get("problem_type", ""))
    if kind is None:
        raise SystemExit(f"problem_type is none of {', '.join(KINDS)}")
    truth = table.column(_name(asked, "ground_truth_attribute"))
    if kind == "regression":
        predicted = table.column(_name(asked, "inference_attribute"))
        numbers = Scored(np.array(truth, dtype=float), np.array(predicted, dtype=float))
        return _document(table, report(kind, numbers, []))
    labels = sorted({*truth, *_labels(table, asked)})
    if kind == "binary" and len(labels) != TWO:
        raise SystemExit(f"a binary problem has two labels, and here are {', '.join(labels)}")
    chances = None
    if kind == "binary" and asked.get("probability_attribute"):
        positive = np.array(table.column(asked["probability_attribute"]), dtype=float)
        chances = np.column_stack([1 - positive, positive])
    if asked.get("inference_attribute"):
        found = np.array(table.column(asked["inference_attribute"]), dtype=object)
    elif chances is not None:
        limit = float(asked.get("probability_threshold_attribute") or THRESHOLD)
        found = np.where(chances[:, 1] > limit, labels[1], labels[0]).astype(object)
    else:
        raise SystemExit("there is neither an inference_attribute nor a probability_attribute")
    scored = Scored(np.array(truth, dtype=object), found, chances)
    return _document(table, report(kind, scored, labels))


def constraints(told: Mapping[str, Any]) -> Json:
    """What constraints.json suggests: each metric is not to be worse."""
    group, metrics = _metrics(told)
    return {
        "version": 0.0,
        group.replace("_metrics", "_constraints"): {
            name: {
                "threshold": one["value"],
                "comparison_operator": ABOVE if name in LOWER_IS_BETTER else BELOW,
            }
            for name, one in metrics.items()
            if "value" in one
        },
    }


def violations(told: Mapping[str, Any], before: Mapping[str, Any]) -> list[Json]:
    """The metrics that break a baseline's constraints."""
    group, metrics = _metrics(told)
    limits = before.get(group.replace("_metrics", "_constraints"), {})
    found = []
    for name, limit in limits.items():
        value = metrics.get(name, {}).get("value")
        if value is None:
            continue
        operator, threshold = limit["comparison_operator"], limit["threshold"]
        if (value < threshold) if operator == BELOW else (value > threshold):
            found.append(
                {
                    "constraint_check_type": operator,
                    "description": f"Metric {name} with {value:.4g} was {operator} {threshold:.4g}",
                    "metric_name": name,
                }
            )
    return found


def _metrics(told: Mapping[str, Any]) -> tuple[str, Json]:
    (group,) = told.keys() & set(REPORTS.values())
    return group, told[group]


def _document(table: Table, found: Json) -> Json:
    return {"version": 0.0, "dataset": {"item_count": len(table.rows)}, **found}


def _labels(table: Table, asked: Mapping[str, str]) -> list[str]:
    name = asked.get("inference_attribute")
    return table.column(name) if name else []


def _name(asked: Mapping[str, str], key: str) -> str:
    if not asked.get(key):
        raise SystemExit(f"the job names no {key}")
    return asked[key]
