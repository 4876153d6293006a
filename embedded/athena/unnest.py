"""UNNEST: Trino's takes several arrays, maps and rows, and numbers what comes out.

https://trino.io/docs/current/sql/select.html#unnest
"""

from sqlglot import exp

Node = exp.Expr

ROWS = "trino_rows"
"""The key of a node's meta that says: the one argument is an array of rows, and no map."""


def flattened(node: Node) -> Node:
    """An UNNEST of FROM as a subquery that DuckDB runs for each row beside it."""
    if not isinstance(node, exp.Unnest) or not isinstance(node.parent, (exp.From, exp.Join)):
        return node
    alias = node.args.get("alias")
    names = list(alias.columns) if alias else []
    offset = node.args.get("offset")
    if offset and isinstance(offset, exp.Identifier):
        names.append(offset)
    given = node.expressions
    wide = len(names) > len(given) + bool(offset)
    if wide and len(given) == 1 and not node.meta.get(ROWS):
        columns = [_spread(_call(function, given[0])) for function in ("map_keys", "map_values")]
    elif wide:
        columns = [_call("unnest", each.copy(), _deep()) for each in given]
    else:
        columns = [_spread(each.copy()) for each in given]
    if offset:
        columns.append(_numbered(given))
    name = alias.this if alias else exp.to_identifier("unnested")
    return exp.Lateral(
        this=exp.select(*columns).subquery(), alias=exp.TableAlias(this=name, columns=names)
    )


def _call(name: str, *arguments: Node) -> Node:
    return exp.Anonymous(this=name, expressions=[each.copy() for each in arguments])


def _spread(array: Node) -> Node:
    return _call("unnest", array)


def _deep() -> Node:
    return exp.PropertyEQ(this=exp.to_identifier("max_depth"), expression=exp.Literal.number(2))


def _numbered(given: list[Node]) -> Node:
    """From 1 to the length of the longest."""
    lengths = [_call("trino_cardinality", each) for each in given]
    longest = lengths[0] if len(lengths) == 1 else _call("greatest", *lengths)
    end = exp.Add(this=longest, expression=exp.Literal.number(1))
    return _spread(_call("range", exp.Literal.number(1), end))
