import json

import pytest
from pydantic import ValidationError

from infra.settings.data.quality import TableRules, check_quality

SOUND = ['IsComplete "visit_id"', 'ColumnValues "age" between 0 and 120', "RowCount > 0"]
WRITTEN = ["curated.visits", "raw.visits", "raw.anything", "raw.a"]
TABLES = [
    {
        "name": "curated.visits",
        "columns": {"visit_id": "string", "age": "int"},
        "partitions": {"visited_on": "date"},
    }
]


def rules(*given, table="curated.visits"):
    return TableRules.model_validate_json(json.dumps({"table": table, "rules": given}))


def refused(*given, **more):
    """The first mistake in rules that are refused."""
    with pytest.raises(ValidationError) as error:
        rules(*given, **more)
    return error.value.errors()[0]["ctx"]["mistakes"][0]


def mistakes(quality, tables=TABLES):
    values = {"lake": {"tables": tables, "quality": quality}, "jobs": [{"writes": WRITTEN}]}
    return [(each.path, each.message, each.hint) for each in check_quality(values)]


def test_rules_become_a_ruleset_of_glue():
    assert rules(*SOUND).ruleset == "Rules = [\n    " + ",\n    ".join(SOUND) + "\n]"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('IsComplet "id"', 'at its character 1, "IsComplet" is not a rule type of DQDL. Did you'),
        ('ColumnValues "age" => 1', 'at its character 21, ">" is not a number'),
        ('SchemaMatch "x" = 1', "rules of type SchemaMatch are not evaluated by the platform."),
        ("RowCount > avg(last(3))", "rules on earlier results, such as last(10) are not evaluated"),
        ('RowCountMatch "x" = 1', "rules of type RowCountMatch, which compare with another table"),
        ('(RowCount > 1) or (ReferentialIntegrity "a" "b.c" = 1)', "rules of type Referential"),
        ('AggregateMatch "sum(a)" "sum(other.a)" > 0.9', "aggregates of another table are not"),
    ],
)
def test_a_rule_that_is_not_evaluated_is_refused_by_name(rule, message):
    assert refused(rule).message.startswith(message)


def test_aggregates_of_one_table_are_compared():
    assert rules('AggregateMatch "sum(a)" "sum(b)" > 0.9').rules


@pytest.mark.parametrize("table", ["visits", "curated.", "curated.Daily visits"])
def test_a_table_is_a_zone_and_a_name(table):
    assert table in refused(*SOUND, table=table).message or "Daily" in table


def test_more_rules_than_glue_takes_are_refused():
    found = refused(*["RowCount > 0"] * 2_001)
    assert found.message == "The ruleset has 2,001 rules, and Glue takes 2,000."


def test_rules_on_columns_that_a_table_has_are_accepted():
    quality = [
        {"table": "curated.visits", "rules": [*SOUND, 'IsComplete "VISITED_ON"']},
        {"table": "raw.anything", "rules": ['IsComplete "unknown"']},
    ]
    assert mistakes(quality) == []


def test_a_rule_on_a_column_that_the_table_lacks_is_found_where_it_is():
    quality = [{"table": "curated.visits", "rules": [SOUND[0], 'Mean "aeg" > 1']}]
    assert mistakes(quality) == [
        (
            ("lake", "quality", 0, "rules", 1),
            'the table has no column "aeg". Did you mean age?',
            "",
        )
    ]


def test_columns_of_an_iceberg_table_are_its_own():
    iceberg = [{**TABLES[0], "format": "iceberg"}]
    quality = [{"table": "curated.visits", "rules": ['Mean "added" > 1']}]
    assert mistakes(quality, iceberg) == []


def test_a_table_in_no_zone_and_one_that_comes_twice_are_found():
    quality = [
        {"table": "curatd.visits", "rules": SOUND},
        {"table": "raw.visits", "rules": SOUND},
        {"table": "raw.visits", "rules": SOUND},
    ]
    assert mistakes(quality) == [
        (("lake", "quality", 0, "table"), "curatd is not a zone.", "Did you mean curated?"),
        (
            ("lake", "quality", 2, "table"),
            "raw.visits has rules already.",
            "Put them into one entry.",
        ),
    ]


def test_a_table_that_no_job_writes_is_found():
    elsewhere = [{**TABLES[0], "prefix": "visits/clean"}]
    quality = [{"table": "curated.visits", "rules": SOUND}]
    assert mistakes(quality, elsewhere) == [
        (
            ("lake", "quality", 0, "table"),
            "no job writes curated.visits/clean, so that nothing evaluates its rules.",
            "Name it in writes of the job that does.",
        )
    ]


def test_the_table_of_results_is_nobody_elses():
    tables = [*TABLES, {"name": "curated.quality_results"}]
    assert mistakes([], tables) == []
    assert mistakes([{"table": "curated.visits", "rules": SOUND}], tables) == [
        (
            ("lake", "tables", 1, "name"),
            "curated.quality_results is the table of what comes of lake.quality.",
            "Choose another name.",
        )
    ]


@pytest.mark.parametrize(
    "quality", [None, {}, [None], [{}], [{"table": 1}], [{"table": "raw.a", "rules": [1, "x("]}]]
)
def test_what_is_malformed_is_passed_over(quality):
    assert mistakes(quality, [*TABLES, {"name": "raw.a", "columns": {"a": "int"}}]) == []
