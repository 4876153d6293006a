"""The machine of a job, executed on the embedded AWS with runs that end as the tests say."""

import json
import time
import uuid

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from cfnlint.api import lint
from moto.core.responses import ActionResult
from moto.emrserverless.responses import EMRServerlessResponse

from components.data.jobs.machine import LOOKS, poll_seconds
from components.data.jobs.serverless import executors, serverless_machine
from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/job"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECONDS = 20
ARGS = {
    "job": "visits",
    "application_id": "00f1r5vq7dlr5g09",
    "role_arn": ROLE,
    "script_uri": "s3://artifacts/jobs/visits/main.py",
    "inputs": {"raw.visits": "s3://raw/visits/"},
    "outputs": {"curated.visits": "s3://curated/visits/"},
    "arguments": {"days": "7", "strict": "true"},
    "max_vcpu": 16,
    "max_minutes": 60,
    "retries": 1,
    "log_group": "visits-runs",
    "log_key_arn": KEY,
    "disk_key_arn": KEY,
    "tags": {"maslow:need": "data"},
    "starts": [],
}


class Runs:
    """Runs of EMR Serverless, which end when the tests let them."""

    def __init__(self, monkeypatch):
        self.requests, self.states, self.details = [], [], ""

        def start(response):
            body = json.loads(response.body)
            self.requests.append(body)
            self.states.append("RUNNING")
            id_ = str(len(self.states) - 1)
            return ActionResult({"applicationId": "a", "jobRunId": id_, "arn": "arn"})

        def look(response):
            state = self.states[int(response._get_param("jobRunId"))]
            return ActionResult({"jobRun": {"state": state, "stateDetails": self.details}})

        monkeypatch.setattr(EMRServerlessResponse, "start_job_run", start)
        monkeypatch.setattr(EMRServerlessResponse, "get_job_run", look)


class Machine:
    def __init__(self, cloud, **changes):
        self._cloud, self.states = cloud, cloud.client("stepfunctions")
        created = self.states.create_state_machine(
            name=f"job-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(serverless_machine({**ARGS, **changes})),
            roleArn=ROLE,
        )
        self.arn = created["stateMachineArn"]

    def start(self, **told):
        started = self.states.start_execution(stateMachineArn=self.arn, input=json.dumps(told))
        return started["executionArn"]

    def described(self, execution):
        return self.states.describe_execution(executionArn=execution)

    def path(self, execution):
        history = self.states.get_execution_history(executionArn=execution)["events"]
        return [
            event["stateEnteredEventDetails"]["name"]
            for event in history
            if "stateEnteredEventDetails" in event
        ]

    def until(self, happened):
        waited = time.monotonic()
        while not (found := happened()):
            assert time.monotonic() - waited < SECONDS
            self._cloud.advance(20)
            time.sleep(0.05)
        return found

    def ended(self, execution):
        def is_over():
            found = self.described(execution)
            return found if found["status"] != "RUNNING" else None

        return self.until(is_over)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def runs(monkeypatch, cloud):
    return Runs(monkeypatch)


@pytest.mark.parametrize(
    "changes", [{}, {"starts": [f"arn:aws:states:eu-west-1:1:stateMachine:{n}" for n in "ab"]}]
)
def test_the_machine_is_one_that_step_functions_takes(changes):
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": serverless_machine({**ARGS, **changes})},
    }
    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []


def test_looks_at_the_longest_run_keep_within_the_history_of_an_execution():
    for minutes, retries in ((5, 0), (60, 1), (10_080, 9)):
        looks = minutes * 60 * (retries + 1) / poll_seconds(minutes, retries)
        assert looks <= LOOKS
        assert looks * 15 < 25_000


def test_a_run_is_asked_for_as_emr_takes_it(cloud, runs):
    machine = Machine(cloud)
    execution = machine.start(cause="person", date="2026-01-31")
    machine.until(lambda: runs.requests)
    (request,) = runs.requests
    shape = get_session().get_service_model("emr-serverless").operation_model("StartJobRun")
    asked = {**request, "applicationId": ARGS["application_id"]}
    assert ParamValidator().validate(asked, shape.input_shape).generate_report() == ""
    submit = request["jobDriver"]["sparkSubmit"]
    assert submit["entryPoint"] == ARGS["script_uri"]
    assert submit["entryPointArguments"] == [
        *("--input", "raw.visits=s3://raw/visits/"),
        *("--output", "curated.visits=s3://curated/visits/"),
        *("--date", "2026-01-31", "--days", "7", "--strict", "true"),
    ]
    assert "spark.dynamicAllocation.maxExecutors=3" in submit["sparkSubmitParameters"]
    assert request["retryPolicy"] == {"maxAttempts": 2}
    assert len(request["clientToken"]) <= 64
    runs.states[0] = "SUCCESS"
    found = machine.ended(execution)
    assert json.loads(found["output"]) == {"outcome": "done", "reason": "it ran", "run": "0"}


def test_without_a_date_it_is_the_day_of_the_start(cloud, runs):
    machine = Machine(cloud)
    execution = machine.start()
    machine.until(lambda: runs.requests)
    told = runs.requests[0]["jobDriver"]["sparkSubmit"]["entryPointArguments"]
    began = machine.described(execution)["startDate"]
    assert told[told.index("--date") + 1] == f"{began:%Y-%m-%d}"
    runs.states[0] = "SUCCESS"
    machine.ended(execution)


@pytest.mark.parametrize("state", ["FAILED", "CANCELLED"])
def test_a_run_that_fails_fails_the_execution_with_its_reason(cloud, runs, state):
    machine = Machine(cloud)
    execution = machine.start(cause="schedule")
    machine.until(lambda: runs.requests)
    runs.details, runs.states[0] = "Job failed: a column is missing", state
    found = machine.ended(execution)
    assert (found["status"], found["error"]) == ("FAILED", "RunFailed")
    assert found["cause"] == (
        f"the run 0 of visits is {state.lower()}: Job failed: a column is missing"
    )


def test_runs_come_one_after_the_other_and_a_burst_of_arrivals_is_two(cloud, runs):
    machine = Machine(cloud)
    first = machine.start(cause="arrival")
    machine.until(lambda: runs.requests)
    second = machine.start(cause="arrival")
    machine.until(lambda: "AwaitOther" in machine.path(second))
    third = machine.start(cause="arrival")
    assert json.loads(machine.ended(third)["output"])["outcome"] == "covered"
    assert len(runs.requests) == 1
    runs.states[0] = "SUCCESS"
    machine.ended(first)
    machine.until(lambda: len(runs.requests) == 2)
    runs.states[1] = "SUCCESS"
    assert json.loads(machine.ended(second)["output"])["outcome"] == "done"


def test_those_after_it_start_once_it_has_succeeded_with_its_date(cloud, runs):
    later = [Machine(cloud, job=name) for name in ("later", "other")]
    machine = Machine(cloud, starts=[one.arn for one in later])
    execution = machine.start(date="2026-01-31")
    machine.until(lambda: runs.requests)
    runs.states[0] = "SUCCESS"
    machine.ended(execution)
    machine.until(lambda: len(runs.requests) == 3)
    assert {one["name"] for one in runs.requests[1:]} == {"later", "other"}
    for one in later:
        (started,) = one.states.list_executions(stateMachineArn=one.arn)["executions"]
        told = json.loads(one.described(started["executionArn"])["input"])
        assert told == {"cause": "job", "reason": "visits has run", "date": "2026-01-31"}
    runs.states[1:] = ["SUCCESS", "SUCCESS"]
    for one in later:
        (started,) = one.states.list_executions(stateMachineArn=one.arn)["executions"]
        assert one.ended(started["executionArn"])["status"] == "SUCCEEDED"


def test_the_driver_is_one_of_the_workers():
    assert executors(8) == 1
    assert executors(16) == 3
