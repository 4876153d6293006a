"""Experiments of an environment: what keeps them, who comes in, and what jobs are told."""

import json
from typing import Any

import pytest

from infra.composition import declare
from infra.graph import Graph, Run, record
from infra.settings import from_config
from infra.versions import none_yet
from tests.conftest import ROOT

APP = "aws:sagemaker/mlflowApp:MlflowApp"
SERVER = "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer"
POLICY = "aws:iam/rolePolicy:RolePolicy"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
PERSONAS = {"ml-engineer": ["arn:aws:iam::111111111111:root"]}


def recorded(region: str = "eu-west-1", egress: str = "single", **asked: Any) -> Graph:
    settings = {
        "owner": "ml@example.com",
        "accounts": {"dev": "111111111111"},
        "network": {"cidr": "10.10.0.0/16", "egress": egress},
        "source": {"github": "example/platform"},
        "access": {"personas": PERSONAS},
        "models": [
            {"name": "readmission", "project": "templates/tabular", "delivery": {"start": "off"}}
        ],
        **asked,
    }
    stack = from_config(settings, region, "dev")
    run = Run(project="maslow", stack="dev", account="111111111111")
    return record(lambda: declare(stack, none_yet, ROOT, services=()), run)


def steps(graph: Graph) -> dict[str, Any]:
    pipeline = graph.one("aws:sagemaker/pipeline:Pipeline")
    definition = json.loads(pipeline.inputs["pipelineDefinition"])
    return {step["Name"]: step["Arguments"] for step in definition["Steps"]}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded(experiments={})


def test_every_job_of_a_model_is_told_where_to_keep_its_run(graph: Graph) -> None:
    arn = graph.one(APP).outputs["arn"]
    jobs = steps(graph)
    for name in ("Preprocess", "Train", "Evaluate"):
        told = jobs[name]["Environment"]
        assert told["MLFLOW_TRACKING_URI"] == arn
        assert told["MLFLOW_EXPERIMENT_NAME"] == "maslow-dev-readmission"
        assert told["MASLOW_CODE_URI"] == {"Get": "Parameters.CodeUri"}


def test_jobs_may_keep_runs_by_the_role_of_their_pipeline(graph: Graph) -> None:
    policy = graph.one(POLICY, "maslow-dev-readmission-training-role-experiments")
    arn = graph.one(APP).outputs["arn"]
    assert {"Effect": "Allow", "Action": ["sagemaker:CallMlflowAppApi"], "Resource": [arn]} in (
        json.loads(policy.inputs["policy"])["Statement"]
    )


def test_people_come_in_by_the_roles_of_their_personas(graph: Graph) -> None:
    policy = graph.one(POLICY, "maslow-dev-experiments-ml-engineer")
    assert policy.inputs["role"] == "maslow-dev-ml-engineer"


def test_people_of_a_team_in_studio_keep_runs_as_their_persona_does() -> None:
    team = {"members": {"ana": "data-scientist", "ben": "data-engineer"}}
    graph = recorded(experiments={}, studio={"teams": {"oncology": team}})
    role = "maslow-dev-studio-oncology-data-scientist-experiments"
    statements = json.loads(graph.one(POLICY, role).inputs["policy"])["Statement"]
    arn = graph.one(APP).outputs["arn"]
    assert {"Effect": "Allow", "Action": ["sagemaker:CallMlflowAppApi"], "Resource": [arn]} in (
        statements
    )
    others = [one.name for one in graph.of_type(POLICY) if "data-engineer" in one.name]
    assert others == ["maslow-dev-studio-oncology-data-engineer-work"]


def test_without_experiments_jobs_are_told_nothing_and_may_nothing() -> None:
    without = recorded()
    assert "Environment" not in steps(without)["Train"]
    assert not [one for one in without.of_type(POLICY) if "experiments" in one.name]


def test_without_egress_a_server_keeps_them_behind_a_private_endpoint() -> None:
    graph = recorded(egress="none", experiments={})
    names = [one.inputs["serviceName"] for one in graph.of_type(ENDPOINT)]
    assert graph.of_type(APP) == []
    assert graph.one(SERVER).inputs["trackingServerName"] == "maslow-dev-experiments"
    assert "aws.sagemaker.eu-west-1.experiments" in names


def test_an_app_needs_no_endpoint(graph: Graph) -> None:
    names = [one.inputs["serviceName"] for one in graph.of_type(ENDPOINT)]
    assert not [name for name in names if name.endswith(".experiments")]
