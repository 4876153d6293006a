"""A monitor of one model: a schedule that starts processing jobs, and alarms on what they find."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import rendered
from components.common.log_group import PROCESSING_JOBS
from components.common.scheduled_start import start_on_schedule
from components.common.workload import run_inputs
from components.mlops.capture import CaptureArgs
from components.mlops.monitoring.alarms import failure_alert, silence_alarm, worst_alarm
from components.mlops.monitoring.job_request import MonitorKind, job_request, reports_prefix
from components.mlops.monitoring.policies import monitoring_policy, scheduling_policy

CREATE_JOB = "arn:aws:scheduler:::aws-sdk:sagemaker:createProcessingJob"


class OfSomeMonitors(TypedDict):
    """What monitors of some kinds are told besides."""

    truth_bucket: NotRequired[pulumi.Input[str]]
    """Bucket of what turned out to be true, under the key of the captures."""
    truth_prefix: NotRequired[str]
    """Where in it, without a slash at the end."""
    model_data_uri: NotRequired[pulumi.Input[str]]
    """S3 URI of the version's model.tar.gz, for a monitor that asks the model itself."""


class MonitorArgs(CaptureArgs, OfSomeMonitors):
    """What a monitor is made of."""

    kind: MonitorKind
    """What it looks at."""
    endpoint_name: str
    """Name of the endpoint whose captures it reads."""
    job_name: str
    """What the names of its jobs begin with, at most 26 characters; the id of the run follows."""
    schedule: str
    """When it runs: an expression of EventBridge Scheduler, in UTC."""
    every_seconds: int
    """The longest time between two runs of that schedule, in seconds."""
    baseline_uri: pulumi.Input[str]
    """S3 URI of the baseline of the version that serves."""
    code_uri: pulumi.Input[str]
    """S3 URI of the folder that holds the runtime."""
    options: list[str]
    """Further arguments of the runtime's command, such as `--threshold`, `0.1`."""
    image_uri: pulumi.Input[str]
    """Image in ECR of the jobs, with Python 3.10 or later, numpy, scipy and boto3."""
    instance_type: str
    """Instance type of the jobs."""
    job_tags: dict[str, str]
    """Tags of the jobs: a schedule hands none of its own down."""
    dead_letter_arn: pulumi.Input[str]
    """Queue that keeps the runs which could not be started."""
    messages_key_arn: pulumi.Input[str]
    """Key of that queue."""


class Monitor(pulumi.ComponentResource):
    """A schedule of EventBridge that starts a processing job, its roles, alarms and rule.

    A run that cannot be started is tried again for an hour, and then kept in the dead-letter queue,
    whose alarm tells of it.

    Raises ValueError for a `job_name` that leaves no room for the id of a run.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
    """

    schedule_name: pulumi.Output[str]
    """Name of the schedule."""
    worst_alarm_name: pulumi.Output[str]
    """Name of the alarm on what it finds."""
    reports_uri: pulumi.Output[str]
    """S3 URI under which each run has a folder with its report."""

    def __init__(
        self, name: str, args: MonitorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Monitor", name, None, opts)
        model, kind = args["model"], args["kind"]
        warning = args["alert_topics"]["warning"]
        self.reports_uri = pulumi.Output.format(
            "s3://{0}/{1}", args["artifacts_bucket"], reports_prefix(model, kind)
        )
        self.worst_alarm_name = worst_alarm(
            f"{name}-worst", parent=self, model=model, kind=kind, topic_arn=warning
        ).name
        silence_alarm(
            f"{name}-silent",
            parent=self,
            model=model,
            kind=kind,
            every_seconds=args["every_seconds"],
            topic_arn=warning,
        )
        failure_alert(
            f"{name}-failed",
            parent=self,
            model=model,
            kind=kind,
            job_name=args["job_name"],
            topic_arn=warning,
        )
        self.schedule_name = self._schedule(name, args).name
        self.register_outputs(
            {
                "schedule_name": self.schedule_name,
                "worst_alarm_name": self.worst_alarm_name,
                "reports_uri": self.reports_uri,
            }
        )

    def _schedule(self, name: str, args: MonitorArgs) -> aws.scheduler.Schedule:
        role = self._job_role(name, args)
        return start_on_schedule(
            name,
            parent=self,
            description=f"Starts the {args['kind'].value} monitor of {args['model']}",
            expression=args["schedule"],
            target_arn=CREATE_JOB,
            given=_request(args, role.arn),
            policy=rendered(
                scheduling_policy,
                job_name=args["job_name"],
                role_arn=role.arn,
                dead_letter_arn=args["dead_letter_arn"],
                messages_key_arn=args["messages_key_arn"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            dead_letter_arn=args["dead_letter_arn"],
            account_id=args["account_id"],
            ready=role.ready,
        )

    def _job_role(self, name: str, args: MonitorArgs) -> ExecutionRole:
        policy = rendered(
            monitoring_policy,
            model=args["model"],
            kind=args["kind"],
            capture_bucket=args["capture_bucket"],
            capture_prefix=args["capture_prefix"],
            capture_key_arn=args["capture_key_arn"],
            artifacts_bucket=args["artifacts_bucket"],
            truth_bucket=args.get("truth_bucket"),
            truth_prefix=args.get("truth_prefix"),
            origin=args.get("origin"),
            makes_log_groups=args.get("jobs_make_log_groups", False),
            **run_inputs(args, args["image_uri"], [PROCESSING_JOBS]),
        )
        return ExecutionRole(
            f"{name}-as",
            {
                "service": "sagemaker.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"monitoring": policy},
            },
            pulumi.ResourceOptions(parent=self),
        )


def _request(args: MonitorArgs, role_arn: pulumi.Output[str]) -> pulumi.Output[str]:
    truth = None
    if "truth_bucket" in args and "truth_prefix" in args:
        truth = pulumi.Output.format("s3://{0}/{1}", args["truth_bucket"], args["truth_prefix"])
    return rendered(
        job_request,
        job_name=args["job_name"],
        model=args["model"],
        kind=args["kind"],
        baseline_uri=args["baseline_uri"],
        capture_uri=pulumi.Output.format(
            "s3://{0}/{1}/{2}",
            args["capture_bucket"],
            args["capture_prefix"],
            args["endpoint_name"],
        ),
        code_uri=args["code_uri"],
        options=args["options"],
        image_uri=args["image_uri"],
        instance_type=args["instance_type"],
        role_arn=role_arn,
        artifacts_bucket=args["artifacts_bucket"],
        artifacts_key_arn=args["artifacts_key_arn"],
        subnet_ids=args["subnet_ids"],
        security_group_id=args["security_group_id"],
        tags=args["job_tags"],
        truth_uri=truth,
        model_data_uri=args.get("model_data_uri"),
    )
