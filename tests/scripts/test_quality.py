import csv
import json

import pytest
import yaml
from click.testing import CliRunner

from scripts.maslow import main

ROWS = [[number, 20 + number % 50, "ab"[number % 2], ""] for number in range(120)]
RULES = ['IsComplete "id"', 'ColumnValues "age" between 0 and 60', "RowCount > 100"]


@pytest.fixture
def visits(tmp_path):
    path = tmp_path / "visits.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["id", "age", "ward: kind", "note"], *ROWS])
    return path


@pytest.fixture
def rules(tmp_path):
    """Write a file of rules."""

    def write(text):
        path = tmp_path / "rules.dqdl"
        path.write_text(text)
        return path

    return write


def run(*arguments):
    return CliRunner().invoke(main, ["quality", *map(str, arguments)], catch_exceptions=False)


def test_what_is_proposed_is_what_a_stack_file_has(visits):
    done = run("suggest", "curated.visits", "--data", visits)
    assert done.exit_code == 0, done.output
    ((told),) = yaml.safe_load(done.output)
    assert told["table"] == "curated.visits"
    assert 'IsUnique "id"' in told["rules"]
    assert 'ColumnValues "ward: kind" in ["a", "b"]' in told["rules"]
    assert '- IsComplete "id"  # None of 120 rows is NULL.' in done.output


def test_what_is_proposed_passes_on_the_same_rows(visits, rules):
    told = json.loads(run("suggest", "curated.visits", "--data", visits, "--json").output)
    path = rules("\n".join(each["rule"] for each in told))
    assert run("check", "--data", visits, "--rules", path).exit_code == 0


@pytest.mark.parametrize("form", ["{0}\n# why\n{1}\n{2}\n", "Rules = [\n {0},\n {1},\n {2}\n]\n"])
def test_a_file_is_checked_and_the_rows_that_fail_are_set_aside(visits, rules, tmp_path, form):
    bad = tmp_path / "bad.csv"
    path = rules(form.format(*RULES))
    done = run("check", "--data", visits, "--rules", path, "--set-aside", bad)
    assert done.exit_code == 1
    assert f"FAIL  {RULES[1]}" in done.output
    assert "20 of 120 rows fail a rule." in done.output
    assert "1 of 3 rules did not pass." in done.output
    with bad.open() as file:
        found = list(csv.DictReader(file))
    assert len(found) == 20
    assert all(int(row["age"]) >= 60 for row in found)
    assert {row["DataQualityRulesFail"] for row in found} == {RULES[1]}


def test_what_came_of_it_is_printed_as_json(visits, rules):
    done = run("check", "--data", visits, "--rules", rules("\n".join(RULES)), "--json")
    told = json.loads(done.stdout)
    assert (told["passed"], told["rows"], told["set_aside"]) == (False, 120, 20)
    assert [each["result"] for each in told["rules"]] == ["PASS", "FAIL", "PASS"]
    assert told["rules"][1]["metrics"] == {
        "Column.age.ColumnValues.Compliance": pytest.approx(100 / 120)
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('IsComplete "id"\nIsComplet "age"\n', 'line 2, column 1: "IsComplet" is not a rule type'),
        ('Rules = [\n IsComplet "age" ]', 'line 2, column 2: "IsComplet" is not a rule type'),
        ('SchemaMatch "x" = 1', "rules of type SchemaMatch cannot be checked here"),
        ("# nothing\n", "has no rule."),
    ],
)
def test_rules_that_are_wrong_are_refused_with_their_line(visits, rules, text, message):
    done = run("check", "--data", visits, "--rules", rules(text))
    assert done.exit_code == 2
    assert message in done.output


def test_data_that_cannot_be_read_is_refused(tmp_path, visits, rules):
    cases = {
        "visits.xlsx": "is not one of .csv, .parquet, .json.",
        "nothing.csv": "is not there.",
        "broken.parquet": "cannot be read: ",
    }
    (tmp_path / "broken.parquet").write_text("no")
    for name, message in cases.items():
        done = run("suggest", "curated.visits", "--data", tmp_path / name)
        assert done.exit_code == 2
        assert message in done.output
    assert run("check", "--data", visits, "--rules", tmp_path / "none").exit_code == 2


def test_a_table_without_rows_proposes_nothing(tmp_path):
    (tmp_path / "empty.csv").write_text("id,age\n")
    done = run("suggest", "curated.visits", "--data", tmp_path / "empty.csv")
    assert done.exit_code == 2
    assert "has no rows" in done.output
