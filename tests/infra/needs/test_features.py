"""Feature groups of an environment: versions beside each other, and the jobs that fill them."""

import json
from typing import Any

import pytest

from infra.composition import declare
from infra.graph import Graph, Run, record
from infra.settings import from_config
from infra.versions import none_yet
from tests.conftest import ROOT

GROUP = "aws:sagemaker/featureGroup:FeatureGroup"
VISITS = {
    "name": "visits",
    "record_id": "visit_id",
    "event_time": "visited_at",
    "features": {"visit_id": "string", "visited_at": "string", "age": "integral"},
}
NEXT = VISITS | {"version": 2, "features": {"visit_id": "string", "visited_at": "string"}}
FILL = {"script": "templates/jobs/fill.py", "reads": ["curated.visits"]}
COLUMNS = {"visit_id": "string", "visited_at": "timestamp"}
SETTINGS: dict[str, Any] = {
    "owner": "ml@example.com",
    "accounts": {"dev": "111111111111"},
    "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
    "source": {"github": "example/platform"},
    "features": [VISITS, NEXT],
    "jobs": [
        {**FILL, "name": "old", "fills": ["visits@1"]},
        {**FILL, "name": "new", "fills": ["visits"]},
        {**FILL, "name": "both", "fills": ["visits@1", "visits@2"]},
    ],
    "streams": [{"name": "arrivals", "columns": COLUMNS, "features": ["visits"]}],
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    stack = from_config(SETTINGS, "eu-west-1", "dev")
    run = Run(project="maslow", stack="dev", account="111111111111")
    return record(lambda: declare(stack, none_yet, ROOT, services=()), run)


def test_two_versions_are_beside_each_other(graph: Graph) -> None:
    groups = {each.inputs["featureGroupName"]: each.inputs for each in graph.of_type(GROUP)}
    assert groups.keys() == {"maslow-dev-visits-v1", "maslow-dev-visits-v2"}
    tables = [
        each["offlineStoreConfig"]["dataCatalogConfig"]["tableName"] for each in groups.values()
    ]
    assert sorted(tables) == ["maslow_dev_visits_v1", "maslow_dev_visits_v2"]


def test_a_group_tells_what_fills_it(graph: Graph) -> None:
    told = {
        each.inputs["featureGroupName"]: each.inputs["tags"]["maslow:filled-by"]
        for each in graph.of_type(GROUP)
    }
    assert told == {
        "maslow-dev-visits-v1": "old both",
        "maslow-dev-visits-v2": "new both stream/arrivals",
    }


@pytest.mark.parametrize(
    ("job", "versions"), [("old", ["v1"]), ("new", ["v2"]), ("both", ["v1", "v2"])]
)
def test_a_job_is_told_its_groups_and_puts_records_into_no_other(
    graph: Graph, job: str, versions: list[str]
) -> None:
    (machine,) = (
        each
        for each in graph.of_type("aws:sfn/stateMachine:StateMachine")
        if each.name.startswith(f"maslow-dev-job-{job}-")
    )
    wanted = ",".join(f"maslow-dev-visits-{version}" for version in versions)
    assert json.dumps(wanted) in machine.inputs["definition"]
    (policy,) = (
        json.loads(each.inputs["policy"])
        for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if each.name.startswith(f"maslow-dev-job-{job}-as")
    )
    (filling,) = (each for each in policy["Statement"] if "sagemaker:PutRecord" in each["Action"])
    assert sorted(filling["Action"]) == ["sagemaker:DescribeFeatureGroup", "sagemaker:PutRecord"]
    assert [arn.rpartition("-")[2] for arn in filling["Resource"]] == versions
    assert all(":feature-group/maslow-dev-visits-" in arn for arn in filling["Resource"])
