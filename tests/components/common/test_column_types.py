"""Types of columns: the catalog's grammar."""

import pytest

from components.common.column_types import (
    PRIMITIVE,
    UnknownType,
    check_type,
    is_primitive,
    unkept,
)


@pytest.mark.parametrize(
    "text",
    [
        *PRIMITIVE,
        "decimal(38,38)",
        "decimal(1,0)",
        "char(255)",
        "varchar(65535)",
        "array<string>",
        "map<string,array<int>>",
        "map<decimal(10,2),string>",
        "struct<a:int,b:struct<c:array<map<string,double>>>>",
        "struct<date:date>",
    ],
)
def test_a_type_of_the_catalog_is_taken(text: str) -> None:
    check_type(text)


@pytest.mark.parametrize(
    ("text", "said", "hint"),
    [
        ("integer", '"integer" is not a type', "Write int."),
        ("decimal", '"decimal" is not a type', "Write decimal(18,2)."),
        ("list", '"list" is not a type', "Write array<string>."),
        ("uuid", '"uuid" is not a type', "Allowed: boolean, "),
        ("Int", "capitals or blanks", "Write int."),
        ("struct<a: int>", "capitals or blanks", "Write struct<a:int>."),
        ("decimal(39,2)", '"decimal(39,2)" is not a decimal', "1 to 38 digits"),
        ("decimal(4,5)", '"decimal(4,5)" is not a decimal', "no more of them"),
        ("decimal(4)", '"decimal(4)" is not a decimal', "decimal(18,2)"),
        ("char(256)", '"char(256)" has no such length', "1 to 255"),
        ("varchar(0)", '"varchar(0)" has no such length', "1 to 65535"),
        ("array<string", '">" belongs there, and the type ends', ""),
        ("array<integer>", '"integer" is not a type', "Write int."),
        ("map<array<int>,int>", "a map has a simple key, not array", ""),
        ("map<string>", '"," belongs there, not ">"', ""),
        ("struct<int>", '":" belongs there', ""),
        ("struct<>", "a struct has fields with names", ""),
        ("int)", "goes on after its type", ""),
        ("intint;", "is not a type of a column", ""),
        ("", "is not a type of a column", ""),
    ],
)
def test_another_is_refused_with_what_to_write(text: str, said: str, hint: str) -> None:
    with pytest.raises(UnknownType) as refused:
        check_type(text)
    assert said in str(refused.value)
    assert hint in refused.value.hint


def test_iceberg_and_csv_keep_fewer_types() -> None:
    nested = "struct<tinyint:int,b:array<smallint>,c:varchar(9)>"
    assert unkept(nested, "iceberg") == ["smallint", "varchar"]
    assert unkept(nested, "parquet") == []
    assert unkept("timestamp", "csv") == ["timestamp"]
    assert unkept("decimal(9,2)", "csv") == ["decimal"]
    assert unkept("double", "csv") == []
    assert not is_primitive(nested)
    assert is_primitive("decimal(9,2)")
