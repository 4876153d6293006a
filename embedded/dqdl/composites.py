"""Rules that are combined by and, or.

https://docs.aws.amazon.com/glue/latest/dg/dqdl.html#dqdl-syntax-rule-composition
"""

from embedded.dqdl.outcomes import ERROR, FAIL, PASS, Outcome, failed
from embedded.dqdl.rule_types import LEFT_OUT_OF_ROWS
from embedded.dqdl.rules import Composite, parts_of
from embedded.dqdl.table import Table, select


def combined(rule: Composite, parts: list[Outcome]) -> Outcome:
    """The outcome of a composite rule from those of its parts."""
    results = [part.result for part in parts]
    if rule.operator == "and":
        result = ERROR if ERROR in results else FAIL if FAIL in results else PASS
    else:
        result = PASS if PASS in results else ERROR if ERROR in results else FAIL
    messages = [part.message for part in parts if part.result != PASS and part.message]
    message = None if result == PASS else " ".join(messages)
    return Outcome(rule, result, message, _metrics(parts), _row(rule, parts))


def evaluated_by_row(table: Table, rule: Composite, parts: list[Outcome]) -> Outcome | None:
    """The outcome row by row: every row must pass. None where a part tells nothing of rows."""
    row = _row(rule, parts)
    if row is None or any(part.type in LEFT_OUT_OF_ROWS for part in parts_of(rule)):
        return None
    rows = f"({select(f'{row} AS p', table.sql_as_primary)})"
    good, bad = table.row(select("count(*) FILTER (WHERE p), count(*) FILTER (WHERE NOT p)", rows))
    if not bad:
        return Outcome(rule, PASS, None, _metrics(parts), row)
    share = int(str(good)) / (int(str(good)) + int(str(bad)))
    return Outcome(rule, FAIL, failed(repr(share)), _metrics(parts), row)


def _row(rule: Composite, parts: list[Outcome]) -> str | None:
    rows = [part.row for part in parts if part.row is not None]
    if len(rows) != len(parts):
        return None
    return "(" + f" {rule.operator.upper()} ".join(rows) + ")"


def _metrics(parts: list[Outcome]) -> dict[str, float]:
    return {name: value for part in parts for name, value in part.metrics.items()}
