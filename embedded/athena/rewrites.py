"""What sqlglot does not translate from Trino to DuckDB, or translates to something else.

Each rewrite takes a node of Trino's tree and returns the node that takes its place.
"""

from collections.abc import Callable
from typing import Any

from sqlglot import exp

from embedded.athena.failures import not_done
from embedded.athena.patterns import from_joda

Node = exp.Expr

SPANS = {
    "MILLISECOND": "to_milliseconds",
    "SECOND": "to_seconds",
    "MINUTE": "to_minutes",
    "HOUR": "to_hours",
    "DAY": "to_days",
    "WEEK": "to_weeks",
    "MONTH": "to_months",
    "QUARTER": "to_quarters",
    "YEAR": "to_years",
}
"""DuckDB's functions that make an interval of so many units."""
LAMBDA_NAMES = ("key", "value")


def call(name: str, *arguments: Node) -> Node:
    """A call of one of DuckDB's functions, or of a macro."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def _date_diff(node: Node) -> Node:
    """Whole units between two times; DuckDB's date_diff counts the boundaries between them."""
    unit = exp.Literal.string(node.text("unit").lower())
    return call("date_sub", unit, node.expression, node.this)


def _date_add(node: Node) -> Node:
    unit = node.text("unit").upper()
    if unit not in SPANS:
        raise not_done(f"date_add with the unit {unit.lower()}")
    how_many = exp.cast(node.expression, "int")
    return call("trino_plus", node.this, call(SPANS[unit], how_many))


def _with_interval(node: Node) -> Node:
    name = "trino_plus" if isinstance(node, exp.Add) else "trino_minus"
    if _is_span(node.expression):
        return call(name, node.this, node.expression)
    if _is_span(node.this) and isinstance(node, exp.Add):
        return call(name, node.expression, node.this)
    return node


def _is_span(node: Node) -> bool:
    return isinstance(node, exp.Interval)


def _divided(node: Node) -> Node:
    types = [call("typeof", each.copy()) for each in (node.this, node.expression)]
    return call("trino_divide", node.this, node.expression, *types)


def _json_scalar(node: Node) -> Node:
    return call("trino_json_scalar", node.this, _path(node.expression))


def _json_part(node: Node) -> Node:
    """NULL for text that is no JSON, where DuckDB fails."""
    return call("try", node.copy())


def _path(node: Node) -> Node:
    return exp.Literal.string(node.sql("duckdb").strip("'")) if node.key == "jsonpath" else node


def _regexp_extract(node: Node) -> Node:
    group = node.args.get("group") or exp.Literal.number(0)
    return call("trino_regexp_extract", node.this, node.expression, group)


def _regexp_replace(node: Node) -> Node:
    r"""Groups are $1 in Trino and \1 in DuckDB."""
    new = node.args.get("replacement") or exp.Literal.string("")
    if isinstance(new, exp.Lambda):
        raise not_done("regexp_replace with a lambda")
    if isinstance(new, exp.Literal):
        text = new.name.replace("\\", "\\\\")
        for group in range(10):
            text = text.replace(f"${group}", f"\\{group}")
        new = exp.Literal.string(text)
    return call("regexp_replace", node.this, node.expression, new, exp.Literal.string("g"))


def _reduce(node: Node) -> Node:
    folded = call("list_reduce", node.this, node.args["merge"], node.args["initial"])
    finish = node.args.get("finish")
    return _applied(finish, folded) if isinstance(finish, exp.Lambda) else folded


def _applied(function: exp.Lambda, *arguments: Node) -> Node:
    """The body of a lambda with its parameters replaced."""
    given = {
        parameter.name.lower(): argument
        for parameter, argument in zip(function.expressions, arguments, strict=True)
    }

    def replaced(node: Node) -> Node:
        if isinstance(node, (exp.Column, exp.Identifier)) and not node.args.get("table"):
            parameter = given.get(node.name.lower())
            if parameter is not None and not isinstance(node.parent, exp.Column):
                return exp.paren(parameter.copy())
        return node

    body: Node = function.this.copy().transform(replaced)
    return body


def _paired(how: str) -> Callable[[Node], Node]:
    """A function of a map, or of two arrays, and a lambda of two parameters."""

    def rewrite(node: Node) -> Node:
        *given, function = node.expressions
        each = exp.to_identifier("trino_each")
        at: list[Node] = [
            exp.Bracket(this=each.copy(), expressions=[exp.Literal.number(place)])
            for place in (0, 1)
        ]
        if how == "zip_with":
            pairs = call("list_zip", *given)
        else:
            pairs = call("map_entries", *given)
            at = [
                call("struct_extract", each.copy(), exp.Literal.string(name))
                for name in LAMBDA_NAMES
            ]
        body = _applied(function, *at)
        if how == "zip_with":
            return call("list_transform", pairs, _lambda(body, each))
        if how == "map_filter":
            return call("map_from_entries", call("list_filter", pairs, _lambda(body, each)))
        key, value = (body, at[1]) if how == "transform_keys" else (at[0], body)
        entry = exp.Struct(
            expressions=[
                exp.PropertyEQ(this=exp.to_identifier(name), expression=what)
                for name, what in zip(LAMBDA_NAMES, (key, value), strict=True)
            ]
        )
        return call("map_from_entries", call("list_transform", pairs, _lambda(entry, each)))

    return rewrite


def _lambda(body: Node, parameter: Node) -> Node:
    return exp.Lambda(this=body, expressions=[parameter.copy()])


def _null_if_any_is(node: Node) -> Node:
    """The greatest or least of some values: DuckDB leaves out what is NULL."""
    values = [node.this, *node.expressions]
    unknown = exp.or_(*(value.copy().is_(exp.null()) for value in values))
    return exp.Case(ifs=[exp.If(this=unknown, true=exp.null())], default=node)


def _cast(node: Node) -> Node:
    to = node.args["to"]
    if to.is_type("text", "varchar", "char", "nvarchar") and not isinstance(node, exp.TryCast):
        text = node.this if node.this.is_string else call("trino_varchar", node.this)
        return call("left", text, to.expressions[0].this) if to.expressions else text
    if to.is_type("json"):
        return call("to_json", node.this)
    if to.is_type("timestamp", "timestamptz", "time") and to.expressions:
        node = node.copy()  # DuckDB's timestamps of a precision are types of their own
        node.args["to"].set("expressions", None)
    return node


def _at_time_zone(node: Node) -> Node:
    """UTC is the one time zone here: a value of another keeps no zone in DuckDB."""
    zone = node.args["zone"]
    if not (isinstance(zone, exp.Literal) and zone.name.upper() in {"UTC", "Z", "+00:00"}):
        raise not_done("AT TIME ZONE with another zone than UTC")
    return exp.cast(node.this, "timestamptz")


def _array_sort(node: Node) -> Node:
    if node.expression:
        raise not_done("array_sort with a lambda")
    return node


def _formatted(node: Node) -> Node:
    """format_datetime and parse_datetime, whose patterns are Joda's."""
    value, pattern = node.expressions
    if not isinstance(pattern, exp.Literal):
        raise not_done(f"{node.name.lower()} with a pattern that is no literal")
    return call("strftime", value, exp.Literal.string(from_joda(pattern.name)))


def _parsed(node: Node) -> Node:
    pattern = node.args.get("format")
    if not isinstance(pattern, exp.Literal):
        raise not_done("parse_datetime with a pattern that is no literal")
    read = call("strptime", node.this, exp.Literal.string(from_joda(pattern.name)))
    return exp.cast(read, "timestamptz")


def _random(node: Node) -> Node:
    bounds = [each for each in (node.this, node.args.get("lower"), node.args.get("upper")) if each]
    return call("trino_random", *bounds) if bounds else node


def _truncated(node: Node) -> Node:
    return call("trino_trunc", exp.Literal.string(node.text("unit").lower()), node.this)


def _bytes_of(name: str) -> Callable[[Node], Node]:
    """A hash, whose digits DuckDB gives as text."""

    def rewrite(node: Node) -> Node:
        return call("unhex", call(name, node.this))

    return rewrite


def _renamed(name: str) -> Callable[[Node], Node]:
    def rewrite(node: Node) -> Node:
        return call(name, *_arguments(node))

    return rewrite


def _arguments(node: Node) -> list[Node]:
    if isinstance(node, exp.Anonymous):
        return list(node.expressions)
    found: list[Node] = []
    for value in node.args.values():
        found += [each for each in (value if isinstance(value, list) else [value]) if each]
    return [each for each in found if isinstance(each, exp.Expr)]


BY_TYPE: dict[type[Any], Callable[[Node], Node]] = {
    exp.Add: _with_interval,
    exp.Sub: _with_interval,
    exp.Div: _divided,
    exp.DateDiff: _date_diff,
    exp.DateAdd: _date_add,
    exp.JSONExtract: _json_part,
    exp.JSONExtractScalar: _json_scalar,
    exp.RegexpExtract: _regexp_extract,
    exp.RegexpReplace: _regexp_replace,
    exp.Reduce: _reduce,
    exp.Greatest: _null_if_any_is,
    exp.Least: _null_if_any_is,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.AtTimeZone: _at_time_zone,
    exp.ArraySort: _array_sort,
    exp.ArraySize: _renamed("trino_cardinality"),
    exp.ArrayToString: _renamed("trino_join"),
    exp.ArrayPosition: _renamed("trino_array_position"),
    exp.ArrayDistinct: _renamed("trino_distinct"),
    exp.ArraySlice: _renamed("trino_slice"),
    exp.DateTrunc: _truncated,
    exp.TimestampTrunc: _truncated,
    exp.Format: _renamed("printf"),
    exp.GenerateSeries: _renamed("sequence"),
    exp.ParseDatetime: _parsed,
    exp.Rand: _random,
    exp.Repeat: _renamed("trino_repeat"),
    exp.SHA: _bytes_of("sha1"),
}
RENAMED = {
    "INFINITY": "trino_infinity",
    "IS_FINITE": "isfinite",
    "IS_INFINITE": "isinf",
    "JSON_ARRAY_LENGTH": "trino_json_array_length",
    "MILLISECOND": "trino_millisecond",
    "NAN": "trino_nan",
}
"""Functions that DuckDB has by another name."""
BY_NAME: dict[str, Callable[[Node], Node]] = {
    "ZIP_WITH": _paired("zip_with"),
    "MAP_FILTER": _paired("map_filter"),
    "TRANSFORM_KEYS": _paired("transform_keys"),
    "TRANSFORM_VALUES": _paired("transform_values"),
    "FORMAT_DATETIME": _formatted,
    **{name: _renamed(other) for name, other in RENAMED.items()},
}


def rewritten(node: Node) -> Node:
    """The node that DuckDB is to run in the place of one of Trino's. Raises Failed."""
    if isinstance(node, exp.Anonymous):
        rewrite = BY_NAME.get(node.name.upper())
    else:
        rewrite = BY_TYPE.get(type(node))
    return rewrite(node) if rewrite else node
