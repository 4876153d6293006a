from functools import cache

import pytest

from components.foundation.network.existing_network import ExistingNetwork
from infra.graph import record

ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
INGRESS_RULE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
VPC = "vpc-0a1b2c3d4e5f67890"
SUBNETS = ("subnet-0a1b2c3d", "subnet-1a1b2c3d")
RANGE = "10.90.0.0/16"
"""What the catalog answers for any VPC."""


@cache
def network(endpoints=("logs",), route_tables=(), internet=False, subnets=SUBNETS):
    def program():
        ExistingNetwork(
            "net",
            {
                "vpc_id": VPC,
                "subnet_ids": list(subnets),
                "route_table_ids": list(route_tables),
                "internet": internet,
                "interface_endpoints": list(endpoints),
                "region": "eu-west-1",
                "account_id": "123456789012",
            },
        )

    return record(program)


def test_the_vpc_stays_its_owners():
    kinds = {resource.type for resource in network().resources if resource.custom}
    assert kinds == {"aws:ec2/securityGroup:SecurityGroup", ENDPOINT, EGRESS_RULE, INGRESS_RULE}


def test_endpoints_are_made_in_the_subnets_that_are_there():
    (endpoint,) = network().of_type(ENDPOINT)
    assert endpoint.inputs["vpcId"] == VPC
    assert endpoint.inputs["subnetIds"] == list(SUBNETS)
    assert endpoint.inputs["policy"]


def test_endpoints_take_https_from_the_vpcs_own_range():
    rule = network().one(INGRESS_RULE, "net-endpoints-https")
    assert (rule.inputs["cidrIpv4"], rule.inputs["fromPort"]) == (RANGE, 443)


def test_where_none_are_asked_for_there_is_no_endpoint_and_no_group_of_theirs():
    graph = network(endpoints=())
    assert graph.of_type(ENDPOINT) == []
    assert [group.name for group in graph.of_type("aws:ec2/securityGroup:SecurityGroup")] == [
        "net-workloads"
    ]


def test_workloads_reach_https_in_the_vpc_and_s3_alone():
    rules = {rule.name: rule.inputs for rule in network().of_type(EGRESS_RULE)}
    assert rules.keys() == {
        "net-workloads-to-members",
        "net-workloads-to-s3",
        "net-workloads-to-endpoints",
    }
    assert rules["net-workloads-to-endpoints"]["cidrIpv4"] == RANGE
    assert rules["net-workloads-to-s3"]["prefixListId"].startswith("pl-")


def test_workloads_go_out_by_the_vpcs_routes_where_they_may():
    rule = network(internet=True).one(EGRESS_RULE, "net-workloads-to-internet")
    assert (rule.inputs["cidrIpv4"], rule.inputs["fromPort"]) == ("0.0.0.0/0", 443)


def test_route_tables_get_a_gateway_endpoint_for_s3():
    graph = network(route_tables=("rtb-0a1b2c3d",))
    s3 = graph.one(ENDPOINT, "net-s3")
    assert (s3.inputs["vpcEndpointType"], s3.inputs["routeTableIds"]) == (
        "Gateway",
        ["rtb-0a1b2c3d"],
    )
    assert s3.urn in graph.one(EGRESS_RULE, "net-workloads-to-s3").dependencies


def test_one_subnet_is_too_few():
    with pytest.raises(ValueError, match="two zones or more"):
        network(subnets=SUBNETS[:1])
