"""Which columns of a table a rule names."""

import re
from collections.abc import Iterable

from embedded.dqdl.rules import AnyRule, Rule, parts_of
from embedded.dqdl.tokens import nearest

AGGREGATE = re.compile(r"\s*(?P<function>sum|avg)\s*\(\s*(?P<column>.+?)\s*\)\s*", re.IGNORECASE)
PRIMARY = "primary"
"""How a rule calls the table that it is about."""


def columns_of(rule: AnyRule) -> list[str]:
    """The columns of the table that a rule names, each once, in the order of the rule.

    Not those in SQL (CustomSql, where clauses), which only the evaluation finds, nor those of
    other tables. ColumnExists is left out: a column that is not there is its own finding.
    """
    found = [name for part in parts_of(rule) for name in _columns(part)]
    return list(dict.fromkeys(found))


def missing_column(rule: AnyRule, columns: Iterable[str]) -> str | None:
    """A sentence on the first column that a table of these columns lacks, or None.

    Capitals do not matter, as they do not for Glue's catalog.
    """
    known = list(columns)
    there = {name.lower() for name in known}
    for name in columns_of(rule):
        if name.lower() not in there:
            return f'the table has no column "{name}".{nearest(name, known)}'
    return None


def _columns(rule: Rule) -> list[str]:
    match rule.type:
        case "ColumnExists":
            return []
        case "ReferentialIntegrity":
            return [name.strip() for name in rule.parameters[0].split(",")]
        case "DatasetMatch":
            pairs = ",".join(rule.parameters[1:]).split(",")
            return [pair.split("->")[0].strip() for pair in pairs]
        case "DetectAnomalies":
            return list(rule.parameters[1:])
        case "AggregateMatch":
            found = [aggregate_of(parameter) for parameter in rule.parameters]
            return [each[2] for each in found if each and each[1] == PRIMARY]
    return list(rule.parameters) if rule.definition.columns else []


def aggregate_of(parameter: str) -> tuple[str, str, str] | None:
    """Of `sum(reference.amount)` the function, the table and the column; None if it is none."""
    match = AGGREGATE.fullmatch(parameter)
    if not match:
        return None
    table, dot, column = match["column"].rpartition(".")
    return match["function"].lower(), table if dot else PRIMARY, column
