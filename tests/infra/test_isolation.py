"""Without egress nothing leads out, and all that runs in the network has what it calls there."""

import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest

from components.foundation.network.endpoint_services import ENDPOINTS, service_name
from infra.graph import Graph, Resource
from infra.offline import recorded
from infra.project import Project
from policies.scheduled_jobs import jobs_of

ANYWHERE = ("0.0.0.0/0", "::/0")
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
OWN_WAY = {
    "ec2": "the services put their interfaces into the network from outside it",
    "iam": "passing a role is no call",
    "s3": "it has a gateway endpoint",
}
"""IAM prefixes of what a workload's role is allowed and no workload calls by an endpoint."""


@pytest.fixture(scope="module", params=["prod", "dev"])
def isolated(request: pytest.FixtureRequest, project: Project) -> Graph:
    """Production, to which models come; and development, where they are made, without egress."""
    stack = project.stack(request.param)
    network = stack.platform.network.model_copy(update={"egress": "none"})
    platform = stack.platform.model_copy(update={"network": network})
    return recorded(project, dataclasses.replace(stack, platform=platform))


def placements(value: Any) -> Iterator[dict[str, Any]]:
    """Wherever subnets and security groups are named together, JSON in texts included."""
    match value:
        case dict():
            named = {key.lower(): item for key, item in value.items()}
            if "subnets" in named:
                yield named
            for item in value.values():
                yield from placements(item)
        case list():
            for item in value:
                yield from placements(item)
        case str() if value.startswith('{"'):
            yield from placements(json.loads(value))


def workloads(graph: Graph) -> list[Resource]:
    """What runs in the network, or starts what does."""
    return [resource for resource in graph.resources if list(placements(resource.inputs))]


def roles(value: Any) -> Iterator[str]:
    """The names of the roles that are named in inputs, JSON in texts included."""
    match value:
        case dict() | list():
            for item in value.values() if isinstance(value, dict) else value:
                yield from roles(item)
        case str() if value.startswith('{"'):
            yield from roles(json.loads(value))
        case str() if ":role/" in value:
            yield value.rpartition("/")[2]


def allowed(graph: Graph, role: str) -> set[str]:
    """The IAM prefixes of what a role's own policies allow."""
    texts = [
        policy.inputs["policy"]
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if policy.inputs["role"] == role
    ]
    statements = [each for text in texts for each in json.loads(text)["Statement"]]
    return {action.partition(":")[0] for each in statements for action in each["Action"]}


def test_nothing_leads_out(isolated: Graph) -> None:
    for kind in ("internetGateway:InternetGateway", "natGateway:NatGateway", "eip:Eip"):
        assert isolated.of_type(f"aws:ec2/{kind}") == []
    assert not [
        route
        for route in isolated.of_type("aws:ec2/route:Route")
        if route.inputs["destinationCidrBlock"] in ANYWHERE
    ]
    rules = [r for r in isolated.resources if "securityGroup" in r.type and "Rule" in r.type]
    assert rules
    for rule in rules:
        assert rule.inputs.get("cidrIpv4") not in ANYWHERE
        assert "cidrIpv6" not in rule.inputs
    for group in isolated.of_type("aws:ec2/securityGroup:SecurityGroup"):
        assert not {"ingress", "egress"} & group.inputs.keys()


def test_every_subnet_is_private(isolated: Graph) -> None:
    subnets = isolated.of_type("aws:ec2/subnet:Subnet")
    assert {subnet.name.rpartition("-")[0] for subnet in subnets} == {
        f"maslow-{isolated.stack}-network-private"
    }


def test_every_model_and_job_is_in_the_network(isolated: Graph) -> None:
    placed = {resource.urn for resource in workloads(isolated)}
    watching = [job.schedule for job in jobs_of(isolated)]
    for found in (isolated.of_type("aws:sagemaker/model:Model"), watching):
        assert found
        assert {resource.urn for resource in found} <= placed
    for pipeline in isolated.of_type("aws:sagemaker/pipeline:Pipeline"):
        for step in json.loads(pipeline.inputs["pipelineDefinition"])["Steps"]:
            if step["Type"] in {"Training", "Processing"}:
                assert list(placements(step)), f"{pipeline.name}: {step['Name']}"


def test_workloads_are_in_the_private_subnets_and_in_their_group(isolated: Graph) -> None:
    name = f"maslow-{isolated.stack}-network"
    group = isolated.one("aws:ec2/securityGroup:SecurityGroup", f"{name}-workloads")
    endpoint = isolated.of_type(ENDPOINT)[-1]
    found = [place for each in workloads(isolated) for place in placements(each.inputs)]
    assert found
    egress = isolated.one(
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", f"{name}-workloads-to-s3"
    )
    assert group.urn in egress.dependencies
    for place in found:
        assert place["subnets"] == endpoint.inputs["subnetIds"]
        assert place["securitygroupids"] == [egress.inputs["securityGroupId"]]


def test_what_workloads_are_allowed_to_call_they_can_reach(isolated: Graph) -> None:
    names = {service_name(name, "eu-west-1"): name for name in [*ENDPOINTS, "s3"]}
    there = [names[e.inputs["serviceName"]] for e in isolated.of_type(ENDPOINT)]
    reached = {ENDPOINTS[service] for service in there if service != "s3"}
    # What starts a job for a schedule or a state machine is AWS's own, outside of the network.
    outside = ("scheduler.amazonaws.com", "states.amazonaws.com")
    own = {
        role.name
        for role in isolated.of_type("aws:iam/role:Role")
        if not any(service in role.inputs["assumeRolePolicy"] for service in outside)
    }
    called: set[str] = set()
    for workload in workloads(isolated):
        for role in set(roles(workload.inputs)) & own:
            called |= (calls := allowed(isolated, role))
            assert calls - reached - OWN_WAY.keys() == set(), f"{workload.name} by {role}"
    assert "s3" in there
    assert {"ecr", "kms", "logs", "s3"} <= called
