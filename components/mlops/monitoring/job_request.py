"""The processing job of one run of a monitor, as plain values in CreateProcessingJob's words.

EventBridge Scheduler is told the request once, and fills in what differs from run to run:
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
"""

import enum
from collections.abc import Mapping, Sequence

from components.common.iam import Json
from components.common.workload import artifacts_prefix
from components.platform.instance_types import has_local_storage

PROCESSING = "/opt/ml/processing"
CODE, MODEL, OUTPUT = (
    f"{PROCESSING}/input/code",
    f"{PROCESSING}/input/model",
    f"{PROCESSING}/output",
)
VOLUME_GB = 20
MAX_SECONDS = 3600
EXECUTION, SCHEDULED = "<aws.scheduler.execution-id>", "<aws.scheduler.scheduled-time>"
EXECUTION_LENGTH = 36
"""The most characters of an execution's id: as many as a UUID, where AWS's page shows sixteen."""
JOB_NAME_LIMIT = 63 - 1 - EXECUTION_LENGTH
"""The most characters of what comes before the id in the name of a job."""


class MonitorKind(enum.Enum):
    """What a monitor looks at."""

    DATA = "data"
    """Whether requests and answers are still like those that the model was trained on."""
    QUALITY = "quality"
    """Whether the answers are right, once the truth is known."""
    BIAS = "bias"
    """Whether groups of people are answered alike."""
    EXPLAIN = "explain"
    """Whether the same features count as in training."""


def reports_prefix(model: str, kind: MonitorKind) -> str:
    """Where in the artifacts bucket the reports of a monitor are, a folder for each job."""
    return f"{artifacts_prefix(model)}/monitoring/{kind.value}"


def job_request(
    *,
    job_name: str,
    model: str,
    kind: MonitorKind,
    baseline_uri: str,
    capture_uri: str,
    code_uri: str,
    options: Sequence[str],
    image_uri: str,
    instance_type: str,
    role_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    subnet_ids: Sequence[str],
    security_group_id: str,
    tags: Mapping[str, str],
    truth_uri: str | None = None,
    model_data_uri: str | None = None,
) -> Json:
    """The request of a run, which ends at the time that it was scheduled for.

    `options` are further arguments of the runtime's command. The job is not isolated from the
    network, for it reads captures from S3 and tells CloudWatch what it found; what it reaches is
    what the subnets and the security group let it.

    Raises ValueError for a `job_name` of more than 26 characters: SageMaker takes 63 with the id.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
    """
    if len(job_name) > JOB_NAME_LIMIT:
        raise ValueError(f"{job_name}: a monitor's job has at most {JOB_NAME_LIMIT} characters")
    job = f"{job_name}-{EXECUTION}"
    inputs = {"code": (code_uri, CODE)}
    arguments = ["--model", model, "--monitor", kind.value, "--baseline", baseline_uri]
    arguments += ["--capture", capture_uri, "--end", SCHEDULED, "--output", OUTPUT]
    if truth_uri:
        arguments += ["--truth", truth_uri]
    if model_data_uri:
        arguments += ["--model-data", MODEL]
        inputs["model"] = (model_data_uri, MODEL)
    cluster = {
        "InstanceCount": 1,
        "InstanceType": instance_type,
        "VolumeSizeInGB": VOLUME_GB,
    }
    if not has_local_storage(instance_type):
        cluster["VolumeKmsKeyId"] = artifacts_key_arn
    return {
        "ProcessingJobName": job,
        "AppSpecification": {
            "ImageUri": image_uri,
            "ContainerEntrypoint": ["python3", "-m", "runtime"],
            "ContainerArguments": [*arguments, *options],
        },
        "Environment": {"PYTHONPATH": CODE},
        "ProcessingInputs": [
            {
                "InputName": name,
                "S3Input": {
                    "S3Uri": uri,
                    "LocalPath": path,
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
            for name, (uri, path) in inputs.items()
        ],
        "ProcessingOutputConfig": {
            "KmsKeyId": artifacts_key_arn,
            "Outputs": [
                {
                    "OutputName": "report",
                    "S3Output": {
                        "S3Uri": f"s3://{artifacts_bucket}/{reports_prefix(model, kind)}/{job}",
                        "LocalPath": OUTPUT,
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ],
        },
        "ProcessingResources": {"ClusterConfig": cluster},
        "NetworkConfig": {
            "EnableInterContainerTrafficEncryption": True,
            "EnableNetworkIsolation": False,
            "VpcConfig": {"Subnets": list(subnet_ids), "SecurityGroupIds": [security_group_id]},
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": MAX_SECONDS},
        "RoleArn": role_arn,
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(tags.items())],
    }
