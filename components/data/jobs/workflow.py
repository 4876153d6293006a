"""A chain of jobs that Apache Airflow runs: a workflow of MWAA Serverless.

https://docs.aws.amazon.com/mwaa/latest/mwaa-serverless-userguide/mwaas-concepts.html
"""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Statement, rendered
from components.common.log_group import encrypted_log_group
from components.data.jobs.args import JobCheckArgs
from components.data.jobs.checkpoint import told_arguments
from components.data.jobs.policy import (
    workflow_glue_runs,
    workflow_policy,
    workflow_serverless_runs,
)
from components.data.jobs.workflow_definition import JobTasks, written

TYPE = "AWS::MWAAServerless::Workflow"
"""CloudFormation's name of a workflow: pulumi-aws has it by Cloud Control alone."""


class ChainedJobArgs(TypedDict):
    """A job of a chain, of the component Job."""

    job: str
    """Name of the job."""
    after: NotRequired[str]
    """The job of the chain whose end in success starts it; the first one has none."""
    role_arn: pulumi.Input[str]
    """Role that its runs have."""
    script_uri: pulumi.Input[str]
    """S3 URI of its script."""
    inputs: pulumi.Input[dict[str, str]]
    """S3 URIs of what it reads by place, such as `raw.visits`."""
    outputs: pulumi.Input[dict[str, str]]
    """S3 URIs of what it writes by place."""
    arguments: dict[str, str]
    """What the script is told beside them, by name."""
    max_vcpu: int
    """Most vCPUs of one run."""
    max_minutes: int
    """Minutes after which a run is ended."""
    retries: int
    """How often a run that failed is tried again."""
    log_group: pulumi.Input[str]
    """Log group of what its runs print."""
    streaming: NotRequired[bool]
    """Whether a run goes on where the last one ended: it is told of a checkpoint."""
    glue_job: NotRequired[pulumi.Input[str]]
    """Its name in Glue, where Glue runs it."""
    checks: Sequence[JobCheckArgs]
    """Tables that it writes whose rules must pass before what comes after it begins."""


class WorkflowArgs(PlacedArgs, LoggedArgs):
    """What a workflow is made of."""

    workflow_name: str
    """Name within the account and region, at most 255 characters."""
    jobs: Sequence[ChainedJobArgs]
    """The jobs in the order in which they run; the first starts all others."""
    schedule: NotRequired[str]
    """When it starts by the calendar: cron of five fields, in UTC."""
    application_id: NotRequired[pulumi.Input[str]]
    """Application of EMR Serverless, where one of the jobs runs on it."""
    application_arn: NotRequired[pulumi.Input[str]]
    """Its ARN."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of the definition; it must keep versions."""
    artifacts_key_arn: pulumi.Input[str]
    """Key of that bucket."""
    data_key_arn: pulumi.Input[str]
    """Key of the workflow, and of the disks of workers."""
    job_tags: dict[str, str]
    """Tags of the workflow, and of the runs of its jobs."""


class Workflow(pulumi.ComponentResource):
    """Jobs that run one after the other by a DAG of Airflow, as one role that may run these alone.

    AWS keeps a copy of the definition: the version of its object is part of the resource's state,
    so that a changed definition is a change of the workflow.
    """

    workflow_name: pulumi.Output[str]
    """Name of the workflow."""
    log_group: pulumi.Output[str]
    """Name of the log group of its tasks."""

    def __init__(
        self, name: str, args: WorkflowArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Workflow", name, None, opts)
        log = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
        )
        role = ExecutionRole(
            f"{name}-as",
            {
                "service": "airflow-serverless.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "workflow": rendered(
                        workflow_policy,
                        runs=pulumi.Output.all(*[_runs(job, args) for job in args["jobs"]]),
                        checks=pulumi.Output.all(
                            *[check for job in args["jobs"] for check in job["checks"]]
                        ),
                        log_group=log.name,
                        key_arn=args["data_key_arn"],
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        schedule = args.get("schedule")
        definition = aws.s3.BucketObjectv2(
            f"{name}-definition",
            bucket=args["artifacts_bucket"],
            key=f"workflows/{args['workflow_name']}.yaml",
            content=pulumi.Output.all(*[_tasks(job, args) for job in args["jobs"]]).apply(
                lambda jobs: written(args["workflow_name"], jobs, schedule)
            ),
            content_type="text/plain; charset=utf-8",
            server_side_encryption="aws:kms",
            kms_key_id=args["artifacts_key_arn"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        state = {
            "Name": args["workflow_name"],
            "Description": f"Runs {', then '.join(job['job'] for job in args['jobs'])}"[:1024],
            "RoleArn": role.arn,
            "DefinitionS3Location": {
                "Bucket": definition.bucket,
                "ObjectKey": definition.key,
                "VersionId": definition.version_id,
            },
            "EncryptionConfiguration": {
                "Type": "CUSTOMER_MANAGED_KEY",
                "KmsKeyId": args["data_key_arn"],
            },
            "LoggingConfiguration": {"LogGroupName": log.name},
            "Tags": args["job_tags"],
        }
        aws.cloudcontrol.Resource(
            f"{name}-workflow",
            type_name=TYPE,
            desired_state=pulumi.Output.json_dumps(state),
            # Its name is its own in the account: the new one cannot be there beside the old one.
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=role.ready, delete_before_replace=True
            ),
        )
        self.workflow_name = pulumi.Output.from_input(args["workflow_name"])
        self.log_group = log.name
        self.register_outputs({"workflow_name": self.workflow_name, "log_group": self.log_group})


def _tasks(job: ChainedJobArgs, args: WorkflowArgs) -> pulumi.Output[JobTasks]:
    """The job as its tasks need it, once all is known."""
    by_glue = "glue_job" in job
    run: dict[str, Any] = {"job": job["job"], "retries": job["retries"]}
    if by_glue:
        run["glue_job"] = job["glue_job"]
    else:
        run |= {
            "application_id": args["application_id"],
            "role_arn": job["role_arn"],
            "script_uri": job["script_uri"],
            "inputs": job["inputs"],
            "outputs": job["outputs"],
            "arguments": pulumi.Output.from_input(job["script_uri"]).apply(
                lambda uri: told_arguments(
                    job["arguments"], job["job"], uri, streaming=job.get("streaming", False)
                )
            ),
            "max_vcpu": job["max_vcpu"],
            "max_minutes": job["max_minutes"],
            "log_group": job["log_group"],
            "log_key_arn": args["log_key_arn"],
            "disk_key_arn": args["data_key_arn"],
            "tags": args["job_tags"],
        }
    after = job.get("after")

    def known(values: list[Any]) -> JobTasks:
        tasks: JobTasks = {"checks": values[1]}
        if by_glue:
            tasks["glue"] = values[0]
        else:
            tasks["serverless"] = values[0]
        if after:
            tasks["after"] = after
        return tasks

    return pulumi.Output.all(pulumi.Output.all(**run), pulumi.Output.all(*job["checks"])).apply(
        known
    )


def _runs(job: ChainedJobArgs, args: WorkflowArgs) -> pulumi.Output[list[Statement]]:
    """What it takes to run the job."""
    if "glue_job" in job:
        glue = f"arn:aws:glue:{args['region']}"
        return pulumi.Output.all(args["account_id"], job["glue_job"]).apply(
            lambda known: workflow_glue_runs(f"{glue}:{known[0]}:job/{known[1]}")
        )
    return pulumi.Output.all(args["application_arn"], job["role_arn"]).apply(
        lambda known: workflow_serverless_runs(*known)
    )
