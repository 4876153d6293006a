import json

from components.data.quality.table_quality import TableQuality, TableQualityArgs
from infra.graph import Graph, record

RULESET = "aws:glue/dataQualityRuleset:DataQualityRuleset"
ROLE = "aws:iam/role:Role"
POLICY = "aws:iam/rolePolicy:RolePolicy"
RULES = 'Rules = [\n    IsComplete "visit_id"\n]'


def recorded() -> Graph:
    args: TableQualityArgs = {
        "ruleset_name": "maslow-dev-curated-visits",
        "ruleset": RULES,
        "database_name": "maslow_dev_curated",
        "table_name": "visits",
        "rejects_table": "visits_rejects",
        "bucket": "maslow-dev-curated",
        "prefix": "visits",
        "kept_bucket": "maslow-dev-quality",
        "kept_prefix": "curated/visits",
        "results_bucket": "the-results",
        "results_prefix": "results",
        "data_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/data",
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    return record(lambda: TableQuality("maslow-dev-visits-quality", args) and None)


def test_a_table_has_a_ruleset_that_is_for_it() -> None:
    inputs = recorded().one(RULESET).inputs
    assert (inputs["name"], inputs["ruleset"]) == ("maslow-dev-curated-visits", RULES)
    assert inputs["targetTable"] == {"databaseName": "maslow_dev_curated", "tableName": "visits"}


def test_glue_evaluates_it_as_a_role_that_reads_the_table_and_keeps_what_fails() -> None:
    graph = recorded()
    trust = json.loads(graph.one(ROLE).inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Service": "glue.amazonaws.com"}
    text = json.dumps(json.loads(graph.one(POLICY).inputs["policy"]))
    for resource in (
        "arn:aws:s3:::maslow-dev-curated/visits/*",
        "arn:aws:s3:::maslow-dev-quality/curated/visits/*",
        "table/maslow_dev_curated/visits_rejects",
        "dataQualityRuleset/maslow-dev-curated-visits",
        "key/data",
    ):
        assert resource in text
