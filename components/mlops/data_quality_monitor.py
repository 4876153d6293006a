"""The data-quality monitor of an endpoint: is what it is sent still what the model was trained on?

AWS takes no new customers for SageMaker Model Monitor since July 2026:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-availability-change.html
"""

from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.execution_role import ExecutionRole
from components.common.iam import Document, document, rendered
from components.common.job_access import publish_metrics, read_objects, use_keys, write_objects
from components.common.log_group import PROCESSING_JOBS
from components.common.other_accounts import OriginArgs, read_origin
from components.common.workload import artifacts_prefix, run_inputs, run_statements
from components.mlops.capture import CaptureArgs
from components.mlops.drift import NAMESPACE, Frequency, chunks, drift_alarm
from components.platform.instance_types import has_local_storage

PROCESSING = "/opt/ml/processing"
VOLUME_GB = 20
MAX_SECONDS = 3600


class Baseline(TypedDict, total=False):
    """What the monitor compares with, as the training pipeline registered it: both or nothing."""

    constraints_uri: pulumi.Input[str]
    """S3 URI of constraints.json."""
    statistics_uri: pulumi.Input[str]
    """S3 URI of statistics.json."""


class DataQualityMonitorArgs(CaptureArgs):
    """What a data-quality monitor is made of."""

    endpoint: pulumi.Input[str]
    """Name of the endpoint, known once it serves."""
    endpoint_name: str
    """The same name as a plain value, for the alarms."""
    schedule_name: str
    """Name of the schedule within the account and region: 1 to 63 letters, digits and hyphens."""
    frequency: Frequency
    """How often the monitor runs."""
    baseline: Baseline
    """Baseline of the version that serves; with an empty one, only statistics are written."""
    features: list[str]
    """Names of the features whose drift sets an alarm off."""
    drift_threshold: float
    """Distance from the baseline, between 0 and 1, above which the alarm goes off."""
    analyzer_image_uri: pulumi.Input[str]
    """Image in ECR of SageMaker's model monitor analyzer."""
    instance_type: str
    """Instance type of the monitoring jobs."""


def monitoring_policy(
    *,
    model: str,
    capture_bucket: str,
    capture_prefix: str,
    capture_key_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    origin: OriginArgs | None = None,
    **run: Any,
) -> Document:
    """What the monitoring jobs may do: read captures and baseline, write reports and metrics.

    `origin` is where the baseline is, if another account trained the version; `run` is for
    `run_statements`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createprocessingjob-perms
    """
    return document(
        *(read_origin(origin) if origin else []),
        *read_objects(capture_bucket, capture_prefix),
        *read_objects(artifacts_bucket, artifacts_prefix(model)),
        write_objects(artifacts_bucket, _reports(model)),
        use_keys(sorted({artifacts_key_arn, capture_key_arn})),
        publish_metrics([NAMESPACE, "/aws/sagemaker/ProcessingJobs"]),
        *run_statements(artifacts_key_arn=artifacts_key_arn, **run),
    )


class DataQualityMonitor(pulumi.ComponentResource):
    """A monitoring schedule, its job definition and role, and alarms on the drift of features.

    Job definitions can't be changed: a new baseline makes a new one, and the schedule moves to it.
    The jobs run without a network of their own; SageMaker moves their data and metrics.

    https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-quality.html
    https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html
    """

    schedule_name: pulumi.Output[str]
    """Name of the schedule."""
    alarm_names: list[pulumi.Output[str]]
    """Names of the drift alarms, one for every 10 features."""
    reports_uri: pulumi.Output[str]
    """S3 URI under which the monitor writes statistics and violations."""

    def __init__(
        self, name: str, args: DataQualityMonitorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:DataQualityMonitor", name, None, opts)
        self.reports_uri = pulumi.Output.format(
            "s3://{0}/{1}", args["artifacts_bucket"], _reports(args["model"])
        )
        definition = self._job_definition(name, args, self._role(name, args))
        schedule = aws.sagemaker.MonitoringSchedule(
            f"{name}-schedule",
            name=args["schedule_name"],
            monitoring_schedule_config={
                "monitoring_type": "DataQuality",
                "monitoring_job_definition_name": definition.name,
                "schedule_config": {"schedule_expression": args["frequency"].expression},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.schedule_name = schedule.name
        self.alarm_names = [
            drift_alarm(
                f"{name}-drift-{number}",
                features,
                parent=self,
                endpoint_name=args["endpoint_name"],
                schedule_name=args["schedule_name"],
                frequency=args["frequency"],
                threshold=args["drift_threshold"],
                topic_arn=args["alert_topics"]["warning"],
            ).name
            for number, features in enumerate(chunks(args["features"]), start=1)
        ]
        self.register_outputs(
            {
                "schedule_name": self.schedule_name,
                "alarm_names": self.alarm_names,
                "reports_uri": self.reports_uri,
            }
        )

    def _role(self, name: str, args: DataQualityMonitorArgs) -> ExecutionRole:
        policy = rendered(
            monitoring_policy,
            model=args["model"],
            capture_bucket=args["capture_bucket"],
            capture_prefix=args["capture_prefix"],
            capture_key_arn=args["capture_key_arn"],
            artifacts_bucket=args["artifacts_bucket"],
            origin=args.get("origin"),
            makes_log_groups=args.get("jobs_make_log_groups", False),
            **run_inputs(args, args["analyzer_image_uri"], [PROCESSING_JOBS]),
        )
        return ExecutionRole(
            f"{name}-role",
            {
                "service": "sagemaker.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"monitoring": policy},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _job_definition(
        self, name: str, args: DataQualityMonitorArgs, role: ExecutionRole
    ) -> aws.sagemaker.DataQualityJobDefinition:
        cluster: aws.sagemaker.DataQualityJobDefinitionJobResourcesClusterConfigArgsDict = {
            "instance_count": 1,
            "instance_type": args["instance_type"],
            "volume_size_in_gb": VOLUME_GB,
        }
        if not has_local_storage(args["instance_type"]):
            cluster["volume_kms_key_id"] = args["artifacts_key_arn"]
        return aws.sagemaker.DataQualityJobDefinition(
            f"{name}-definition",
            role_arn=role.arn,
            data_quality_app_specification={
                "image_uri": args["analyzer_image_uri"],
                "environment": {"publish_cloudwatch_metrics": "Enabled"},
            },
            data_quality_baseline_config=_baseline(args),
            data_quality_job_input={
                "endpoint_input": {
                    "endpoint_name": args["endpoint"],
                    "local_path": f"{PROCESSING}/input/endpoint",
                    "s3_input_mode": "File",
                    "s3_data_distribution_type": "FullyReplicated",
                }
            },
            data_quality_job_output_config={
                "kms_key_id": args["artifacts_key_arn"],
                "monitoring_outputs": {
                    "s3_output": {
                        "s3_uri": self.reports_uri,
                        "local_path": f"{PROCESSING}/output",
                        "s3_upload_mode": "EndOfJob",
                    }
                },
            },
            job_resources={"cluster_config": cluster},
            network_config={
                "enable_inter_container_traffic_encryption": True,
                "enable_network_isolation": True,
                "vpc_config": {
                    "subnets": args["subnet_ids"],
                    "security_group_ids": [args["security_group_id"]],
                },
            },
            stopping_condition={"max_runtime_in_seconds": MAX_SECONDS},
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )


def _reports(model: str) -> str:
    return f"{artifacts_prefix(model)}/monitoring/data-quality"


def _baseline(
    args: DataQualityMonitorArgs,
) -> aws.sagemaker.DataQualityJobDefinitionDataQualityBaselineConfigArgsDict | None:
    if not args["baseline"]:
        return None
    return {
        "constraints_resource": {"s3_uri": args["baseline"]["constraints_uri"]},
        "statistics_resource": {"s3_uri": args["baseline"]["statistics_uri"]},
    }
