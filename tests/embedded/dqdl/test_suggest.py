from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR

import duckdb
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from embedded.dqdl.evaluate import PASS, evaluate
from embedded.dqdl.grammar import parse_ruleset, ruleset_of
from embedded.dqdl.suggest import rounded, suggest

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DATA = {each.__name__: each for each in (load_breast_cancer, load_diabetes, load_iris, load_wine)}


def connection_with(frame):
    opened = duckdb.connect()
    opened.register("frame", frame)
    opened.execute("CREATE TABLE t AS SELECT * FROM frame")
    return opened


def evaluated(rules, frame):
    """The outcomes of the rules on a frame."""
    ruleset = parse_ruleset(ruleset_of(rules))
    return evaluate(ruleset, connection_with(frame), "t", NOW).outcomes


def real(name):
    """A data set of scikit-learn, with its target, a name for it, and some NULL."""
    frame = DATA[name](as_frame=True).frame
    draw = np.random.default_rng(3)
    frame["kind"] = ["odd" if value % 2 else "even" for value in frame["target"]]
    frame["record"] = [f"r-{number:05d}" for number in range(len(frame))]
    frame["gap"] = frame.iloc[:, 0].where(draw.random(len(frame)) > 0.1)
    return frame


@pytest.mark.parametrize("name", DATA)
def test_proposals_pass_on_the_rows_that_they_come_from(name):
    frame = real(name)
    rules = [each.rule for each in suggest(connection_with(frame), "t")]
    assert len(rules) > len(frame.columns)
    wrong = [
        (each.rule.text, each.message) for each in evaluated(rules, frame) if each.result != PASS
    ]
    assert wrong == []


@pytest.mark.parametrize("name", DATA)
def test_few_proposals_fail_on_rows_that_were_not_seen(name):
    """From half of the rows, on the other half; fewer than one in a hundred fail."""
    frame = real(name)
    total = failed = 0
    for seed in range(4):
        order = np.random.default_rng(seed).permutation(len(frame))
        seen, unseen = frame.iloc[order[::2]], frame.iloc[order[1::2]]
        rules = [each.rule for each in suggest(connection_with(seen), "t")]
        outcomes = evaluated(rules, unseen)
        total += len(outcomes)
        failed += sum(each.result != PASS for each in outcomes)
    assert total > 80
    assert failed / total < 0.01


def test_the_same_rows_give_the_same_rules():
    frame = real("load_wine")
    shuffled = frame.sample(frac=1, random_state=1)
    assert suggest(connection_with(frame), "t") == suggest(connection_with(shuffled), "t")


def rules_of(values, name="v"):
    frame = pd.DataFrame({name: values})
    return [each.rule for each in suggest(connection_with(frame), "t")][1:]


@pytest.mark.parametrize(
    ("values", "rules"),
    [
        (list(range(100)), ['IsComplete "v"', 'IsUnique "v"', 'ColumnValues "v" >= 0']),
        (list(range(99)), ['IsComplete "v"', 'ColumnValues "v" >= 0']),
        (
            ["b", "a"] * 20,
            ['IsComplete "v"', 'ColumnValues "v" in ["a", "b"]'],
        ),
        (
            ["b", "a", None] * 20,
            ['Completeness "v" >= 0.42', 'ColumnValues "v" in ["a", "b", NULL]'],
        ),
        ([1, 2] * 20, ['IsComplete "v"', 'ColumnValues "v" in [1, 2]']),
        ([1, 2] * 20 + [3], ['IsComplete "v"', 'ColumnValues "v" >= 0', 'ColumnValues "v" <= 4']),
        (
            [-1.5, 2.5] * 20,
            ['IsComplete "v"', 'ColumnValues "v" >= -3.5', 'ColumnValues "v" <= 4.5'],
        ),
        (
            [f"{n}.5" for n in range(40)],
            ['IsComplete "v"', 'ColumnDataType "v" = "Double"'],
        ),
        (
            [f"x{n:03d}" for n in range(120)],
            ['IsComplete "v"', 'IsUnique "v"', 'ColumnLength "v" = 4'],
        ),
        (
            ["x" * (n % 25 + 1) for n in range(40)],
            ['IsComplete "v"', 'ColumnLength "v" <= 37', 'ColumnLength "v" > 0'],
        ),
        ([1, 2, 3], []),
        ([None] * 40, []),
    ],
)
def test_what_is_proposed_follows_from_the_values(values, rules):
    found = rules_of(values)
    assert found[: len(rules)] == rules
    assert bool(found) == bool(rules)


def test_a_bound_leaves_null_to_the_rule_on_completeness():
    found = rules_of([None, *[n / 7 for n in range(60)]], name='a `b` "c"')
    assert found[-1] == ('ColumnValues "a `b` \\"c\\"" <= 13 where "`a ``b`` \\"c\\"` is not null"')
    frame = pd.DataFrame({'a `b` "c"': [None, 3.0]})
    assert [each.result for each in evaluated(found[-1:], frame)] == [PASS]


def test_an_empty_table_proposes_nothing():
    opened = duckdb.connect()
    opened.execute("CREATE TABLE t (a INTEGER)")
    assert suggest(opened, "t") == []


def test_each_proposal_has_its_reason():
    found = suggest(connection_with(pd.DataFrame({"v": [1, 2] * 20})), "t")
    assert [each.reason for each in found] == [
        "There are 40 rows: half as many and twice as many still pass.",
        "None of 40 rows is NULL.",
        "There are 2 values, and each comes 5 times or more.",
    ]


@pytest.mark.parametrize(
    ("value", "down", "up"),
    [(123.4, "120", "130"), (-123.4, "-130", "-120"), (0.0123, "0.012", "0.013"), (0.0, "0", "0")],
)
def test_bounds_are_rounded_away_from_the_values(value, down, up):
    assert (rounded(value, ROUND_FLOOR), rounded(value, ROUND_CEILING)) == (down, up)
