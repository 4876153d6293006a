"""What a model decides by, in the layout of Clarify's analysis.json, and whether that has changed.

Shapley values are the monitors' own (`runtime.shapley`), of at most 100 rows. The order of features
breaks the baseline's where its normalised discounted cumulative gain is below 0.9.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-analysis-results.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-model-monitor-model-attribution-drift-violations.html
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..runtime import shapley

LEAST = 0.9
NOT_DONE = ("image_config", "text_config", "use_logit")
AGGREGATES: dict[str, Callable[[np.ndarray], Any]] = {
    "mean_abs": lambda values: np.abs(values).mean(axis=0),
    "median": lambda values: np.median(values, axis=0),
    "mean_sq": lambda values: (values**2).mean(axis=0),
}

Json = dict[str, Any]
Scores = Callable[[Sequence[Sequence[Any]]], np.ndarray]


def analysis(
    names: Sequence[str], rows: Sequence[Sequence[Any]], asked: Mapping[str, Any], scores: Scores
) -> Json:
    """The document; `asked` is analysis_config.json, and `scores` asks the model.

    Raises SystemExit for what is not explained.
    """
    methods = asked.get("methods", {})
    if "shap" not in methods:
        raise SystemExit(f"{', '.join(sorted(methods))} is not measured; shap is")
    shap = methods["shap"]
    if undone := [name for name in NOT_DONE if shap.get(name)]:
        raise SystemExit(f"shap with {', '.join(undone)} is not measured")
    how = shap.get("agg_method", "mean_abs")
    if how not in AGGREGATES:
        raise SystemExit(f"agg_method is none of {', '.join(AGGREGATES)}")
    background = shap.get("baseline") or shapley.chosen(rows, shapley.BACKGROUND)
    if not isinstance(background, list) or any(len(one) != len(names) for one in background):
        raise SystemExit("a baseline of shap is rows of the features, and here it is none")
    found = shapley.values(scores, shapley.chosen(rows, shapley.MOST_ROWS), background)
    expected = scores(background).mean(axis=0)
    headers = asked.get("predictor", {}).get("label_headers") or []
    labels = {
        str(headers[place]) if len(headers) == len(expected) else f"label{place}": {
            "global_shap_values": dict(
                zip(names, AGGREGATES[how](found[:, :, place]).tolist(), strict=True)
            ),
            "expected_value": float(value),
        }
        for place, value in enumerate(expected)
    }
    return {"version": "1.0", "explanations": {"kernel_shap": labels}}


def violations(told: Mapping[str, Any], before: Mapping[str, Any]) -> list[Json]:
    """The labels whose features are in another order of importance than the baseline's."""
    now, past = (one.get("explanations", {}).get("kernel_shap", {}) for one in (told, before))
    found = []
    for label in now.keys() & past.keys():
        values, earlier = now[label]["global_shap_values"], past[label]["global_shap_values"]
        if values.keys() != earlier.keys():
            raise SystemExit(f"the baseline is of other features: {', '.join(earlier)}")
        gain = shapley.ndcg(
            [abs(one) for one in earlier.values()], [abs(values[name]) for name in earlier]
        )
        if gain < LEAST:
            found.append(
                {
                    "label": label,
                    "metric_name": "ndcg",
                    "constraint_check_type": "feature_attribution_drift_check",
                    "description": f"The order of features by what {label} is decided by has a "
                    f"gain of {gain:.4g}, and at least {LEAST:g} is asked for",
                }
            )
    return found
