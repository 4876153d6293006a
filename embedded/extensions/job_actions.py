"""What tasks of state machines can ask of EMR in each form, and of Athena, and how each ends.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-eks.html
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedded.extensions.sdk_tasks import as_json, as_told

Request = Mapping[str, Any]
Look = Callable[[Any, Request], Mapping[str, Any] | None]


class Failed(Exception):
    """The work that a task waits for has failed; `what` is the service's record of it."""

    def __init__(self, what: Any) -> None:
        super().__init__()
        self.what = as_json(what)


class Refused(ValueError):
    """A request that Step Functions does not take, in a sentence."""


def _same(asked: Request) -> Request:
    return asked


def _answer(_: Request, told: Mapping[str, Any]) -> Mapping[str, Any]:
    return told


def not_awaited(_: Any, __: Request) -> Mapping[str, Any] | None:
    """What has no `.sync`."""
    return {}


@dataclass(frozen=True)
class Action:
    """One action of a service's tasks."""

    client: str
    """boto3's name of the service."""
    operation: str
    """The operation that it calls."""
    takes: Sequence[str]
    """Names of its parameters."""
    asks: Callable[[Request], Request] = _same
    """The operation's request, of the task's."""
    tells: Callable[[Request, Mapping[str, Any]], Mapping[str, Any]] = _answer
    """The task's result, of its request and the operation's answer."""
    look: Look = not_awaited
    """What `.sync` adds to the result once the work has ended; None for as long as it goes on.
    Raises Failed. It is given the request and the result as one."""
    stop: Callable[[Any, Request], object] | None = None
    """Ends the work with the execution; what has none goes on, as in AWS."""


CLUSTER = (
    "AdditionalInfo",
    "AmiVersion",
    "Applications",
    "AutoScalingRole",
    "AutoTerminationPolicy",
    "BootstrapActions",
    "Configurations",
    "CustomAmiId",
    "EbsRootVolumeIops",
    "EbsRootVolumeSize",
    "EbsRootVolumeThroughput",
    "Instances",
    "JobFlowRole",
    "KerberosAttributes",
    "LogEncryptionKmsKeyId",
    "LogUri",
    "ManagedScalingPolicy",
    "Name",
    "OSReleaseLabel",
    "PlacementGroupConfigs",
    "ReleaseLabel",
    "RepoUpgradeOnBoot",
    "ScaleDownBehavior",
    "SecurityConfiguration",
    "ServiceRole",
    "StepConcurrencyLevel",
    "Steps",
    "Tags",
    "VisibleToAllUsers",
)


def _create_cluster(asked: Request) -> Request:
    if asked.get("Steps"):
        raise Refused("The field 'Steps' is not allowed.")
    if (asked.get("Instances") or {}).get("KeepJobFlowAliveWhenNoSteps") is not True:
        raise Refused("The field 'KeepJobFlowAliveWhenNoSteps' must be true.")
    return asked


def _cluster_waits(emr: Any, known: Request) -> Mapping[str, Any] | None:
    cluster = emr.describe_cluster(ClusterId=known["ClusterId"])["Cluster"]
    state = cluster["Status"]["State"]
    if state.startswith("TERMINAT"):
        raise Failed(cluster)
    return {} if state == "WAITING" else None


def _cluster_ends(emr: Any, known: Request) -> Mapping[str, Any] | None:
    cluster = emr.describe_cluster(ClusterId=known["ClusterId"])["Cluster"]
    return {} if cluster["Status"]["State"].startswith("TERMINATED") else None


def _step_ends(emr: Any, known: Request) -> Mapping[str, Any] | None:
    step = emr.describe_step(ClusterId=known["ClusterId"], StepId=known["StepId"])["Step"]
    state = step["Status"]["State"]
    if state in ("FAILED", "CANCELLED", "INTERRUPTED"):
        raise Failed(step)
    return {} if state == "COMPLETED" else None


def _run_ends(serverless: Any, known: Request) -> Mapping[str, Any] | None:
    run = serverless.get_job_run(applicationId=known["ApplicationId"], jobRunId=known["JobRunId"])[
        "jobRun"
    ]
    output = serverless.meta.service_model.operation_model("GetJobRun").output_shape
    told = as_told({"jobRun": run}, output)["JobRun"]
    if run["state"] in ("FAILED", "CANCELLED"):
        raise Failed(told)
    return dict(told) if run["state"] == "SUCCESS" else None


def _container_run_ends(containers: Any, known: Request) -> Mapping[str, Any] | None:
    run = containers.describe_job_run(virtualClusterId=known["VirtualClusterId"], id=known["Id"])[
        "jobRun"
    ]
    output = containers.meta.service_model.operation_model("DescribeJobRun").output_shape
    told = as_told({"jobRun": run}, output)["JobRun"]
    if run["state"] in ("FAILED", "CANCELLED"):
        raise Failed(told)
    return dict(told) if run["state"] == "COMPLETED" else None


def _query_ends(athena: Any, known: Request) -> Mapping[str, Any] | None:
    query = athena.get_query_execution(QueryExecutionId=known["QueryExecutionId"])
    state = query["QueryExecution"]["Status"]["State"]
    if state in ("FAILED", "CANCELLED"):
        raise Failed(query["QueryExecution"])
    return {"QueryExecution": query["QueryExecution"]} if state == "SUCCEEDED" else None


ACTIONS: Mapping[str, Mapping[str, Action]] = {
    "elasticmapreduce": {
        "createCluster": Action(
            "emr",
            "RunJobFlow",
            CLUSTER,
            _create_cluster,
            lambda _, told: {"ClusterId": told["JobFlowId"]},
            _cluster_waits,
        ),
        "terminateCluster": Action(
            "emr",
            "TerminateJobFlows",
            ("ClusterId",),
            lambda asked: {"JobFlowIds": [asked["ClusterId"]]},
            look=_cluster_ends,
        ),
        "addStep": Action(
            "emr",
            "AddJobFlowSteps",
            ("ClusterId", "ExecutionRoleArn", "Step"),
            lambda asked: {
                "JobFlowId": asked["ClusterId"],
                "Steps": [asked["Step"]],
                **{name: asked[name] for name in ("ExecutionRoleArn",) if name in asked},
            },
            lambda _, told: {"StepId": told["StepIds"][0]},
            _step_ends,
            lambda emr, known: emr.cancel_steps(
                ClusterId=known["ClusterId"], StepIds=[known["StepId"]]
            ),
        ),
        "cancelStep": Action(
            "emr",
            "CancelSteps",
            ("ClusterId", "StepId"),
            lambda asked: {"ClusterId": asked["ClusterId"], "StepIds": [asked["StepId"]]},
            lambda _, told: {"CancelStepsInfo": told["CancelStepsInfoList"][0]},
        ),
        "setClusterTerminationProtection": Action(
            "emr",
            "SetTerminationProtection",
            ("ClusterId", "TerminationProtected"),
            lambda asked: {
                "JobFlowIds": [asked["ClusterId"]],
                "TerminationProtected": asked["TerminationProtected"],
            },
        ),
    },
    "emr-serverless": {
        "startJobRun": Action(
            "emr-serverless",
            "StartJobRun",
            (
                "ApplicationId",
                "ClientToken",
                "ConfigurationOverrides",
                "ExecutionIamPolicy",
                "ExecutionRoleArn",
                "ExecutionTimeoutMinutes",
                "JobDriver",
                "Mode",
                "Name",
                "RetryPolicy",
                "Tags",
            ),
            look=_run_ends,
            stop=lambda serverless, known: serverless.cancel_job_run(
                applicationId=known["ApplicationId"], jobRunId=known["JobRunId"]
            ),
        ),
        "cancelJobRun": Action("emr-serverless", "CancelJobRun", ("ApplicationId", "JobRunId")),
    },
    "emr-containers": {
        "startJobRun": Action(
            "emr-containers",
            "StartJobRun",
            (
                "ClientToken",
                "ConfigurationOverrides",
                "ExecutionRoleArn",
                "JobDriver",
                "JobTemplateId",
                "JobTemplateParameters",
                "Name",
                "ReleaseLabel",
                "RetryPolicyConfiguration",
                "Tags",
                "VirtualClusterId",
            ),
            look=_container_run_ends,
            stop=lambda containers, known: containers.cancel_job_run(
                virtualClusterId=known["VirtualClusterId"], id=known["Id"]
            ),
        ),
        "createVirtualCluster": Action(
            "emr-containers",
            "CreateVirtualCluster",
            ("ClientToken", "ContainerProvider", "Name", "Tags"),
        ),
        "deleteVirtualCluster": Action("emr-containers", "DeleteVirtualCluster", ("Id",)),
    },
    "athena": {
        "startQueryExecution": Action(
            "athena",
            "StartQueryExecution",
            (
                "ClientRequestToken",
                "ExecutionParameters",
                "QueryExecutionContext",
                "QueryString",
                "ResultConfiguration",
                "ResultReuseConfiguration",
                "WorkGroup",
            ),
            look=_query_ends,
            stop=lambda athena, known: athena.stop_query_execution(
                QueryExecutionId=known["QueryExecutionId"]
            ),
        ),
        "stopQueryExecution": Action("athena", "StopQueryExecution", ("QueryExecutionId",)),
        "getQueryExecution": Action("athena", "GetQueryExecution", ("QueryExecutionId",)),
        "getQueryResults": Action(
            "athena", "GetQueryResults", ("MaxResults", "NextToken", "QueryExecutionId")
        ),
    },
}
"""The actions by service, as state machines name them."""
ERRORS = {
    "elasticmapreduce": "ElasticMapReduce",
    "emr-serverless": "EmrServerless",
    "emr-containers": "EMRContainers",
    "athena": "Athena",
}
"""What the names of errors begin with, by service."""
