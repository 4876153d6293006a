"""The states by which the loop compares a candidate with the live version.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
"""

from typing import Any

from components.common.iam import Json
from components.common.states import choice, retried, wait
from components.common.workload import artifacts_prefix
from components.platform.serving_image import KEPT_AS

HOUR_SECONDS = 3600
PROCESSING = "/opt/ml/processing"
VOLUME_GB = 30
APPROVED_A_PAGE = 5

_THERE = (
    "$states.input.Error = 'SageMaker.ResourceInUseException' or "
    "$contains($states.input.Cause, 'already exist')"
)


def comparison_prefix(model: str) -> str:
    """Where in the artifacts bucket a model's comparisons are, without a slash at the end."""
    return f"{artifacts_prefix(model)}/comparisons"


def comparing_states(
    *,
    group_name: str,
    bucket: str,
    prefix: str,
    model: str,
    job: dict[str, Any],
    every_seconds: int,
    following: str,
) -> dict[str, Json]:
    """The states from FindCandidate, told its ARN as `package`, to `following`.

    Those after it find `$candidate` (arn, version, uri of its comparison) and `$compared` (better,
    reason, candidate and live) among the variables. A candidate of the first training has nothing
    to be compared with, and is compared all the same: what it reaches is written down.
    """
    key = f"{prefix}/' & $candidate.version & '/comparison.json"
    runs = f"s3://{bucket}/{artifacts_prefix(model)}/runs/"
    own = "$states.result.CustomerMetadataProperties"
    parts = ", ".join(
        f"{{'name': 'run/{part}', 'uri': '{runs}' & $split({own}.execution, '/')[-1] & '/{part}/'}}"
        for part in ("train", "validation", "test")
    )
    return {
        "FindCandidate": retried(
            "sagemaker:describeModelPackage",
            {"ModelPackageName": "{% $states.input.package %}"},
            "FindLive",
            assign={
                "candidate": {
                    "arn": "{% $states.result.ModelPackageArn %}",
                    "version": "{% $string($states.result.ModelPackageVersion) %}",
                    # What serves may be built for an accelerator that the job has not.
                    "image": (
                        f"{{% $exists({own}.{KEPT_AS}) ? {own}.{KEPT_AS} : "
                        "$states.result.InferenceSpecification.Containers[0].Image %}"
                    ),
                    "data": (
                        "{% $states.result.InferenceSpecification.Containers[0].ModelDataUrl %}"
                    ),
                    "metadata": f"{{% $exists({own}) ? {own} : {{}} %}}",
                    "code": f"{{% $exists({own}.code) ? {own}.code : '{job['code_uri']}' %}}",
                    "test": f"{{% '{runs}' & $run.id & '/test/' %}}",
                    "uri": (
                        f"{{% 's3://{bucket}/{prefix}/' & "
                        "$string($states.result.ModelPackageVersion) & '/comparison.json' %}"
                    ),
                }
            },
        ),
        # What is approved and newest is live.
        "FindLive": retried(
            "sagemaker:listModelPackages",
            {
                "ModelPackageGroupName": group_name,
                "ModelApprovalStatus": "Approved",
                "SortBy": "CreationTime",
                "SortOrder": "Descending",
                "MaxResults": APPROVED_A_PAGE,
            },
            "IsAnyLive",
            output={
                "package": "{% $join([($states.result.ModelPackageSummaryList"
                "[ModelPackageArn != $candidate.arn].ModelPackageArn)[0]], '') %}"
            },
        ),
        "IsAnyLive": choice({"DescribeLive": "$states.input.package != ''"}, "NoLive"),
        "NoLive": {
            "Type": "Pass",
            "Assign": {"live": {"arguments": [], "inputs": []}},
            "Next": "StartComparison",
        },
        "DescribeLive": retried(
            "sagemaker:describeModelPackage",
            {"ModelPackageName": "{% $states.input.package %}"},
            "StartComparison",
            assign={
                "live": {
                    "arguments": ["{% '--live-package=' & $states.result.ModelPackageArn %}"],
                    "inputs": (
                        "{% $append([{'name': 'live', 'uri': "
                        "$states.result.InferenceSpecification.Containers[0].ModelDataUrl}], "
                        # Its run tells what it learned from. Older versions don't tell their run.
                        f"$exists({own}.execution) ? [{parts}] : []) %}}"
                    ),
                }
            },
        ),
        "StartComparison": retried(
            "sagemaker:createProcessingJob", _request(job, bucket, prefix), "AwaitComparison"
        )
        | {"Catch": [{"ErrorEquals": ["States.ALL"], "Next": "IsStarted"}]},
        # A retry after an answer that was lost finds the job that it made.
        "IsStarted": choice({"AwaitComparison": _THERE}, "Alert"),
        "AwaitComparison": wait(every_seconds, "FindComparison"),
        "FindComparison": retried(
            "sagemaker:describeProcessingJob",
            {"ProcessingJobName": _name(job)},
            "HasCompared",
            output={
                "status": "{% $states.result.ProcessingJobStatus %}",
                "reason": "{% $join(['the comparison ' & "
                "$lowercase($states.result.ProcessingJobStatus), "
                "$states.result.FailureReason, $states.result.ExitMessage], ': ') %}",
            },
        ),
        "HasCompared": choice(
            {
                "ReadComparison": "$states.input.status = 'Completed'",
                "NotCompared": "$states.input.status in ['Failed', 'Stopped']",
            },
            "AwaitComparison",
        ),
        "NotCompared": {
            "Type": "Pass",
            "Output": {
                "Error": "NotCompared",
                "Cause": "{% $states.input.reason & ' (version ' & $candidate.arn & "
                "' stays as it is)' %}",
            },
            "Next": "Alert",
        },
        "ReadComparison": retried(
            "s3:getObject",
            {"Bucket": bucket, "Key": f"{{% '{key}' %}}"},
            "KeepComparison",
            assign={
                "compared": (
                    "{% $parse($states.result.Body)."
                    "{'better': better, 'reason': reason, 'candidate': candidate, 'live': live} %}"
                )
            },
        ),
        "KeepComparison": retried(
            "sagemaker:updateModelPackage",
            {
                "ModelPackageArn": "{% $candidate.arn %}",
                "CustomerMetadataProperties": (
                    "{% $merge([$candidate.metadata, {'comparison': $candidate.uri}]) %}"
                ),
            },
            following,
        ),
    }


def _name(job: dict[str, Any]) -> str:
    return f"{{% '{job['name_prefix']}-' & $run.id %}}"


def _request(job: dict[str, Any], bucket: str, prefix: str) -> Json:
    """CreateProcessingJob. It needs no network: SageMaker moves what it reads and writes."""
    cluster: Json = {
        "InstanceCount": 1,
        "InstanceType": job["instance_type"],
        "VolumeSizeInGB": VOLUME_GB,
    }
    if job["volume_key_arn"]:
        cluster["VolumeKmsKeyId"] = job["volume_key_arn"]
    given = [f"--metric={job['metric']}"] if job["metric"] else []
    arguments = (
        "{% $append(['--candidate-package=' & $candidate.arn], $append($live.arguments, "
        f"{given})) %}}"
    )
    inputs = (
        "{% $append([{'name': 'code', 'uri': $candidate.code}, "
        "{'name': 'candidate', 'uri': $candidate.data}, "
        "{'name': 'test', 'uri': $candidate.test}], $live.inputs).{"
        "'InputName': $replace(name, '/', '-'), 'S3Input': {'S3Uri': uri, "
        f"'LocalPath': '{PROCESSING}/input/' & name, 'S3DataType': 'S3Prefix', "
        "'S3InputMode': 'File', 'S3DataDistributionType': 'FullyReplicated'}} %}"
    )
    return {
        "ProcessingJobName": _name(job),
        "RoleArn": job["role_arn"],
        "AppSpecification": {
            "ImageUri": "{% $candidate.image %}",
            "ContainerEntrypoint": ["python3", f"{PROCESSING}/input/code/compare.py"],
            "ContainerArguments": arguments,
        },
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {
            "KmsKeyId": job["key_arn"],
            "Outputs": [
                {
                    "OutputName": "comparison",
                    "S3Output": {
                        "S3Uri": f"{{% 's3://{bucket}/{prefix}/' & $candidate.version %}}",
                        "LocalPath": f"{PROCESSING}/output/comparison",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ],
        },
        "ProcessingResources": {"ClusterConfig": cluster},
        "NetworkConfig": {
            "EnableInterContainerTrafficEncryption": True,
            "EnableNetworkIsolation": True,
            "VpcConfig": {
                "Subnets": job["subnet_ids"],
                "SecurityGroupIds": [job["security_group_id"]],
            },
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": HOUR_SECONDS},
        "Tags": [{"Key": key, "Value": value} for key, value in job["tags"].items()],
    }
