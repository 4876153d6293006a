"""What is drift: a profile of now beside the baseline, column by column.

**Drift** of a column is a difference that is both large and no accident:

- Large: the population stability index (PSI), the sum over bins or categories of
  (now - baseline) * ln(now / baseline) of their shares. Two samples without any drift have one of
  about (bins - 1) * (1/n + 1/m), which is taken off; the rest is the `effect`, and the threshold,
  0.1 unless told, is for that. By custom a PSI below 0.1 is no change, and above 0.2 a large one.
  0.1 is reached by a bell curve that moves by a third of its standard deviation, and by a category
  that goes from 12 to 24 of 100.
- No accident: of numbers the two-sample Kolmogorov-Smirnov test of the baseline's sample and one of
  now, of categories the chi-square test of both counts, after Holm's correction.

`drift` of a column is the effect divided by the threshold, so that 1 is the limit; what may be an
accident is held below it, at 0.99. So `drift >= 1` is the whole rule.

**Violations** are shares of rows, each with a limit: `missing-column` (1 of 100 rows lack it),
`unexpected-type` (1 of 100 values), `new-category` (1 of 100), `missing` (5 of 100 more than in the
baseline) and `out-of-range` (5 of 100 values are beyond the baseline's least or greatest, as where
a unit changed; what moves a little is drift). Each must be no accident, too: by Fisher's exact
test, one-sided. How many values lie beyond the extremes of a baseline of m others by
accident tells a beta-binomial distribution with parameters 2 and m - 1; how many are of categories
that it lacks, all rows allotted to both at random.

All tests of a run are one family: without drift, 99 of 100 runs or more find nothing at all,
however many features there are (Holm, A simple sequentially rejective multiple test procedure,
1979). What has nothing to count, as no value of another type, is no test. Neighbouring cells are
taken together until five rows are expected of each, of categories the rare ones. The tests take
rows to be independent: rows that come in bursts differ sooner.

A column with fewer than `min_rows` values is `not-enough-data`: neither healthy nor drifted.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from .profiles import FEATURE, NUMBER, PREDICTION, SCHEMA, VERSION
from .sources import BadInput

FALSE_ALARMS = 0.01
"""Share of runs without drift that may find any."""
LEVEL = FALSE_ALARMS / 5
"""Corrected p-value below which a difference is no accident. Far out in the tail, where so many
tests look, the chi-square distribution holds only roughly; this leaves room for that."""
ACCIDENT = 0.99
LEAST_EXPECTED = 5
LEAST_COUNTED = 50
"""Rows of a category that is told apart where some categories were not counted."""
FEWEST_ROWS = 30
SHARE_LIMIT = 0.01
RANGE_LIMIT = MISSING_LIMIT = 0.05

OK, DRIFT, VIOLATIONS, FALLEN = "ok", "drift", "violations", "fallen"
NOT_ENOUGH_DATA, NO_DATA = "not-enough-data", "no-data"

Json = dict[str, Any]


class Settings(NamedTuple):
    """What is asked of a run."""

    threshold: float = 0.1
    """Effect that is drift, above 0 and at most 1."""
    min_rows: int = 100
    """Fewer rows say nothing; at least 30."""


class _Test(NamedTuple):
    """A p-value that the correction is to reach, and where it is told then."""

    p: float
    into: Json


def check_settings(settings: Settings) -> None:
    """Raises BadInput for settings out of their ranges."""
    if not 0 < settings.threshold <= 1:
        raise BadInput(f"--threshold is {settings.threshold:g}; it is above 0 and at most 1")
    if settings.min_rows < FEWEST_ROWS:
        raise BadInput(f"--min-rows is {settings.min_rows}; it is at least {FEWEST_ROWS}")


def check_baseline(found: Any, where: str) -> Json:
    """The baseline that was read. Raises BadInput for anything but a profile of this version."""
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise BadInput(f"{where} is no baseline: its schema is not {SCHEMA}")
    if found.get("version") != VERSION:
        raise BadInput(
            f"{where} is a baseline of version {found.get('version')}; this monitor reads version "
            f"{VERSION}"
        )
    columns = found.get("columns")
    roles = {one.get("role") for one in columns} if isinstance(columns, list) else set()
    if not roles & {FEATURE, PREDICTION}:
        raise BadInput(f"{where} is a baseline without a feature and without a prediction")
    return found


def judged(baseline: Json, now: Iterable[Json], settings: Settings) -> list[Json]:
    """The columns of `now`, profiles made like the baseline, each with what was found of it.

    The worst comes first. Its fields are those of `columns` in report.schema.json.
    """
    known = {column["name"]: column for column in baseline["columns"]}
    tests: list[_Test] = []
    columns = [_compared(known[one["name"]], one, settings, tests) for one in now]
    for test, p in zip(tests, holm([test.p for test in tests]), strict=True):
        test.into["p_adjusted"] = p
    return sorted(
        (_decided(column, settings) for column in columns),
        key=lambda one: (not one["violations"], -(one["drift"] or 0), one["name"]),
    )


def status(columns: Iterable[Json], rows: int, settings: Settings) -> str:
    """The status of a run; data that break a rule say nothing of drift, and so come first."""
    if not rows:
        return NO_DATA
    found = {column["status"] for column in columns}
    if rows < settings.min_rows or found <= {NOT_ENOUGH_DATA}:
        return NOT_ENOUGH_DATA
    return next((one for one in (VIOLATIONS, DRIFT) if one in found), OK)


def holm(p: list[float]) -> list[float]:
    """The p-values as they count among so many: below a rate, no more than that are accidents."""
    order = np.argsort(p)
    adjusted, least = [1.0] * len(p), 0.0
    for rank, place in enumerate(order):
        least = max(least, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = least
    return adjusted


def psi(baseline: np.ndarray, now: np.ndarray) -> float:
    """The population stability index of two rows of counts; none counts as half a row."""
    if not baseline.sum() or not now.sum():
        return 0.0
    before = np.maximum(baseline, 0.5) / baseline.sum()
    after = np.maximum(now, 0.5) / now.sum()
    return float(((after - before) * np.log(after / before)).sum())


def pooled(baseline: np.ndarray, now: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The counts with neighbours taken together until five rows are expected of each, and more."""
    fewest, total = min(baseline.sum(), now.sum()), baseline.sum() + now.sum()
    cells = [np.zeros(2)]
    for cell in np.column_stack([baseline, now]):
        cells[-1] = cells[-1] + cell
        if cells[-1].sum() * fewest >= LEAST_EXPECTED * total:
            cells.append(np.zeros(2))
    rest = cells.pop()
    if not cells:
        return np.array([baseline.sum()]), np.array([now.sum()])
    cells[-1] = cells[-1] + rest
    before, after = np.array(cells).T
    return before, after


def _compared(before: Json, after: Json, settings: Settings, tests: list[_Test]) -> Json:
    """A column with all but what hangs on the other columns' tests."""
    m, n = _values(before), _values(after)
    column: Json = {
        "name": after["name"],
        "role": after["role"],
        "kind": after["kind"],
        "status": OK,
        "rows": after["rows"],
        "values": n,
        "drift": None,
        "effect": None,
        "psi": None,
        "test": "kolmogorov-smirnov" if after["kind"] == NUMBER else "chi-square",
        "statistic": None,
        "p": None,
        "p_adjusted": None,
        "violations": [],
        "baseline": _described(before),
        "now": _described(after),
        "bins": [],
    }
    if after["rows"] >= settings.min_rows:
        column["violations"] = list(_checks(before, after, tests))
    labels, counts = _cells(before, after)
    column["bins"] = [
        {"label": label, "baseline": int(one), "now": int(other)}
        for label, one, other in zip(labels, *counts, strict=True)
    ]
    if n < settings.min_rows or not m:
        column["status"] = NOT_ENOUGH_DATA
        return column
    cells = pooled(*counts)
    column["psi"] = psi(*cells)
    accident = (len(cells[0]) - 1) * (1 / cells[0].sum() + 1 / cells[1].sum())
    column["effect"] = max(0.0, column["psi"] - float(accident))
    if after["kind"] == NUMBER:
        found = stats.ks_2samp(before["sample"], after["sample"], method="asymp")
        column["statistic"], column["p"] = float(found.statistic), float(found.pvalue)
    elif len(cells[0]) > 1:
        found = stats.chi2_contingency(np.array(cells), correction=False)
        column["statistic"], column["p"] = float(found.statistic), float(found.pvalue)
    else:
        column["statistic"], column["p"] = 0.0, 1.0
    tests.append(_Test(column["p"], column))
    return column


def _decided(column: Json, settings: Settings) -> Json:
    if column["effect"] is not None:
        ratio = column["effect"] / settings.threshold
        accident = column["p_adjusted"] >= LEVEL
        column["drift"] = min(ratio, ACCIDENT) if accident else ratio
        if column["drift"] >= 1:
            column["status"] = DRIFT
    column["violations"] = [
        one
        for one in column["violations"]
        if one["share"] > one["limit"] and one["p_adjusted"] < LEVEL
    ]
    if column["violations"]:
        column["status"] = VIOLATIONS
    return column


def _checks(before: Json, after: Json, tests: list[_Test]) -> Iterable[Json]:
    """Each check of which anything was counted, with its p-value among the tests."""
    m, n = _values(before), _values(after)
    rows, present = after["rows"], after["rows"] - after["absent"]
    had = before["rows"] - before["absent"]
    missing = before["missing"] / had if had else 0.0
    counted = [
        ("unexpected-type", after["invalid"], n + after["invalid"], SHARE_LIMIT, _surplus),
        ("missing", after["missing"], present, missing + MISSING_LIMIT, _surplus),
    ]
    surplus = {
        "unexpected-type": (before["invalid"], m + before["invalid"]),
        "missing": (before["missing"], had),
        "missing-column": (before["absent"], before["rows"]),
    }
    if after["role"] != PREDICTION:  # an answer in CSV has no label, or no score
        counted.append(("missing-column", after["absent"], rows, SHARE_LIMIT, _surplus))
    if after["kind"] == NUMBER:
        counted.append(("out-of-range", after["outside"], n, RANGE_LIMIT, _beyond))
        surplus["out-of-range"] = (0, m)
    elif after["new"]:
        fresh = sum(after["new"].values()) + after["other"]
        counted.append(("new-category", fresh, n, SHARE_LIMIT, partial(_only_now, before, after)))
        surplus["new-category"] = (0, m)
    for check, count, of, limit, test in counted:
        if count:
            violation: Json = {
                "check": check,
                "rows": count,
                "share": count / of,
                "limit": limit,
                "p": test(count, of, *surplus[check]),
                "p_adjusted": None,
                "message": _message(check, after, count / of),
            }
            tests.append(_Test(violation["p"], violation))
            yield violation


def _surplus(count: int, of: int, before: int, of_before: int) -> float:
    """How often as many as `count` of the rows are now's by accident, one-sided."""
    return float(stats.hypergeom.sf(count - 1, of + of_before, count + before, of))


def _beyond(count: int, of: int, before: int, of_before: int) -> float:  # noqa: ARG001
    """How often so many of now are beyond the extremes of the baseline's by accident."""
    return float(stats.betabinom.sf(count - 1, of, 2, max(of_before - 1, 1)))


def _only_now(
    before: Json,
    after: Json,
    count: int,
    of: int,
    _: int,
    of_before: int,
) -> float:
    """How often so many rows have categories that the baseline lacks by accident, at most.

    All rows are allotted to both at random: a category of t rows falls to now alone with the
    probability (n/N)^t or less. Chernoff's bound is of the sum of those that do.
    """
    together = Counter(
        known + after["counts"].get(name, 0) for name, known in before["counts"].items()
    )
    together.update(after["new"].values())
    together[1] += after["other"]
    rows, categories = (np.array(each, dtype=float) for each in zip(*together.items(), strict=True))
    alone = (of / (of + of_before)) ** rows
    tilt = np.geomspace(1e-3 / count, 500 / rows.max(), 200)[:, None]
    bound = (categories * np.log1p(alone * np.expm1(tilt * rows))).sum(axis=1) - tilt[:, 0] * count
    return float(min(1.0, np.exp(bound.min())))


def _message(check: str, after: Json, share: float) -> str:
    name, percent = after["name"], f"{100 * share:.3g} %"
    if check == "missing-column":
        return f"{percent} of the rows have no column {name}"
    if check == "unexpected-type":
        return f"{percent} of the values of {name} are of another type than {after['kind']}"
    if check == "missing":
        return f"{percent} of the values of {name} are missing"
    if check == "out-of-range":
        return f"{percent} of the values of {name} are beyond the range of the baseline"
    some = ", ".join(list(after["new"])[:3])
    return f"{percent} of the values of {name} are categories that the baseline lacks: {some}"


def _cells(before: Json, after: Json) -> tuple[list[str], tuple[np.ndarray, np.ndarray]]:
    """Labels and both counts of the bins or categories."""
    if after["kind"] == NUMBER:
        counts = np.array(before["counts"], dtype=float), np.array(after["counts"], dtype=float)
        return _bins(before["edges"]), counts
    pairs = {
        name: (count, after["counts"].get(name, 0)) for name, count in before["counts"].items()
    }
    pairs |= {name: (0, count) for name, count in (after["new"] or {}).items()}
    uncounted = before["other"] or after["other"]
    # By what both have together: cells that the baseline alone chose would differ by being chosen.
    names = sorted(
        (name for name, pair in pairs.items() if not uncounted or sum(pair) >= LEAST_COUNTED),
        key=lambda name: (-sum(pairs[name]), name),
    )
    cells = np.array([pairs[name] for name in names], dtype=float).reshape(-1, 2)
    rest = np.array([_values(before), _values(after)]) - cells.sum(axis=0)
    if rest.any():
        names, cells = [*names, "(other)"], np.vstack([cells, rest])
    return names, (cells[:, 0], cells[:, 1])


def _bins(edges: list[float]) -> list[str]:
    """What is in each bin between edges, in words."""
    if not edges:
        return ["all"]
    inner = [
        f"{low:.4g}" if high == math.nextafter(low, math.inf) else f"{low:.4g} to {high:.4g}"
        for low, high in pairwise(edges)
    ]
    return [f"below {edges[0]:.4g}", *inner, f"from {edges[-1]:.4g}"]


def _values(column: Mapping[str, Any]) -> int:
    return int(column["rows"] - column["absent"] - column["missing"] - column["invalid"])


def _described(column: Json) -> Json:
    """What a column is like, in numbers."""
    told = ("rows", "absent", "missing", "invalid")
    more = ("min", "max", "mean", "std") if column["kind"] == NUMBER else ()
    return {name: column[name] for name in (*told, *more)}
