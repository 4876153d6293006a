"""What of an environment is there already: looked up in the account, or nothing offline."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any


@dataclass(frozen=True)
class Live:
    """What desired state starts from."""

    instances: Callable[[str], int]
    """From the name of an endpoint to how many instances are to serve; 0 where there is none."""
    zones: Callable[[str], list[str]]
    """From the name of a network to the zones of its private subnets, in the subnets' order; none
    where there is no such network."""


NOTHING = Live(lambda _endpoint: 0, lambda _network: [])
"""Nothing is deployed yet, or nothing is looked up."""


def in_account(client: Callable[[str], Any]) -> Live:
    """Ask AWS; `client` gives the boto3 client of a service.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html

    The look-ups raise botocore's ClientError for anything but what is not there.
    """
    made = cache(client)  # which boto3 takes its time to do

    def instances(endpoint: str) -> int:
        sagemaker = made("sagemaker")
        try:
            described = sagemaker.describe_endpoint(EndpointName=endpoint)
        except sagemaker.exceptions.ClientError as error:
            if error.response["Error"]["Code"] == "ValidationException":  # what it says of none
                return 0
            raise
        variants = described.get("ProductionVariants", [])
        return sum(variant.get("DesiredInstanceCount", 0) for variant in variants)

    def zones(network: str) -> list[str]:
        named = [{"Name": "tag:Name", "Values": [f"{network}-private-*"]}]
        placed = {
            tag["Value"]: subnet["AvailabilityZone"]
            for page in made("ec2").get_paginator("describe_subnets").paginate(Filters=named)
            for subnet in page["Subnets"]
            for tag in subnet["Tags"]
            if tag["Key"] == "Name"
        }
        return [zone for _, zone in sorted(placed.items())]

    return Live(instances, zones)
