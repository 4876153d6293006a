"""What `maslow model` and `maslow job` ask of AWS is allowed to the personas that they are for."""

import json
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import ClientError

from catalog.services import action_of
from embedded.cloud import Cloud
from infra import jobs
from infra.errors import InputError
from infra.models import decisions, lineage, logs, reports, runs, turns
from infra.models.place import Place
from infra.models.registry import versions
from infra.naming import Names
from infra.project import Project
from tests.components.foundation.access.test_personas import allowed
from tests.infra.models.test_endpoints import configuration

MODEL, JOB = "readmission", "visits"


class Asked:
    """A place whose clients tell of each operation that they are asked for."""

    def __init__(self, cloud: Cloud, project: Project, environment: str = "dev") -> None:
        self.actions: set[str] = set()

        @cache
        def client(service: str) -> Any:
            made = cloud.client(service)
            made.meta.events.register(
                f"provide-client-params.{made.meta.service_model.service_id.hyphenize()}.*",
                self._hears,
            )
            return made

        self.place = Place(Names("maslow", environment), project.stack(environment), client)

    def _hears(self, model: Any, **_: Any) -> None:
        service = model.service_model.service_name
        self.actions.add(action_of(service, model.name))


@pytest.fixture
def asked(cloud: Cloud, project: Project, register: Callable[..., str]) -> Asked:
    package = register("Approved")
    register("PendingManualApproval")
    name = configuration(cloud, 1, package)
    with suppress(ClientError):
        cloud.client("sagemaker").create_endpoint(
            EndpointName=f"maslow-dev-{MODEL}", EndpointConfigName=name
        )
    for what in (f"{MODEL}-loop", f"job-{JOB}"):
        cloud.client("stepfunctions").create_state_machine(
            name=f"maslow-dev-{what}-machine-0a1b2c3",
            definition='{"StartAt": "End", "States": {"End": {"Type": "Succeed"}}}',
            roleArn="arn:aws:iam::123456789012:role/machine",
        )
    cloud.client("logs").create_log_group(logGroupName=f"maslow-dev-job-{JOB}-runs-0a1b2c3")
    return Asked(cloud, project)


def actions(persona: str) -> set[str]:
    return {action for action, _ in allowed(persona)}


def test_an_ml_engineer_may_do_all_that_is_asked_of_models(asked: Asked) -> None:
    place = asked.place
    reports.listed(place)
    reports.status(place, MODEL)
    reports.why(place, MODEL, None)
    lineage.lineage(place, MODEL, None)
    runs.runs(place, MODEL, 5)
    for source in logs.sources(place, MODEL):
        logs.read(place, source, 10)
    started = turns.start(place, MODEL, "because")
    started.look()
    started.doing()
    decision = decisions.to_approve(MODEL, versions(place, MODEL), None, again=False)
    decisions.keep(place, decision, "because")
    assert "states:StartExecution" in asked.actions
    assert "sagemaker:UpdateModelPackage" in asked.actions
    assert asked.actions - actions("ml-engineer") == set()


def test_a_data_scientist_sees_and_trains_models_and_approves_none(asked: Asked) -> None:
    place = asked.place
    reports.listed(place)
    reports.status(place, MODEL)
    reports.why(place, MODEL, None)
    turns.start(place, MODEL, "because").look()
    assert asked.actions - actions("data-scientist") == set()
    assert "sagemaker:UpdateModelPackage" not in actions("data-scientist")


def test_a_data_engineer_runs_jobs_and_reads_what_they_print(asked: Asked) -> None:
    place = asked.place
    jobs.listed(place)
    jobs.start(place, JOB, "because", None).look()
    jobs.logs(place, JOB, 10)
    with pytest.raises(InputError):
        jobs.job_of(place.stack, "none")
    assert "states:StartExecution" in asked.actions
    assert asked.actions - actions("data-engineer") == set()


@pytest.fixture
def workflow(cloud: Cloud) -> str:
    """The name of a job that a workflow of Airflow runs in the stack `airflow`."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "airflow-serverless.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = cloud.client("iam").create_role(
        RoleName="workflow", AssumeRolePolicyDocument=json.dumps(trust)
    )
    glue = "airflow.providers.amazon.aws.operators.glue.GlueJobOperator"
    text = json.dumps({"wards": {"tasks": {"run": {"operator": glue, "job_name": "none"}}}})
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="flows", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="flows", Key="wards.yaml", Body=text.encode())
    cloud.client("mwaa-serverless").create_workflow(
        Name="maslow-airflow-workflow-ward-load",
        DefinitionS3Location={"Bucket": "flows", "ObjectKey": "wards.yaml"},
        RoleArn=role["Role"]["Arn"],
    )
    return "ward-load"


def test_a_data_engineer_runs_workflows_of_airflow(
    cloud: Cloud, project: Project, workflow: str
) -> None:
    asked = Asked(cloud, project, "airflow")
    started = jobs.start(asked.place, workflow, "because", None)
    started.look()
    started.doing()
    jobs.listed(asked.place)
    assert "airflow-serverless:StartWorkflowRun" in asked.actions
    assert asked.actions - actions("data-engineer") == set()
