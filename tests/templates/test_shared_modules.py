"""The sample project holds copies of what it shares with the monitors."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
RUNTIME, CODE = (
    ROOT / "components/mlops/monitoring/runtime",
    ROOT / "templates/tabular/code",
)


@pytest.mark.parametrize(
    ("runtime", "project"),
    [
        ("profiles.py", "profiles.py"),
        ("fairness.py", "fairness.py"),
        ("shapley.py", "shapley.py"),
        ("handler.py", "handler.py"),
        ("scores.py", "metrics.py"),
    ],
)
def test_a_module_that_both_need_is_the_same_byte_by_byte(runtime, project):
    assert (RUNTIME / runtime).read_bytes() == (CODE / project).read_bytes(), (
        f"copy {RUNTIME / runtime} to {CODE / project}"
    )
