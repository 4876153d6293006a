import json

import pytest
from cfnlint.api import lint

from components.platform.training_set import TrainingSet
from components.platform.training_set_machine import AS_OF, state_of, training_set_machine
from infra.graph import record

HERE = "eu-west-1:123456789012"
KEY = f"arn:aws:kms:{HERE}:key"
OUTCOMES = {"zone": "curated", "table": "lake.outcomes", "iceberg": False}
VISITS = {"zone": "features", "table": "features.visits", "iceberg": True}
QUERY = f'SELECT "a\\b" FROM "visits"{state_of(VISITS)} WHERE write_time <= TIMESTAMP \'{AS_OF}\''


def machine(*sources):
    return training_set_machine(
        model="stay",
        query=QUERY,
        sources=sources,
        workgroup="lake",
        bucket="curated-bucket",
        prefix="stay",
    )


@pytest.fixture(scope="module")
def graph():
    args = {
        "model": "stay",
        "query": QUERY,
        "sources": [OUTCOMES, VISITS],
        "zone_buckets": {"curated": "curated-bucket", "features": "features-bucket"},
        "workgroup_name": "lake",
        "workgroup_arn": f"arn:aws:athena:{HERE}:workgroup/lake",
        "results_bucket": "results",
        "data_bucket": "curated-bucket",
        "data_prefix": "stay",
        "data_key_arn": f"{KEY}/data",
        "log_key_arn": f"{KEY}/logs",
        "log_retention_days": 90,
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    return record(lambda: TrainingSet("maslow-dev-stay-set", args))


def allowed(graph):
    document = graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"]
    return {
        (action, resource)
        for statement in json.loads(document)["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


@pytest.mark.parametrize("sources", [[OUTCOMES], [OUTCOMES, VISITS]])
def test_the_machine_is_one_that_step_functions_takes(sources):
    resource = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {
            "RoleArn": "arn:aws:iam::123456789012:role/set",
            "Definition": machine(*sources),
        },
    }
    assert lint(json.dumps({"Resources": {"Machine": resource}}), regions=["eu-west-1"]) == []


def test_snapshots_are_looked_for_where_there_may_be_some():
    states = machine(OUTCOMES, VISITS)["States"]
    assert states["Begin"]["Next"] == "StartSnapshots"
    query = states["StartSnapshots"]["Arguments"]["QueryString"]
    assert query.count("SELECT") == 1
    assert '"features"."visits$refs"' in query
    without = machine(OUTCOMES)["States"]
    assert without["Begin"]["Next"] == "StartQuery"
    assert not [name for name in without if "Snapshots" in name]


def test_it_reads_the_tables_and_writes_one_prefix_and_results(graph):
    found = allowed(graph)
    written = {resource for action, resource in found if action == "s3:PutObject"}
    assert written == {"arn:aws:s3:::results/*", "arn:aws:s3:::curated-bucket/stay/*"}
    tables = {resource for action, resource in found if action == "glue:GetTable"}
    glue = f"arn:aws:glue:{HERE}"
    assert tables == {
        f"{glue}:catalog",
        f"{glue}:database/features",
        f"{glue}:database/lake",
        f"{glue}:table/lake/outcomes",
        f"{glue}:table/features/visits",
        f"{glue}:table/features/visits$refs",
    }


def test_what_the_machine_calls_is_what_it_may(graph):
    definition = json.loads(graph.one("aws:sfn/stateMachine:StateMachine").inputs["definition"])
    called = {
        state["Resource"].split(":::aws-sdk:")[1].lower()
        for state in definition["States"].values()
        if "Resource" in state
    }
    # S3 copies for whoever may read the one and write the other.
    needed = {call.replace("s3:copyobject", "s3:getobject") for call in called}
    assert needed <= {action.lower() for action, _ in allowed(graph)}
    assert "s3:copyobject" in called
