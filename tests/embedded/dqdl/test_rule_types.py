import subprocess
import sys
from pathlib import Path

import embedded.dqdl
from embedded.dqdl.rule_types import LEFT_OUT_OF_ROWS, RULE_TYPES

ROOT = Path(embedded.dqdl.__file__).parents[2]


def test_the_table_of_the_package_tells_what_is_done_with_each_rule_type():
    rows = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in (embedded.dqdl.__doc__ or "").splitlines()
        if line.startswith("| ")
    ]
    assert rows[1:] == [
        (
            each.name,
            "analyzer only"
            if each.analyzer_only
            else "evaluated"
            if each.evaluated
            else "only checked",
            "each row" if each.rows and each.evaluated else "",
        )
        for each in RULE_TYPES.values()
    ]


def test_the_types_that_are_left_out_of_rows_are_rule_types():
    assert set(LEFT_OUT_OF_ROWS) <= set(RULE_TYPES)


def test_rules_are_read_with_nothing_but_the_standard_library():
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import embedded.dqdl.grammar, "
    code += "embedded.dqdl.columns"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
