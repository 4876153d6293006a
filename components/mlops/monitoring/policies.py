"""What the jobs of a monitor may do, and what the schedule that starts them may."""

from typing import Any

from components.common.iam import Document, allow, document
from components.common.job_access import publish_metrics, read_objects, use_keys, write_objects
from components.common.other_accounts import OriginArgs, read_origin
from components.common.scheduled_start import give_up
from components.common.workload import artifacts_prefix, run_statements
from components.mlops.monitoring.job_request import MonitorKind, reports_prefix
from components.mlops.monitoring.monitor_code import PREFIX as CODE_PREFIX

NAMESPACE = "maslow/Monitors"
"""Namespace of CloudWatch in which monitors tell what they found."""


def monitoring_policy(
    *,
    model: str,
    kind: MonitorKind,
    capture_bucket: str,
    capture_prefix: str,
    capture_key_arn: str,
    artifacts_bucket: str,
    artifacts_key_arn: str,
    truth_bucket: str | None = None,
    truth_prefix: str | None = None,
    origin: OriginArgs | None = None,
    **run: Any,
) -> Document:
    """What the jobs may do: read captures, baseline and code, write reports, and tell CloudWatch.

    The truth is under the key of the captures. `origin` is where the baseline is, if another
    account trained the version; `run` is for `run_statements`.

    https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createprocessingjob-perms
    """
    return document(
        *(read_origin(origin) if origin else []),
        *read_objects(capture_bucket, capture_prefix),
        *(read_objects(truth_bucket, truth_prefix) if truth_bucket and truth_prefix else []),
        *read_objects(artifacts_bucket, artifacts_prefix(model)),
        *read_objects(artifacts_bucket, CODE_PREFIX),
        write_objects(artifacts_bucket, reports_prefix(model, kind)),
        use_keys(sorted({artifacts_key_arn, capture_key_arn})),
        publish_metrics([NAMESPACE]),
        *run_statements(artifacts_key_arn=artifacts_key_arn, **run),
    )


def scheduling_policy(
    *,
    job_name: str,
    role_arn: str,
    dead_letter_arn: str,
    messages_key_arn: str,
    account_id: str,
    region: str,
) -> Document:
    """What the schedule may do: start jobs of one name with one role, and keep what it gives up.

    https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html#setting-up-execution-role
    """
    return document(
        allow(
            ["sagemaker:CreateProcessingJob", "sagemaker:AddTags"],
            [f"arn:aws:sagemaker:{region}:{account_id}:processing-job/{job_name}-*"],
        ),
        allow(
            ["iam:PassRole"],
            [role_arn],
            when={"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}},
        ),
        *give_up(dead_letter_arn, messages_key_arn),
    )
