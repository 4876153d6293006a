"""Rules on random tables come to what plain Python comes to."""

import math
import statistics
from collections import Counter
from datetime import UTC, datetime

import duckdb
import numpy as np
import pytest

from embedded.dqdl.evaluate import FAIL, PASS, evaluate
from embedded.dqdl.grammar import parse_ruleset, ruleset_of

NOW = datetime(2026, 3, 2, tzinfo=UTC)
WORDS = ["", " ", "a", "ab", "abc", "O'Neil", 'say "x"']


def column(draw, size):
    """Whole numbers with NULL among them."""
    return [None if draw.random() < 0.2 else int(draw.integers(-3, 4)) for _ in range(size)]


def table(seed):
    """A connection with a random table t of three columns, and its columns."""
    draw = np.random.default_rng(seed)
    size = int(draw.integers(1, 12))
    texts = [None if draw.random() < 0.2 else str(draw.choice(WORDS)) for _ in range(size)]
    columns = {"a": column(draw, size), "b": column(draw, size), "c": texts}
    connection = duckdb.connect()
    connection.execute("CREATE TABLE t (a INTEGER, b INTEGER, c VARCHAR)")
    rows = list(zip(*columns.values(), strict=True))
    connection.executemany("INSERT INTO t VALUES (?, ?, ?)", rows)
    return connection, columns, draw


def known(values):
    return [value for value in values if value is not None]


def unique_share(values):
    """Values that occur once, of those that are not wholly NULL."""
    some = [v for v in values if v is not None and v != (None, None)]
    return sum(n == 1 for n in Counter(some).values()) / len(some) if some else None


def entropy(values):
    some = known(values)
    shares = [n / len(some) for n in Counter(some).values()]
    return -sum(p * math.log(p) for p in shares) if some else None


def ratio_of_unique(values):
    counts = Counter(known(values)).values()
    return sum(n == 1 for n in counts) / len(counts) if counts else None


MEASURES = {
    'Completeness "a"': lambda t: len(known(t["a"])) / len(t["a"]),
    'Uniqueness "a"': lambda t: unique_share(t["a"]),
    'Uniqueness "a" "b"': lambda t: unique_share(list(zip(t["a"], t["b"], strict=True))),
    'UniqueValueRatio "c"': lambda t: ratio_of_unique(t["c"]),
    'DistinctValuesCount "a"': lambda t: len(set(t["a"])),
    'Mean "a"': lambda t: statistics.fmean(known(t["a"])) if known(t["a"]) else None,
    'Sum "a"': lambda t: sum(known(t["a"])) if known(t["a"]) else None,
    'StandardDeviation "a"': lambda t: statistics.pstdev(known(t["a"])) if known(t["a"]) else None,
    'Variance "a"': lambda t: statistics.pvariance(known(t["a"])) if known(t["a"]) else None,
    'Entropy "c"': lambda t: entropy(t["c"]),
    "RowCount": lambda t: len(t["a"]),
}
CONDITIONS = {
    "= 1": lambda v: v == 1,
    "!= 1": lambda v: v is None or v != 1,
    "> 0": lambda v: v is not None and v > 0,
    ">= 0": lambda v: v is not None and v >= 0,
    "< 2": lambda v: v is not None and v < 2,
    "<= 2": lambda v: v is not None and v <= 2,
    "between -1 and 2": lambda v: v is not None and -1 < v < 2,
    "not between -1 and 2": lambda v: v is not None and not -1 < v < 2,
    "in [1, 2]": lambda v: v in (1, 2),
    "in [1, NULL]": lambda v: v in (1, None),
    "not in [1, 2]": lambda v: v not in (1, 2),
    "not in [1, NULL]": lambda v: v not in (1, None),
    "= NULL": lambda v: v is None,
    "!= NULL": lambda v: v is not None,
}
TEXTS = {
    'in ["a", "ab"]': lambda v: v in ("a", "ab"),
    'not in ["a", NULL]': lambda v: v not in ("a", None),
    '= "O\'Neil"': lambda v: v == "O'Neil",
    '!= "say \\"x\\""': lambda v: v != 'say "x"',
    "= EMPTY": lambda v: v == "",
    "in [WHITESPACES_ONLY, NULL]": lambda v: v is None or (v != "" and not v.strip()),
    'matches "a.*"': lambda v: v is not None and v.startswith("a"),
}


@pytest.mark.parametrize("seed", range(60))
def test_measures_come_to_what_python_comes_to(seed):
    connection, columns, _ = table(seed)
    rules = [f"{rule} > -1" for rule in MEASURES]
    found = evaluate(parse_ruleset(ruleset_of(rules)), connection, "t", NOW).outcomes
    for outcome, measure in zip(found, MEASURES.values(), strict=True):
        expected = measure(columns)
        if expected is None:
            assert (outcome.result, outcome.metrics) == (FAIL, {}), outcome.rule.text
        else:
            (value,) = outcome.metrics.values()
            assert value == pytest.approx(expected, abs=1e-12), outcome.rule.text


@pytest.mark.parametrize("seed", range(60))
def test_rows_pass_and_fail_as_in_python(seed):
    connection, columns, draw = table(seed)
    limit = int(draw.integers(0, 4))
    tests = {f'ColumnValues "a" {text}': ("a", holds) for text, holds in CONDITIONS.items()}
    tests |= {f'ColumnValues "c" {text}': ("c", holds) for text, holds in TEXTS.items()}
    tests[f'ColumnLength "c" <= {limit}'] = ("c", lambda v: len(v or "") <= limit)
    tests['IsComplete "a"'] = ("a", lambda v: v is not None)
    counts = Counter(columns["a"])
    tests['IsUnique "a"'] = ("a", lambda v: v is None or counts[v] == 1)
    tests['IsPrimaryKey "a"'] = ("a", lambda v: v is not None and counts[v] == 1)
    evaluation = evaluate(parse_ruleset(ruleset_of(list(tests))), connection, "t", NOW)
    passes = Counter(rule for row in evaluation.rows.every.fetchall() for rule in row[3])
    for outcome, (name, holds) in zip(evaluation.outcomes, tests.values(), strict=True):
        if outcome.rule.type in ("IsUnique", "IsPrimaryKey") and not known(columns["a"]):
            assert (outcome.result, outcome.row) == (FAIL, None)
            continue
        expected = sum(map(holds, columns[name]))
        assert passes[outcome.rule.text] == expected, outcome.rule.text
        whole = expected == len(columns[name])
        assert outcome.result == (PASS if whole else FAIL), outcome.rule.text


@pytest.mark.parametrize("seed", range(60))
def test_every_row_is_either_passed_or_set_aside(seed):
    connection, columns, _ = table(seed)
    rules = ['ColumnValues "a" > 0', '(IsComplete "b") or (ColumnLength "c" > 1)']
    rows = evaluate(parse_ruleset(ruleset_of(rules)), connection, "t", NOW).rows
    kept = rows.passed.fetchall() + [row[:3] for row in rows.set_aside.fetchall()]
    assert Counter(kept) == Counter(zip(*columns.values(), strict=True))
    good = [
        row
        for row in zip(*columns.values(), strict=True)
        if (row[0] or 0) > 0 and (row[1] is not None or len(row[2] or "") > 1)
    ]
    assert Counter(rows.passed.fetchall()) == Counter(good)
