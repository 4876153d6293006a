"""Runs of a job on clusters of EMR, in its state machine: a cluster for each run; plain values.

The nodes bear the job's own role, for no other job runs on them: a runtime role keeps the jobs of a
shared cluster apart, and would keep nothing apart here. The cluster is terminated whatever becomes
of the run, and ends by itself if that fails or the execution is aborted.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-emr.html
https://docs.aws.amazon.com/emr/latest/APIReference/API_RunJobFlow.html
"""

from collections.abc import Mapping, Sequence
from typing import TypedDict

import pulumi

from components.common.iam import Json
from components.common.states import ALERT, RETRY, choice, retried, wait
from components.data.jobs.fleets import FleetArgs, fleets, scaling
from components.data.jobs.machine import MachineArgs, following, job_machine, poll_seconds
from components.data.jobs.script import GLUE_CATALOG, ScriptArgs, script_words

DRIVER_GB = 6
"""Memory of the driver, which runs on the primary node of 16 GB or more, beside EMR's processes."""
ROOT_GB = 40
"""Size of a node's root volume."""
GOES_ON = ["PENDING", "CANCEL_PENDING", "RUNNING"]
"""States of a step that has not ended.

https://docs.aws.amazon.com/emr/latest/APIReference/API_StepStatus.html
"""
_CAUGHT = "$states.errorOutput.Error & ': ' & $states.errorOutput.Cause"


class ClusterArgs(TypedDict):
    """What the clusters of a job are made of."""

    release: str
    """Release of EMR."""
    instances: dict[str, int]
    """The vCPUs of a node by its instance type, of which EMR chooses."""
    spot_percent: int
    """Share of the vCPUs beyond the first worker's that are of spot instances, 0 to 100."""
    idle_minutes: int
    """Minutes without work after which a cluster ends by itself."""
    security_configuration: pulumi.Input[str]
    """Name of the security configuration."""
    subnet_ids: pulumi.Input[list[str]]
    """Private subnets, of which EMR chooses one."""
    nodes_group_id: pulumi.Input[str]
    """Security group of the nodes."""
    service_group_id: pulumi.Input[str]
    """Security group by which EMR reaches them."""
    workload_group_id: pulumi.Input[str]
    """Security group by which they reach S3, AWS's services and the internet."""
    log_bucket: pulumi.Input[str]
    """Bucket of what runs print."""


class ClusterRunArgs(MachineArgs, FleetArgs, ScriptArgs):
    """What a run of a job on a cluster is, once it is known; the rest is as in ClusterArgs."""

    name: str
    """What the clusters are tagged with by which the machine knows its own."""
    release: str
    idle_minutes: int
    service_role_arn: str
    """Role that EMR makes the cluster as."""
    security_configuration: str
    subnet_ids: Sequence[str]
    nodes_group_id: str
    service_group_id: str
    workload_group_id: str
    instance_profile: str
    """Name of the instance profile with the job's role."""
    log_uri: str
    """S3 URI below which it is kept what runs print, with a slash at its end."""
    log_key_arn: str
    """Key of those logs."""
    tags: Mapping[str, str]
    """Tags of its clusters and their instances."""


JOB_TAG = "maslow:job"
"""By which a job's clusters are told from all others."""


def cluster_machine(args: ClusterRunArgs) -> Json:
    """The definition of the machine: it makes a cluster, runs the script on it, and ends it."""
    every = poll_seconds(args["max_minutes"], args["retries"])
    step = "$states.result.Step.Status"
    return job_machine(
        args,
        {
            "StartRun": {
                "Type": "Task",
                "Resource": "arn:aws:states:::elasticmapreduce:createCluster.sync",
                "Arguments": cluster_request(args),
                "Assign": {
                    "cluster": "{% $states.result.ClusterId %}",
                    "run": {"id": "{% $states.result.ClusterId %}"},
                    "tries": 0,
                },
                "Output": {},
                "Retry": RETRY,
                "Catch": ALERT,
                "Next": "AddStep",
            },
            "AddStep": {
                "Type": "Task",
                "Resource": "arn:aws:states:::elasticmapreduce:addStep",
                "Arguments": {"ClusterId": "{% $cluster %}", "Step": step_request(args)},
                "Assign": {
                    "step": "{% $states.result.StepId %}",
                    "run": {"id": "{% $cluster & '/' & $states.result.StepId %}"},
                    "tries": "{% $tries + 1 %}",
                    "until": f"{{% $millis() + {args['max_minutes'] * 60_000} %}}",
                },
                "Output": {},
                "Retry": RETRY,
                "Catch": _lost("could not be started"),
                "Next": "AwaitStep",
            },
            "AwaitStep": wait(every, "FindStep"),
            "FindStep": {
                **retried(
                    "emr:describeStep",
                    {"ClusterId": "{% $cluster %}", "StepId": "{% $step %}"},
                    "HasStep",
                    output={
                        "state": f"{{% {step}.State %}}",
                        "reason": f"{{% $join([{step}.FailureDetails.Message, "
                        f"{step}.FailureDetails.Reason, ''][0]) %}}",
                    },
                ),
                "Catch": _lost("lost"),
            },
            "HasStep": choice(
                {
                    "AddStep": (f"$states.input.state = 'FAILED' and $tries <= {args['retries']}"),
                    "TooLong": f"$states.input.state in {GOES_ON} and $millis() > $until",
                    "AwaitStep": f"$states.input.state in {GOES_ON}",
                },
                "EndCluster",
            ),
            "TooLong": {
                "Type": "Pass",
                "Output": {
                    "state": "TIMED OUT",
                    "reason": f"it did not end within {args['max_minutes']} minutes",
                },
                "Next": "EndCluster",
            },
            "EndCluster": {
                "Type": "Task",
                "Resource": "arn:aws:states:::elasticmapreduce:terminateCluster",
                "Arguments": {"ClusterId": "{% $cluster %}"},
                "Output": "{% $states.input %}",
                "Retry": RETRY,
                "Catch": ALERT,
                "Next": "HasRun",
            },
            "HasRun": choice({following(args): "$states.input.state = 'COMPLETED'"}, "RunFailed"),
        },
    )


def _lost(state: str) -> list[Json]:
    """Catches a step of which nothing is known, so that its cluster does not outlive the run."""
    return [
        {
            "ErrorEquals": ["States.ALL"],
            "Output": {"state": state, "reason": f"{{% {_CAUGHT} %}}"},
            "Next": "EndCluster",
        }
    ]


def cluster_request(args: ClusterRunArgs) -> Json:
    """The request for a cluster, as RunJobFlow takes it."""
    return {
        "Name": args["job"],
        "ReleaseLabel": args["release"],
        "Applications": [{"Name": "Spark"}],
        "Configurations": [
            # Databases and tables are those of the data catalog.
            {"Classification": "spark-hive-site", "Properties": GLUE_CATALOG}
        ],
        "Instances": {
            "KeepJobFlowAliveWhenNoSteps": True,
            "InstanceFleets": fleets(args),
            "Ec2SubnetIds": [*args["subnet_ids"]],
            "EmrManagedMasterSecurityGroup": args["nodes_group_id"],
            "EmrManagedSlaveSecurityGroup": args["nodes_group_id"],
            "ServiceAccessSecurityGroup": args["service_group_id"],
            "AdditionalMasterSecurityGroups": [args["workload_group_id"]],
            "AdditionalSlaveSecurityGroups": [args["workload_group_id"]],
        },
        "ManagedScalingPolicy": scaling(args),
        "AutoTerminationPolicy": {"IdleTimeout": args["idle_minutes"] * 60},
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION",
        "ServiceRole": args["service_role_arn"],
        "JobFlowRole": args["instance_profile"],
        "SecurityConfiguration": args["security_configuration"],
        "EbsRootVolumeSize": ROOT_GB,
        "LogUri": args["log_uri"],
        "LogEncryptionKmsKeyId": args["log_key_arn"],
        "VisibleToAllUsers": True,
        "Tags": [
            {"Key": key, "Value": value}
            for key, value in {**args["tags"], JOB_TAG: args["name"]}.items()
        ],
    }


def step_request(args: ClusterRunArgs) -> Json:
    """The step that runs the script: the driver is on the primary node, where its output is kept.

    A step that fails leaves the cluster to the next try.
    https://docs.aws.amazon.com/emr/latest/ReleaseGuide/emr-spark-submit-step.html
    """
    return {
        "Name": args["job"],
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {
            "Jar": "command-runner.jar",
            "Args": [
                *("spark-submit", "--deploy-mode", "client"),
                *("--conf", f"spark.driver.memory={DRIVER_GB}g"),
                args["script_uri"],
                *script_words(
                    args["inputs"], args["outputs"], args["arguments"], "{% $told.date %}"
                ),
            ],
        },
    }
