"""The types of columns, as the data catalog writes them, and which a table's format can keep.

It imports nothing of Pulumi, so that a stack file can be checked without loading it.

https://docs.aws.amazon.com/athena/latest/ug/data-types.html
https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-supported-data-types.html
"""

import re
from collections.abc import Iterator

PRIMITIVE = (
    *("boolean", "tinyint", "smallint", "int", "bigint", "float", "double"),
    *("string", "binary", "date", "timestamp"),
)
SPELLINGS = {
    "bool": "boolean",
    "integer": "int",
    "long": "bigint",
    "real": "float",
    "number": "double",
    "numeric": "decimal(18,2)",
    "decimal": "decimal(18,2)",
    "str": "string",
    "text": "string",
    "char": "char(10)",
    "varchar": "varchar(100)",
    "bytes": "binary",
    "datetime": "timestamp",
    "list": "array<string>",
    "array": "array<string>",
    "map": "map<string,string>",
    "struct": "struct<name:string>",
}
"""What people write, and what the catalog calls it."""
ALLOWED = (
    f"Allowed: {', '.join(PRIMITIVE)}, decimal(p,s), char(n), varchar(n), array<…>, map<…,…> and "
    "struct<name:…>."
)
MOST_DIGITS = 38
MOST_CHARACTERS = {"char": 255, "varchar": 65_535}

NOT_ICEBERG = ("tinyint", "smallint", "char", "varchar")
"""What Iceberg has no type for."""
CSV = ("string", "boolean", "int", "bigint", "double")
"""What Athena reads by OpenCSVSerDe without a conversion.

https://docs.aws.amazon.com/athena/latest/ug/csv-serde.html
"""

_TOKEN = re.compile(r"[a-z_][a-z0-9_]*|[0-9]+|[<>(),:]")


class UnknownType(ValueError):
    """A type that the catalog does not have; `hint` says what to write instead."""

    def __init__(self, message: str, hint: str = ALLOWED) -> None:
        super().__init__(message)
        self.hint = hint


def check_type(text: str) -> None:
    """Raise UnknownType for what is no type of a column.

    Blanks are refused: Athena cannot read a table whose nested types have some.
    """
    if text.lower() != text or " " in text:
        raise UnknownType(
            f'"{text}" has capitals or blanks.', f"Write {text.lower().replace(' ', '')}."
        )
    tokens = _TOKEN.findall(text)
    if "".join(tokens) != text or not tokens:
        raise UnknownType(f'"{text}" is not a type of a column.')
    rest = _type(tokens)
    if rest:
        raise UnknownType(f'"{text}" goes on after its type.')


def names_in(text: str) -> Iterator[str]:
    """The names of all simple and nested types in a type, without their lengths."""
    fields = re.sub(r"[a-z0-9_]+:", "", text)
    yield from (token for token in _TOKEN.findall(fields) if token[0].isalpha())


def is_primitive(text: str) -> bool:
    """Whether nothing is nested in a type."""
    return "<" not in text


def unkept(text: str, format_: str) -> list[str]:
    """The types in a type that a format cannot keep: `csv` or `iceberg`; any other keeps all."""
    names = list(dict.fromkeys(names_in(text)))
    if format_ == "iceberg":
        return [name for name in names if name in NOT_ICEBERG]
    return [name for name in names if name not in CSV] if format_ == "csv" else []


def _type(tokens: list[str]) -> list[str]:
    """What is left of the tokens after one type."""
    if not tokens:
        raise UnknownType("a type is missing at the end.")
    name, rest = tokens[0], tokens[1:]
    nested = rest[:1] == ["<"]
    if name == "array" and nested:
        return _closed(_type(rest[1:]))
    if name == "map" and nested:
        if rest[1:2] and rest[1] not in PRIMITIVE and rest[1] not in ("decimal", "char", "varchar"):
            raise UnknownType(f"a map has a simple key, not {rest[1]}.")
        return _closed(_type(_after(_type(rest[1:]), ",")))
    if name == "struct" and nested:
        return _struct(rest[1:])
    if name in ("decimal", "char", "varchar") and rest[:1] == ["("]:
        return _arguments(name, rest)
    if name in PRIMITIVE:
        return rest
    meant = SPELLINGS.get(name)
    raise UnknownType(
        f'"{name}" is not a type of a column.', f"Write {meant}." if meant else ALLOWED
    )


def _struct(tokens: list[str]) -> list[str]:
    while True:
        if not tokens or not re.fullmatch(r"[a-z_][a-z0-9_]*", tokens[0]):
            raise UnknownType("a struct has fields with names: struct<name:string>.", "")
        tokens = _type(_after(tokens[1:], ":"))
        if tokens[:1] != [","]:
            return _closed(tokens)
        tokens = tokens[1:]


def _arguments(name: str, tokens: list[str]) -> list[str]:
    end = tokens.index(")") if ")" in tokens else len(tokens)
    given = "".join(tokens[1:end])
    numbers = [int(each) for each in given.split(",") if each.isdigit()]
    if name == "decimal":
        if not (
            re.fullmatch(r"\d+,\d+", given)
            and 1 <= numbers[0] <= MOST_DIGITS
            and numbers[1] <= numbers[0]
        ):
            raise UnknownType(
                f'"decimal({given})" is not a decimal.',
                f"It has 1 to {MOST_DIGITS} digits, and no more of them after the point: "
                "decimal(18,2).",
            )
    elif not (re.fullmatch(r"\d+", given) and 1 <= numbers[0] <= MOST_CHARACTERS[name]):
        raise UnknownType(
            f'"{name}({given})" has no such length.', f"Allowed: 1 to {MOST_CHARACTERS[name]}."
        )
    return _after(tokens[end:], ")")


def _closed(tokens: list[str]) -> list[str]:
    return _after(tokens, ">")


def _after(tokens: list[str], mark: str) -> list[str]:
    if tokens[:1] != [mark]:
        found = f'not "{tokens[0]}"' if tokens else "and the type ends"
        raise UnknownType(f'"{mark}" belongs there, {found}.', "")
    return tokens[1:]
