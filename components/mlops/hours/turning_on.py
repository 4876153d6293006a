"""Turning an endpoint on that is off by its hours, before it is changed.

Pulumi runs it as a hook before the endpoint's update, with the credentials of who deploys.
https://www.pulumi.com/docs/iac/concepts/options/hooks/
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import pulumi

from components.common.aws_client import aws_client


def on_before_update(
    name: str, *, endpoint_name: str, region: str, tags: Mapping[str, str]
) -> pulumi.ResourceHook:
    """A hook of that name, by which an update finds the endpoint serving what it served last.

    It stays on until its hours end the next time, and is scaled again once they begin.
    """

    def turn(args: pulumi.ResourceHookArgs) -> None:
        configuration = (args.old_inputs or {})["endpointConfigName"]
        turn_on(aws_client("sagemaker", region), endpoint_name, str(configuration), tags)

    async def before_update(args: pulumi.ResourceHookArgs) -> None:
        await asyncio.to_thread(turn, args)

    return pulumi.ResourceHook(name, before_update)


def turn_on(
    sagemaker: Any, endpoint_name: str, configuration: str, tags: Mapping[str, str]
) -> None:
    """Create an endpoint that is not there, and wait until it serves.

    Raises botocore's WaiterError for one that does not come to serve.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html
    """
    pages = sagemaker.get_paginator("list_endpoints").paginate(NameContains=endpoint_name)
    if any(one["EndpointName"] == endpoint_name for page in pages for one in page["Endpoints"]):
        return
    sagemaker.create_endpoint(
        EndpointName=endpoint_name,
        EndpointConfigName=configuration,
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=endpoint_name)
