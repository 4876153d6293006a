import json
from functools import cache

import pytest

from components.foundation.network.egress import Egress
from components.foundation.network.egress_firewall import FilterBy
from components.foundation.network.endpoint_policies import s3_endpoint_policy
from components.foundation.network.endpoint_services import Use, needed, service_name
from components.foundation.network.network import Network
from infra.graph import record

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/logs"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
EGRESS_RULE = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


@cache
def network(
    egress=Egress.NONE,
    zone_count=2,
    endpoints=("sagemaker.api", "sts"),
    filter_by=None,
    query_log=False,
):
    def program():
        args = {
            "cidr": "10.20.0.0/16",
            "zone_count": zone_count,
            "live_zones": [],
            "egress": egress,
            "interface_endpoints": list(endpoints),
            "query_log": query_log,
            "region": "eu-west-1",
            "account_id": ACCOUNT,
            "log_key_arn": KEY,
            "log_retention_days": 90,
        }
        if filter_by:
            args["filter"] = {"by": filter_by, "domains": ["data.example.org", "*.example.net"]}
        Network("net", args)

    return record(program)


def default_routes(graph):
    return [
        route
        for route in graph.of_type("aws:ec2/route:Route")
        if route.inputs["destinationCidrBlock"] == "0.0.0.0/0"
    ]


def test_without_egress_nothing_leads_to_the_internet():
    graph = network(Egress.NONE)
    assert graph.of_type("aws:ec2/internetGateway:InternetGateway") == []
    assert graph.of_type("aws:ec2/natGateway:NatGateway") == []
    assert graph.of_type("aws:ec2/eip:Eip") == []
    assert default_routes(graph) == []
    assert [subnet.name for subnet in graph.of_type("aws:ec2/subnet:Subnet")] == [
        "net-private-1",
        "net-private-2",
    ]
    assert [rule for rule in graph.of_type(EGRESS_RULE) if "cidrIpv4" in rule.inputs] == []


@pytest.mark.parametrize(
    ("egress", "zone_count", "gateways"),
    [(Egress.SINGLE, 3, 1), (Egress.PER_ZONE, 2, 2), (Egress.PER_ZONE, 3, 3)],
)
def test_egress_decides_the_number_of_nat_gateways(egress, zone_count, gateways):
    graph = network(egress, zone_count)
    nat_gateways = graph.of_type("aws:ec2/natGateway:NatGateway")
    assert len(nat_gateways) == gateways
    assert len({gateway.inputs["subnetId"] for gateway in nat_gateways}) == gateways
    private = [route for route in default_routes(graph) if "natGatewayId" in route.inputs]
    assert len(private) == zone_count
    assert len({route.inputs["natGatewayId"] for route in private}) == gateways


def test_a_nat_gateway_of_each_zone_serves_its_own_zone():
    graph = network(Egress.PER_ZONE, 3)
    zones = {subnet.name: subnet.inputs["availabilityZone"] for subnet in subnets(graph)}
    for number in (1, 2, 3):
        gateway = graph.one("aws:ec2/natGateway:NatGateway", f"net-public-{number}-nat")
        route = graph.one("aws:ec2/route:Route", f"net-private-{number}-internet")
        assert zones[f"net-public-{number}"] == zones[f"net-private-{number}"]
        assert gateway.urn in route.dependencies


def subnets(graph):
    return graph.of_type("aws:ec2/subnet:Subnet")


def test_a_subnet_stays_where_it_is_when_aws_adds_a_zone():
    assert [subnet.options["ignoreChanges"] for subnet in subnets(network(Egress.SINGLE))] == [
        ["availabilityZone"]
    ] * 3


def test_subnets_give_no_public_addresses():
    assert not any(
        subnet.inputs["mapPublicIpOnLaunch"] for subnet in subnets(network(Egress.PER_ZONE))
    )


def test_services_are_reached_by_private_endpoints_in_every_zone():
    graph = network(zone_count=3, endpoints=tuple(needed(Use)))
    interface = [e for e in graph.of_type(ENDPOINT) if e.inputs["vpcEndpointType"] == "Interface"]
    assert [e.inputs["serviceName"] for e in interface] == [
        service_name(service, "eu-west-1") for service in needed(Use)
    ]
    assert all(e.inputs["privateDnsEnabled"] for e in interface)
    assert all(len(e.inputs["subnetIds"]) == 3 for e in interface)


def test_endpoints_take_https_from_the_vpc_and_nothing_else():
    graph = network()
    rule = graph.one(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "net-endpoints-https"
    )
    assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (443, 443)
    assert rule.inputs["cidrIpv4"] == "10.20.0.0/16"
    group = graph.one("aws:ec2/securityGroup:SecurityGroup", "net-endpoints")
    assert not any(
        group.urn in r.dependencies
        for r in graph.of_type(EGRESS_RULE)
        if r.name != ("net-workloads-to-endpoints")
    )


def test_a_network_without_interface_endpoints_has_no_group_for_them():
    graph = network(endpoints=())
    assert [group.name for group in graph.of_type("aws:ec2/securityGroup:SecurityGroup")] == [
        "net-workloads"
    ]


def test_workloads_speak_freely_among_themselves_only():
    graph = network(Egress.SINGLE)
    inward = graph.one(
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "net-workloads-from-members"
    )
    assert inward.inputs["ipProtocol"] == "-1"
    assert inward.inputs["referencedSecurityGroupId"] == inward.inputs["securityGroupId"]
    outward = [rule for rule in graph.of_type(EGRESS_RULE) if rule.inputs["ipProtocol"] != "-1"]
    assert {rule.name: rule.inputs["fromPort"] for rule in outward} == {
        "net-workloads-to-s3": 443,
        "net-workloads-to-endpoints": 443,
        "net-workloads-to-internet": 443,
    }


def test_the_default_security_group_lets_nothing_through():
    group = network().one("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert (group.inputs["ingress"], group.inputs["egress"]) == ([], [])


def test_every_private_subnet_reaches_s3_without_the_internet():
    graph = network(zone_count=3)
    s3 = graph.one(ENDPOINT, "net-s3")
    assert s3.inputs["vpcEndpointType"] == "Gateway"
    assert len(set(s3.inputs["routeTableIds"])) == 3


def test_subnets_are_handed_out_once_their_routes_are_in_place():
    graph = network(Egress.SINGLE)
    association = graph.one(
        "aws:ec2/routeTableAssociation:RouteTableAssociation", "net-private-1-routes"
    )
    waits_for = {graph.by_urn[urn].name for urn in association.dependencies}
    assert {"net-s3", "net-private-1-internet"} <= waits_for
    interface = graph.one(ENDPOINT, "net-sts")
    assert association.urn in interface.dependencies


def test_data_leaves_through_s3_to_no_other_account():
    own, aws_owned = s3_endpoint_policy(account_id=ACCOUNT, region="eu-west-1")["Statement"]
    assert own["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}
    assert aws_owned["Action"] == ["s3:GetObject"]


def test_images_can_be_pulled_without_egress():
    policy = s3_endpoint_policy(account_id=ACCOUNT, region="eu-west-1")
    assert (
        "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*" in policy["Statement"][1]["Resource"]
    )


def test_flow_logs_record_everything_encrypted_and_for_a_stated_time():
    graph = network()
    log_group = graph.one("aws:cloudwatch/logGroup:LogGroup")
    assert log_group.inputs["kmsKeyId"] == KEY
    assert log_group.inputs["retentionInDays"] == 90
    flow_log = graph.one("aws:ec2/flowLog:FlowLog")
    assert flow_log.inputs["trafficType"] == "ALL"
    assert log_group.urn in flow_log.dependencies


def test_flow_logs_are_written_by_a_role_that_can_do_nothing_else():
    graph = network()
    policy = json.loads(graph.one("aws:iam/rolePolicy:RolePolicy").inputs["policy"])
    arn = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:net-flow-logs"
    write, look = policy["Statement"]
    assert write["Resource"] == [arn, f"{arn}:*"]
    assert look["Action"] == ["logs:DescribeLogGroups"], "AWS lists them per account"


def test_workloads_resolve_private_names():
    vpc = network().one("aws:ec2/vpc:Vpc")
    assert vpc.inputs["enableDnsSupport"]
    assert vpc.inputs["enableDnsHostnames"]


def test_what_passes_an_endpoint_is_the_accounts_own():
    policy = json.loads(network().one(ENDPOINT, "net-sagemaker.api").inputs["policy"])
    (statement,) = policy["Statement"]
    assert statement["Action"] == ["sagemaker:*"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalAccount": ACCOUNT},
        "StringEqualsIfExists": {"aws:ResourceAccount": ACCOUNT},
    }


def test_images_and_roles_of_other_accounts_can_be_reached_by_its_own_identities():
    policy = json.loads(network().one(ENDPOINT, "net-sts").inputs["policy"])
    (statement,) = policy["Statement"]
    assert statement["Condition"] == {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}


def test_buckets_of_trusted_accounts_pass_too():
    policy = s3_endpoint_policy(
        account_id=ACCOUNT, region="eu-west-1", trusted_accounts=["111111111111"]
    )
    assert policy["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:ResourceAccount": [ACCOUNT, "111111111111"]}
    }


def test_a_service_without_an_endpoint_is_refused():
    with pytest.raises(ValueError, match="no interface endpoint is known of sagemaker"):
        network(endpoints=("sagemaker",))


def test_a_filter_without_a_way_out_is_refused():
    with pytest.raises(ValueError, match="nothing to filter"):
        network(Egress.NONE, filter_by=FilterBy.DNS)


def test_names_that_are_asked_for_are_logged_encrypted():
    graph = network(query_log=True)
    log_group = graph.one("aws:cloudwatch/logGroup:LogGroup", "net-queries")
    assert log_group.inputs["kmsKeyId"] == KEY
    log = graph.one("aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig")
    assert log.inputs["destinationArn"].endswith(":log-group:net-queries")
    policy = graph.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    (statement,) = json.loads(policy.inputs["policyDocument"])["Statement"]
    assert statement["Resource"] == [f"{log.inputs['destinationArn']}:log-stream:*"]
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}
    assert policy.urn in log.dependencies, "AWS would write a wider policy by itself"


def test_a_network_may_log_no_names():
    graph = network(query_log=False)
    assert graph.of_type("aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig") == []
    assert graph.of_type("aws:cloudwatch/logResourcePolicy:LogResourcePolicy") == []
