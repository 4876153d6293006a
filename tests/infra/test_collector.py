import ast
import gc
from pathlib import Path

import pytest

from infra.collector import switch_off_collector
from infra.graph import record

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_is_off_until_it_is_put_back_as_it_was(before):
    if not before:
        gc.disable()
    try:
        put_back = switch_off_collector()
        assert not gc.isenabled()
        put_back()
        assert gc.isenabled() == before
        assert gc.get_freeze_count() == 0
    finally:
        gc.enable()


def test_what_is_below_an_entry_point_leaves_the_collector_alone():
    seen = []
    record(lambda: seen.append(gc.isenabled()))
    assert seen == [True]


def test_the_engine_s_program_is_imported_with_the_collector_off():
    """What is imported first is little; then the call; and then all the rest."""
    body = ast.parse((ROOT / "infra" / "__main__.py").read_text()).body
    _docstring, switch, call, program, run = body
    assert ast.unparse(switch) == "from infra.collector import switch_off_collector"
    assert ast.unparse(call) == "switch_off_collector()"
    assert (ast.unparse(program), ast.unparse(run)) == (
        "from infra.program import main",
        "main()",
    )
