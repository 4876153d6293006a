"""Runs of a job by Glue: its definition there, and its run in the state machine.

https://docs.aws.amazon.com/glue/latest/dg/add-job.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
"""

from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import Json
from components.common.states import ALERT, choice
from components.data.jobs.machine import MachineArgs, following, job_machine

WORKER, WORKER_VCPU = "G.1X", 4
"""Type of its workers, and what each has: of 16 GB, as those of EMR Serverless are.

https://docs.aws.amazon.com/glue/latest/dg/worker-types.html
"""
BUSY = [
    "Glue.ConcurrentRunsExceededException",
    "Glue.InternalServiceException",
    "Glue.OperationTimeoutException",
    "Glue.ResourceNumberLimitExceededException",
    "Glue.ThrottlingException",
]
"""Refusals that pass by themselves."""
RETRY_SECONDS = 5
_CAUSE = "$states.errorOutput.Cause"
_ENDED = (
    f"($substring({_CAUSE}, 0, 1) = '{{' ? $parse({_CAUSE}) : "
    "{'Id': 'none', 'JobRunState': 'not started', "
    f"'ErrorMessage': $states.errorOutput.Error & ': ' & {_CAUSE}}})"
)
"""The run that has failed, or what stands for it where there is none."""


class GlueArgs(MachineArgs):
    """What a run of a job is, once it is known."""

    glue_job: str
    """Name of the job in Glue."""


def glue_machine(args: GlueArgs) -> Json:
    """The definition of the machine: Step Functions waits for the run, and ends it with itself."""
    return job_machine(
        args,
        {
            "StartRun": {
                "Type": "Task",
                "Resource": "arn:aws:states:::glue:startJobRun.sync",
                "Arguments": {
                    "JobName": args["glue_job"],
                    "Arguments": {"--date": "{% $told.date %}"},
                },
                "Assign": {"run": {"id": "{% $states.result.Id %}"}},
                "Output": _outcome("$states.result"),
                "Retry": [
                    {
                        "ErrorEquals": BUSY,
                        "IntervalSeconds": RETRY_SECONDS,
                        "MaxAttempts": 3,
                        "BackoffRate": 2.0,
                    },
                    {
                        "ErrorEquals": ["States.TaskFailed"],
                        "IntervalSeconds": RETRY_SECONDS,
                        "MaxAttempts": args["retries"],
                    },
                ],
                "Catch": [
                    {
                        "ErrorEquals": ["States.TaskFailed"],
                        "Assign": {"run": {"id": f"{{% {_ENDED}.Id %}}"}},
                        "Output": _outcome(_ENDED),
                        "Next": "RunFailed",
                    },
                    *ALERT,
                ],
                "Next": "HasRun",
            },
            # One that a person has stopped fails no task.
            "HasRun": choice({following(args): "$states.input.state = 'SUCCEEDED'"}, "RunFailed"),
        },
    )


def _outcome(run: str) -> Json:
    return {
        "state": f"{{% {run}.JobRunState %}}",
        "reason": f"{{% $join([{run}.ErrorMessage], '') %}}",
    }


def script_arguments(
    inputs: Mapping[str, str], outputs: Mapping[str, str], arguments: Mapping[str, str]
) -> dict[str, str]:
    """What a script is told in every run: Glue takes an option once, so places share one."""
    places = {"--input": inputs, "--output": outputs}
    return {
        **{
            option: ",".join(f"{place}={uri}" for place, uri in uris.items())
            for option, uris in places.items()
            if uris
        },
        **{f"--{name}": value for name, value in arguments.items()},
    }


def glue_job(
    name: str,
    *,
    parent: pulumi.Resource,
    description: str,
    version: str,
    role: ExecutionRole,
    script_uri: pulumi.Input[str],
    told: pulumi.Output[dict[str, str]],
    log_prefix: str,
    key_arn: pulumi.Input[str],
    max_vcpu: int,
    max_minutes: int,
) -> aws.glue.Job:
    """The job in Glue, and the configuration by which it encrypts what it writes.

    `told` are the arguments of `script_arguments`. What it prints is in log groups that begin with
    `log_prefix`, which are there already, with a key of their own: so Glue encrypts none of them,
    and the groups have the names that they are looked for by.
    https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-glue-arguments.html
    https://docs.aws.amazon.com/glue/latest/dg/monitor-continuous-logging.html
    """
    encryption = aws.glue.SecurityConfiguration(
        f"{name}-encryption",
        encryption_configuration={
            "s3_encryption": {"s3_encryption_mode": "SSE-KMS", "kms_key_arn": key_arn},
            "job_bookmarks_encryption": {
                "job_bookmarks_encryption_mode": "CSE-KMS",
                "kms_key_arn": key_arn,
            },
            "cloudwatch_encryption": {"cloudwatch_encryption_mode": "DISABLED"},
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
    own = {
        "--custom-logGroup-prefix": log_prefix,
        "--enable-auto-scaling": "true",
        # Databases and tables are those of the data catalog.
        "--enable-glue-datacatalog": "true",
        # A run is told its date, and a retry or a backfill reads the same again.
        "--job-bookmark-option": "job-bookmark-disable",
    }
    return aws.glue.Job(
        f"{name}-glue",
        description=description,
        glue_version=version,
        role_arn=role.arn,
        command={"name": "glueetl", "python_version": "3", "script_location": script_uri},
        default_arguments=told.apply(lambda arguments: {**arguments, **own}),
        security_configuration=encryption.name,
        worker_type=WORKER,
        number_of_workers=max_vcpu // WORKER_VCPU,
        timeout=max_minutes,
        max_retries=0,  # the machine tries again, and tells once
        execution_property={"max_concurrent_runs": 1},
        opts=pulumi.ResourceOptions(parent=parent, depends_on=role.ready),
    )
