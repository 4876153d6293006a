"""What of an environment is there already: looked up in the account, or nothing offline."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pulumi

from components.data.feature_evolution import described
from components.data.governance.lake_access import LakeSettingsArgs
from infra import found, kept, lake_settings
from infra.found import Found, found_in_account
from infra.kept import Kept, Tagged, kept_in_account
from infra.naming import Names

STATE = "pulumi:pulumi:readStackResourceOutputs"
"""The function of the engine that tells a stack's state."""

State = Mapping[str, Mapping[str, Any]]
"""The outputs of each resource of a stack by its URN, as the last deployment left them."""


@dataclass(frozen=True)
class Live:
    """What desired state starts from; unless told otherwise, nothing is there."""

    instances: Callable[[str], int] = lambda _endpoint: 0
    """From the name of an endpoint to how many instances are to serve; 0 where there is none."""
    zones: Callable[[str], list[str]] = lambda _network: []
    """From the name of a network to the zones of its private subnets, in the subnets' order; none
    where there is no such network."""
    kept: Kept = kept.nothing
    """What an earlier stack of the environment left."""
    multi_region: Callable[[str], bool | None] = lambda _key: None
    """From the name of a key to whether replicas of it can be made in other regions; None where
    there is no such key."""
    feature_group: Callable[[str], Mapping[str, Any]] = lambda _group: {}
    """From the name of a feature group to what DescribeFeatureGroup says of it; nothing where there
    is no such group."""
    found: Found = found.nothing
    """What the account has already of what it has once."""
    lake_settings: Callable[[bool], LakeSettingsArgs] = lake_settings.new_account
    """What the account's Lake Formation is set to; with True, who deploys administers it, too."""
    studio_domain: Callable[[str], Mapping[str, Any] | None] = lambda _domain: None
    """From the id of a domain of Studio to what DescribeDomain says of it, nothing where there is
    none; None where nobody looks."""
    outputs: Callable[[str], Mapping[str, Any]] = lambda _resource: {}
    """From the logical name of a resource to its outputs in the stack's state, as the last
    deployment left them; nothing where there is no such resource."""


NOTHING = Live()
"""Nothing is deployed yet, or nothing is looked up."""


def in_account(client: Callable[[str], Any], names: Names, state: Callable[[], State]) -> Live:
    """Ask AWS; `client` gives the boto3 client of a service, and `state` that of the stack.

    What was answered once is not asked again: each run of the program needs an answer of its own.

    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeDomain.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeEndpoint.html
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeFeatureGroup.html
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html

    The look-ups raise botocore's ClientError for anything but what is not there, and InputError
    where it cannot be told what is meant.
    """
    made = cache(client)  # which boto3 takes its time to do
    left = cache(state)  # the whole of it, which three look-ups need
    standing = cache(lambda: held_in(left()))
    tagged = Tagged(made, names)

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

    def multi_region(key: str) -> bool | None:
        there = [one["MultiRegion"] for one in tagged.keys(f"{key}: ")]
        return any(there) if there else None

    def feature_group(group: str) -> Mapping[str, Any]:
        sagemaker = made("sagemaker")
        try:
            return described(sagemaker, group)
        except sagemaker.exceptions.ResourceNotFound:
            return {}

    def studio_domain(domain: str) -> Mapping[str, Any]:
        sagemaker = made("sagemaker")
        try:
            there: Mapping[str, Any] = sagemaker.describe_domain(DomainId=domain)
        except sagemaker.exceptions.ResourceNotFound:
            return {}
        return there

    return Live(
        instances,
        zones,
        kept_in_account(tagged, standing),
        multi_region,
        feature_group,
        found_in_account(made, standing),
        lake_settings.settings_in_account(made, names.project),
        studio_domain,
        lambda resource: outputs_in(left(), resource),
    )


def held_in(state: State) -> set[tuple[str, str]]:
    """Type and logical name of each resource in a stack's state."""
    return {
        (types.rpartition("$")[2], name)
        for types, name in (urn.split("::", 3)[2:] for urn in state)
    }


def outputs_in(state: State, resource: str) -> Mapping[str, Any]:
    """Outputs of the resource of a logical name in a stack's state; nothing where there is none."""
    found = [outputs for urn, outputs in state.items() if urn.split("::", 3)[3] == resource]
    return found[0] if found else {}


def state_of_stack() -> State:
    """The state of the stack that is being deployed.

    The engine tells its own state to who asks for a stack's resources.
    https://www.pulumi.com/docs/iac/concepts/stacks/#stackreferences
    """
    stack = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    told: State = pulumi.runtime.invoke(STATE, {"stackName": stack}).value["outputs"]
    return told
