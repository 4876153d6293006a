"""Runs of a job on EMR Serverless, in its state machine; plain values.

https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
"""

from collections.abc import Mapping

from components.common.iam import Json
from components.common.states import choice, retried, wait
from components.data.jobs.application import WORKER_GB, WORKER_VCPU
from components.data.jobs.machine import MachineArgs, following, job_machine, poll_seconds
from components.data.jobs.script import GLUE_CATALOG, ScriptArgs, script_words

OVERHEAD_GB = 2
"""What of a worker's memory is not the program's: a tenth at least, and 384 MB.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html
"""


class RunArgs(ScriptArgs):
    """What a run of a job is, once it is known."""

    job: str
    """Name of the job."""
    max_minutes: int
    """Minutes after which a run is ended."""
    retries: int
    """How often a run that failed is tried again."""
    application_id: str
    """Application that it runs on."""
    role_arn: str
    """Role that it runs as."""
    max_vcpu: int
    """Most vCPUs of one run."""
    log_group: str
    """Log group of what it prints."""
    log_key_arn: str
    """Key of that log group."""
    disk_key_arn: str
    """Key of its workers' disks."""
    tags: Mapping[str, str]
    """Tags of its runs: an application hands none of its own down."""


class ServerlessArgs(MachineArgs, RunArgs):
    """What a machine is made of whose job EMR Serverless runs."""


def serverless_machine(args: ServerlessArgs) -> Json:
    """The definition of the machine: it starts a run, and looks at it until it has ended."""
    every = poll_seconds(args["max_minutes"], args["retries"])
    return job_machine(
        args,
        {
            "StartRun": retried(
                "emrserverless:startJobRun",
                {
                    # A token has 64 characters. A person's executions have names that are shorter.
                    "ClientToken": "{% $substring($states.context.Execution.Name, 0, 64) %}",
                    **run_request(args, "{% $told.date %}"),
                },
                "AwaitRun",
                assign={"run": {"id": "{% $states.result.JobRunId %}"}},
            ),
            "AwaitRun": wait(every, "FindRun"),
            "FindRun": retried(
                "emrserverless:getJobRun",
                {"ApplicationId": args["application_id"], "JobRunId": "{% $run.id %}"},
                "HasRun",
                output={
                    "state": "{% $states.result.JobRun.State %}",
                    "reason": "{% $join([$states.result.JobRun.StateDetails], '') %}",
                },
            ),
            "HasRun": choice(
                {
                    following(args): "$states.input.state = 'SUCCESS'",
                    "RunFailed": "$states.input.state in ['FAILED', 'CANCELLED']",
                },
                "AwaitRun",
            ),
        },
    )


def executors(max_vcpu: int) -> int:
    """How many executors fit beside the driver."""
    return max_vcpu // WORKER_VCPU - 1


def run_request(args: RunArgs, date: str) -> Json:
    """What StartJobRun is asked for a run for the day that `date` stands for."""
    memory = WORKER_GB - OVERHEAD_GB
    settings = {
        "spark.driver.cores": WORKER_VCPU,
        "spark.driver.memory": f"{memory}g",
        "spark.executor.cores": WORKER_VCPU,
        "spark.executor.memory": f"{memory}g",
        "spark.dynamicAllocation.maxExecutors": executors(args["max_vcpu"]),
        **{f"spark.hadoop.{name}": value for name, value in GLUE_CATALOG.items()},
    }
    return {
        "ApplicationId": args["application_id"],
        "Name": args["job"],
        "ExecutionRoleArn": args["role_arn"],
        "ExecutionTimeoutMinutes": args["max_minutes"],
        "RetryPolicy": {"MaxAttempts": args["retries"] + 1},
        "JobDriver": {
            "SparkSubmit": {
                "EntryPoint": args["script_uri"],
                "EntryPointArguments": script_words(
                    args["inputs"], args["outputs"], args["arguments"], date
                ),
                "SparkSubmitParameters": " ".join(
                    f"--conf {name}={value}" for name, value in settings.items()
                ),
            }
        },
        "ConfigurationOverrides": {
            "MonitoringConfiguration": {
                "CloudWatchLoggingConfiguration": {
                    "Enabled": True,
                    "LogGroupName": args["log_group"],
                    "EncryptionKeyArn": args["log_key_arn"],
                },
                "ManagedPersistenceMonitoringConfiguration": {"Enabled": False},
            },
            "DiskEncryptionConfiguration": {"EncryptionKeyArn": args["disk_key_arn"]},
        },
        "Tags": {**args["tags"]},
    }
