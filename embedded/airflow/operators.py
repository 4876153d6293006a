"""The operators of Airflow's Amazon provider that are carried out here, as they call AWS.

Each is a function of a maker of clients, of the task's arguments, and of what tells whether to
stop; it returns what the task hands on. Templates in arguments are filled in before.

https://airflow.apache.org/docs/apache-airflow-providers-amazon/stable/operators/index.html
"""

from collections.abc import Callable, Mapping
from threading import Event
from typing import Any

AMAZON = "airflow.providers.amazon.aws"
POLL_SECONDS = 0.3
"""In the time of this machine, whatever a task says: nobody waits a minute for nothing."""

Client = Callable[[str], Any]
Operator = Callable[[Client, Mapping[str, Any], Event], Any]


class Failed(Exception):
    """The task has failed, with Airflow's reason."""


class Stopped(Exception):
    """The run was stopped while the task waited."""


def start_serverless(client: Client, given: Mapping[str, Any], _: Event) -> str:
    """EmrServerlessStartJobOperator, which does not wait."""
    emr = client("emr-serverless")
    emr.get_application(applicationId=given["application_id"])
    asked = {
        "applicationId": given["application_id"],
        "executionRoleArn": given["execution_role_arn"],
        "jobDriver": given["job_driver"],
        **(given.get("config") or {}),
    }
    for name, member in (("name", "name"), ("configuration_overrides", "configurationOverrides")):
        if given.get(name):
            asked[member] = given[name]
    return str(emr.start_job_run(**asked)["jobRunId"])


def await_serverless(client: Client, given: Mapping[str, Any], stop: Event) -> None:
    """EmrServerlessJobSensor."""
    asked = {"applicationId": given["application_id"], "jobRunId": given["job_run_id"]}
    while True:
        run = client("emr-serverless").get_job_run(**asked)["jobRun"]
        if run["state"] == "SUCCESS":
            return
        if run["state"] in ("FAILED", "CANCELLED"):
            raise Failed(f"EMR Serverless job failed: {run['stateDetails']}")
        _wait(stop)


def run_glue(client: Client, given: Mapping[str, Any], stop: Event) -> str:
    """GlueJobOperator, which waits."""
    glue, name = client("glue"), given["job_name"]
    glue.get_job(JobName=name)
    arguments = given.get("script_args") or {}
    id_: str = glue.start_job_run(JobName=name, Arguments=arguments)["JobRunId"]
    while True:
        run = glue.get_job_run(JobName=name, RunId=id_)["JobRun"]
        if run["JobRunState"] == "SUCCEEDED":
            return id_
        if run["JobRunState"] in ("FAILED", "STOPPED", "TIMEOUT", "ERROR"):
            raise Failed(f"Glue job {name} failed: {run.get('ErrorMessage', '')}")
        _wait(stop)


def check_table(client: Client, given: Mapping[str, Any], stop: Event) -> str:
    """GlueDataQualityRuleSetEvaluationRunOperator, which waits and looks at each rule."""
    glue = client("glue")
    for name in given["rule_set_names"]:
        glue.get_data_quality_ruleset(Name=name)
    id_: str = glue.start_data_quality_ruleset_evaluation_run(
        DataSource=given["datasource"],
        Role=given["role"],
        RulesetNames=given["rule_set_names"],
        NumberOfWorkers=given.get("number_of_workers", 5),
        Timeout=given.get("timeout", 2880),
        **(given.get("rule_set_evaluation_run_kwargs") or {}),
    )["RunId"]
    while (run := glue.get_data_quality_ruleset_evaluation_run(RunId=id_))["Status"] in (
        "STARTING",
        "RUNNING",
    ):
        _wait(stop)
    if run["Status"] != "SUCCEEDED":
        raise Failed(f"the evaluation is {run['Status']}: {run.get('ErrorString', '')}")
    failed = [
        rule.get("EvaluatedRule") or rule.get("Description") or rule.get("Name", "")
        for result in run["ResultIds"]
        for rule in glue.get_data_quality_result(ResultId=result)["RuleResults"]
        if rule["Result"] in ("FAIL", "ERROR")
    ]
    if failed and given.get("verify_result_status", True):
        raise Failed(f"rules of {given['rule_set_names'][0]} failed: {'; '.join(failed)}")
    return id_


OPERATORS: dict[str, Operator] = {
    f"{AMAZON}.operators.emr.EmrServerlessStartJobOperator": start_serverless,
    f"{AMAZON}.sensors.emr.EmrServerlessJobSensor": await_serverless,
    f"{AMAZON}.operators.glue.GlueJobOperator": run_glue,
    f"{AMAZON}.operators.glue.GlueDataQualityRuleSetEvaluationRunOperator": check_table,
}


def _wait(stop: Event) -> None:
    if stop.wait(POLL_SECONDS):
        raise Stopped
