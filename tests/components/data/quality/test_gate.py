"""The gate behind a job, executed on the embedded AWS, whose Glue evaluates the rules."""

import json
import time
import uuid

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from cfnlint.api import lint
from moto.core.responses import ActionResult
from moto.emrserverless.responses import EMRServerlessResponse

from components.data.jobs.serverless import serverless_machine
from components.data.quality.gate import (
    NOT_CHECKED,
    RULES_FAILED,
    check_statements,
    evaluation_policy,
)
from embedded.cloud import Cloud
from tests.components.data.jobs.test_machine import ARGS, ROLE

BUCKET, DATABASE = "the-lake", "curated"
CHECK = {
    "table": "curated.visits",
    "database": DATABASE,
    "table_name": "visits",
    "ruleset": "visits",
    "role_arn": ROLE,
    "results_uri": f"s3://{BUCKET}/quality/results",
    "rejects_table": "visits_rejects",
    "rejects_uri": f"s3://{BUCKET}/quality/visits",
}
SECONDS = 30


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        running.client("s3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        glue = running.client("glue")
        glue.create_database(DatabaseInput={"Name": DATABASE})
        glue.create_table(
            DatabaseName=DATABASE,
            TableInput={
                "Name": "visits",
                "StorageDescriptor": {
                    "Columns": [{"Name": "id", "Type": "bigint"}, {"Name": "age", "Type": "int"}],
                    "Location": f"s3://{BUCKET}/visits/",
                    "SerdeInfo": {
                        "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy."
                        "LazySimpleSerDe",
                        "Parameters": {"field.delim": ","},
                    },
                },
            },
        )
        yield running


@pytest.fixture
def ended(cloud, monkeypatch):
    """Run a job that writes these lines, behind which the checks stand; how the machine ended."""

    def start(response):
        del response
        return ActionResult({"applicationId": "a", "jobRunId": "0", "arn": "arn"})

    def look(response):
        del response
        return ActionResult({"jobRun": {"state": "SUCCESS", "stateDetails": ""}})

    monkeypatch.setattr(EMRServerlessResponse, "start_job_run", start)
    monkeypatch.setattr(EMRServerlessResponse, "get_job_run", look)
    states, s3 = cloud.client("stepfunctions"), cloud.client("s3")

    def run(lines, checks):
        s3.put_object(Bucket=BUCKET, Key="visits/a.csv", Body="\n".join(lines).encode())
        machine = states.create_state_machine(
            name=f"gate-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(serverless_machine({**ARGS, "checks": checks})),
            roleArn=ROLE,
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine)["executionArn"]
        began = time.monotonic()
        while (found := states.describe_execution(executionArn=execution))["status"] == "RUNNING":
            assert time.monotonic() - began < SECONDS
            cloud.advance(60)
            time.sleep(0.05)
        return found

    return run


@pytest.fixture
def ruleset(cloud):
    """Keep these rules for the table."""
    glue = cloud.client("glue")

    def keep(*rules):
        glue.create_data_quality_ruleset(Name="visits", Ruleset=f"Rules = [ {', '.join(rules)} ]")

    yield keep
    glue.delete_data_quality_ruleset(Name="visits")


def found(cloud, sql):
    """The first row of a query of Athena's."""
    athena = cloud.client("athena")
    query = athena.start_query_execution(
        QueryString=sql,
        QueryExecutionContext={"Database": DATABASE},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/queries/"},
    )["QueryExecutionId"]
    rows = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"]
    return [each.get("VarCharValue") for each in rows[1]["Data"]]


def test_what_follows_begins_once_all_rules_pass(ended, ruleset):
    ruleset('IsComplete "id"', 'ColumnValues "age" between 0 and 120')
    over = ended(["1,40", "2,50"], [CHECK, CHECK])
    assert over["status"] == "SUCCEEDED", over.get("cause")
    assert json.loads(over["output"])["outcome"] == "done"


def test_a_rule_that_fails_ends_it_and_rows_that_fail_are_set_aside(cloud, ended, ruleset):
    ruleset('IsComplete "id"', 'ColumnValues "age" between 0 and 120', "RowCount > 5")
    over = ended(["1,40", "2,150", "3,"], [CHECK])
    assert (over["status"], over["error"]) == ("FAILED", RULES_FAILED)
    assert over["cause"] == (
        'curated.visits fails ColumnValues "age" between 0 and 120; RowCount > 5'
    )
    count = "SELECT count(*), min(dataqualityrulesfail[1]) FROM visits_rejects"
    assert found(cloud, count) == ["2", 'ColumnValues "age" between 0 and 120']
    keys = cloud.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="quality/results/year=")
    assert keys["KeyCount"] > 0


def test_a_table_that_cannot_be_checked_ends_it_as_that(ended, ruleset):
    ruleset("RowCount > 0")
    over = ended(["1,40"], [{**CHECK, "table_name": "nothing"}])
    assert (over["status"], over["error"]) == ("FAILED", NOT_CHECKED)
    assert over["cause"].startswith("curated.visits could not be checked: ")


def test_the_machine_is_one_that_step_functions_and_glue_take():
    definition = serverless_machine({**ARGS, "checks": [CHECK, CHECK], "starts": [ROLE]})
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition},
    }
    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []
    assert definition["States"]["Passes1"]["Choices"][0]["Next"] == "Start0"
    model = get_session().get_service_model("glue")
    for name, operation in (
        ("Check0", "StartDataQualityRulesetEvaluationRun"),
        ("FindCheck0", "GetDataQualityRulesetEvaluationRun"),
        ("JudgeCheck0", "GetDataQualityResult"),
    ):
        state = definition["States"][name]
        assert state["Resource"].lower().endswith(operation.lower())
        shape = model.operation_model(operation).input_shape
        report = ParamValidator().validate(state["Arguments"], shape)
        assert not report.has_errors(), report.generate_report()


def test_a_machine_without_checks_asks_for_nothing_more():
    assert check_statements([], "123456789012", "eu-west-1") == []
    assert serverless_machine({**ARGS, "checks": []}) == serverless_machine(ARGS)


def test_a_machine_may_start_its_own_rulesets_alone():
    start, look, hand = check_statements([CHECK], "123456789012", "eu-west-1")
    assert start["Resource"] == ["arn:aws:glue:eu-west-1:123456789012:dataQualityRuleset/visits"]
    assert look["Resource"] == ["arn:aws:glue:eu-west-1:123456789012:dataQualityRuleset/*"]
    assert hand["Resource"] == [ROLE]
    assert hand["Condition"] == {"StringEquals": {"iam:PassedToService": "glue.amazonaws.com"}}


def test_an_evaluation_reads_its_table_and_writes_only_what_it_keeps():
    policy = evaluation_policy(
        bucket="curated-bucket",
        prefix="visits",
        kept_bucket="kept-bucket",
        kept_prefix="quality",
        results_bucket="results-bucket",
        results_prefix="results",
        database=DATABASE,
        tables=["visits", "visits_rejects"],
        ruleset="visits",
        key_arns=["arn:aws:kms:eu-west-1:123456789012:key/a"],
        account_id="123456789012",
        region="eu-west-1",
    )
    written = {
        resource
        for statement in policy["Statement"]
        if any("Put" in action or "CreateTable" in action for action in statement["Action"])
        for resource in statement["Resource"]
        if "table/" in resource or "s3" in resource
    }
    assert written == {
        "arn:aws:s3:::kept-bucket/quality/*",
        "arn:aws:s3:::results-bucket/results/*",
        "arn:aws:glue:eu-west-1:123456789012:table/curated/visits_rejects",
    }
