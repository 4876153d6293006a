"""Bias by facet, in the measures that SageMaker Clarify documents.

It is whole in itself, as training runs a copy of it.

A facet is a column; one of its groups, d, is held against all other rows, a. The groups of a
category are its most frequent values, of a number the values above its median. An outcome is
positive where it is the second of two labels; of several labels each is in turn, and a number is
where it is above the median of the truth.

| measure | what it is | positive where |
|---|---|---|
| `CI` | (n_a - n_d) / (n_a + n_d) | d is the smaller |
| `DPL` | q_a - q_d: of the rows, those whose truth is positive | d fares worse |
| `KL`, `JS`, `LP`, `TVD`, `KS` | distances of the truth's distributions in a and d | always |
| `DPPL` | q'_a - q'_d: of the rows, those predicted positive | d fares worse |
| `DI` | q'_d / q'_a | |
| `DCAcc` | truth positive by predicted positive, in a less in d | |
| `DCR` | truth negative by predicted negative, in d less in a | |
| `RD`, `SD` | recall in a less in d; specificity in d less in a | |
| `AD` | accuracy in a less in d | d is judged worse |
| `DAR` | true of those predicted positive, in a less in d | |
| `DRR` | true of those predicted negative, in d less in a | |
| `TE` | false negatives by false positives, in d less in a | |

https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-data-bias.html
https://docs.aws.amazon.com/sagemaker/latest/dg/clarify-measure-post-training-bias.html

The differences of two shares have a standard error, and are what drift is judged by (`JUDGED`). A
distance of two samples is never 0, and a quotient has no bound: those are told, and not judged.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

JUDGED = ("CI", "DPL", "DPPL", "RD", "SD", "AD", "DAR", "DRR")
FEWEST = 30
"""Rows of either group, below which a measure is not known."""
MOST_GROUPS = 10
TWO = 2
REGRESSION = "regression"

Json = dict[str, Any]


def facet(name: str, kind: str, values: Sequence[Any]) -> Json:
    """What a facet's groups are, of the values in the training rows; `kind` as in a profile."""
    if kind == "number":
        found = np.array([number(value) for value in values])
        found = found[np.isfinite(found)]
        median = float(np.median(found)) if len(found) else 0.0
        return {"facet": name, "threshold": median, "groups": [f"above {median:g}"]}
    counts = Counter(str(value) for value in values if value is not None and str(value).strip())
    ordered = sorted(counts, key=lambda value: (-counts[value], value))
    # Of two groups, one held against the other says all; it is the smaller.
    groups = ordered[1:] if len(ordered) == TWO else ordered[:MOST_GROUPS]
    return {"facet": name, "threshold": None, "groups": groups}


def members(of: Mapping[str, Any], values: Sequence[Any]) -> np.ndarray:
    """For each row which group it is in: a text, empty where the row has no value."""
    if of["threshold"] is None:
        return np.array(["" if one is None else str(one) for one in values], dtype=object)
    limit = of["threshold"]
    found = np.array([number(value) for value in values])
    names = np.where(found > limit, of["groups"][0], f"at most {limit:g}").astype(object)
    names[~np.isfinite(found)] = ""
    return names


def outcomes(kind: str, values: Sequence[Any], median: float) -> np.ndarray:
    """Truth or predictions as texts; a number is `high` above the median, else `low`."""
    if kind != REGRESSION:
        return np.array(["" if value is None else str(value) for value in values], dtype=object)
    found = np.array([number(value) for value in values])
    return np.where(found > median, "high", "low").astype(object)


def positives(kind: str, labels: Sequence[str]) -> list[str]:
    """The outcomes that are positive, in turn."""
    if kind == REGRESSION:
        return ["high"]
    return list(labels[1:]) if len(labels) == TWO else list(labels)


def measures(
    group: np.ndarray,
    truth: np.ndarray | None,
    predicted: np.ndarray | None,
    positive: str,
) -> dict[str, Json]:
    """Measure to `value`, `standard_error` (None where not judged) and `rows` of the smaller group.

    `group` is true for the rows of d. `truth` or `predicted` is None where it is not known. A
    measure of fewer than 30 rows in either group is left out, and so is a quotient of nothing.
    """
    found: dict[str, Json] = {}
    n, d = len(group), int(group.sum())
    if min(d, n - d) < FEWEST:
        return found
    share = (d + 1) / (n + 2)
    found["CI"] = _told(1 - 2 * d / n, 2 * math.sqrt(share * (1 - share) / n), min(d, n - d))
    parts = (~group, group)
    if truth is not None:
        actual = [truth[part] == positive for part in parts]
        _difference(found, "DPL", *actual)
        labels = sorted(set(truth))
        p, q = (np.array([np.mean(truth[part] == one) for one in labels]) for part in parts)
        found.update(_distances(p, q, min(d, n - d)))
    if predicted is None:
        return found
    answered = [predicted[part] == positive for part in parts]
    _difference(found, "DPPL", *answered)
    _quotient(found, "DI", answered[1].mean(), answered[0].mean(), min(d, n - d))
    if truth is None:
        return found
    same = [truth[part] == predicted[part] for part in parts]
    _difference(found, "AD", *same)
    _difference(found, "RD", *(a[t] for a, t in zip(answered, actual, strict=True)))
    negatives = [~a[~t] for a, t in zip(answered, actual, strict=True)]
    _difference(found, "SD", *reversed(negatives))
    _difference(found, "DAR", *(t[a] for a, t in zip(answered, actual, strict=True)))
    rejected = [~t[~a] for a, t in zip(answered, actual, strict=True)]
    _difference(found, "DRR", *reversed(rejected))
    fewest = min(d, n - d)
    a, t = answered, actual
    _quotients(found, "DCAcc", fewest, *((t[i].sum(), a[i].sum()) for i in (0, 1)))
    _quotients(found, "DCR", fewest, *(((~t[i]).sum(), (~a[i]).sum()) for i in (1, 0)))
    wrong = [((t[i] & ~a[i]).sum(), (a[i] & ~t[i]).sum()) for i in (1, 0)]
    _quotients(found, "TE", fewest, *wrong)
    return found


def number(value: Any) -> float:
    """A value as a number; not a number for what is none."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return math.nan


def _told(value: float, error: float | None, rows: int) -> Json:
    return {
        "value": float(value),
        "standard_error": None if error is None else float(error),
        "rows": int(rows),
    }


def _difference(found: dict[str, Json], name: str, one: np.ndarray, other: np.ndarray) -> None:
    """The share in one less that in the other, with the error that two such samples have.

    A row is added to either side of each share, so that no error is 0 (Agresti and Caffo, 2000).
    """
    fewest = min(len(one), len(other))
    if fewest >= FEWEST:
        shares = [((each.sum() + 1) / (len(each) + 2), len(each) + 2) for each in (one, other)]
        error = math.sqrt(sum(share * (1 - share) / n for share, n in shares))
        found[name] = _told(one.mean() - other.mean(), error, fewest)


def _quotient(found: dict[str, Json], name: str, above: float, below: float, rows: int) -> None:
    if below:
        found[name] = _told(above / below, None, rows)


def _quotients(found: dict[str, Json], name: str, rows: int, *pairs: tuple[float, float]) -> None:
    (above, below), (other_above, other_below) = pairs
    if below and other_below:
        found[name] = _told(above / below - other_above / other_below, None, rows)


def _distances(p: np.ndarray, q: np.ndarray, rows: int) -> dict[str, Json]:
    """How far the distribution in a, p, is from that in d, q; no KL where it is endless."""
    middle = (p + q) / 2
    values = {
        "JS": (_divergence(p, middle) + _divergence(q, middle)) / 2,
        "LP": float(np.sqrt(((p - q) ** 2).sum())),
        "TVD": float(np.abs(p - q).sum() / 2),
        "KS": float(np.abs(p - q).max()),
    }
    if not (q[p > 0] == 0).any():
        values["KL"] = _divergence(p, q)
    return {name: _told(value, None, rows) for name, value in values.items()}


def _divergence(p: np.ndarray, q: np.ndarray) -> float:
    some = p > 0
    return float((p[some] * np.log(p[some] / q[some])).sum())
