"""Glue Data Quality as a user of boto3 has it."""

import io
import json

import pyarrow.parquet as pq
import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud

BUCKET, DATABASE, TABLE = "the-lake", "curated", "visits"
ROLE = "arn:aws:iam::123456789012:role/quality"
SOURCE = {"GlueTable": {"DatabaseName": DATABASE, "TableName": TABLE}}
LINES = ["1,41,a", "2,,b", "3,140,a", "4,12,c"]
COLUMNS = [
    {"Name": "id", "Type": "bigint"},
    {"Name": "age", "Type": "int"},
    {"Name": "ward", "Type": "string"},
]
RULES = ['IsComplete "id"', 'ColumnValues "age" between 0 and 120', "RowCount = 4"]


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        s3, glue = running.client("s3"), running.client("glue")
        s3.create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        glue.create_database(DatabaseInput={"Name": DATABASE})
        s3.put_object(Bucket=BUCKET, Key="visits/a.csv", Body="\n".join(LINES).encode())
        table(glue, TABLE, COLUMNS, "visits")
        table(glue, "wards", [{"Name": "ward", "Type": "string"}], "wards")
        s3.put_object(Bucket=BUCKET, Key="wards/a.csv", Body=b"a\nb\n")
        yield running


def table(glue, name, columns, folder):
    """Create a table of CSV files."""
    glue.create_table(
        DatabaseName=DATABASE,
        TableInput={
            "Name": name,
            "StorageDescriptor": {
                "Columns": columns,
                "Location": f"s3://{BUCKET}/{folder}/",
                "SerdeInfo": {
                    "SerializationLibrary": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
                    "Parameters": {"field.delim": ","},
                },
            },
        },
    )


@pytest.fixture(scope="module")
def glue(cloud):
    return cloud.client("glue")


@pytest.fixture
def ruleset(glue, request):
    """Create a ruleset of these rules, under the test's name; delete it in the end."""
    name = request.node.name

    def create(*rules):
        glue.create_data_quality_ruleset(Name=name, Ruleset=f"Rules = [ {', '.join(rules)} ]")
        return name

    yield create
    glue.delete_data_quality_ruleset(Name=name)


def start(glue, name, source=SOURCE, **options):
    """A run of the ruleset, and its first result."""
    others = options.pop("AdditionalDataSources", {})
    started = glue.start_data_quality_ruleset_evaluation_run(
        DataSource=source,
        Role=ROLE,
        RulesetNames=[name],
        AdditionalRunOptions=options,
        AdditionalDataSources=others,
    )
    run = glue.get_data_quality_ruleset_evaluation_run(RunId=started["RunId"])
    if run["Status"] != "SUCCEEDED":
        return run, None
    return run, glue.get_data_quality_result(ResultId=run["ResultIds"][0])


def test_a_run_evaluates_the_rules_on_what_the_table_holds(glue, ruleset):
    run, result = start(glue, ruleset(*RULES))
    assert run["Status"] == "SUCCEEDED"
    assert result["Score"] == pytest.approx(2 / 3)
    assert result["RulesetEvaluationRunId"] == run["RunId"]
    assert [(each["Name"], each["Result"]) for each in result["RuleResults"]] == [
        ("Rule_1", "PASS"),
        ("Rule_2", "FAIL"),
        ("Rule_3", "PASS"),
    ]
    wrong = result["RuleResults"][1]
    assert wrong["EvaluatedRule"] == RULES[1]
    assert wrong["EvaluatedMetrics"] == {"Column.age.ColumnValues.Compliance": 0.5}
    assert wrong["EvaluationMessage"] == "Value: 0.5 does not meet the constraint requirement!"
    assert result["AggregatedMetrics"] == {
        "TotalRowsProcessed": 4.0,
        "TotalRowsPassed": 2.0,
        "TotalRowsFailed": 2.0,
        "TotalRulesProcessed": 3.0,
        "TotalRulesPassed": 2.0,
        "TotalRulesFailed": 1.0,
    }


def test_a_rule_compares_with_another_table(glue, ruleset):
    wards = {"GlueTable": {"DatabaseName": DATABASE, "TableName": "wards"}}
    name = ruleset('ReferentialIntegrity "ward" "known.ward" = 0.75')
    _, result = start(glue, name, AdditionalDataSources={"known": wards})
    assert result["Score"] == 1.0


def test_composite_rules_are_evaluated_as_the_run_says(glue, ruleset):
    name = ruleset('(ColumnValues "age" > 0) or (ColumnValues "age" = NULL)')
    assert start(glue, name)[1]["Score"] == 0.0
    assert start(glue, name, CompositeRuleEvaluationMethod="ROW")[1]["Score"] == 1.0


def test_results_are_written_by_day_as_athena_reads_them(cloud, glue, ruleset):
    run, _ = start(glue, ruleset(*RULES), ResultsS3Prefix=f"s3://{BUCKET}/results/")
    key = f"results/{run['StartedOn']:year=%Y/month=%m/day=%d}/{run['RunId']}.json"
    content = cloud.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    lines = [json.loads(line) for line in content.splitlines()]
    assert [(each["rule"], each["outcome"]) for each in lines] == [
        (RULES[0], "Passed"),
        (RULES[1], "Failed"),
        (RULES[2], "Passed"),
    ]
    assert lines[1]["failureReason"].startswith("Value: 0.5")
    assert lines[1]["evaluatedMetrics"] == {"Column.age.ColumnValues.Compliance": 0.5}
    assert lines[0]["failureReason"] is None
    assert {each["tableName"] for each in lines} == {TABLE}


def test_rows_that_fail_are_set_aside_in_a_table_with_the_rules(cloud, glue, ruleset):
    place = {"DatabaseName": DATABASE, "TableName": "bad", "S3Location": f"s3://{BUCKET}/bad/"}
    options = {"ResultType": "FAILED_ONLY", "CatalogTableConfig": place}
    name = ruleset(*RULES)
    runs = [start(glue, name, RowLevelResults=options)[0] for _ in range(2)]
    keys = [f"bad/{run['RunId']}.parquet" for run in runs]
    content = cloud.client("s3").get_object(Bucket=BUCKET, Key=keys[0])["Body"].read()
    rows = pq.read_table(io.BytesIO(content)).to_pylist()
    assert sorted(row["id"] for row in rows) == [2, 3]
    assert all(row["dataqualityrulesfail"] == [RULES[1]] for row in rows)
    athena = cloud.client("athena")
    query = athena.start_query_execution(
        QueryString='SELECT count(*), count(DISTINCT id) FROM "bad" '
        f"WHERE contains(dataqualityrulesfail, '{RULES[1]}')",
        QueryExecutionContext={"Database": DATABASE},
        ResultConfiguration={"OutputLocation": f"s3://{BUCKET}/queries/"},
    )["QueryExecutionId"]
    found = athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1]["Data"]
    assert [each["VarCharValue"] for each in found] == ["4", "2"]


def test_that_results_are_there_is_told_to_the_bus(cloud, glue, ruleset):
    sqs, events = cloud.client("sqs"), cloud.client("events")
    queue = sqs.create_queue(QueueName="quality")["QueueUrl"]
    pattern = {
        "source": ["aws.glue-dataquality"],
        "detail": {"rulesFailed": [{"numeric": [">", 0]}]},
    }
    events.put_rule(Name="quality", EventPattern=json.dumps(pattern))
    arn = "arn:aws:sqs:eu-west-1:123456789012:quality"
    events.put_targets(Rule="quality", Targets=[{"Id": "queue", "Arn": arn}])
    _, result = start(glue, ruleset(*RULES))
    messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    (event,) = (json.loads(each["Body"]) for each in messages)
    assert event["detail-type"] == "Data Quality Evaluation Results Available"
    context = event["detail"].pop("context")
    assert (context["databaseName"], context["tableName"]) == (DATABASE, TABLE)
    assert context["runId"] == result["RulesetEvaluationRunId"]
    assert event["detail"] == {
        "resultID": result["ResultId"],
        "rulesetNames": [result["RulesetName"]],
        "state": "SUCCEEDED",
        "score": pytest.approx(2 / 3),
        "rulesSucceeded": 2,
        "rulesFailed": 1,
        "rulesSkipped": 0,
    }


def test_a_run_on_a_table_that_is_not_there_fails_and_says_why(glue, ruleset):
    missing = {"GlueTable": {"DatabaseName": DATABASE, "TableName": "nothing"}}
    run, _ = start(glue, ruleset("RowCount > 0"), missing)
    assert run["Status"] == "FAILED"
    assert "nothing" in run["ErrorString"]


@pytest.mark.parametrize(
    ("rules", "options", "message"),
    [
        (['SchemaMatch "x" = 1'], {}, "does not evaluate rules of type SchemaMatch in the ruleset"),
        (["RowCount > avg(last(3))"], {}, "does not evaluate rules on earlier results"),
        (["RowCount > 1"], {"CloudWatchMetricsEnabled": True}, "CloudWatchMetricsEnabled"),
        (["RowCount > 1"], {"ObservationScope": "ALL"}, "AdditionalRunOptions.ObservationScope"),
        (["RowCount > 1"], {"RowLevelResults": {"ResultType": "ALL"}}, "without a CatalogTableC"),
    ],
)
def test_what_is_not_evaluated_is_refused_by_name(glue, ruleset, rules, options, message):
    name = ruleset(*rules)
    with pytest.raises(ClientError, match="InvalidInputException") as refused:
        start(glue, name, **options)
    assert message in str(refused.value)


def test_a_query_before_the_rules_is_refused_by_name(glue, ruleset):
    source = {
        "DataQualityGlueTable": {**SOURCE["GlueTable"], "PreProcessingQuery": "SELECT 1 FROM x"}
    }
    with pytest.raises(ClientError, match="PreProcessingQuery of a DataSource"):
        start(glue, ruleset("RowCount > 0"), source)


def test_rules_that_are_no_dqdl_are_refused_when_they_are_made(glue):
    with pytest.raises(ClientError, match="Did you mean IsComplete"):
        glue.create_data_quality_ruleset(Name="wrong", Ruleset='Rules = [ IsComplet "id" ]')
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.get_data_quality_ruleset(Name="wrong")


def test_a_ruleset_lives_as_long_as_it_is_wanted(glue):
    target = {"DatabaseName": DATABASE, "TableName": TABLE}
    made = {"Name": "life", "Ruleset": "Rules = [ RowCount > 0 ]", "TargetTable": target}
    glue.create_data_quality_ruleset(**made, Description="of a visit", Tags={"a": "b"})
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        glue.create_data_quality_ruleset(**made)
    found = glue.get_data_quality_ruleset(Name="life")
    assert {name: found[name] for name in made} == made
    glue.update_data_quality_ruleset(Name="life", Ruleset="Rules = [ RowCount > 1, RowCount < 9 ]")
    (listed,) = glue.list_data_quality_rulesets(Filter={"TargetTable": target})["Rulesets"]
    assert (listed["Name"], listed["Description"], listed["RuleCount"]) == ("life", "of a visit", 2)
    arn = "arn:aws:glue:eu-west-1:123456789012:dataQualityRuleset/life"
    assert glue.get_tags(ResourceArn=arn)["Tags"] == {"a": "b"}
    glue.delete_data_quality_ruleset(Name="life")
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        glue.delete_data_quality_ruleset(Name="life")


def test_runs_and_results_are_listed_by_table_the_newest_first(glue, ruleset):
    name = ruleset("RowCount > 0")
    runs = [start(glue, name) for _ in range(2)]
    listed = glue.list_data_quality_ruleset_evaluation_runs(
        Filter={"DataSource": SOURCE, "RulesetName": name}
    )["Runs"]
    assert [each["RunId"] for each in listed] == [run["RunId"] for run, _ in reversed(runs)]
    found = glue.list_data_quality_results(Filter={"DataSource": SOURCE})["Results"]
    ids = [result["ResultId"] for _, result in reversed(runs)]
    assert [each["ResultId"] for each in found[:2]] == ids
    batch = glue.batch_get_data_quality_result(ResultIds=[ids[0], "none"])
    assert [each["ResultId"] for each in batch["Results"]] == ids[:1]
    assert batch["ResultsNotFound"] == ["none"]
    with pytest.raises(ClientError, match="is SUCCEEDED and cannot be cancelled"):
        glue.cancel_data_quality_ruleset_evaluation_run(RunId=listed[0]["RunId"])


def test_a_token_starts_one_run(glue, ruleset):
    request = {"DataSource": SOURCE, "Role": ROLE, "RulesetNames": [ruleset("RowCount > 0")]}
    ids = [
        glue.start_data_quality_ruleset_evaluation_run(**request, ClientToken="once")["RunId"]
        for _ in range(2)
    ]
    assert ids[0] == ids[1]


def test_rules_are_proposed_and_pass(glue):
    started = glue.start_data_quality_rule_recommendation_run(
        DataSource=SOURCE, Role=ROLE, CreatedRulesetName="proposed"
    )
    run = glue.get_data_quality_rule_recommendation_run(RunId=started["RunId"])
    assert (run["Status"], run["CreatedRulesetName"]) == ("SUCCEEDED", "proposed")
    assert "RowCount between 1 and 9" in run["RecommendedRuleset"]
    assert glue.get_data_quality_ruleset(Name="proposed")["RecommendationRunId"] == run["RunId"]
    assert start(glue, "proposed")[1]["Score"] == 1.0
