import csv
import json

import numpy as np
import pytest

CANDIDATE, LIVE = "arn:candidate/2", "arn:live/1"


@pytest.fixture(scope="module")
def compare(code):
    """compare.py, imported as the scripts import one another."""
    return code["compare"]


def write(path, header, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def read(path):
    with path.open(newline="") as file:
        return {tuple(row) for row in list(csv.reader(file))[1:]}


@pytest.fixture(scope="module")
def trained_on(train):
    """Trains on tables of points; which quadrants are `in` no line can tell."""

    def trained(folder, algorithm, **tables):
        for name, rows in tables.items():
            write(folder / f"data/{name}.csv", ["x", "y", "where"], rows)
        asked = {"algorithm": algorithm, "iterations": "40"}
        return train(folder, hyperparameters=asked, target="where")

    return trained


def points(seed, count, *, inside=lambda x, y: x * y > 0):
    generator = np.random.default_rng(seed)
    return [
        [x, y, "in" if inside(x, y) else "out"] for x, y in generator.uniform(-1, 1, (count, 2))
    ]


@pytest.fixture(scope="module")
def runs(tmp_path_factory, trained_on):
    """Runs by name: on the old points, and on the old and as many that follow another rule."""
    folder = tmp_path_factory.mktemp("runs")
    old, new = points(0, 400), points(1, 400, inside=lambda x, y: x > y)
    return {
        "line": trained_on(folder / "line", "linear", old=old),
        "trees": trained_on(folder / "trees", "boosting", old=old),
        "both": trained_on(folder / "both", "boosting", old=old, new=new),
    }


@pytest.fixture
def comparison(run, tmp_path):
    """Compares two runs, its inputs where SageMaker puts them; `known`: the live one's run."""

    def compared(candidate, live=None, *, known=True, check=True):
        inputs = tmp_path / "input"
        links = {"candidate": candidate, "test": candidate / "test"}
        if live:
            links["live"] = live
            if known:
                links |= {f"run/{part}": live / part for part in ("train", "validation", "test")}
        for name, target in links.items():
            (inputs / name).parent.mkdir(parents=True, exist_ok=True)
            (inputs / name).symlink_to(target)
        told = ["--candidate-package", CANDIDATE, "--input", inputs, "--output", tmp_path / "out"]
        done = run(
            "code/compare.py", *told, *(["--live-package", LIVE] if live else []), check=check
        )
        if done.returncode:
            return done.stderr
        return json.loads((tmp_path / "out/comparison.json").read_text())

    return compared


def test_without_a_live_version_the_candidate_is_better(runs, comparison):
    told = comparison(runs["trees"])
    assert told["better"] is True
    assert told["live"] is None
    assert told["candidate"]["package"] == CANDIDATE
    assert told["records"] == {"held_out": 60, "newest": 0}
    assert told["reason"].endswith("there is no live version to compare with")
    assert (told["schema"], told["version"], told["kind"]) == ("maslow/comparison", 1, "binary")


def test_a_candidate_that_answers_better_is_better(runs, comparison):
    told = comparison(runs["trees"], runs["line"])
    assert told["better"] is True
    ours, theirs = told["candidate"]["held_out"]["auc"], told["live"]["held_out"]["auc"]
    assert ours > 0.9 > 0.7 > theirs
    assert told["reason"] == f"auc {ours:.3f} against {theirs:.3f} on the same 60 held-out records"


def test_a_candidate_that_answers_worse_is_not(runs, comparison):
    told = comparison(runs["line"], runs["trees"])
    assert told["better"] is False
    assert told["reason"].endswith("worse beyond chance on the held-out records")


def test_a_tie_leaves_the_live_version_where_it_is(runs, comparison):
    told = comparison(runs["trees"], runs["trees"])
    assert told["better"] is False
    assert told["reason"].endswith("no better on the held-out records")


def test_records_that_came_since_are_told_apart_and_decide(runs, comparison):
    told = comparison(runs["both"], runs["trees"])
    held_out = read(runs["both"] / "test/test.csv")
    had = set().union(
        *(read(runs["trees"] / part / f"{part}.csv") for part in ("train", "validation", "test"))
    )
    assert told["records"]["newest"] == len(held_out - had) > 40
    # Of the old records that are held out, most were what the live version learned from.
    assert told["records"]["newest"] < told["records"]["held_out"] < len(held_out)
    assert told["candidate"]["newest"]["auc"] > told["live"]["newest"]["auc"]
    assert told["better"] is True
    assert f"on the same {told['records']['newest']} newest records" in told["reason"]


def test_records_are_not_called_unseen_where_the_live_run_is_not_known(runs, comparison):
    told = comparison(runs["both"], runs["trees"], known=False)
    assert told["records"] == {"held_out": 120, "newest": 0}
    assert told["candidate"]["newest"] is None
    assert told["reason"].endswith("of which the live version may have learned from some")


def test_a_version_that_lacks_a_column_says_so(runs, tmp_path, comparison, trained_on):
    wide = [[*row[:2], row[0] * 2, row[2]] for row in points(2, 200)]
    write(tmp_path / "wide/data/wide.csv", ["x", "y", "z", "where"], wide)
    live = trained_on(tmp_path / "wide", "linear")
    told = comparison(runs["line"], live, check=False)
    assert told.strip() == f"{LIVE} cannot answer the candidate's records: a row lacks z"


def version(compare, kind, predicted, probabilities=(), classes=(), target="t", package=LIVE):
    return compare.Answers(
        package, kind, target, list(predicted), list(classes), [list(one) for one in probabilities]
    )


def numbers(count=100, seed=0):
    truth = np.random.default_rng(seed).normal(size=count)
    return truth, [{"t": repr(float(value))} for value in truth]


def test_of_an_error_less_is_better(compare, tmp_path):
    truth, rows = numbers()
    close = version(compare, "regression", truth + 0.1, package=CANDIDATE)
    far = version(compare, "regression", truth + 0.5)
    told = compare.compare(close, far, rows, tmp_path, "rmse")
    assert told["better"] is True
    assert told["reason"].startswith("rmse 0.100 against 0.500")
    assert compare.compare(far, close, rows, tmp_path, "rmse")["better"] is False


def test_worse_by_chance_on_old_records_is_made_up_for_by_the_newest(compare):
    metrics = {"auc": 0.8}, {"auc": 0.81}
    by_chance = compare.Judged("held-out", *metrics, -0.01, False, 300)
    gained = compare.Judged("newest", {"auc": 0.9}, {"auc": 0.7}, 0.2, False, 60)
    assert compare.verdict(by_chance, gained, "auc", "")[0] is True
    assert compare.verdict(by_chance, None, "auc", "")[0] is False
    surely = by_chance._replace(is_worse=True)
    better, reason = compare.verdict(surely, gained, "auc", "")
    assert better is False
    assert reason.endswith("worse beyond chance on the held-out records")


def test_a_class_that_the_live_version_does_not_know_counts_against_it(compare, tmp_path):
    labels = ["a", "b", "c"]
    truth = labels * 20
    sure = [[0.8 if label == one else 0.1 for one in labels] for label in truth]
    candidate = version(compare, "multiclass", truth, sure, labels, package=CANDIDATE)
    two = [[0.9, 0.1] if label == "a" else [0.1, 0.9] for label in truth]
    live = version(
        compare, "multiclass", ["a" if one == "a" else "b" for one in truth], two, labels[:2]
    )
    told = compare.compare(candidate, live, [{"t": label} for label in truth], tmp_path, "")
    assert told["better"] is True
    assert told["candidate"]["held_out"]["accuracy"] == 1
    assert told["live"]["held_out"]["accuracy"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("live", "metric", "message"),
    [
        ({"kind": "regression"}, "", "the candidate tells t .binary. and the live version t"),
        ({"target": "u"}, "", "and the live version u .binary.: they cannot be compared"),
        ({"classes": ["n", "z"]}, "", "tells n from y and the live version n from z"),
        ({}, "r2", "r2 is not among what is measured: auc, accuracy"),
    ],
)
def test_what_cannot_be_compared_is_told(compare, tmp_path, live, metric, message):
    truth = ["n", "y"] * 20
    sure = [[0.9, 0.1], [0.1, 0.9]] * 20
    told = {"kind": "binary", "classes": ["n", "y"], **live}
    candidate = version(compare, "binary", truth, sure, ["n", "y"])
    with pytest.raises(SystemExit, match=message):
        compare.compare(
            candidate,
            version(compare, predicted=truth, probabilities=sure, **told),
            [{"t": label, "u": label} for label in truth],
            tmp_path,
            metric,
        )
