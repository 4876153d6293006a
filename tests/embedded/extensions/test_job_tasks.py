"""Tasks of state machines that wait for clusters, steps, runs and queries."""

import json
import time
import uuid

import pytest
from botocore.exceptions import ClientError

from embedded.cloud import Cloud
from tests.embedded.extensions.kubernetes import emr_on_eks

ROLE = "arn:aws:iam::123456789012:role/machine"
SECONDS = 180
FAILS = "raise SystemExit('a column is missing')"
WAITS = "import time; time.sleep(600)"
WORKS = "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate().range(3).count()"
CLUSTER = {
    "Name": "jobs",
    "ReleaseLabel": "emr-7.12.0",
    "ServiceRole": ROLE,
    "JobFlowRole": "emr",
    "Instances": {
        "KeepJobFlowAliveWhenNoSteps": True,
        "InstanceFleets": [
            {
                "InstanceFleetType": "MASTER",
                "TargetOnDemandCapacity": 1,
                "InstanceTypeConfigs": [{"InstanceType": "m7g.xlarge"}],
            }
        ],
    },
}


class Machines:
    def __init__(self, cloud):
        self.cloud, self.states = cloud, cloud.client("stepfunctions")
        self.emr, self.athena = cloud.client("emr"), cloud.client("athena")
        self.serverless = cloud.client("emr-serverless")
        place = {"LocationConstraint": "eu-west-1"}
        s3 = cloud.client("s3")
        for bucket in ("code", "results"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
        for name, text in {"fails": FAILS, "waits": WAITS, "works": WORKS}.items():
            s3.put_object(Bucket="code", Key=f"{name}.py", Body=text)

    def made(self, *states):
        """A machine of these tasks, each an action and its arguments, in their order."""
        names = [f"S{number}" for number, _ in enumerate(states)]
        definition = {
            "QueryLanguage": "JSONata",
            "StartAt": "S0",
            "States": {
                name: {
                    "Type": "Task",
                    "Resource": f"arn:aws:states:::{action}",
                    "Arguments": arguments,
                    "Assign": {name: "{% $states.result %}"},
                    **({"Next": after} if after else {"End": True}),
                }
                for name, after, (action, arguments) in zip(
                    names, [*names[1:], None], states, strict=True
                )
            },
        }
        return self.states.create_state_machine(
            name=f"m-{uuid.uuid4().hex[:8]}", definition=json.dumps(definition), roleArn=ROLE
        )["stateMachineArn"]

    def start(self, *states):
        return self.states.start_execution(stateMachineArn=self.made(*states))["executionArn"]

    def ended(self, *states):
        """How an execution of such a machine ends."""
        execution, waited = self.start(*states), time.monotonic()
        while (told := self.states.describe_execution(executionArn=execution))[
            "status"
        ] == "RUNNING":
            assert time.monotonic() - waited < SECONDS
            time.sleep(0.1)
        return told

    def until(self, found):
        waited = time.monotonic()
        while not (answer := found()):
            assert time.monotonic() - waited < SECONDS
            time.sleep(0.1)
        return answer


@pytest.fixture(scope="module")
def machines():
    with Cloud("eu-west-1") as running:
        yield Machines(running)


def step(script):
    return {
        "Name": script,
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {
            "Jar": "command-runner.jar",
            "Args": ["spark-submit", "--deploy-mode", "client", f"s3://code/{script}.py"],
        },
    }


def on_cluster(script, *after):
    return [
        ("elasticmapreduce:createCluster.sync", CLUSTER),
        (
            "elasticmapreduce:addStep.sync",
            {"ClusterId": "{% $S0.ClusterId %}", "Step": step(script), "ExecutionRoleArn": ROLE},
        ),
        *after,
    ]


ENDS = ("elasticmapreduce:terminateCluster.sync", {"ClusterId": "{% $S0.ClusterId %}"})


def test_a_machine_makes_a_cluster_runs_a_step_and_ends_the_cluster(machines):
    before = {one["Id"] for one in machines.emr.list_clusters()["Clusters"]}
    told = machines.ended(*on_cluster("works", ENDS))
    assert told["status"] == "SUCCEEDED", told.get("cause")
    (cluster,) = [
        one for one in machines.emr.list_clusters()["Clusters"] if one["Id"] not in before
    ]
    assert cluster["Status"]["State"] == "TERMINATED"
    (found,) = machines.emr.list_steps(ClusterId=cluster["Id"])["Steps"]
    assert found["Status"]["State"] == "COMPLETED"


def test_a_step_that_fails_fails_its_task_with_the_reason(machines):
    told = machines.ended(*on_cluster("fails"))
    assert (told["status"], told["error"]) == ("FAILED", "States.TaskFailed")
    status = json.loads(told["cause"])["Status"]
    assert status["FailureDetails"]["Message"] == "a column is missing"


def test_a_step_is_cancelled_with_its_execution(machines):
    execution = machines.start(*on_cluster("waits"))

    def running():
        return [
            (cluster["Id"], one["Id"])
            for cluster in machines.emr.list_clusters(ClusterStates=["RUNNING"])["Clusters"]
            for one in machines.emr.list_steps(ClusterId=cluster["Id"], StepStates=["RUNNING"])[
                "Steps"
            ]
        ]

    ((cluster, id_),) = machines.until(running)
    machines.states.stop_execution(executionArn=execution)

    def state():
        told = machines.emr.describe_step(ClusterId=cluster, StepId=id_)["Step"]["Status"]
        return told["State"] if told["State"] != "RUNNING" else None

    assert machines.until(state) == "CANCELLED"
    assert machines.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]["State"] in (
        "RUNNING",
        "WAITING",
    ), "Step Functions ends no cluster"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"Steps": [step("works")]}, "'Steps' is not allowed"),
        ({"Instances": {}}, "'KeepJobFlowAliveWhenNoSteps' must be true"),
        ({"SecurityConfiguration": "none"}, "'none' does not exist"),
    ],
)
def test_a_cluster_that_step_functions_refuses_is_refused(machines, change, said):
    told = machines.ended(("elasticmapreduce:createCluster", {**CLUSTER, **change}))
    assert told["status"] == "FAILED"
    assert said in told["cause"]


@pytest.mark.parametrize("action", ["elasticmapreduce:cancelStep.sync", "athena:listWorkGroups"])
def test_actions_that_step_functions_lacks_are_refused(machines, action):
    with pytest.raises(ClientError, match="not recognized"):
        machines.made((action, {}))


def query(text):
    return (
        "athena:startQueryExecution.sync",
        {"QueryString": text, "ResultConfiguration": {"OutputLocation": "s3://results/"}},
    )


def test_a_query_of_athena_is_waited_for(machines):
    told = machines.ended(query("SELECT 1 AS one"))
    assert told["status"] == "SUCCEEDED", told.get("cause")
    assert json.loads(told["output"])["QueryExecution"]["Status"]["State"] == "SUCCEEDED"
    told = machines.ended(query("SELECT nothing FROM nowhere"))
    assert (told["status"], told["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(told["cause"])["Status"]["State"] == "FAILED"


def run(application, script):
    return (
        "emr-serverless:startJobRun.sync",
        {
            "ApplicationId": application,
            "ExecutionRoleArn": ROLE,
            "JobDriver": {"SparkSubmit": {"EntryPoint": f"s3://code/{script}.py"}},
        },
    )


def test_a_run_of_emr_serverless_is_waited_for(machines):
    application = machines.serverless.create_application(
        name="spark", releaseLabel="emr-7.12.0", type="SPARK", clientToken="a"
    )["applicationId"]
    told = machines.ended(run(application, "works"))
    assert told["status"] == "SUCCEEDED", told.get("cause")
    assert json.loads(told["output"])["State"] == "SUCCESS"
    told = machines.ended(run(application, "fails"))
    assert (told["status"], told["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(told["cause"])["StateDetails"] == "Job failed: a column is missing"


def test_a_run_of_emr_on_eks_is_waited_for(machines):
    cluster, arn = emr_on_eks(machines.cloud)

    def in_namespace(script):
        return (
            "emr-containers:startJobRun.sync",
            {
                "VirtualClusterId": cluster,
                "ClientToken": script,
                "ExecutionRoleArn": arn,
                "ReleaseLabel": "emr-7.12.0-latest",
                "JobDriver": {"SparkSubmitJobDriver": {"EntryPoint": f"s3://code/{script}.py"}},
            },
        )

    told = machines.ended(in_namespace("works"))
    assert told["status"] == "SUCCEEDED", told.get("cause")
    assert json.loads(told["output"])["State"] == "COMPLETED"
    told = machines.ended(in_namespace("fails"))
    assert (told["status"], told["error"]) == ("FAILED", "States.TaskFailed")
    assert json.loads(told["cause"])["StateDetails"] == "Job failed: a column is missing"
