"""The machine of a job on clusters, executed on the embedded AWS with steps that the tests end."""

import json
import time
import uuid

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator
from cfnlint.api import lint
from moto.core.responses import ActionResult
from moto.emr.exceptions import InvalidRequestException
from moto.emr.responses import ElasticMapReduceResponse

from components.data.jobs.cluster import cluster_machine, cluster_request, step_request
from embedded.cloud import Cloud

ROLE = "arn:aws:iam::123456789012:role/job"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECONDS = 60
ARGS = {
    "job": "visits",
    "name": "maslow-dev-job-visits",
    "release": "emr-7.12.0",
    "service_role_arn": "arn:aws:iam::123456789012:role/emr",
    "instance_profile": "visits-nodes",
    "security_configuration": "clusters",
    "subnet_ids": ["subnet-1", "subnet-2"],
    "nodes_group_id": "sg-1",
    "service_group_id": "sg-2",
    "workload_group_id": "sg-3",
    "log_uri": "s3://logs/visits/",
    "log_key_arn": KEY,
    "idle_minutes": 10,
    "instances": {"m7g.xlarge": 4, "m7g.2xlarge": 8},
    "spot_percent": 80,
    "script_uri": "s3://artifacts/jobs/visits/main.py",
    "inputs": {"raw.visits": "s3://raw/visits/"},
    "outputs": {"curated.visits": "s3://curated/visits/"},
    "arguments": {"days": "7"},
    "max_vcpu": 64,
    "max_minutes": 60,
    "retries": 1,
    "tags": {"maslow:need": "data"},
    "starts": [],
}
EMR = get_session().get_service_model("emr")


class Steps:
    """Steps of EMR, each of which is as the next of `ends` says, and runs where none does."""

    def __init__(self, monkeypatch):
        self.added, self.ends = [], []

        def add(response):
            self.added.append(json.loads(response.body))
            return ActionResult({"StepIds": [f"s-{len(self.added)}"]})

        def look(response):
            number = int(json.loads(response.body)["StepId"].removeprefix("s-")) - 1
            state, said = self.ends[number] if number < len(self.ends) else ("RUNNING", "")
            if state == "GONE":
                raise InvalidRequestException(said)
            status = {"State": state} | ({"FailureDetails": {"Message": said}} if said else {})
            return ActionResult({"Step": {"Id": f"s-{number + 1}", "Status": status}})

        monkeypatch.setattr(ElasticMapReduceResponse, "add_job_flow_steps", add)
        monkeypatch.setattr(ElasticMapReduceResponse, "describe_step", look)


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        running.client("emr").create_security_configuration(
            Name="clusters", SecurityConfiguration="{}"
        )
        yield running


@pytest.fixture
def steps(monkeypatch, cloud):
    return Steps(monkeypatch)


def clusters(cloud):
    """The state of every cluster by its id."""
    listed = cloud.client("emr").list_clusters()["Clusters"]
    return {one["Id"]: one["Status"]["State"] for one in listed}


@pytest.fixture
def ended(cloud, steps):
    """How an execution of the machine ends, whose steps end so."""

    def execute(*ends, told=None, stop=False, **changes):
        steps.ends = list(ends)
        states = cloud.client("stepfunctions")
        machine = states.create_state_machine(
            name=f"job-{uuid.uuid4().hex[:8]}",
            definition=json.dumps(cluster_machine({**ARGS, **changes})),
            roleArn=ROLE,
        )["stateMachineArn"]
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps(told or {}))
        waited = time.monotonic()
        while True:
            found = states.describe_execution(executionArn=execution["executionArn"])
            if found["status"] != "RUNNING":
                return found
            if stop and steps.added:
                states.stop_execution(executionArn=execution["executionArn"])
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
        "Properties": {"RoleArn": ROLE, "Definition": cluster_machine({**ARGS, **changes})},
    }
    assert lint(json.dumps({"Resources": {"Machine": machine}}), regions=["eu-west-1"]) == []


@pytest.mark.parametrize(
    "changes", [{}, {"spot_percent": 0}, {"max_vcpu": 8, "instances": {"m7g.xlarge": 4}}]
)
def test_a_cluster_and_a_step_are_asked_for_as_emr_takes_them(changes):
    args = {**ARGS, **changes}
    shape = EMR.operation_model("RunJobFlow").input_shape
    assert ParamValidator().validate(cluster_request(args), shape).generate_report() == ""
    shape = EMR.operation_model("AddJobFlowSteps").input_shape
    asked = {"JobFlowId": "j-1", "Steps": [step_request(args)]}
    assert ParamValidator().validate(asked, shape).generate_report() == ""


def test_the_script_is_told_its_places_and_its_day(steps, ended):
    found = ended(("COMPLETED", ""), told={"date": "2026-01-31"})
    assert found["status"] == "SUCCEEDED", found.get("cause")
    ((step,),) = (one["Steps"] for one in steps.added)
    words = step["HadoopJarStep"]["Args"]
    assert words[:3] == ["spark-submit", "--deploy-mode", "client"]
    assert words[words.index(ARGS["script_uri"]) + 1 :] == [
        *("--input", "raw.visits=s3://raw/visits/"),
        *("--output", "curated.visits=s3://curated/visits/"),
        *("--date", "2026-01-31", "--days", "7"),
    ]


def test_a_run_is_named_by_its_cluster_and_its_step_and_the_cluster_ends(cloud, ended):
    before = clusters(cloud)
    found = ended(("COMPLETED", ""))
    (cluster,) = clusters(cloud).keys() - before.keys()
    assert clusters(cloud)[cluster] == "TERMINATED"
    assert json.loads(found["output"]) == {
        "outcome": "done",
        "reason": "it ran",
        "run": f"{cluster}/s-1",
    }


def test_a_run_that_fails_is_tried_again_on_the_same_cluster(cloud, steps, ended):
    before = clusters(cloud)
    assert ended(("FAILED", "no memory"), ("COMPLETED", ""))["status"] == "SUCCEEDED"
    (cluster,) = clusters(cloud).keys() - before.keys()
    assert [one["JobFlowId"] for one in steps.added] == [cluster, cluster]


def test_a_run_that_fails_for_good_is_told_with_its_reason_and_the_cluster_ends(cloud, ended):
    found = ended(("FAILED", "no memory"), ("FAILED", "a column is missing"))
    assert (found["status"], found["error"]) == ("FAILED", "RunFailed")
    cluster = max(clusters(cloud), key=lambda id_: id_ in found["cause"])
    assert found["cause"] == (f"the run {cluster}/s-2 of visits is failed: a column is missing")
    assert set(clusters(cloud).values()) == {"TERMINATED"}


def test_a_step_that_a_person_cancels_is_not_tried_again(steps, ended):
    found = ended(("CANCELLED", ""))
    assert found["cause"].endswith("of visits is cancelled: ")
    assert len(steps.added) == 1


def test_a_run_that_takes_too_long_is_ended_with_its_cluster(cloud, ended):
    found = ended(max_minutes=5)
    assert found["cause"].endswith("is timed out: it did not end within 5 minutes")
    assert set(clusters(cloud).values()) == {"TERMINATED"}


def test_a_step_of_which_nothing_is_known_leaves_no_cluster(cloud, ended):
    found = ended(("GONE", "Step id is not valid"))
    assert "is lost: Emr.InvalidRequestException: Step id is not valid" in found["cause"]
    assert set(clusters(cloud).values()) == {"TERMINATED"}


def test_a_cluster_that_cannot_be_made_is_told(cloud, ended):
    found = ended(security_configuration="none")
    assert (found["status"], found["error"]) == ("FAILED", "NotRun")
    assert "'none' does not exist" in found["cause"]


def test_an_execution_that_is_aborted_leaves_a_cluster_that_ends_by_itself(cloud, ended):
    assert ended(stop=True)["status"] == "ABORTED"
    assert "WAITING" in clusters(cloud).values()
    cloud.advance(11 * 60)
    assert set(clusters(cloud).values()) == {"TERMINATED"}
