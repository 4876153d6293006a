"""The definitions of all stacks, loaded and run by DAG Factory and Airflow themselves.

Airflow's pins are not the platform's: it has an environment of its own, .venv-airflow, which
`make airflow` makes. What it is told are files, and what it tells is JSON.
"""

import json
import subprocess
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from catalog.services import action_of
from components.data.jobs.workflow_limits import TASK_MINUTES, TASK_RETRIES
from infra.graph import Graph, Resource

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-airflow" / "bin" / "python"
ENVIRONMENT = {
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    "AIRFLOW_CONN_AWS_DEFAULT": "aws://?region_name=eu-west-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
}
CLIENTS = {"glue": "glue", "emr-serverless": "emr-serverless"}

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.skipif(not PYTHON.exists(), reason="needs Airflow: make airflow"),
]


def definitions(graph: Graph) -> list[Resource]:
    return [
        resource
        for resource in graph.of_type("aws:s3/bucketObjectv2:BucketObjectv2")
        if resource.inputs["key"].startswith("workflows/")
    ]


WRONG = {
    "operator": ("operators.glue.GlueJobOperator", "operators.glue.NoOperator", "NoOperator"),
    "argument": ("  job_name:", "  job_nam:", "job_nam"),
    "template": ("{{ params.date or ds }}", "{{ params.day or ds }}", "day"),
    "circle": ("retries: 2", "retries: 2\n      dependencies: [ward-load__run]", "ycle"),
}
"""Changes to a definition: what, to what, and a word of what Airflow says of it."""


@pytest.fixture(scope="module")
def written(every_graph: list[Graph]) -> dict[str, str]:
    """The text of every definition, by the workflow's name."""
    return {
        Path(each.inputs["key"]).stem: each.inputs["content"]
        for graph in every_graph
        for each in definitions(graph)
    }


@pytest.fixture(scope="module")
def told(written: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What Airflow says of every definition, and of wrong ones: to load it takes some seconds."""
    folder = tmp_path_factory.mktemp("airflow")
    right = written["maslow-airflow-workflow-ward-load"]
    texts = written | {name: right.replace(old, new) for name, (old, new, _) in WRONG.items()}
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    done = subprocess.run(
        [PYTHON, Path(__file__).with_name("load_dags.py"), *sorted(folder.glob("*.yaml"))],
        env={**ENVIRONMENT, "AIRFLOW_HOME": str(folder), "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def dags(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """What Airflow has made of each definition, by its name."""
    return {dag["id"]: dag for dag in told["dags"]}


def test_airflow_makes_a_dag_of_every_workflow(
    written: dict[str, str], dags: dict[str, dict[str, Any]]
) -> None:
    assert written
    assert dags.keys() == written.keys()


def test_the_jobs_of_a_chain_run_one_after_the_other_with_rules_between(
    dags: dict[str, dict[str, Any]],
) -> None:
    dag = dags["maslow-airflow-workflow-visits"]
    assert len(dag["schedule"].split()) == 5
    assert dag["params"] == {"date": ""}
    order = ["visits__start", "visits__await", "visits__check0", "stays__start", "stays__await"]
    assert list(dag["tasks"]) == order
    assert [task["after"] for task in dag["tasks"].values()] == [
        [],
        *([name] for name in order[:-1]),
    ]


def test_a_task_keeps_to_what_mwaa_serverless_takes(dags: dict[str, dict[str, Any]]) -> None:
    for dag in dags.values():
        for name, task in dag["tasks"].items():
            assert task["timeout_seconds"] <= TASK_MINUTES * 60, name
            assert 0 <= task["retries"] <= TASK_RETRIES, name
            assert 0 <= task["retry_seconds"] <= 300, name


def test_a_run_is_told_its_day_and_followed(dags: dict[str, dict[str, Any]]) -> None:
    visits = dags["maslow-airflow-workflow-visits"]["tasks"]
    driver = visits["visits__start"]["fields"]["job_driver"]["sparkSubmit"]
    told = driver["entryPointArguments"]
    assert told[told.index("--date") + 1] == "2026-01-31"
    assert visits["visits__await"]["fields"]["job_run_id"] == "returned by visits__start"
    wards = dags["maslow-airflow-workflow-ward-load"]["tasks"]["ward-load__run"]
    assert wards["fields"]["script_args"] == {"--date": "2026-01-31"}


def test_the_role_of_a_workflow_may_call_what_its_operators_call_and_no_more(
    dags: dict[str, dict[str, Any]], every_graph: list[Graph]
) -> None:
    """Beside that it may tag runs, end those of Glue, hand roles on, write a log and use a key."""
    beside = {
        "emr-serverless:TagResource",
        "emr-serverless:StartApplication",
        "glue:BatchStopJobRun",
        "glue:GetJobRuns",
        "glue:GetDataQualityResult",
        "iam:PassRole",
        "kms:*",
        "logs:*",
    }
    for name, dag in dags.items():
        called = {
            action_of(CLIENTS[service], operation)
            for task in dag["tasks"].values()
            for service, _, operation in (call.partition(":") for call in task["calls"])
        }
        assert called
        allowed = {
            action
            for graph in every_graph
            for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
            if policy.name == f"{name}-as-workflow"
            for statement in json.loads(policy.inputs["policy"])["Statement"]
            for action in statement["Action"]
        }
        assert called <= allowed, name
        more = {
            action
            for action in allowed - called
            if not any(fnmatchcase(action, known) for known in beside)
        }
        assert more == set(), name


@pytest.mark.parametrize("change", WRONG)
def test_airflow_refuses_a_definition_that_is_wrong(change: str, told: dict[str, Any]) -> None:
    assert WRONG[change][-1] in told["refused"][change]


def test_airflow_refuses_no_other(told: dict[str, Any]) -> None:
    assert told["refused"].keys() == WRONG.keys()
