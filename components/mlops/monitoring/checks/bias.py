"""Bias of a data set, or of a model, by facet, in the layout of Clarify's analysis.json.

A measure breaks the baseline where it is further from 0 than there, by more than two standard
errors; measures without one are told, and not judged.

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-processing-job-configure-analysis.html
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ..runtime.fairness import measures
from .tables import Table

BEFORE, AFTER = "pre_training_bias", "post_training_bias"
NAMES = {
    BEFORE: {
        "CI": "Class Imbalance (CI)",
        "DPL": "Difference in Positive Proportions in Labels (DPL)",
        "JS": "Jensen-Shannon Divergence (JS)",
        "KL": "Kullback-Liebler Divergence (KL)",
        "KS": "Kolmogorov-Smirnov Distance (KS)",
        "LP": "L-p Norm (LP)",
        "TVD": "Total Variation Distance (TVD)",
    },
    AFTER: {
        "AD": "Accuracy Difference (AD)",
        "DAR": "Difference in Acceptance Rates (DAR)",
        "DCAcc": "Difference in Conditional Acceptance (DCAcc)",
        "DCR": "Difference in Conditional Rejection (DCR)",
        "DI": "Disparate Impact (DI)",
        "DPPL": "Difference in Positive Proportions in Predicted Labels (DPPL)",
        "DRR": "Difference in Rejection Rates (DRR)",
        "RD": "Recall Difference (RD)",
        "SD": "Specificity Difference (SD)",
        "TE": "Treatment Equality (TE)",
    },
}
"""What is measured before training and after it. CDDPL, FT and GE are not."""
ERRORS = 2
TWO = 2

Json = dict[str, Any]


def analysis(
    table: Table, asked: Mapping[str, Any], predicted: Sequence[str] | None = None
) -> tuple[Json, dict[tuple[str, str, str], float]]:
    """The document, and the standard error of each measure by facet, value and name.

    `asked` is analysis_config.json, and `predicted` has the label that a model predicts of each
    row, where the bias is the model's. A measure of fewer than 30 rows in a group is left out.
    Raises SystemExit for a column that is not there, and for measures that are asked for by name
    and not known.
    """
    stage = BEFORE if predicted is None else AFTER
    wanted = _wanted(stage, asked)
    label = _column(table, asked["label"])
    truth = _outcomes(table.column(label), asked)
    answers = None if predicted is None else _outcomes(predicted, asked)
    facets: Json = {}
    errors = {}
    for facet in asked["facet"]:
        name = _column(table, facet["name_or_index"])
        values = table.column(name)
        facets[name] = []
        for shown, group in _groups(values, facet.get("value_or_threshold") or []):
            found = measures(group, truth, answers, "positive")
            told = []
            for measure, description in wanted.items():
                if measure in found:
                    value = found[measure]["value"]
                    told.append({"name": measure, "description": description, "value": value})
                    if found[measure]["standard_error"] is not None:
                        errors[name, shown, measure] = found[measure]["standard_error"]
            facets[name].append({"value_or_threshold": shown, "metrics": told})
    shown = ",".join(str(one) for one in asked.get("label_values_or_threshold") or [])
    body = {"label": label, "label_value_or_threshold": shown, "facets": facets}
    return {"version": "1.0", f"{stage}_metrics": body}, errors


def _wanted(stage: str, asked: Mapping[str, Any]) -> dict[str, str]:
    """The measures that are asked for, each with its description."""
    names = asked.get("methods", {}).get(stage, {}).get("methods", "all")
    if names == "all":
        return NAMES[stage]
    called = ["DCAcc" if name == "DCA" else name for name in names]
    if unknown := [name for name in called if name not in NAMES[stage]]:
        raise SystemExit(f"{', '.join(unknown)} is not measured; {', '.join(NAMES[stage])} are")
    return {name: NAMES[stage][name] for name in called}


def _outcomes(labels: Sequence[str], asked: Mapping[str, Any]) -> np.ndarray:
    positive = _chosen(labels, asked.get("label_values_or_threshold") or [])
    return np.where(positive, "positive", "negative").astype(object)


def violations(
    told: Mapping[str, Any],
    errors: Mapping[tuple[str, str, str], float],
    before: Mapping[str, Any],
) -> list[Json]:
    """The measures that are further from 0 than the baseline's, by more than chance."""
    past = dict(_values(before))
    return [
        {
            "facet": facet,
            "facet_value": shown,
            "metric_name": measure,
            "constraint_check_type": "bias_drift_check",
            "description": f"{measure} of {facet} {shown} is {value:.4g}, and "
            f"{past[facet, shown, measure]:.4g} in the baseline",
        }
        for (facet, shown, measure), value in _values(told)
        if (facet, shown, measure) in past
        and (error := errors.get((facet, shown, measure))) is not None
        and abs(value) > abs(past[facet, shown, measure]) + ERRORS * error
    ]


def _values(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], float]]:
    for stage in NAMES:
        for facet, groups in document.get(f"{stage}_metrics", {}).get("facets", {}).items():
            for group in groups:
                for one in group["metrics"]:
                    if one["value"] is not None:
                        yield (facet, group["value_or_threshold"], one["name"]), one["value"]


def _groups(values: Sequence[str], asked: Sequence[Any]) -> Iterator[tuple[str, np.ndarray]]:
    """The groups of a facet that are held against all others, each with how it is shown."""
    if not asked:
        for value in sorted(set(values)):
            yield value, np.array([one == value for one in values])
        return
    yield ",".join(str(one) for one in asked), _chosen(values, asked)


def _chosen(values: Sequence[str], asked: Sequence[Any]) -> np.ndarray:
    """Where a value is one of those asked for; of many numbers, where it is above the one."""
    texts = {str(one) for one in asked}
    if len(asked) == 1 and len(set(values)) > TWO and all(_is_number(one) for one in values):
        return np.array([float(one) > float(asked[0]) for one in values])
    numbers = {float(one) for one in texts if _is_number(one)}
    return np.array([one in texts or (_is_number(one) and float(one) in numbers) for one in values])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def features(table: Table, asked: Mapping[str, Any]) -> list[str]:
    """The columns that a model is asked with: all but the label and those that are left out."""
    named = ("label", "joinsource_name_or_index", "predicted_label")
    without = [
        *(asked.get("excluded_columns") or []),
        *(asked[name] for name in named if asked.get(name) is not None),
    ]
    left_out = {_column(table, one) for one in without}
    return [name for name in table.names if name not in left_out]


def _column(table: Table, named: Any) -> str:
    """The name of a column that is told by name or place."""
    return table.names[named] if isinstance(named, int) else str(named)
