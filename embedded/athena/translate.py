"""From Trino's SQL to DuckDB's.

https://docs.aws.amazon.com/athena/latest/ug/dml-queries-functions-operators.html
"""

from collections.abc import Callable
from datetime import datetime

from sqlglot import exp
from sqlglot.errors import ErrorLevel, UnsupportedError

from embedded.athena.failures import not_done
from embedded.athena.rewrites import rewritten
from embedded.athena.unnest import flattened

Node = exp.Expr

NOT_DONE: dict[type[exp.Expr], str] = {
    exp.MatchRecognize: "MATCH_RECOGNIZE",
    exp.JSONTable: "JSON_TABLE",
    exp.Pivot: "PIVOT",
    exp.CurrentTime: "current_time",
    exp.CurrentUser: "current_user",
    exp.Placeholder: "parameters (?) without values for them",
}
"""What DuckDB would do otherwise, or not at all."""


def translated(tree: Node, now: datetime) -> str:
    """The statement as DuckDB runs it, with `now` for the time that it asks for.

    Raises Failed for what is not run here.
    """
    for node in tree.walk():
        refuse(node)
    tree = tree.copy().transform(_at(now))
    tree = _from_the_leaves(tree, lambda node: flattened(rewritten(node)))
    try:
        return tree.sql("duckdb", unsupported_level=ErrorLevel.RAISE)
    except UnsupportedError as error:
        raise not_done(f"this: {error}") from error


def refuse(node: Node) -> None:
    """Raise Failed for a node that is not run here."""
    if what := NOT_DONE.get(type(node)):
        raise not_done(what)


def _at(now: datetime) -> Callable[[Node], Node]:
    """Replaces the time that a statement asks for by that of the cloud's clock, in UTC."""
    moment = f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03d}"

    def replaced(node: Node) -> Node:
        match node:
            case exp.CurrentTimestamp():
                return exp.cast(exp.Literal.string(f"{moment}+00"), "timestamptz")
            case exp.Localtimestamp():
                return exp.cast(exp.Literal.string(moment), "timestamp")
            case exp.CurrentDate():
                return exp.cast(exp.Literal.string(moment[:10]), "date")
            case _:
                return node

    return replaced


def _from_the_leaves(tree: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with each node changed after those below it, so that what a change makes stays."""
    for node in reversed(list(tree.walk(bfs=True))):
        changed = change(node)
        if changed is node:
            continue
        if node is tree:
            tree = changed
        else:
            node.replace(changed)
    return tree
