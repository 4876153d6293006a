"""The rule types of DQDL, and what may follow each.

https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html
https://github.com/awslabs/dqdl (AWS's own grammar, with the parameters of each type)
"""

from dataclasses import dataclass

NUMBER, TEXT, VALUE, DURATION, DATE, SIZE = "number", "text", "value", "duration", "date", "size"
"""What a condition compares: a value is a number, a text, a date or one of the keywords."""
MANY = 1000
"""How many columns a rule may name that names any number of them."""


@dataclass(frozen=True)
class RuleType:
    """What a rule of one type may say."""

    name: str
    fewest: int = 1
    """The fewest parameters."""
    most: int = 1
    """The most parameters."""
    compares: str | None = None
    """What its condition compares; None where a condition is not allowed."""
    optional: bool = False
    """Whether the condition may be left out."""
    where: bool = True
    """Whether it takes a where clause."""
    threshold: bool = False
    """Whether it takes `with threshold`."""
    rows: bool = False
    """Whether it tells of each row whether it passes."""
    evaluated: bool = True
    """Whether it is evaluated here; the rest are checked, and refused by name when they are run."""
    columns: bool = True
    """Whether its parameters are names of columns of the table."""
    analyzer_only: bool = False


_ALL = (
    RuleType("AggregateMatch", 2, 2, NUMBER, where=False, columns=False),
    RuleType("AllStatistics", analyzer_only=True, evaluated=False),
    RuleType("ColumnCorrelation", 2, 2, NUMBER),
    RuleType("ColumnCount", 0, 0, NUMBER, where=False),
    RuleType("ColumnDataType", compares=TEXT, threshold=True, rows=True),
    RuleType("ColumnExists", where=False),
    RuleType("ColumnLength", compares=NUMBER, rows=True),
    RuleType("ColumnNamesMatchPattern", where=False, columns=False),
    RuleType("ColumnValues", compares=VALUE, threshold=True, rows=True),
    RuleType("Completeness", compares=NUMBER, rows=True),
    RuleType(
        "CustomSql",
        compares=NUMBER,
        optional=True,
        where=False,
        threshold=True,
        rows=True,
        columns=False,
    ),
    RuleType("DataFreshness", compares=DURATION, rows=True),
    RuleType("DatasetMatch", 2, 3, NUMBER, where=False, evaluated=False, columns=False),
    RuleType("DetectAnomalies", 1, MANY, where=False, evaluated=False, columns=False),
    RuleType("DistinctValuesCount", compares=NUMBER),
    RuleType("Entropy", compares=NUMBER),
    RuleType("FileFreshness", 0, 1, DATE, False, False, True, evaluated=False, columns=False),
    RuleType("FileMatch", 0, 2, TEXT, True, False, evaluated=False, columns=False),
    RuleType("FileSize", 0, 1, SIZE, False, False, True, evaluated=False, columns=False),
    RuleType("FileUniqueness", 0, 1, NUMBER, where=False, evaluated=False, columns=False),
    RuleType("IsComplete", rows=True),
    RuleType("IsPrimaryKey", 1, MANY, rows=True),
    RuleType("IsUnique", 1, MANY, rows=True),
    RuleType("Mean", compares=NUMBER),
    RuleType("ReferentialIntegrity", 2, 2, NUMBER, where=False, rows=True, columns=False),
    RuleType("RowCount", 0, 0, NUMBER),
    RuleType("RowCountMatch", compares=NUMBER, where=False, columns=False),
    RuleType("SchemaMatch", compares=NUMBER, where=False, evaluated=False, columns=False),
    RuleType("StandardDeviation", compares=NUMBER),
    RuleType("Sum", compares=NUMBER),
    RuleType("UniqueValueRatio", compares=NUMBER),
    RuleType("Uniqueness", 1, MANY, NUMBER, rows=True),
    RuleType("Variance", compares=NUMBER),
)
RULE_TYPES = {each.name: each for each in _ALL}
"""Every rule type, by its name, which is spelled with the same capitals always."""

TAGS = {
    "FileMatch": ("hashAlgorithm",),
    "FileFreshness": ("timeZone",),
    "ColumnDataType": ("format",),
}
"""What may follow `with`, beside threshold."""
LEFT_OUT_OF_ROWS = ("Completeness", "DatasetMatch", "ReferentialIntegrity", "Uniqueness")
"""Types that a composite rule combines by their outcome, even when it combines others by row."""
