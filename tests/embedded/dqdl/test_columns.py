import pytest

from embedded.dqdl.columns import columns_of, missing_column
from embedded.dqdl.grammar import parse_rule


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ('IsComplete "a b"', ["a b"]),
        ('IsPrimaryKey "a" "b"', ["a", "b"]),
        ("RowCount > 1", []),
        ('ColumnExists "a"', []),
        ('ColumnNamesMatchPattern "a.*"', []),
        ('CustomSql "select a from primary"', []),
        ('ReferentialIntegrity "a, b" "wards.{x,y}" = 1', ["a", "b"]),
        ('DatasetMatch "wards" "a->x,b" "c->z" = 1', ["a", "b", "c"]),
        ('DetectAnomalies "Completeness" "a"', ["a"]),
        ('AggregateMatch "sum(a)" "avg(wards.b)" > 0.9', ["a"]),
        ('(IsComplete "a") and ((IsUnique "b") or (IsComplete "a"))', ["a", "b"]),
    ],
)
def test_a_rule_names_columns(text, columns):
    assert columns_of(parse_rule(text)) == columns


def test_a_missing_column_is_found_with_the_nearest_that_there_is():
    rule = parse_rule('(IsComplete "ID") and (Mean "aeg" > 3)')
    assert missing_column(rule, ["id", "age"]) == (
        'the table has no column "aeg". Did you mean age?'
    )
    assert missing_column(rule, ["id", "aeg"]) is None
