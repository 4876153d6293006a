"""Compare a candidate with the live version, as one SageMaker processing job.

Both answer the same records, each by the inference.py of its own archive. A record that one of them
has learned from says nothing of it. So of the candidate's held-out records those are left out that
the live version has learned from, as far as its own run is known: what is left is `held_out`. Those
of them that the live version's run had no part of at all are `newest`: records that came since.

The candidate is better if it

1. is not worse beyond chance, on the held-out records and on the newest, and
2. is better at all on the newest records, or on the held-out ones where too few are new.

Worse beyond chance is what 95 of 100 paired resamples agree on: each draws the same records for
both, so that what is hard for both cancels out. A tie leaves the live version where it is, since
a rollout that gains nothing only costs. Without a live version the candidate is better.

Writes comparison.json: {"schema": "maslow/comparison", "version": 1, "kind", "candidate":
{"package", "held_out": {metric: number}, "newest": the same or null}, "live": the same or null,
"records": {"held_out": n, "newest": n}, "better": true or false, "reason"}.
"""

import argparse
import csv
import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from metrics import Scored, resamples, scores

LEAST_RECORDS = 30
"""Fewer are no set to judge by."""
RESAMPLES = 200
AGREED = 0.95
"""Share of the resamples in which one is worse that is no chance."""
FIRST = {"binary": "auc", "multiclass": "auc", "regression": "r2"}
"""What versions of a kind are judged by unless another metric is given."""
ERRORS = frozenset({"rmse", "mae"})
"""Metrics of which less is better."""

Row = dict[str, str]

log = logging.getLogger("compare")


class Answers(NamedTuple):
    """What one version answers to the candidate's held-out records."""

    package: str
    kind: str
    target: str
    predicted: list[Any]
    """Labels, or numbers."""
    classes: list[str]
    """All labels that it knows, sorted; none for a regression."""
    probabilities: list[list[float]]
    """Of each class."""


class Judged(NamedTuple):
    """A set of records, and what both versions reach on it."""

    name: str
    candidate: dict[str, float]
    live: dict[str, float]
    difference: float
    """By how much the candidate is better in the metric that is judged by."""
    is_worse: bool
    """Beyond chance."""
    count: int


def answers(package: str, folder: Path, test: Path) -> Answers:
    """Have the model.tar.gz in a folder answer the records of a file.

    Raises SystemExit where it cannot, with what is in the way.
    """
    with tempfile.TemporaryDirectory() as place:
        out = Path(place) / "answers.json"
        script = Path(__file__).with_name("answers.py")
        done = subprocess.run(
            [sys.executable, script, folder / "model.tar.gz", test, out],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{package} does not answer: {done.stderr.strip()[-500:]}")
        told = json.loads(out.read_text())
    if "malformed" in told:
        raise SystemExit(f"{package} cannot answer the candidate's records: {told['malformed']}")
    return Answers(
        package,
        told["kind"],
        told["target"],
        told["labels"] if told["labels"] is not None else told["scores"],
        told["classes"] or [],
        told["probabilities"] or [],
    )


def scored(one: Answers, truth: list[str], labels: list[str]) -> Scored:
    """Truth and answers side by side; a label that the version does not know has no chance."""
    if one.kind == "regression":
        return Scored(np.array(truth, dtype=float), np.array(one.predicted, dtype=float))
    known = np.array(one.probabilities)
    table = np.zeros((len(truth), len(labels)))
    table[:, [labels.index(label) for label in one.classes]] = known
    return Scored(np.array(truth), np.array(one.predicted), table)


def read(path: Path) -> list[Row]:
    """The records of a CSV file."""
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def unseen(rows: list[Row], run: Path) -> tuple[np.ndarray, np.ndarray]:
    """Which records the version of a run has not learned from, and which it never had.

    `run` holds the folders train, validation and test of its split. Records are told apart by the
    columns that both runs have; where no split is there, nothing is known and none are left.
    """
    parts = {
        part: read(run / part / f"{part}.csv")
        for part in ("train", "validation", "test")
        if (run / part / f"{part}.csv").is_file()
    }
    if "train" not in parts or not parts["train"]:
        nothing = np.zeros(len(rows), dtype=bool)
        return nothing, nothing
    shared = sorted(rows[0].keys() & parts["train"][0].keys()) if rows else []

    def keys(of: list[Row]) -> list[tuple[str, ...]]:
        return [tuple(row[name] for name in shared) for row in of]

    learned = {key for part in ("train", "validation") for key in keys(parts.get(part, []))}
    had = learned | set(keys(parts.get("test", [])))
    own = keys(rows)
    return (
        np.array([key not in learned for key in own], dtype=bool),
        np.array([key not in had for key in own], dtype=bool),
    )


def can_judge(truth: np.ndarray, labels: list[str]) -> bool:
    """Whether there are enough records, and some of each class."""
    return len(truth) >= LEAST_RECORDS and set(labels) <= set(truth.tolist())


def judge(
    name: str, candidate: Scored, live: Scored, kind: str, labels: list[str], metric: str
) -> Judged:
    """Measure both on the same records, and how sure it is that one is worse."""
    sign = -1 if metric in ERRORS else 1

    def gain(rows: np.ndarray) -> float:
        of_candidate = scores(kind, candidate.at(rows), labels)
        return sign * (of_candidate[metric] - scores(kind, live.at(rows), labels)[metric])

    gains = [gain(rows) for rows in resamples(kind, candidate.truth, RESAMPLES)]
    return Judged(
        name,
        scores(kind, candidate, labels),
        scores(kind, live, labels),
        gain(np.arange(len(candidate.truth))),
        float(np.mean(np.array(gains) < 0)) >= AGREED,
        len(candidate.truth),
    )


def verdict(held_out: Judged, newest: Judged | None, metric: str, caveat: str) -> tuple[bool, str]:
    """Whether the candidate is better, and why."""
    sets = [held_out, *([newest] if newest else [])]
    decides = newest or held_out
    told = "; ".join(
        f"{metric} {one.candidate[metric]:.3f} against {one.live[metric]:.3f} on the same "
        f"{one.count} {one.name} records"
        for one in sets
    )
    worse = [one.name for one in sets if one.is_worse]
    if worse:
        return (
            False,
            f"{told}: worse beyond chance on the {' and the '.join(worse)} records{caveat}",
        )
    if decides.difference <= 0:
        return False, f"{told}: no better on the {decides.name} records{caveat}"
    return True, f"{told}{caveat}"


def compare(
    candidate: Answers, live: Answers | None, rows: list[Row], run: Path, metric: str
) -> dict[str, Any]:
    """The comparison as comparison.json holds it.

    Raises SystemExit for versions that tell different things, and for a metric that the kind lacks.
    """
    kind, everything = candidate.kind, [row[candidate.target] for row in rows]
    if live and (live.kind, live.target) != (kind, candidate.target):
        raise SystemExit(
            f"the candidate tells {candidate.target} ({kind}) and the live version {live.target} "
            f"({live.kind}): they cannot be compared"
        )
    if live and kind == "binary" and live.classes != candidate.classes:
        raise SystemExit(
            f"the candidate tells {' from '.join(candidate.classes)} and the live version "
            f"{' from '.join(live.classes)}: they cannot be compared"
        )
    metric = metric or FIRST[kind]
    labels = sorted({*candidate.classes, *(live.classes if live else [])})
    ours = scored(candidate, everything, labels)
    document: dict[str, Any] = {"schema": "maslow/comparison", "version": 1, "kind": kind}
    if not live:
        measured = scores(kind, ours, labels)
        _require(metric, measured)
        return document | {
            "candidate": {"package": candidate.package, "held_out": measured, "newest": None},
            "live": None,
            "records": {"held_out": len(rows), "newest": 0},
            "better": True,
            "reason": f"{metric} {measured[metric]:.3f} on {len(rows)} held-out records; there is "
            "no live version to compare with",
        }
    theirs = scored(live, everything, labels)
    not_learned, new = unseen(rows, run)
    caveat = ""
    if not can_judge(ours.truth[not_learned], labels):
        not_learned = np.ones(len(rows), dtype=bool)
        caveat = ", of which the live version may have learned from some"
    if not set(labels) <= set(everything):
        known = sorted(set(labels) - set(everything))
        raise SystemExit(f"no held-out record is of {', '.join(known)}, which a version tells")
    _require(metric, scores(kind, ours, labels))

    def judged(name: str, chosen: np.ndarray) -> Judged:
        places = np.flatnonzero(chosen)
        return judge(name, ours.at(places), theirs.at(places), kind, labels, metric)

    held_out = judged("held-out", not_learned)
    newest = judged("newest", new) if can_judge(ours.truth[new], labels) else None
    better, reason = verdict(held_out, newest, metric, caveat)
    return document | {
        "candidate": {
            "package": candidate.package,
            "held_out": held_out.candidate,
            "newest": newest.candidate if newest else None,
        },
        "live": {
            "package": live.package,
            "held_out": held_out.live,
            "newest": newest.live if newest else None,
        },
        "records": {"held_out": held_out.count, "newest": int(new.sum())},
        "better": better,
        "reason": reason,
    }


def _require(metric: str, measured: dict[str, float]) -> None:
    if metric not in measured:
        raise SystemExit(f"{metric} is not among what is measured: {', '.join(measured)}")


def main(arguments: list[str]) -> None:
    """Run as `compare.py --candidate-package … [--live-package …] [--metric …]`."""
    root = Path("/opt/ml/processing")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--candidate-package", required=True, help="ARN of the candidate")
    parser.add_argument("--live-package", default="", help="ARN of the live version, if any is")
    parser.add_argument("--metric", default="", help="to judge by, such as auc; the kind's own")
    parser.add_argument("--input", type=Path, default=root / "input")
    parser.add_argument("--output", type=Path, default=root / "output/comparison")
    told = parser.parse_args(arguments)

    test = told.input / "test/test.csv"
    candidate = answers(told.candidate_package, told.input / "candidate", test)
    live = answers(told.live_package, told.input / "live", test) if told.live_package else None
    document = compare(candidate, live, read(test), told.input / "run", told.metric)
    told.output.mkdir(parents=True, exist_ok=True)
    (told.output / "comparison.json").write_text(json.dumps(document, indent=2))
    log.info("%s: %s", "better" if document["better"] else "not better", document["reason"])


if __name__ == "__main__":
    logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
    main(sys.argv[1:])
