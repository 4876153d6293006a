"""SageMaker models that are in no VPC: DescribeModel tells no VpcConfig of theirs.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeModel.html
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.sagemaker.responses import SageMakerResponse

from embedded.extensions.operations import add

_described_by_moto = SageMakerResponse.describe_model  # replaced below


def install() -> None:
    """Add the operation to moto's SageMaker."""
    add(SageMakerResponse, describe_model)


def describe_model(self: SageMakerResponse) -> ActionResult:
    """DescribeModel."""
    result: Any = _described_by_moto(self).result
    described = dict(result)
    if not described.get("VpcConfig"):
        described.pop("VpcConfig", None)
    return ActionResult(described)
