"""The events that tell that a version of a model was approved, or is approved no longer."""

from typing import Any

DECIDED = ("Approved", "Rejected")
"""Decisions that may change which version is the newest approved one.

A rejected version was perhaps the approved one until now: then an older one takes its place.
"""


def approval_pattern(group_prefix: str) -> dict[str, Any]:
    """The events of decisions about versions in the groups whose names begin like that.

    A version that is registered as approved, by a rule, tells so too.

    https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html#eventbridge-model-package
    """
    return {
        "source": ["aws.sagemaker"],
        "detail-type": ["SageMaker Model Package State Change"],
        "detail": {
            "ModelPackageGroupName": [{"prefix": group_prefix}],
            "ModelApprovalStatus": list(DECIDED),
        },
    }
