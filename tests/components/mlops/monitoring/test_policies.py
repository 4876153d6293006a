"""What monitors' jobs and their schedules may do, and what they may not."""

import json
from fnmatch import fnmatchcase

import pytest

from components.common.log_group import PROCESSING_JOBS
from components.mlops.monitoring.alarms import failed_pattern
from components.mlops.monitoring.job_request import (
    EXECUTION_LENGTH,
    JOB_NAME_LIMIT,
    MonitorKind,
    job_request,
)
from components.mlops.monitoring.policies import monitoring_policy, scheduling_policy

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY, DATA_KEY, OTHER_KEY = (f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{one}" for one in ("a", "d", "x"))
QUEUE, ROLE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:letters", f"arn:aws:iam::{ACCOUNT}:role/monitor"
TRUTH = {"truth_bucket": "curated", "truth_prefix": "truth/stay"}


def policy(**changes):
    return monitoring_policy(
        **{
            "model": "stay",
            "kind": MonitorKind.QUALITY,
            "capture_bucket": "raw",
            "capture_prefix": "captures/stay",
            "capture_key_arn": DATA_KEY,
            "artifacts_bucket": "artifacts",
            "artifacts_key_arn": KEY,
            "image_uri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/sklearn:1",
            "subnet_ids": ["subnet-1"],
            "security_group_id": "sg-1",
            "account_id": ACCOUNT,
            "region": REGION,
            "log_groups": [PROCESSING_JOBS],
            **TRUTH,
            **changes,
        }
    )


def listed(values):
    return [values] if isinstance(values, str) else values


def allows(document, action, resource, **context):
    """Whether some statement allows it; a key of a condition that is not given does not hold."""
    return any(
        any(fnmatchcase(action, one) for one in statement["Action"])
        and any(fnmatchcase(resource, one) for one in statement["Resource"])
        and all(
            any(
                fnmatchcase(context.get(key, ""), one) for one in ([v] if isinstance(v, str) else v)
            )
            for keys in statement.get("Condition", {}).values()
            for key, v in keys.items()
        )
        for statement in document["Statement"]
    )


@pytest.mark.parametrize(
    ("action", "key", "may"),
    [
        ("s3:GetObject", "artifacts/models/stay/runs/1/baseline/baseline.json", True),
        ("s3:GetObject", "artifacts/monitors/0a1b/runtime/monitor.py", True),
        ("s3:GetObject", "artifacts/models/stay-2/runs/1/baseline/baseline.json", False),
        ("s3:GetObject", "raw/captures/stay/maslow-dev-stay/a.jsonl", True),
        ("s3:GetObject", "raw/captures/other/maslow-dev-other/a.jsonl", False),
        ("s3:GetObject", "curated/truth/stay/a.jsonl", True),
        ("s3:GetObject", "curated/truth/stay-2/a.jsonl", False),
        ("s3:GetObject", "curated/stay/records.csv", False),
        ("s3:PutObject", "artifacts/models/stay/monitoring/quality/job/report.json", True),
        ("s3:PutObject", "artifacts/models/stay/monitoring/data/job/report.json", False),
        ("s3:PutObject", "artifacts/models/stay/runs/1/baseline/baseline.json", False),
        ("s3:PutObject", "artifacts/monitors/0a1b/runtime/monitor.py", False),
        ("s3:PutObject", "raw/captures/stay/maslow-dev-stay/a.jsonl", False),
        ("s3:DeleteObject", "artifacts/models/stay/monitoring/quality/job/report.json", False),
    ],
)
def test_a_job_reads_of_its_model_alone_and_writes_nothing_but_reports(action, key, may):
    assert allows(policy(), action, f"arn:aws:s3:::{key}") is may


def test_a_job_lists_only_below_what_it_reads():
    def lists(bucket, prefix):
        where = f"arn:aws:s3:::{bucket}"
        return allows(policy(), "s3:ListBucket", where, **{"s3:prefix": prefix})

    assert lists("curated", "truth/stay")
    assert lists("raw", "captures/stay/maslow-dev-stay/")
    assert not lists("curated", "truth/")
    assert not lists("curated", "")
    assert not lists("raw", "captures/other/")


def test_a_monitor_without_truth_may_not_read_any():
    without = policy(truth_bucket=None, truth_prefix=None)
    assert not allows(without, "s3:GetObject", "arn:aws:s3:::curated/truth/stay/a.jsonl")


@pytest.mark.parametrize(
    ("namespace", "may"),
    [("maslow/Monitors", True), ("maslow/Other", False), ("AWS/SageMaker", False), ("", False)],
)
def test_a_job_puts_metrics_of_monitors_alone(namespace, may):
    told = {"cloudwatch:namespace": namespace}
    assert allows(policy(), "cloudwatch:PutMetricData", "*", **told) is may


def test_a_job_uses_the_keys_of_what_it_reads_and_no_other():
    assert allows(policy(), "kms:Decrypt", KEY)
    assert allows(policy(), "kms:Decrypt", DATA_KEY)
    assert not allows(policy(), "kms:Decrypt", OTHER_KEY)
    for action in ("sagemaker:CreateProcessingJob", "iam:PassRole", "sagemaker:UpdateEndpoint"):
        assert not allows(policy(), action, "*")


def scheduling():
    return scheduling_policy(
        job_name="maslow-dev-stay-quality",
        role_arn=ROLE,
        dead_letter_arn=QUEUE,
        messages_key_arn=KEY,
        account_id=ACCOUNT,
        region=REGION,
    )


def test_a_schedule_starts_jobs_of_its_own_name_with_its_own_role():
    jobs = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:processing-job"
    sagemaker = {"iam:PassedToService": "sagemaker.amazonaws.com"}
    assert allows(
        scheduling(), "sagemaker:CreateProcessingJob", f"{jobs}/maslow-dev-stay-quality-1a"
    )
    assert not allows(
        scheduling(), "sagemaker:CreateProcessingJob", f"{jobs}/maslow-dev-stay-data-1a"
    )
    assert allows(scheduling(), "iam:PassRole", ROLE, **sagemaker)
    assert not allows(scheduling(), "iam:PassRole", f"{ROLE}-2", **sagemaker)
    assert not allows(
        scheduling(), "iam:PassRole", ROLE, **{"iam:PassedToService": "ec2.amazonaws.com"}
    )
    assert allows(scheduling(), "sqs:SendMessage", QUEUE)


def requested(**changes):
    return job_request(
        **{
            "job_name": "maslow-dev-stay-data",
            "model": "stay",
            "kind": MonitorKind.DATA,
            "baseline_uri": "s3://artifacts/baseline.json",
            "capture_uri": "s3://raw/captures/stay/maslow-dev-stay",
            "code_uri": "s3://artifacts/monitors/0a1b/",
            "options": ["--threshold", "0.1"],
            "image_uri": "image",
            "instance_type": "ml.m5.large",
            "role_arn": ROLE,
            "artifacts_bucket": "artifacts",
            "artifacts_key_arn": KEY,
            "subnet_ids": ["subnet-1"],
            "security_group_id": "sg-1",
            "tags": {"maslow:model": "stay"},
            **changes,
        }
    )


def test_the_name_of_a_job_leaves_room_for_the_id_of_its_run():
    longest = "a" * JOB_NAME_LIMIT
    name = requested(job_name=longest)["ProcessingJobName"]
    assert name == f"{longest}-<aws.scheduler.execution-id>"
    assert len(longest) + 1 + EXECUTION_LENGTH == 63
    with pytest.raises(ValueError, match="at most 26 characters"):
        requested(job_name=f"{longest}a")


def test_a_volume_is_encrypted_where_the_instance_has_no_disk_of_its_own():
    def volume_key(instance):
        cluster = requested(instance_type=instance)["ProcessingResources"]["ClusterConfig"]
        return cluster.get("VolumeKmsKeyId")

    assert volume_key("ml.m5.large") == KEY
    assert volume_key("ml.g4dn.xlarge") is None


def test_a_monitor_reads_truth_and_model_only_where_it_is_told_of_them():
    plain = json.dumps(requested())
    assert "--truth" not in plain
    assert "--model-data" not in plain
    told = requested(truth_uri="s3://curated/truth/stay", model_data_uri="s3://a/model.tar.gz")
    assert {one["InputName"] for one in told["ProcessingInputs"]} == {"code", "model"}
    assert "--truth" in told["AppSpecification"]["ContainerArguments"]


def test_a_rule_hears_of_the_jobs_of_one_monitor():
    assert failed_pattern("maslow-dev-stay-data")["detail"] == {
        "ProcessingJobName": [{"prefix": "maslow-dev-stay-data-"}],
        "ProcessingJobStatus": ["Failed", "Stopped"],
    }
