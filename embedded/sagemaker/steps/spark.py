"""Steps on Spark: EMR, on a cluster that is there or is made for the step, and EMRServerless.

https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-emr
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from embedded.sagemaker.container import Stopped
from embedded.sagemaker.jobs import JobFailed
from embedded.sagemaker.steps.work import Work

OVER = ("COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED")
RUN_OVER = ("SUCCESS", "FAILED", "CANCELLED")


def emr(work: Work) -> Any:
    """EMR: a step of a cluster; one made by ClusterConfig is terminated after it."""
    arguments, client = work.arguments, work.client("emr")
    if cluster := arguments.get("ClusterId"):
        return _on_cluster(work, client, cluster)
    config = dict(arguments["ClusterConfig"])
    instances = {**config.pop("Instances"), "KeepJobFlowAliveWhenNoSteps": True}
    try:
        made = client.run_job_flow(Name=work.name(), Instances=instances, **config)
    except ClientError as error:
        raise _refused("RunJobFlow", error) from error
    try:
        return _on_cluster(work, client, made["JobFlowId"])
    finally:
        with suppress(ClientError):
            client.terminate_job_flows(JobFlowIds=[made["JobFlowId"]])


def _on_cluster(work: Work, client: Any, cluster: str) -> Any:
    name = work.name()
    step = {"Name": name, "ActionOnFailure": "CONTINUE", **work.arguments["StepConfig"]}
    role = work.arguments.get("ExecutionRoleArn")
    work.note(EMR={"ClusterId": cluster, "StepName": name})
    try:
        added = client.add_job_flow_steps(
            JobFlowId=cluster, Steps=[step], **({"ExecutionRoleArn": role} if role else {})
        )
    except ClientError as error:
        raise _refused("AddJobFlowSteps", error) from error
    id_ = added["StepIds"][0]
    work.note(EMR={"ClusterId": cluster, "StepId": id_, "StepName": name})

    def over() -> dict[str, Any] | None:
        found: dict[str, Any] = client.describe_step(ClusterId=cluster, StepId=id_)["Step"]
        return found if found["Status"]["State"] in OVER else None

    ended = work.poll(over, lambda: client.cancel_steps(ClusterId=cluster, StepIds=[id_]))
    state, why = ended["Status"]["State"], ended["Status"].get("FailureDetails", {})
    if log := why.get("LogFile"):
        work.note(EMR={"ClusterId": cluster, "StepId": id_, "StepName": name, "LogFilePath": log})
    if state == "CANCELLED" and work.stopping.is_set():
        raise Stopped
    if state != "COMPLETED":
        reason = why.get("Message") or why.get("Reason") or f"it is {state}"
        raise JobFailed(f"ClientError: The step {id_} of cluster {cluster} failed: {reason}")
    return ended


def serverless(work: Work) -> Any:
    """EMRServerless: a run of an application; one is made where ApplicationConfig asks for it."""
    client, arguments = work.client("emr-serverless"), work.arguments
    try:
        application = arguments.get("ApplicationId") or _application(client, arguments)
        job = {"name": work.name(), **arguments["JobConfig"], "applicationId": application}
        run = client.start_job_run(**job)["jobRunId"]
    except ClientError as error:
        raise _refused(error.operation_name, error, "emr-serverless") from error
    work.note(
        EMRServerless={"ApplicationId": application, "JobRunId": run, "JobRunName": job["name"]}
    )
    asked = {"applicationId": application, "jobRunId": run}

    def over() -> dict[str, Any] | None:
        found: dict[str, Any] = client.get_job_run(**asked)["jobRun"]
        return found if found["state"] in RUN_OVER else None

    ended = work.poll(over, lambda: client.cancel_job_run(**asked))
    if ended["state"] == "CANCELLED" and work.stopping.is_set():
        raise Stopped
    if ended["state"] != "SUCCESS":
        raise JobFailed(f"ClientError: The job run {run} failed: {ended['stateDetails']}")
    return {"JobRun": ended, **ended}


def _application(client: Any, arguments: Mapping[str, Any]) -> str:
    made = client.create_application(**arguments["ApplicationConfig"])["applicationId"]
    client.start_application(applicationId=made)
    return str(made)


def _refused(operation: str, error: ClientError, service: str = "elasticmapreduce") -> JobFailed:
    reason = error.response["Error"]["Message"]
    return JobFailed(
        f"ClientError: Failed to invoke {service}:{operation}. Error Details: {reason}"
    )
