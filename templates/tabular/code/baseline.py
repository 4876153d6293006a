"""Baseline statistics and constraints in the schemas that Model Monitor reads.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-statistics.html
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-byoc-constraints.html

The first column is the target. The endpoint's score stands in its place in captured traffic, and a
score is no label, so the constraints of that column are described but not evaluated.
"""

from collections import Counter
from typing import Any

import numpy as np

BUCKETS = 10
SKETCH_SIZE = 2048
SKETCH_SHRINK = 0.64
MOST_DOMAIN_VALUES = 50

Row = list[str]


def statistics(header: Row, rows: list[Row]) -> dict[str, Any]:
    """The content of statistics.json for a table of at least one row."""
    features = []
    for place, name in enumerate(header):
        present = [row[place] for row in rows if row[place].strip()]
        common = {"num_present": len(present), "num_missing": len(rows) - len(present)}
        kind = inferred_type(present)
        feature: dict[str, Any] = {"name": name, "inferred_type": kind}
        if kind in {"Integral", "Fractional"}:
            feature["numerical_statistics"] = {"common": common, **_numerical(present)}
        else:
            feature["string_statistics"] = {"common": common, **_categorical(present)}
        features.append(feature)
    return {"version": 0.0, "dataset": {"item_count": len(rows)}, "features": features}


def constraints(header: Row, rows: list[Row]) -> dict[str, Any]:
    """The content of constraints.json for a table of at least one row."""
    features = []
    for place, name in enumerate(header):
        present = [row[place] for row in rows if row[place].strip()]
        kind = inferred_type(present)
        feature: dict[str, Any] = {
            "name": name,
            "inferred_type": kind,
            "completeness": len(present) / len(rows),
        }
        if kind in {"Integral", "Fractional"}:
            feature["num_constraints"] = {"is_non_negative": min(map(float, present)) >= 0}
        elif 0 < len(set(present)) <= MOST_DOMAIN_VALUES:
            feature["string_constraints"] = {"domains": sorted(set(present))}
        if place == 0:
            feature["monitoringConfigOverrides"] = {"evaluate_constraints": "Disabled"}
        features.append(feature)
    return {
        "version": 0.0,
        "features": features,
        "monitoring_config": {
            "evaluate_constraints": "Enabled",
            "emit_metrics": "Enabled",
            "datatype_check_threshold": 1.0,
            "domain_content_threshold": 1.0,
            "distribution_constraints": {
                "perform_comparison": "Enabled",
                "comparison_threshold": 0.1,
                "comparison_method": "Robust",
            },
        },
    }


def inferred_type(values: list[str]) -> str:
    """`Integral`, `Fractional` or `String`; `Unknown` where there is no value at all."""
    if not values:
        return "Unknown"
    try:
        for value in values:
            float(value)
    except ValueError:
        return "String"
    return (
        "Integral"
        if all(value.strip().lstrip("+-").isdigit() for value in values)
        else ("Fractional")
    )


def sketch(values: list[float]) -> list[list[float]]:
    """The levels of a KLL quantile sketch: each value of level i stands for 2**i values.

    A level that outgrows `SKETCH_SIZE` is sorted and every other value goes one level up. Up to
    that size the sketch holds the values themselves. https://arxiv.org/abs/1603.05346
    """
    levels = [list(values)]
    while len(levels[-1]) > SKETCH_SIZE:
        ordered = sorted(levels[-1])
        even = len(ordered) - len(ordered) % 2
        levels[-1] = ordered[even:]
        levels.append(ordered[len(levels) % 2 : even : 2])
    return levels


def _numerical(present: list[str]) -> dict[str, Any]:
    values = np.array(present, dtype=float)
    counts, edges = np.histogram(values, bins=BUCKETS)
    buckets = [
        {"lower_bound": float(edges[i]), "upper_bound": float(edges[i + 1]), "count": int(count)}
        for i, count in enumerate(counts)
    ]
    return {
        "mean": float(values.mean()),
        "sum": float(values.sum()),
        "std_dev": float(values.std()),
        "min": float(values.min()),
        "max": float(values.max()),
        "distribution": {
            "kll": {
                "buckets": buckets,
                "sketch": {
                    "parameters": {"c": SKETCH_SHRINK, "k": float(SKETCH_SIZE)},
                    "data": sketch(values.tolist()),
                },
            }
        },
    }


def _categorical(present: list[str]) -> dict[str, Any]:
    counts = Counter(present)
    buckets = [{"value": value, "count": count} for value, count in sorted(counts.items())]
    return {
        "distinct_count": len(counts),
        "distribution": {"categorical": {"buckets": buckets}},
    }
