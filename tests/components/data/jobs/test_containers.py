"""The machine of a job that EMR runs in a namespace, with runs that end as the tests say."""

import json
import time
import uuid

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from cfnlint.api import lint
from moto.core.responses import ActionResult
from moto.emrcontainers.responses import EMRContainersResponse

from components.common.pod_identity import pod_trust
from components.data.jobs.containers import container_machine, container_runs
from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/job"
CLUSTER = "arn:aws:emr-containers:eu-west-1:123456789012:/virtualclusters/abc123"
SECONDS = 20
ARGS = {
    "job": "visits",
    "release": "emr-7.12.0",
    "virtual_cluster_id": "abc123",
    "role_arn": ROLE,
    "script_uri": "s3://artifacts/jobs/visits/main.py",
    "inputs": {"raw.visits": "s3://raw/visits/"},
    "outputs": {"curated.visits": "s3://curated/visits/"},
    "arguments": {"days": "7"},
    "max_vcpu": 16,
    "max_minutes": 60,
    "retries": 1,
    "log_group": "visits-runs",
    "tags": {"maslow:need": "data"},
    "starts": [],
}


class Runs:
    """Runs of EMR on EKS, which end when the tests let them."""

    def __init__(self, monkeypatch):
        self.requests, self.states, self.cancelled = [], [], []

        def start(response):
            self.requests.append(json.loads(response.body))
            self.states.append("RUNNING")
            return ActionResult({"id": str(len(self.states) - 1), "virtualClusterId": "abc123"})

        def look(response):
            state = self.states[int(response._get_param("id"))]
            failed = {"stateDetails": "a column is missing", "failureReason": "USER_ERROR"}
            return ActionResult({"jobRun": {"state": state, **(failed if "F" in state else {})}})

        def cancel(response):
            self.cancelled.append(response._get_param("id"))
            return ActionResult({"id": response._get_param("id"), "virtualClusterId": "abc123"})

        monkeypatch.setattr(EMRContainersResponse, "start_job_run", start)
        monkeypatch.setattr(EMRContainersResponse, "describe_job_run", look)
        monkeypatch.setattr(EMRContainersResponse, "cancel_job_run", cancel)


class Machine:
    def __init__(self, cloud, **changes):
        self._cloud, self._states = cloud, cloud.client("stepfunctions")
        self.arn = self._states.create_state_machine(
            name=f"job-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(container_machine({**ARGS, **changes})),
            roleArn=ROLE,
        )["stateMachineArn"]

    def start(self, **told):
        return self._states.start_execution(stateMachineArn=self.arn, input=json.dumps(told))[
            "executionArn"
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
            found = self._states.describe_execution(executionArn=execution)
            return found if found["status"] != "RUNNING" else None

        return self.until(is_over)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        yield running


@pytest.fixture
def runs(monkeypatch, cloud):
    return Runs(monkeypatch)


@pytest.mark.parametrize("starts", [[], ["arn:aws:states:eu-west-1:1:stateMachine:later"]])
def test_the_machine_is_one_that_step_functions_takes(starts):
    definition = container_machine({**ARGS, "starts": starts})
    machine = {
        "Type": "AWS::StepFunctions::StateMachine",
        "Properties": {"RoleArn": ROLE, "Definition": definition},
    }
    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []


def test_a_run_is_asked_for_as_emr_takes_it(cloud, runs):
    machine = Machine(cloud)
    execution = machine.start(cause="person", date="2026-01-31")
    machine.until(lambda: runs.requests)
    (request,) = runs.requests
    shape = get_session().get_service_model("emr-containers").operation_model("StartJobRun")
    asked = {**request, "virtualClusterId": "abc123"}
    assert ParamValidator().validate(asked, shape.input_shape).generate_report() == ""
    assert request["releaseLabel"] == "emr-7.12.0-latest"
    submit = request["jobDriver"]["sparkSubmitJobDriver"]
    assert submit["entryPointArguments"] == [
        *("--input", "raw.visits=s3://raw/visits/"),
        *("--output", "curated.visits=s3://curated/visits/"),
        *("--date", "2026-01-31", "--days", "7"),
    ]
    monitoring = request["configurationOverrides"]["monitoringConfiguration"]
    assert monitoring == {
        "persistentAppUI": "DISABLED",
        "cloudWatchMonitoringConfiguration": {"logGroupName": "visits-runs"},
    }
    assert len(request["clientToken"]) <= 64
    runs.states[0] = "COMPLETED"
    found = machine.ended(execution)
    assert json.loads(found["output"]) == {"outcome": "done", "reason": "it ran", "run": "0"}


def test_a_worker_fits_a_node_of_four_processors(cloud, runs):
    machine = Machine(cloud)
    execution = machine.start()
    machine.until(lambda: runs.requests)
    words = runs.requests[0]["jobDriver"]["sparkSubmitJobDriver"]["sparkSubmitParameters"].split()
    settings = dict(word.split("=", 1) for word in words if word != "--conf")
    assert settings["spark.dynamicAllocation.maxExecutors"] == "3"
    for kind in ("driver", "executor"):
        memory = int(settings[f"spark.{kind}.memory"].removesuffix("g")) * 1024
        overhead = int(settings[f"spark.{kind}.memoryOverhead"].removesuffix("m"))
        cores = int(settings[f"spark.kubernetes.{kind}.request.cores"].removesuffix("m"))
        # Beside it there are the container for logs, of 250m and 512 MiB, and what the kubelet
        # keeps of a node of 4 vCPUs and 16 GiB: 80m, and some 2.2 GiB with the machine's own.
        assert cores + 250 <= 4000 - 80
        assert memory + overhead + 512 <= 16 * 1024 - 2.2 * 1024
    runs.states[0] = "COMPLETED"
    machine.ended(execution)


def test_a_run_that_fails_is_tried_again_and_fails_the_execution_with_its_reason(cloud, runs):
    machine = Machine(cloud)
    execution = machine.start(cause="schedule")
    machine.until(lambda: runs.requests)
    runs.states[0] = "FAILED"
    machine.until(lambda: len(runs.requests) == 2)
    runs.states[1] = "FAILED"
    found = machine.ended(execution)
    assert (found["status"], found["error"]) == ("FAILED", "RunFailed")
    assert found["cause"] == "the run 1 of visits is failed: a column is missing, USER_ERROR"
    assert len({one["clientToken"] for one in runs.requests}) == 2


def test_a_try_that_succeeds_is_enough(cloud, runs):
    machine = Machine(cloud)
    execution = machine.start()
    machine.until(lambda: runs.requests)
    runs.states[0] = "FAILED"
    machine.until(lambda: len(runs.requests) == 2)
    runs.states[1] = "COMPLETED"
    assert json.loads(machine.ended(execution)["output"])["run"] == "1"


def test_a_run_that_takes_too_long_is_cancelled(cloud, runs):
    machine = Machine(cloud, max_minutes=5)
    found = machine.ended(machine.start())
    assert found["cause"] == ("the run 0 of visits is timed out: it did not end within 5 minutes")
    assert runs.cancelled == ["0"]
    assert len(runs.requests) == 1


def test_a_machine_starts_runs_of_its_own_role_alone():
    start, others = container_runs(CLUSTER, ROLE)
    assert start["Condition"] == {"StringEquals": {"emr-containers:ExecutionRoleArn": ROLE}}
    assert start["Resource"] == [CLUSTER]
    assert others["Resource"] == [f"{CLUSTER}/jobruns/*"]


def test_names_of_service_accounts_are_equal_unless_they_are_patterns():
    asked = {"cluster_arn": "arn", "namespace": "oncology"}
    exact = pod_trust(**asked, service_accounts=["one"])["Statement"][0]["Condition"]
    account = "aws:RequestTag/kubernetes-service-account"
    assert exact["StringEquals"][account] == ["one"]
    loose = pod_trust(**asked, service_accounts=["emr-*"])["Statement"][0]["Condition"]
    assert loose["StringLike"] == {account: ["emr-*"]}
    assert loose["StringEquals"]["aws:RequestTag/kubernetes-namespace"] == "oncology"
