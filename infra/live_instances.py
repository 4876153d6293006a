"""How many instances an endpoint runs on: looked up in the account, or none offline."""

from collections.abc import Callable
from typing import Any

LiveInstances = Callable[[str], int]
"""From the name of an endpoint to how many instances are to serve now; 0 where there is none."""


def none_yet(_endpoint_name: str) -> int:
    """Nothing is deployed yet, or nothing is looked up."""
    return 0


def in_account(sagemaker: Any) -> LiveInstances:
    """Ask SageMaker, by a boto3 client.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html

    The look-up raises botocore's ClientError for anything but a missing endpoint.
    """

    def look_up(endpoint_name: str) -> int:
        try:
            described = sagemaker.describe_endpoint(EndpointName=endpoint_name)
        except sagemaker.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "ValidationException":  # what it says of none
                return 0
            raise
        variants = described.get("ProductionVariants", [])
        return sum(variant.get("DesiredInstanceCount", 0) for variant in variants)

    return look_up
