"""The machine of a job of Glue, executed on the embedded AWS with runs that the tests end."""

import json
import time
import uuid

import pytest
from cfnlint.api import lint
from moto.core.responses import ActionResult
from moto.glue.responses import GlueResponse

from components.data.jobs.glue import glue_machine, script_arguments
from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/job"
SECONDS = 60
ARGS = {"job": "visits", "glue_job": "visits-1", "max_minutes": 60, "retries": 1, "starts": []}


class Runs:
    """Runs of Glue, each of which ends as the next of `ends` says."""

    def __init__(self, monkeypatch):
        self.requests, self.ends = [], []

        def start(response):
            self.requests.append(json.loads(response.body))
            return ActionResult({"JobRunId": f"jr_{len(self.requests)}"})

        def look(response):
            id_ = response._get_param("RunId")
            state, said = self.ends[int(id_.removeprefix("jr_")) - 1]
            run = {"Id": id_, "JobRunState": state, "JobName": "visits-1"}
            return ActionResult({"JobRun": run | ({"ErrorMessage": said} if said else {})})

        monkeypatch.setattr(GlueResponse, "start_job_run", start)
        monkeypatch.setattr(GlueResponse, "get_job_run", look)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def runs(monkeypatch, cloud):
    return Runs(monkeypatch)


@pytest.fixture
def ended(cloud, runs):
    """How an execution of the machine ends, whose runs end so."""

    def execute(*ends, told=None, **changes):
        runs.ends = list(ends)
        states = cloud.client("stepfunctions")
        machine = states.create_state_machine(
            name=f"job-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(glue_machine({**ARGS, **changes})),
            roleArn=ROLE,
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps(told or {}))
        waited = time.monotonic()
        while True:
            found = states.describe_execution(executionArn=execution["executionArn"])
            if found["status"] != "RUNNING":
                return found
            assert time.monotonic() - waited < SECONDS
            cloud.advance(20)
            time.sleep(0.05)

    return execute


@pytest.mark.parametrize(
    "changes", [{}, {"starts": [f"arn:aws:states:eu-west-1:1:stateMachine:{n}" for n in "ab"]}]
)
def test_the_machine_is_one_that_step_functions_takes(changes):
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": glue_machine({**ARGS, **changes})},
    }
    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []


def test_a_run_is_waited_for_and_told_its_day(runs, ended):
    found = ended(("SUCCEEDED", ""), told={"date": "2026-01-31"})
    assert json.loads(found["output"]) == {"outcome": "done", "reason": "it ran", "run": "jr_1"}
    (asked,) = runs.requests
    assert asked == {"JobName": "visits-1", "Arguments": {"--date": "2026-01-31"}}


def test_a_run_that_fails_is_tried_again_and_then_told_with_its_reason(runs, ended):
    found = ended(("FAILED", "no memory"), ("FAILED", "a column is missing"))
    assert (found["status"], found["error"]) == ("FAILED", "RunFailed")
    assert found["cause"] == "the run jr_2 of visits is failed: a column is missing"
    assert len(runs.requests) == 2


def test_a_run_that_a_person_stops_is_not_done(runs, ended):
    found = ended(("STOPPED", ""))
    assert found["cause"] == "the run jr_1 of visits is stopped: "


def test_a_job_that_is_not_there_is_told(cloud, monkeypatch, ended):
    monkeypatch.undo()
    found = ended(retries=0)
    assert found["cause"].startswith(
        "the run none of visits is not started: Glue.EntityNotFoundException: Job visits-1"
    )


def test_places_share_an_option_for_glue_takes_each_once():
    told = script_arguments(
        {"raw.visits": "s3://raw/visits/", "raw.wards": "s3://raw/wards/"},
        {"curated.visits": "s3://curated/visits/"},
        {"days": "7"},
    )
    assert told == {
        "--input": "raw.visits=s3://raw/visits/,raw.wards=s3://raw/wards/",
        "--output": "curated.visits=s3://curated/visits/",
        "--days": "7",
    }


def test_a_job_that_writes_no_place_is_told_of_none():
    told = script_arguments({"raw.visits": "s3://raw/visits/"}, {}, {"group": "visits-v1"})
    assert told == {"--input": "raw.visits=s3://raw/visits/", "--group": "visits-v1"}
