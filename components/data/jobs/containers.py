"""Runs of a job by EMR on EKS, in its state machine: pods in a team's namespace; plain values.

EMR on EKS ends no run by itself, and a task that waits for one keeps no id to end it by. So the
machine looks at the run until it has ended or its time is over, as it does where EMR Serverless
runs it.

https://docs.aws.amazon.com/emr-on-eks/latest/APIReference/API_StartJobRun.html
https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr-eks.html
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi

from components.common.iam import Json, Statement, allow
from components.common.states import choice, retried, wait
from components.data.jobs.container_size import MEMORY, OVERHEAD, REQUEST_CORES, WORKER_VCPU
from components.data.jobs.machine import MachineArgs, following, job_machine, poll_seconds
from components.data.jobs.script import GLUE_CATALOG, ScriptArgs, script_words

STAYS = "karpenter.sh/do-not-disrupt"
"""The annotation of pods whose node is not taken away for another one that costs less.

https://karpenter.sh/docs/concepts/disruption/
"""


class ContainersArgs(TypedDict):
    """Where EMR on EKS runs a job."""

    release: str
    """Release of EMR, of 7.3.0 or later: `emr-7.12.0`."""
    virtual_cluster_id: pulumi.Input[str]
    """The virtual cluster that the namespace is."""
    virtual_cluster_arn: pulumi.Input[str]
    """Its ARN."""
    cluster: pulumi.Input[str]
    """Name of the cluster of EKS."""
    cluster_arn: pulumi.Input[str]
    """Its ARN."""
    namespace: str
    """Name of the namespace."""


class ContainerRunArgs(MachineArgs, ScriptArgs):
    """What a run of a job in a namespace is, once it is known."""

    release: str
    """Release of EMR."""
    virtual_cluster_id: str
    """Virtual cluster that it runs in."""
    role_arn: str
    """Role that it runs as."""
    max_vcpu: int
    """Most vCPUs of one run."""
    log_group: str
    """Log group of what it prints."""
    tags: Mapping[str, str]
    """Tags of its runs."""


def container_machine(args: ContainerRunArgs) -> Json:
    """The definition of the machine: it starts a run, follows it, and ends it after its time."""
    every = poll_seconds(args["max_minutes"], args["retries"])
    run = {"VirtualClusterId": args["virtual_cluster_id"], "Id": "{% $run.id %}"}
    told = "$states.result.JobRun"
    return job_machine(
        args,
        {
            "StartRun": {"Type": "Pass", "Assign": {"tries": 0}, "Next": "SubmitRun"},
            "SubmitRun": retried(
                "emrcontainers:startJobRun",
                {
                    # A token has 64 characters, and each try one of its own.
                    "ClientToken": "{% $substring($states.context.Execution.Name, 0, 60) & '-' "
                    "& $string($tries) %}",
                    **run_request(args, "{% $told.date %}"),
                },
                "AwaitRun",
                assign={
                    "run": {"id": "{% $states.result.Id %}"},
                    "tries": "{% $tries + 1 %}",
                    "until": f"{{% $millis() + {args['max_minutes'] * 60_000} %}}",
                },
            ),
            "AwaitRun": wait(every, "FindRun"),
            "FindRun": retried(
                "emrcontainers:describeJobRun",
                run,
                "HasRun",
                output={
                    "state": f"{{% {told}.State %}}",
                    "reason": f"{{% $join([{told}.StateDetails, {told}.FailureReason], ', ') %}}",
                },
            ),
            "HasRun": choice(
                {
                    following(args): "$states.input.state = 'COMPLETED'",
                    "SubmitRun": f"$states.input.state = 'FAILED' and $tries <= {args['retries']}",
                    "RunFailed": "$states.input.state in ['FAILED', 'CANCELLED']",
                    "TooLong": "$millis() > $until",
                },
                "AwaitRun",
            ),
            "TooLong": retried(
                "emrcontainers:cancelJobRun",
                run,
                "RunFailed",
                output={
                    "state": "TIMED OUT",
                    "reason": f"it did not end within {args['max_minutes']} minutes",
                },
            ),
        },
    )


def run_request(args: ContainerRunArgs, date: str) -> Json:
    """What StartJobRun is asked for a run for the day that `date` stands for."""
    settings = {
        **_sized("driver"),
        **_sized("executor"),
        # A node that goes takes what its executor has shuffled along: Kubernetes has no service
        # that would serve it.
        "spark.dynamicAllocation.enabled": "true",
        "spark.dynamicAllocation.shuffleTracking.enabled": "true",
        "spark.dynamicAllocation.maxExecutors": args["max_vcpu"] // WORKER_VCPU - 1,
        **{f"spark.hadoop.{name}": value for name, value in GLUE_CATALOG.items()},
    }
    return {
        "VirtualClusterId": args["virtual_cluster_id"],
        "Name": args["job"],
        "ExecutionRoleArn": args["role_arn"],
        "ReleaseLabel": f"{args['release']}-latest",
        "JobDriver": {
            "SparkSubmitJobDriver": {
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
                # What runs print goes to the environment's log group, and nowhere else.
                "PersistentAppUI": "DISABLED",
                "CloudWatchMonitoringConfiguration": {"LogGroupName": args["log_group"]},
            }
        },
        "Tags": {**args["tags"]},
    }


def _sized(kind: str) -> Mapping[str, str | int]:
    return {
        f"spark.{kind}.cores": WORKER_VCPU,
        f"spark.{kind}.memory": MEMORY,
        f"spark.{kind}.memoryOverhead": OVERHEAD,
        f"spark.kubernetes.{kind}.request.cores": REQUEST_CORES,
        f"spark.kubernetes.{kind}.annotation.{STAYS}": "true",
    }


def container_runs(virtual_cluster_arn: str, job_role_arn: str) -> list[Statement]:
    """Run a job in a virtual cluster, as its role and no other, look at its runs, and end them.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonemroneksemrcontainers.html
    https://docs.aws.amazon.com/emr/latest/EMR-on-EKS-DevelopmentGuide/iam-execution-role.html
    """
    return [
        allow(
            ["emr-containers:StartJobRun"],
            [virtual_cluster_arn],
            when={"StringEquals": {"emr-containers:ExecutionRoleArn": job_role_arn}},
        ),
        allow(
            [
                "emr-containers:CancelJobRun",
                "emr-containers:DescribeJobRun",
                "emr-containers:TagResource",
            ],
            [f"{virtual_cluster_arn}/jobruns/*"],
        ),
    ]
