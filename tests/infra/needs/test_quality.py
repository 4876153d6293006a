"""Rules of tables, and the jobs that have them evaluated."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from infra.graph import Graph
from infra.project import Project
from infra.settings import StackFile
from infra.settings.data.quality import TableRules

RULE = 'IsComplete "visit_id"'


@pytest.fixture
def declared(project: Project, record_like: Callable[[StackFile], Graph]) -> Graph:
    """The graph of dev with rules for the table that its job writes."""
    stack = project.stack("dev")
    rules = TableRules(table="curated.visits", rules=(RULE,))
    lake = stack.platform.lake.model_copy(update={"quality": (rules,)})
    return record_like(replace(stack, platform=stack.platform.model_copy(update={"lake": lake})))


def test_the_job_that_writes_a_table_has_its_rules_evaluated(declared: Graph) -> None:
    ruleset = declared.one("aws:glue/dataQualityRuleset:DataQualityRuleset").inputs
    assert RULE in ruleset["ruleset"]
    definitions = [
        json.loads(each.inputs["definition"])["States"]
        for each in declared.of_type("aws:sfn/stateMachine:StateMachine")
    ]
    (checked,) = [states for states in definitions if "Check0" in states]
    asked = checked["Check0"]["Arguments"]
    assert asked["RulesetNames"] == [ruleset["name"]]
    assert asked["DataSource"]["GlueTable"]["TableName"] == "visits"
    rejects = asked["AdditionalRunOptions"]["RowLevelResults"]["CatalogTableConfig"]
    assert rejects["S3Location"].endswith("/_quality/visits/rejects/")
    results = asked["AdditionalRunOptions"]["ResultsS3Prefix"]
    (table,) = [
        each.inputs
        for each in declared.of_type("aws:glue/catalogTable:CatalogTable")
        if each.inputs["name"] == "quality_results"
    ]
    assert table["storageDescriptor"]["location"] == results
    assert results.endswith("/_quality/results/")
    policies = [
        each.inputs["policy"]
        for each in declared.of_type("aws:iam/rolePolicy:RolePolicy")
        if "glue:StartDataQualityRulesetEvaluationRun" in each.inputs["policy"]
    ]
    assert len(policies) == 1
    assert f"dataQualityRuleset/{ruleset['name']}" in policies[0]


def test_without_rules_there_is_no_table_of_results(
    project: Project, record_like: Callable[[StackFile], Graph]
) -> None:
    tables = record_like(project.stack("dev")).of_type("aws:glue/catalogTable:CatalogTable")
    assert "quality_results" not in [each.inputs["name"] for each in tables]
