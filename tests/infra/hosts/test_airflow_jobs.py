"""Jobs that Airflow runs, on the embedded AWS: from a person's start to what the chain has left."""

import json
from datetime import date

import pytest

from embedded.cloud import Cloud
from infra import jobs
from infra.errors import InputError, WorkError
from infra.hosts.session import session
from infra.models.place import Place
from infra.models.turns import follow
from infra.naming import Names
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

VISITS = {
    "name": "visits",
    "script": "templates/jobs/clean.py",
    "on": {"schedule": "daily"},
    "reads": ["raw.visits"],
    "writes": ["curated.visits"],
    "arguments": {"id": "visit_id", "event-time": "visited_at"},
    "max_minutes": 60,
    "retries": 0,
}
STAYS = {
    **VISITS,
    "name": "stays",
    "on": {"after": "visits"},
    "writes": ["curated.stays"],
    "arguments": {"id": "none", "event-time": "visited_at"},
}
SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "orchestration": "mwaa-serverless",
    "jobs": [VISITS, STAYS],
}
ARRIVED = """visit_id,visited_at,age
a,2026-01-01T06:00:00Z,40
b,2026-01-02T06:00:00Z,50
"""
DAY = date(2026, 1, 31)


class Lake:
    """An environment of a chain, of which the second job asks for a column that is not there."""

    def __init__(self, cloud, project):
        self.cloud = cloud
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        self.place = Place(Names(project.name, "dev"), stack, cloud.client)
        self.before = jobs.listed(self.place)
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs
            self.same = up(stack).changes
            shorter = {**SETTINGS, "jobs": [{**VISITS, "max_minutes": 50}, STAYS]}
            self.changed = up(from_config(shorter, "eu-west-1", "dev")).changes
        self.zones = self.outputs["zones"]
        cloud.client("s3").put_object(Bucket=self.zones["raw"], Key="visits/1.csv", Body=ARRIVED)

    def keys(self, prefix):
        listed = self.cloud.client("s3").list_objects_v2(
            Bucket=self.zones["curated"], Prefix=prefix
        )
        return [one["Key"] for one in listed.get("Contents", [])]


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        yield Lake(running, project)


def test_a_chain_is_one_workflow_that_is_there_and_stays_as_it_is(lake):
    (flow,) = lake.cloud.client("mwaa-serverless").list_workflows()["Workflows"]
    assert lake.outputs["workflows"] == {"visits": flow["Name"], "stays": flow["Name"]}
    assert "jobs" not in lake.outputs
    assert set(lake.same) == {"same"}


def test_a_changed_job_is_a_new_version_of_its_workflow(lake):
    airflow = lake.cloud.client("mwaa-serverless")
    (flow,) = airflow.list_workflows()["Workflows"]
    found = airflow.get_workflow(WorkflowArn=flow["WorkflowArn"])
    assert "executionTimeoutMinutes: 50" in found["WorkflowDefinition"]
    assert (
        len(airflow.list_workflow_versions(WorkflowArn=flow["WorkflowArn"])["WorkflowVersions"])
        == 2
    )
    assert set(lake.changed) == {"same", "update"}


def test_before_they_are_there_jobs_are_listed_and_not_started(lake, project):
    assert [one["runs"] for one in lake.before] == [[], []]
    stack = from_config(SETTINGS, "eu-west-1", "other")
    elsewhere = Place(Names(project.name, "other"), stack, lake.cloud.client)
    with pytest.raises(InputError, match="visits is not there yet"):
        jobs.start(elsewhere, "visits", "because", None)


def test_a_job_that_comes_after_another_runs_with_it_alone(lake):
    with pytest.raises(InputError, match="stays runs in the workflow of visits"):
        jobs.start(lake.place, "stays", "because", None)


def test_a_chain_is_run_for_a_day_and_tells_which_job_has_failed(lake):
    started = jobs.start(lake.place, "visits", "because", DAY)
    with pytest.raises(WorkError, match=r"ended as FAILED: .*stays__await"):
        follow(lake.place, started, lambda _: None)
    assert any(key.endswith(".parquet") for key in lake.keys("visits/"))
    assert lake.keys("stays/") == []
    emr = lake.cloud.client("emr-serverless")
    (application,) = emr.list_applications()["applications"]
    runs = emr.list_job_runs(applicationId=application["id"])["jobRuns"]
    assert {run["name"]: run["state"] for run in runs} == {"visits": "SUCCESS", "stays": "FAILED"}
    for each in runs:
        run = emr.get_job_run(applicationId=application["id"], jobRunId=each["id"])["jobRun"]
        told = run["jobDriver"]["sparkSubmit"]["entryPointArguments"]
        assert told[told.index("--date") + 1] == DAY.isoformat()
    (listed, other) = jobs.listed(lake.place)
    assert [one["status"] for one in listed["runs"]] == ["FAILED"]
    assert other["runs"] == listed["runs"]
    out, _ = jobs.logs(lake.place, "visits", 10)
    assert out["lines"] == ["2 records in 2 days, 0 set aside"]


def test_the_rule_on_workflows_tells_the_topic(lake):
    """Its target is the topic of warnings, and its pattern meets the event that was sent."""
    events = lake.cloud.client("events")
    (rule,) = [one for one in events.list_rules()["Rules"] if "workflows-failed" in one["Name"]]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert ":maslow-dev-" in target["Arn"]
    assert "warning" in target["Arn"]
    sent = {
        "id": "1",
        "source": "aws.airflow-serverless",
        "detail-type": "MWAA Serverless Workflow Run Failed",
        "account": "123456789012",
        "time": "2026-01-31T00:00:00Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": {},
    }
    asked = {"EventPattern": rule["EventPattern"], "Event": json.dumps(sent)}
    assert events.test_event_pattern(**asked)["Result"]
