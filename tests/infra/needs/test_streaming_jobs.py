"""Streaming jobs of an environment: each has a checkpoint, which its role alone changes."""

import json
from typing import Any

import pytest

from infra.composition import declare
from infra.graph import Graph, Run, record
from infra.settings import from_config
from infra.versions import none_yet
from tests.conftest import ROOT

JOB = {"script": "templates/jobs/stream.py", "reads": ["raw.vitals"], "streaming": True}
SETTINGS: dict[str, Any] = {
    "owner": "ml@example.com",
    "accounts": {"dev": "111111111111"},
    "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
    "source": {"github": "example/platform"},
    "jobs": [
        {**JOB, "name": "vitals", "writes": ["curated.vitals"]},
        {**JOB, "name": "glued", "writes": ["curated.glued"], "engine": "glue"},
        {**JOB, "name": "plain", "writes": ["curated.plain"], "streaming": False},
    ],
}


@pytest.fixture(scope="module")
def graph() -> Graph:
    stack = from_config(SETTINGS, "eu-west-1", "dev")
    run = Run(project="maslow", stack="dev", account="111111111111")
    return record(lambda: declare(stack, none_yet, ROOT, services=()), run)


def changed(graph: Graph, job: str) -> list[str]:
    """What a job's role may delete."""
    (policy,) = (
        json.loads(each.inputs["policy"])
        for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if each.name == f"maslow-dev-job-{job}-as-job"
    )
    return [
        resource
        for statement in policy["Statement"]
        if "s3:DeleteObject" in statement["Action"]
        for resource in statement["Resource"]
    ]


def definition(graph: Graph, job: str) -> str:
    (machine,) = (
        each
        for each in graph.of_type("aws:sfn/stateMachine:StateMachine")
        if each.name.startswith(f"maslow-dev-job-{job}-")
    )
    return str(machine.inputs["definition"])


def test_a_run_is_told_of_the_checkpoint_of_its_job(graph: Graph) -> None:
    told = definition(graph, "vitals")
    assert '"--checkpoint", "s3://maslow-dev-artifacts' in told
    assert '/checkpoints/vitals/"' in told
    assert "checkpoint" not in definition(graph, "plain")


def test_glue_is_told_of_it_as_well(graph: Graph) -> None:
    (job,) = graph.of_type("aws:glue/job:Job")
    assert job.inputs["defaultArguments"]["--checkpoint"].endswith("/checkpoints/glued/")


def test_the_role_changes_its_own_checkpoint_and_no_other(graph: Graph) -> None:
    places = [each.rpartition("/checkpoints/")[2] for each in changed(graph, "vitals")]
    assert "vitals/*" in places
    assert not any("glued" in each for each in changed(graph, "vitals"))
    assert not any("checkpoints" in each for each in changed(graph, "plain"))
