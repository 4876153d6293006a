"""What filters the way out: names, or connections."""

from functools import cache

import pytest

from components.foundation.network.domains import firewall_targets, own_domains
from components.foundation.network.egress import Egress
from components.foundation.network.egress_firewall import FilterBy, endpoint_of
from components.foundation.network.network import Network
from infra.graph import record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/logs"
DOMAINS = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
ROUTE = "aws:ec2/route:Route"
SUBNET = "aws:ec2/subnet:Subnet"
ANYWHERE = "0.0.0.0/0"


@cache
def network(by, egress=Egress.PER_ZONE, zone_count=2):
    def program():
        Network(
            "net",
            {
                "cidr": "10.20.0.0/16",
                "zone_count": zone_count,
                "live_zones": [],
                "egress": egress,
                "filter": {"by": by, "domains": ["data.example.org", "*.example.net"]},
                "interface_endpoints": [],
                "query_log": False,
                "region": "eu-west-1",
                "account_id": "123456789012",
                "log_key_arn": KEY,
                "log_retention_days": 90,
            },
        )

    return record(program)


def routes(graph, destination=ANYWHERE):
    """Where each route to a destination leads, by the route's name."""
    return {
        route.name: next(value for key, value in route.inputs.items() if key in WAYS)
        for route in graph.of_type(ROUTE)
        if route.inputs["destinationCidrBlock"] == destination
    }


WAYS = {"gatewayId", "natGatewayId", "vpcEndpointId"}


def test_allowed_names_and_awss_own_resolve_and_no_other():
    graph = network(FilterBy.DNS)
    domains = {each.name: each.inputs["domains"] for each in graph.of_type(DOMAINS)}
    assert domains == {
        "net-allowed": [
            "*.eu-west-1.amazonaws.com",
            "*.eu-west-1.compute.internal",
            "data.example.org",
            "*.example.net",
        ],
        "net-others": ["*"],
    }
    rules = sorted(graph.of_type(RULE), key=lambda rule: rule.inputs["priority"])
    assert [rule.inputs["action"] for rule in rules] == ["ALLOW", "BLOCK"]
    assert [rule.inputs.get("blockResponse") for rule in rules] == [None, "NXDOMAIN"]


def test_what_an_allowed_name_stands_for_is_trusted():
    rule = network(FilterBy.DNS).one(RULE, "net-allowed-rule")
    assert rule.inputs["firewallDomainRedirectionAction"] == "TRUST_REDIRECTION_DOMAIN"


def test_a_firewall_of_names_that_fails_lets_nothing_through():
    config = network(FilterBy.DNS).one("aws:route53/resolverFirewallConfig:ResolverFirewallConfig")
    assert config.inputs["firewallFailOpen"] == "DISABLED"


def test_the_vpc_gets_the_rules_once_all_are_there():
    graph = network(FilterBy.DNS)
    association = graph.one(
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
    )
    assert {rule.urn for rule in graph.of_type(RULE)} <= set(association.dependencies)


def test_names_are_filtered_without_another_route():
    graph = network(FilterBy.DNS)
    assert [way.partition("-")[0] for way in routes(graph).values()] == ["igw", "nat", "nat"]
    assert graph.of_type("aws:networkfirewall/firewall:Firewall") == []


def test_instances_of_the_oldest_region_have_names_of_their_own():
    assert own_domains("us-east-1") == ["*.us-east-1.amazonaws.com", "*.ec2.internal"]


@pytest.mark.parametrize(
    ("egress", "zone_count", "endpoints"),
    [(Egress.SINGLE, 3, 1), (Egress.PER_ZONE, 2, 2), (Egress.PER_ZONE, 3, 3)],
)
def test_a_firewall_stands_before_each_nat_gateway(egress, zone_count, endpoints):
    graph = network(FilterBy.FIREWALL, egress, zone_count)
    firewall = graph.one("aws:networkfirewall/firewall:Firewall")
    assert len(firewall.inputs["subnetMappings"]) == endpoints
    private = [way for name, way in routes(graph).items() if "-private-" in name]
    assert len(private) == zone_count
    assert len(set(private)) == endpoints
    assert all(way.startswith("vpce-") for way in private)
    beyond = [way for name, way in routes(graph).items() if "-firewall-" in name]
    assert len(beyond) == endpoints
    assert all(way.startswith("nat-") for way in beyond)


@pytest.mark.parametrize("egress", [Egress.SINGLE, Egress.PER_ZONE])
def test_answers_come_back_by_the_endpoint_that_the_question_went_through(egress):
    graph = network(FilterBy.FIREWALL, egress, 3)
    public = graph.one("aws:ec2/routeTable:RouteTable", "net-public")
    for number in (1, 2, 3):
        out = graph.one(ROUTE, f"net-private-{number}-internet")
        back = graph.one(ROUTE, f"net-private-{number}-back")
        assert back.inputs["vpcEndpointId"] == out.inputs["vpcEndpointId"]
        assert public.urn in back.dependencies
        private = graph.one(SUBNET, f"net-private-{number}")
        assert back.inputs["destinationCidrBlock"] == private.inputs["cidrBlock"]
        assert private.urn in back.dependencies, "it leads to a subnet that is there"
        assert back.urn in out.dependencies


def test_a_firewalls_endpoint_stands_in_the_zone_that_it_serves():
    graph = network(FilterBy.FIREWALL, Egress.PER_ZONE, 3)
    zones = {subnet.name: subnet.inputs["availabilityZone"] for subnet in graph.of_type(SUBNET)}
    for number in (1, 2, 3):
        assert zones[f"net-firewall-{number}"] == zones[f"net-private-{number}"]
        assert zones[f"net-firewall-{number}"] == zones[f"net-public-{number}"]


def test_connections_to_allowed_domains_pass_and_all_others_are_dropped():
    graph = network(FilterBy.FIREWALL)
    rules = graph.one("aws:networkfirewall/ruleGroup:RuleGroup").inputs["ruleGroup"]
    listed = rules["rulesSource"]["rulesSourceList"]
    assert listed["generatedRulesType"] == "ALLOWLIST"
    assert listed["targetTypes"] == ["TLS_SNI", "HTTP_HOST"]
    assert listed["targets"] == [
        ".eu-west-1.amazonaws.com",
        ".eu-west-1.compute.internal",
        "data.example.org",
        ".example.net",
    ]
    policy = graph.one("aws:networkfirewall/firewallPolicy:FirewallPolicy").inputs["firewallPolicy"]
    assert policy["statelessDefaultActions"] == ["aws:forward_to_sfe"]
    assert policy["statefulEngineOptions"]["ruleOrder"] == "STRICT_ORDER"
    assert policy["statefulDefaultActions"][0].startswith("aws:drop_")


def test_all_the_networks_addresses_are_inspected():
    rules = network(FilterBy.FIREWALL).one("aws:networkfirewall/ruleGroup:RuleGroup")
    (home,) = rules.inputs["ruleGroup"]["ruleVariables"]["ipSets"]
    assert home == {"key": "HOME_NET", "ipSet": {"definitions": ["10.20.0.0/16"]}}


def test_flows_and_drops_are_logged_encrypted():
    graph = network(FilterBy.FIREWALL)
    log_group = graph.one("aws:cloudwatch/logGroup:LogGroup", "net-firewall-log")
    assert log_group.inputs["kmsKeyId"] == KEY
    logging = graph.one("aws:networkfirewall/loggingConfiguration:LoggingConfiguration")
    configs = logging.inputs["loggingConfiguration"]["logDestinationConfigs"]
    assert {config["logType"] for config in configs} == {"ALERT", "FLOW"}
    assert {config["logDestination"]["logGroup"] for config in configs} == {"net-firewall-log"}
    policy = graph.one("aws:cloudwatch/logResourcePolicy:LogResourcePolicy")
    assert log_group.urn in policy.dependencies
    assert policy.urn in logging.dependencies, "AWS would write a wider policy by itself"


def test_a_wildcard_is_a_leading_dot_to_the_firewall():
    assert firewall_targets(["a.example", "*.b.example"]) == ["a.example", ".b.example"]


def test_the_endpoint_of_a_subnet_is_found_among_all_zones():
    states = [
        {"attachments": [{"subnet_id": f"subnet-{zone}", "endpoint_id": f"vpce-{zone}"}]}
        for zone in "ab"
    ]
    assert endpoint_of([{"sync_states": states}], "subnet-b") == "vpce-b"
    with pytest.raises(LookupError, match="no endpoint in subnet-c"):
        endpoint_of([{"sync_states": states}], "subnet-c")
