"""Clients of AWS for resource hooks, with the credentials of who deploys."""

from typing import Any


def aws_client(service: str, region: str) -> Any:
    """A boto3 client of a service. Only hooks make calls: components declare."""
    import boto3  # a recording makes no use of it

    return boto3.Session(region_name=region).client(service)
