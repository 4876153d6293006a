from datetime import timedelta

import pytest

from embedded.dqdl.grammar import parse_rule, parse_ruleset, ruleset_of
from embedded.dqdl.rules import (
    Composite,
    Condition,
    Duration,
    Dynamic,
    Keyword,
    Now,
    Number,
    Size,
    Text,
)
from embedded.dqdl.tokens import Invalid

NULL = Keyword("NULL")


def number(text):
    return Number(float(text), text)


@pytest.mark.parametrize(
    ("text", "operator", "operands"),
    [
        ('ColumnValues "age" between 0 and 120', "between", [number("0"), number("120")]),
        ('ColumnValues "age" not between -1 and 1.5', "not between", [number("-1"), number("1.5")]),
        ('ColumnValues "age" = NULL', "=", [NULL]),
        ('ColumnValues "ward" != empty', "!=", [Keyword("EMPTY")]),
        ('ColumnValues "ward" in ["a", NULL]', "in", [Text("a"), NULL]),
        ('ColumnValues "ward" not in [1, 2]', "not in", [number("1"), number("2")]),
        ('ColumnValues "ward" = "say \\"a\\""', "=", [Text('say "a"')]),
        ('ColumnValues "ward" matches "\\d+ \\"a\\""', "matches", [Text('\\d+ "a"')]),
        ('ColumnValues "ward" not matches "a.*"', "not matches", [Text("a.*")]),
        ('ColumnValues "on" > "2026-03-01"', ">", [Text("2026-03-01")]),
        ('ColumnValues "on" >= now()', ">=", [Now()]),
        ('ColumnValues "on" > (now() - 3 days)', ">", [Now(-timedelta(days=3))]),
        ('ColumnValues "on" < (now() + 90 minutes)', "<", [Now(timedelta(minutes=90))]),
        ('DataFreshness "on" <= 24 hours', "<=", [Duration(timedelta(days=1))]),
        ('FileSize "s3://b/k" <= 2 KB', "<=", [Size(2048)]),
        ('Mean "age" = (1 + 2) * 3 - 8 / 4', "=", [Number(7.0, "(1 + 2) * 3 - 8 / 4")]),
        ("RowCount > 0.8 * avg(last(10))", ">", [Dynamic("0.8 * avg(last(10))")]),
        ('ColumnDataType "age" = "Integer"', "=", [Text("Integer")]),
    ],
)
def test_a_condition_compares_with_its_operands(text, operator, operands):
    rule = parse_rule(text)
    assert rule.condition == Condition(operator, tuple(operands))
    assert rule.text == text


@pytest.mark.parametrize(
    ("text", "parameters"),
    [
        ("RowCount > 1", ()),
        ('IsComplete "visit id"', ("visit id",)),
        ("IsComplete visit_id", ("visit_id",)),
        ('IsComplete "say \\"a\\""', ('say "a"',)),
        ('IsUnique "a" "b" "c"', ("a", "b", "c")),
        ('ColumnCorrelation of a and "b c" > 0.4', ("a", "b c")),
        ('ColumnNamesMatchPattern "aws_\\d+"', ("aws_\\d+",)),
        ('CustomSql "select count(*) from primary" > 1', ("select count(*) from primary",)),
    ],
)
def test_a_rule_has_parameters(text, parameters):
    assert parse_rule(text).parameters == parameters


def test_a_rule_has_a_where_clause_and_a_threshold():
    rule = parse_rule('ColumnValues "age" > 1 where "ward = \'a\'" with threshold > 0.9')
    assert rule.where == "ward = 'a'"
    assert rule.threshold == Condition(">", (number("0.9"),))


def test_rules_are_combined_in_parentheses():
    rule = parse_rule('(RowCount > 0) or ((IsComplete "a") AND (IsUnique "a"))')
    assert isinstance(rule, Composite)
    assert (rule.operator, rule.rules[1].operator) == ("or", "and")
    assert [part.type for part in rule.rules[1].rules] == ["IsComplete", "IsUnique"]


def test_parentheses_around_one_rule_change_nothing():
    assert parse_rule('((IsComplete "a"))') == parse_rule('IsComplete "a"')


def test_a_ruleset_has_all_its_sections():
    ruleset = parse_ruleset(
        """
        # What is known of visits.
        Metadata = { "Version": "1.0" }
        DataSources = { "Primary": "visits", "AdditionalDataSources": ["wards", "people"] }
        Wards = ["a", NULL]
        DefaultLabels = ["team"="care"]
        Rules = [
            IsComplete "id", # comes from the desk
            ColumnValues "ward" in $Wards labels=["team"="wards"]
        ]
        Analyzers = [ Completeness "id", AllStatistics "age" ]
        """
    )
    assert [rule.text for rule in ruleset.rules] == [
        'IsComplete "id"',
        'ColumnValues "ward" in $Wards labels=["team"="wards"]',
    ]
    assert ruleset.rules[1].condition.operands == (Text("a"), NULL)
    assert [rule.labels for rule in ruleset.rules] == [(("team", "care"),), (("team", "wards"),)]
    assert [analyzer.text for analyzer in ruleset.analyzers] == [
        'Completeness "id"',
        'AllStatistics "age"',
    ]
    assert ruleset.references == ("wards", "people")


def test_rules_make_a_ruleset_of_the_same_rules():
    rules = ['IsComplete "id"', 'ColumnValues "age" between 0 and 120']
    assert [rule.text for rule in parse_ruleset(ruleset_of(rules)).rules] == rules


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('IsComplet "id"', 'column 1: "IsComplet" is not a rule type of DQDL. Did you mean IsComp'),
        ('iscomplete "id"', "Did you mean IsComplete"),
        ("IsComplete", "IsComplete takes 1 parameter, not 0"),
        ('IsComplete "id" "age"', "IsComplete takes 1 parameter, not 2"),
        ('RowCount "id" > 1', "RowCount takes no parameter, not 1"),
        ("IsUnique", "IsUnique takes 1 parameter or more, not 0"),
        ('IsComplete "id" > 1', "column 17: IsComplete takes no condition"),
        ('Completeness "id"', "Completeness needs a condition here, such as > 10; the end is none"),
        ('Completeness "id" > "a"', 'column 21: "a" is not a number'),
        ('Completeness "id" matches "a"', '"matches" is not a comparison here'),
        ('ColumnValues "age" => 1', '">" is not a number, a text between quotes, a date or NULL'),
        ('ColumnValues "age" = NUL', "Did you mean NULL"),
        ('ColumnValues "age" > NULL', '">" does not compare with NULL; = does'),
        ('ColumnValues "age" > "old"', 'compares numbers, dates and times, and "old" is none'),
        ('ColumnValues "age" in [1, "2"]', "numbers and texts are compared with at once"),
        ('ColumnValues "age" in []', '"]" is not a number'),
        ('ColumnValues "age" in [1 2]', '"2" is not expected; allowed: "," or "]"'),
        ('ColumnValues "age" between 1', 'the end is not expected; allowed: "and"'),
        ('ColumnValues "age" = 1 / 0', "divided by zero"),
        ('ColumnValues "age" in $ages', 'the variable "ages" is not set'),
        ('ColumnValues "on" > (now() - 3 weeks)', "units: days, hours, minutes"),
        ('DataFreshness "on" < 3', "the end is not a whole number with a unit"),
        ('DataFreshness "on" < 1.5 hours', "1.5 hours is not a whole number with a unit"),
        ('Completeness "id" > 0.9 with threshold > 0.9', "Completeness takes nothing there"),
        ('ColumnValues "a" > 1 with treshold > 1', '"treshold" may not follow with'),
        ('CustomSql "select 1" > 0 with threshold > 0.5', "a condition and a threshold; one"),
        ('ColumnCount > 1 where "a > 1"', "ColumnCount takes no where clause"),
        ('AllStatistics "id"', "AllStatistics is an analyzer, not a rule"),
        ('IsComplete "id', "column 12: the text that begins here has no closing quote"),
        ('IsComplete "id" %', '"%" is not expected'),
        ('IsComplete "id" RowCount > 1', "IsComplete takes 1 parameter, not 2"),
        ('IsComplete "id", RowCount > 1', '"," is not expected after the rule\'s end'),
        ('(IsComplete "a") and IsUnique "a"', "stands in parentheses"),
        ("(RowCount>0) and (RowCount>1) or (RowCount>2)", "put parentheses around one of them"),
        ("(" * 21 + "RowCount > 1" + ")" * 21, "nested deeper than 20"),
        ("RowCount > " + "(" * 21 + "1" + ")" * 21, "nested deeper than 20"),
    ],
)
def test_a_wrong_rule_is_refused_with_its_place_and_what_is_allowed(text, message):
    with pytest.raises(Invalid) as refused:
        parse_rule(text)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the ruleset has no rule"),
        ("Rules = [ ]", "the ruleset has no rule"),
        ('IsComplete "id"', '"id" is not expected; allowed: "="'),
        ('Rule = [ IsComplete "id" ]', '"IsComplete" is not a number, a text'),
        (
            "rules = IsComplete",
            "not one of Metadata, DataSources, DefaultLabels, Rules, Analyzers. D",
        ),
        ('Rules = [ IsComplete "id", ]', "nothing follows the last comma"),
        ('Rules = [ IsComplete "id" ] Rules = [ RowCount > 1 ]', '"Rules" comes twice'),
        ('Rules = [ IsComplete "id"\n  IsUnique "id" ]', "IsComplete takes 1 parameter, not 3"),
        ('Analyzers = [ IsComplete "id" ]', "IsComplete is a rule and measures nothing"),
        ("x" * 65_537, "has 65,537 characters, and Glue takes 65,536"),
        (ruleset_of(["RowCount > 1"] * 2_001), "has 2,001 rules, and Glue takes 2,000"),
    ],
)
def test_a_wrong_ruleset_is_refused(text, message):
    with pytest.raises(Invalid) as refused:
        parse_ruleset(text)
    assert message in str(refused.value)


def test_an_error_knows_its_line_and_column():
    with pytest.raises(Invalid) as refused:
        parse_ruleset('Rules = [\n  IsComplete "a",\n  IsUniqe "b"\n]')
    assert (refused.value.line, refused.value.column) == (3, 3)
    assert str(refused.value).startswith('line 3, column 3: "IsUniqe" is not a rule type')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('IsComplete "id"', None),
        ('SchemaMatch "reference" = 1', "rules of type SchemaMatch"),
        ('FileSize "s3://b/k" > 1 MB', "rules of type FileSize"),
        ("RowCount > avg(last(3))", "rules on earlier results, such as last(10),"),
        ('ColumnDataType "on" = "Date" with format = "dd-MM-yyyy"', "`with format`"),
    ],
)
def test_what_is_not_evaluated_here_is_known_by_name(text, reason):
    assert parse_rule(text).not_evaluated == reason
