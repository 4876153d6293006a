"""Whether groups fare otherwise than in the baseline, by the measures of `fairness`.

Of each facet's groups the measures are taken again: of the truth where there is one, of the answers
alone otherwise. **Drift** of a measure is a difference from the baseline's that is both large, the
threshold or more (0.1 unless told), and no accident: by the normal distribution, with the standard
errors of both, after Holm's correction over all of a run. What may be an accident is held at 0.99
of the threshold. Measures of fewer than 30 rows in either group are not known.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from . import fairness
from .drift import ACCIDENT, DRIFT, LEVEL, NOT_ENOUGH_DATA, OK, holm
from .profiles import ABSENT
from .sources import BadInput

ALONE = ("CI", "DPPL", "DI")
"""Measures that need no truth."""

Json = dict[str, Any]


def facets(baseline: Json, asked: Sequence[str], where: str) -> list[Json]:
    """The baseline's facets that are asked for, all where none is. Raises BadInput for others."""
    found = {one["facet"]: one for one in (baseline.get("bias") or {}).get("facets", [])}
    missing = [name for name in asked if name not in found]
    if missing or not found:
        what = f"no bias by {', '.join(missing)}" if missing else "no bias by any column"
        has = f"; it has {', '.join(found)}" if found else ""
        raise BadInput(f"{where} has {what}{has}: train with these Facets first")
    return [found[name] for name in asked or found]


def measured(
    baseline: Json,
    asked: Sequence[Json],
    values: Mapping[str, Sequence[Any]],
    predictions: Sequence[Mapping[str, Any]],
    truth: Sequence[str | None],
    threshold: float,
) -> list[Json]:
    """Each measure of each group, the worst first; `values` are those of the facets' columns."""
    problem, median = baseline["problem"], baseline["bias"]["median"] or 0.0
    kind = problem["kind"]
    answers = [_told(problem, one) for one in predictions]
    predicted = fairness.outcomes(kind, answers, median)
    actual = fairness.outcomes(kind, ["" if one is None else one for one in truth], median)
    answered = np.array([one is not None for one in answers], dtype=bool)
    known = np.array([one is not None for one in truth], dtype=bool)
    found: list[Json] = []
    for facet in asked:
        cells = [None if value is ABSENT else value for value in values[facet["facet"]]]
        members = fairness.members(facet, cells)
        some = (members != "") & answered
        both = some & known
        for before in facet["measures"]:
            group, positive = members == before["group"], before["positive"]
            alone = fairness.measures(group[some], None, predicted[some], positive)
            joint = fairness.measures(group[both], actual[both], predicted[both], positive)
            now = {**joint, **{name: one for name, one in alone.items() if name in ALONE}}
            of = f"{facet['facet']} = {before['group']}"
            if len(fairness.positives(kind, problem["labels"])) > 1:
                of += f", {positive}"
            found.extend(
                _measure(name, of, told, now.get(name)) for name, told in before["measures"].items()
            )
    judged = [one for one in found if one["value"] is not None and one["judged"]]
    adjusted = holm([one.pop("p") for one in judged])
    for one, p in zip(judged, adjusted, strict=True):
        ratio = abs(one["value"] - one["baseline"]) / threshold
        one["drift"] = ratio if p < LEVEL else min(ratio, ACCIDENT)
        one["status"] = DRIFT if one["drift"] >= 1 else OK
    return sorted(found, key=lambda one: (-(one["drift"] or 0), one["of"]))


def status(measures: Sequence[Json]) -> str:
    """What all judged measures come to."""
    drifts = [one["drift"] for one in measures if one["drift"] is not None]
    if not drifts:
        return NOT_ENOUGH_DATA
    return DRIFT if max(drifts) >= 1 else OK


def _told(problem: Json, prediction: Mapping[str, Any]) -> Any:
    """The label that was answered, or the number; None where there is none."""
    score = fairness.number(prediction.get("score"))
    if problem["kind"] == fairness.REGRESSION:
        return score if math.isfinite(score) else None
    if prediction.get("label") is not None:
        return prediction["label"]
    if problem["kind"] == "binary" and math.isfinite(score):
        return problem["labels"][int(score >= 0.5)]  # noqa: PLR2004
    return None


def _measure(name: str, of: str, before: Json, now: Json | None) -> Json:
    judged = name in fairness.JUDGED
    measure: Json = {
        "name": name,
        "of": of,
        "value": None,
        "low": None,
        "high": None,
        "baseline": before["value"],
        "bound": None,
        "rows": now["rows"] if now else 0,
        "drift": None,
        "judged": judged,
        "status": NOT_ENOUGH_DATA,
    }
    if now:
        measure["value"], measure["status"] = now["value"], OK
        if judged:
            half = float(stats.norm.ppf(1 - LEVEL / 2)) * now["standard_error"]
            measure["low"], measure["high"] = now["value"] - half, now["value"] + half
            error = math.hypot(now["standard_error"], before["standard_error"])
            measure["p"] = float(2 * stats.norm.sf(abs(now["value"] - before["value"]) / error))
    return measure
