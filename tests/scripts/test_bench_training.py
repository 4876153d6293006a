import re

import pytest

from scripts import bench_training
from scripts.bench import process
from scripts.bench_figures import Process


def test_both_sides_are_run_and_come_to_the_same():
    heard = []

    (told,) = bench_training.lines(process, heard.append, repeats=1)

    assert heard == ["the bare scripts", "maslow model train --local"]
    assert re.fullmatch(
        r"maslow model train --local takes \d+\.\d s, and the bare scripts \d+\.\d s: "
        r"\d+\.\d\d times as long \(medians of 1\), for the same evaluation byte by byte\.",
        told,
    )


def _ran(seconds, evaluation):
    """Stands in for a process, which writes the evaluation of its side."""

    def run(folder, *arguments):
        side = "bare" if "bare" in arguments else "local"
        path = folder / side / bench_training.EVALUATION
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(evaluation[side])
        return Process(seconds[side].pop(0), 1.0, 1, "")

    return run


def test_the_ratio_is_of_the_pairs():
    seconds = {"local": [9.9, 6.0, 9.0, 12.0], "bare": [3.0, 3.0, 6.0]}  # the first writes the data
    run = _ran(seconds, {"local": "{}", "bare": "{}"})

    (told,) = bench_training.lines(run, lambda _: None)
    assert "takes 9.0 s, and the bare scripts 3.0 s: 2.00 times as long (medians of 3)" in told


def test_what_comes_to_another_evaluation_is_no_comparison():
    seconds = {"local": [1.0, 1.0], "bare": [1.0]}
    run = _ran(seconds, {"local": "{}", "bare": "[]"})

    with pytest.raises(ValueError, match="the two sides come to different evaluations"):
        list(bench_training.lines(run, lambda _: None, repeats=1))
