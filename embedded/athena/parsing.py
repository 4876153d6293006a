"""SQL of Trino as a tree, with the functions that it calls and where.

https://docs.aws.amazon.com/athena/latest/ug/dml-queries-functions-operators.html
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlglot import exp
from sqlglot.dialects.trino import Trino
from sqlglot.errors import ErrorLevel, ParseError, SqlglotError
from sqlglot.tokenizer_core import TokenType

from embedded.athena.failures import Malformed

FOREIGN = {TokenType.DCOLON, TokenType.ILIKE, TokenType.GLOB, TokenType.QUALIFY}
"""What Trino does not have, though sqlglot reads it."""

STATEMENTS = (
    exp.Query,
    exp.Values,
    exp.Insert,
    exp.Create,
    exp.Drop,
    exp.Delete,
    exp.Update,
    exp.Merge,
    exp.Describe,
)

Place = tuple[int, int]
"""A line and a column, both counted from 1."""


class Call(NamedTuple):
    """A call of a function: its name as it is written, and where."""

    name: str
    place: Place


@dataclass
class Parsed:
    """A statement of Trino's: its tree and its calls."""

    tree: exp.Expr
    calls: list[Call]


class _Dialect(Trino):
    """Trino's, whose parser takes note of what is called."""

    class Parser(Trino.Parser):  # type: ignore[valid-type, misc]
        """Keeps calls by the names that they were written by, which the tree does not have."""

        def __init__(self, *args: Any, **options: Any) -> None:
            self.calls: list[Call] = []
            super().__init__(*args, **options)

        def _parse_function_call(self, *args: Any, **options: Any) -> Any:
            token = self._curr
            found = super()._parse_function_call(*args, **options)
            if token is not None and isinstance(found, exp.Expr):
                self.calls.append(Call(token.text, _start(token)))
            return found


def parse(sql: str) -> Parsed:
    """The one statement of a text. Raises Malformed."""
    dialect = _Dialect()
    try:
        parser = dialect.parser(error_level=ErrorLevel.IMMEDIATE)
        tokens = dialect.tokenize(sql)
        for token in tokens:
            if token.token_type in FOREIGN:
                line, column = _start(token)
                raise Malformed(f"line {line}:{column}: mismatched input '{token.text}'")
        trees = [tree for tree in parser.parse(tokens, sql) if tree is not None]
    except ParseError as error:
        raise Malformed(_told(error)) from error
    except SqlglotError as error:
        raise Malformed(f"line 1:1: {error}") from error
    if len(trees) != 1:
        raise Malformed(
            "Only one sql statement is allowed." if trees else "line 1:1: the statement is empty"
        )
    tree = trees[0]
    if not isinstance(tree, STATEMENTS):
        raise Malformed(f"line 1:1: mismatched input '{sql.split(maxsplit=1)[0]}'")
    if any(not select.expressions for select in tree.find_all(exp.Select)):
        raise Malformed("line 1:8: mismatched input 'FROM'. Expecting: <expression>")
    return Parsed(tree, parser.calls)  # type: ignore[attr-defined]


def place(node: exp.Expr) -> Place:
    """Where a name is written; line 1, column 1 where that is not known."""
    for each in (node, *node.find_all(exp.Identifier)):
        if "line" in each.meta:
            width = each.meta["end"] - each.meta["start"]
            return each.meta["line"], max(1, each.meta["col"] - width)
    return 1, 1


def _start(token: Any) -> Place:
    return token.line, max(1, token.col - (token.end - token.start))


def _told(error: ParseError) -> str:
    first: dict[str, Any] = error.errors[0] if error.errors else {}
    found = first.get("highlight") or "<EOF>"
    line, column = first.get("line") or 1, first.get("col") or 1
    return f"line {line}:{max(1, column - len(found) + 1)}: mismatched input '{found}'"
