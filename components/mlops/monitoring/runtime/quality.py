"""How good the answers are, by what came true: each metric with an interval, beside its bound.

The metrics are those of training (`scores`). The bound is the condition that models of this kind
are accepted by; without conditions it is the baseline's metric less a margin, 0.05 unless told, of
`mae` and `rmse` that share of the baseline's more.

The interval is the metric and what it varies by among 200 bootstrap resamples of the rows, so wide
that of 500 runs on a model that just keeps all its bounds one has any interval beyond; where the
bound is itself measured, the baseline's error is in it. **Fallen** is a metric whose interval lies
wholly beyond its bound. `drift` is how far the metric lies beyond, in half-widths of the interval:
1 or more exactly where it has fallen.

A segment is held against the same bounds, and told; it has no baseline of its own, and so it does
not make the model a fallen one.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from . import scores
from .drift import FALLEN, LEVEL, NOT_ENOUGH_DATA, OK
from .fairness import number
from .profiles import ABSENT, NUMBER
from .scores import Scored
from .sources import BadInput

RESAMPLES = 200
MOST_SEGMENTS = 10
FEWEST_OF_A_LABEL = 10
"""Rows of each label that `auc` and what hangs on single labels needs."""
THRESHOLD = 0.5
LOWER_IS_BETTER = ("mae", "rmse")
METRICS = {
    "regression": ("mae", "rmse", "r2"),
    "binary": ("auc", "accuracy", "precision", "recall", "f1"),
    "multiclass": ("auc", "accuracy", "precision", "recall", "f1"),
}

Json = dict[str, Any]


class Bound(NamedTuple):
    """What a metric is held against."""

    value: float
    error: float
    """Standard deviation of the bound, 0 where it was set."""
    least: bool
    """Whether the metric is to be at least this, or at most."""


def bounds(baseline: Json, accept: str, margin: float) -> dict[str, Bound]:
    """Metric to bound. Raises BadInput for a condition that is none of the model's kind."""
    kind = baseline["problem"]["kind"]
    try:
        accepted = scores.conditions(accept, kind)
    except SystemExit as error:
        raise BadInput(f"--accept: {error}") from None
    for one in accepted:
        if one.metric not in METRICS[kind]:
            raise BadInput(
                f"--accept names {one.metric}; of a {kind} model there are "
                f"{', '.join(METRICS[kind])}"
            )
    if accepted:
        return {one.metric: Bound(one.bound, 0.0, one.comparison == ">=") for one in accepted}
    found = {}
    for name, told in baseline["quality"]["metrics"].items():
        value, lower = told["value"], name in LOWER_IS_BETTER
        bound = value * (1 + margin) if lower else value - margin
        found[name] = Bound(bound, told["standard_deviation"], not lower)
    return found


def scored(
    problem: Json, predictions: Sequence[Mapping[str, Any]], truth: Sequence[str | None]
) -> tuple[np.ndarray, Scored, Counter[str]]:
    """Places of the rows that can be scored, these with labels by number, and why others cannot."""
    wrong: Counter[str] = Counter()
    kept: list[int] = []
    actual: list[float] = []
    told: list[float] = []
    likely: list[list[float]] = []
    labels = problem["labels"]
    for place, (prediction, value) in enumerate(zip(predictions, truth, strict=True)):
        if value is None:
            continue
        if problem["kind"] == "regression":
            pair = number(value), number(prediction.get("score"))
            if all(map(math.isfinite, pair)):
                kept.append(place)
                actual.append(pair[0])
                told.append(pair[1])
            else:
                wrong["truth or answer is no number"] += 1
            continue
        label, probabilities = _answer(problem, prediction)
        if value not in labels:
            wrong["the truth is none of the model's labels"] += 1
        elif label not in labels:
            wrong["the answer has no label that the model knows"] += 1
        else:
            kept.append(place)
            actual.append(labels.index(value))
            told.append(labels.index(label))
            likely.append(probabilities)
    known = bool(likely) and all(math.isfinite(one) for each in likely for one in each)
    return (
        np.array(kept, dtype=int),
        Scored(np.array(actual), np.array(told), np.array(likely) if known else None),
        wrong,
    )


def measured(
    problem: Json, found: Scored, held: Mapping[str, Bound], baseline: Json, min_rows: int
) -> list[Json]:
    """Each bounded metric over all rows, the worst first."""
    values = _values(problem, found, min_rows)
    # As many looks are taken as there are metrics.
    wide = float(stats.norm.ppf(1 - LEVEL / max(1, len(held))))
    return [
        _measure(name, values.get(name), bound, baseline, wide, len(found.truth))
        for name, bound in held.items()
    ]


def segments(column: Json, values: Sequence[Any]) -> Iterator[tuple[str, np.ndarray]]:
    """Name and rows of each part: a number's by the baseline's quartiles, of texts the frequent."""
    if column["kind"] == NUMBER:
        edges = np.unique(np.quantile(column["sample"], [0.25, 0.5, 0.75]))
        found = np.array([number(None if value is ABSENT else value) for value in values])
        places = np.searchsorted(edges, found, side="left")
        for place in range(len(edges) + 1):
            low = f"above {edges[place - 1]:.4g}" if place else ""
            high = f"at most {edges[place]:.4g}" if place < len(edges) else ""
            yield ", ".join(filter(None, (low, high))), (places == place) & np.isfinite(found)
        return
    texts = np.array(["" if value in {None, ABSENT} else str(value) for value in values])
    counts = Counter(texts.tolist())
    for name, _ in counts.most_common(MOST_SEGMENTS):
        yield name or "(none)", texts == name


def deviations(
    kind: str, found: Scored, labels: list[Any], names: Sequence[str]
) -> dict[str, float]:
    """The standard deviation of each metric over bootstrap resamples of all rows alike.

    Unlike in training a resample may have more of one label: so do the rows of another day.
    """
    draw, n = np.random.default_rng(0), len(found.truth)
    samples: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(RESAMPLES):
        one = scores.scores(kind, found.at(draw.integers(0, n, n)), labels)
        for name, several in samples.items():
            if name in one:
                several.append(one[name])
    return {name: float(np.std(several)) for name, several in samples.items()}


def status(measures: Sequence[Json]) -> str:
    """What all judged metrics come to."""
    drifts = [one["drift"] for one in measures if one["judged"] and one["drift"] is not None]
    if not drifts:
        return NOT_ENOUGH_DATA
    return FALLEN if max(drifts) >= 1 else OK


def _answer(problem: Json, prediction: Mapping[str, Any]) -> tuple[str, list[float]]:
    """The label that was answered, and the probabilities; not a number where there are none."""
    labels, score = problem["labels"], number(prediction.get("score"))
    label = prediction.get("label")
    if problem["kind"] == "binary":
        if label is None and math.isfinite(score):
            label = labels[int(score >= THRESHOLD)]
        return str(label), [1 - score, score]
    each = [number(prediction.get(f"scores.{one}")) for one in labels]
    return str(label), each


def _values(problem: Json, found: Scored, min_rows: int) -> dict[str, tuple[float, float]]:
    """Metric to value and standard deviation; without those that so few rows cannot tell."""
    n = len(found.truth)
    if n < min_rows:
        return {}
    labels = list(range(len(problem["labels"])))
    everything = scores.scores(problem["kind"], found, labels)
    if labels and min(np.bincount(found.truth.astype(int), minlength=len(labels))) < (
        FEWEST_OF_A_LABEL
    ):
        everything = {"accuracy": everything["accuracy"]}
    apart = deviations(problem["kind"], found, labels, list(everything))
    return {name: (value, apart[name]) for name, value in everything.items()}


def _measure(
    name: str,
    value: tuple[float, float] | None,
    bound: Bound,
    baseline: Json,
    wide: float,
    rows: int,
) -> Json:
    before = baseline["quality"]["metrics"].get(name)
    measure: Json = {
        "name": name,
        "of": "",
        "value": None,
        "low": None,
        "high": None,
        "baseline": before and before["value"],
        "bound": bound.value,
        "rows": rows,
        "drift": None,
        "judged": True,
        "status": NOT_ENOUGH_DATA,
    }
    if value is not None:
        # Rows that are all right, or all wrong, do not vary; the next may.
        own = max(value[1], 1 / max(1, rows) * max(1.0, abs(bound.value)))
        half = wide * math.hypot(own, bound.error)
        beyond = bound.value - value[0] if bound.least else value[0] - bound.value
        measure |= {
            "value": value[0],
            "low": value[0] - half,
            "high": value[0] + half,
            "drift": max(0.0, beyond / half),
        }
        measure["status"] = FALLEN if measure["drift"] >= 1 else OK
    return measure
