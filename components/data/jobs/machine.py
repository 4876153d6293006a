"""The state machine of a job: one run after the other, followed to its end; plain values.

Input: `{"cause": "arrival" | "schedule" | "job" | "person", "reason": "…", "date": "2026-01-31"?}`;
what is missing is a person's, and the date is that of the execution's start. Output:
`{"outcome": "done" | "covered", "reason": "…", "run"?: id}`. An execution fails with the run's own
reason.

https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from components.common.iam import Json
from components.common.one_at_a_time import one_at_a_time
from components.common.states import choice, retried, wait
from components.data.jobs.application import WORKER_GB, WORKER_VCPU

LEAST_POLL_SECONDS = 20
LOOKS = 1500
"""Looks at one run, each of which leaves some five events of the 25,000 that an execution has.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
OVERHEAD_GB = 2
"""What of a worker's memory is not the program's: a tenth at least, and 384 MB.

https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/jobs-spark.html
"""
RUN_FAILED, NOT_RUN = "RunFailed", "NotRun"
"""Errors of an execution: the run failed, or there was none."""
_TOLD = "$states.context.Execution.Input"


class RunArgs(TypedDict):
    """What a run of a job is, once it is known."""

    job: str
    """Name of the job."""
    application_id: str
    """Application that it runs on."""
    role_arn: str
    """Role that it runs as."""
    script_uri: str
    """S3 URI of the script."""
    inputs: Mapping[str, str]
    """S3 URIs of what it reads by place, such as `raw.visits`."""
    outputs: Mapping[str, str]
    """S3 URIs of what it writes by place."""
    arguments: Mapping[str, str]
    """What the script is told beside them, by name."""
    max_vcpu: int
    """Most vCPUs of one run."""
    max_minutes: int
    """Minutes after which a run is ended."""
    retries: int
    """How often a run that failed is tried again."""
    log_group: str
    """Log group of what it prints."""
    log_key_arn: str
    """Key of that log group."""
    disk_key_arn: str
    """Key of its workers' disks."""
    tags: Mapping[str, str]
    """Tags of its runs: an application hands none of its own down."""
    starts: Sequence[str]
    """ARNs of the machines of jobs that come after it."""


def poll_seconds(max_minutes: int, retries: int) -> int:
    """How long to wait between two looks at a run."""
    return max(LEAST_POLL_SECONDS, -(-max_minutes * 60 * (retries + 1) // LOOKS))


def job_machine(args: RunArgs) -> Json:
    """The definition of the machine."""
    minutes = args["max_minutes"] * (args["retries"] + 1)
    life_hours = -(-minutes // 60) + 12  # a run may wait in the queue for twelve hours
    every = poll_seconds(args["max_minutes"], args["retries"])
    following = [f"Start{number}" for number, _ in enumerate(args["starts"])]
    return {
        "Comment": f"Runs the job {args['job']}",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": (3 * life_hours + 24) * 3600,
        "StartAt": "Begin",
        "States": {
            "Begin": {
                "Type": "Pass",
                "Assign": {
                    "told": {
                        "cause": f"{{% $exists({_TOLD}.cause) ? {_TOLD}.cause : 'person' %}}",
                        "date": f"{{% $exists({_TOLD}.date) ? {_TOLD}.date : "
                        "$substring($states.context.Execution.StartTime, 0, 10) %}",
                    }
                },
                "Next": "FindOthers",
            },
            **one_at_a_time(life_hours, every, "StartRun"),
            "StartRun": retried(
                "emrserverless:startJobRun",
                _request(args),
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
                    following[0] if following else "Done": "$states.input.state = 'SUCCESS'",
                    "RunFailed": "$states.input.state in ['FAILED', 'CANCELLED']",
                },
                "AwaitRun",
            ),
            **{
                name: retried(
                    "sfn:startExecution",
                    {
                        "StateMachineArn": arn,
                        "Input": "{% $string({'cause': 'job', 'date': $told.date, "
                        f"'reason': '{args['job']} has run'}}) %}}",
                    },
                    after,
                )
                for name, after, arn in zip(
                    following, [*following[1:], "Done"], args["starts"], strict=False
                )
            },
            "Done": {
                "Type": "Succeed",
                "Output": {"outcome": "done", "reason": "it ran", "run": "{% $run.id %}"},
            },
            "RunFailed": {
                "Type": "Fail",
                "Error": RUN_FAILED,
                "Cause": f"{{% 'the run ' & $run.id & ' of {args['job']} is ' & "
                "$lowercase($states.input.state) & ': ' & $states.input.reason %}",
            },
            # What retries did not mend, and an older execution that hangs.
            "Alert": {
                "Type": "Fail",
                "Error": NOT_RUN,
                "Cause": "{% $states.input.Error & ': ' & $states.input.Cause %}",
            },
        },
    }


def executors(max_vcpu: int) -> int:
    """How many executors fit beside the driver."""
    return max_vcpu // WORKER_VCPU - 1


def _request(args: RunArgs) -> Json:
    memory = WORKER_GB - OVERHEAD_GB
    settings = {
        "spark.driver.cores": WORKER_VCPU,
        "spark.driver.memory": f"{memory}g",
        "spark.executor.cores": WORKER_VCPU,
        "spark.executor.memory": f"{memory}g",
        "spark.dynamicAllocation.maxExecutors": executors(args["max_vcpu"]),
        # Databases and tables are those of the data catalog.
        "spark.hadoop.hive.metastore.client.factory.class": (
            "com.amazonaws.glue.catalog.metastore.AWSGlueDataCatalogHiveClientFactory"
        ),
    }
    places = [
        part
        for option, uris in (("--input", args["inputs"]), ("--output", args["outputs"]))
        for place, uri in uris.items()
        for part in (option, f"{place}={uri}")
    ]
    own = [part for name, value in args["arguments"].items() for part in (f"--{name}", value)]
    return {
        "ApplicationId": args["application_id"],
        # A token has 64 characters. A person's executions have names that are shorter.
        "ClientToken": "{% $substring($states.context.Execution.Name, 0, 64) %}",
        "Name": args["job"],
        "ExecutionRoleArn": args["role_arn"],
        "ExecutionTimeoutMinutes": args["max_minutes"],
        "RetryPolicy": {"MaxAttempts": args["retries"] + 1},
        "JobDriver": {
            "SparkSubmit": {
                "EntryPoint": args["script_uri"],
                "EntryPointArguments": [*places, "--date", "{% $told.date %}", *own],
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
