"""The network's settings: a new VPC or one that is there, endpoints, and the way out."""

import pytest

from components.foundation.network.endpoint_services import EXPERIMENTS, NEEDED, STUDIO, Use, needed
from infra.settings import from_config

VPC = {"id": "vpc-0a1b2c3d4e5f67890", "subnets": ["subnet-0a1b2c3d", "subnet-1a1b2c3d"]}
NEW = {"cidr": "10.10.0.0/16"}
MODEL = {"name": "readmission", "project": "templates/tabular"}
GROUP = {
    "name": "visits",
    "record_id": "id",
    "event_time": "at",
    "features": {"id": "string", "at": "string", "age": "integral"},
}


def endpoints(**settings):
    values = {
        "owner": "ml@example.com",
        "network": NEW,
        "source": {"github": "example/platform"},
    } | settings
    return from_config(values, "eu-west-1", "dev").platform.endpoints


def test_a_network_is_new_or_there_already(found):
    assert found(network=NEW) == []
    assert found(network={"vpc": VPC}) == []
    assert found(network={}) == ["network.cidr: is missing."]
    assert found(network={"vpc": VPC, **NEW}) == ["network.vpc: is given, and cidr too."]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("zones", 3),
        ("egress", "none"),
        ("filter", {"by": "dns", "domains": ["data.example.org"]}),
        ("query_log", False),
    ],
)
def test_what_a_vpcs_owner_decides_is_not_for_the_stack_file(found, key, value):
    assert found(network={"vpc": VPC, key: value}) == [
        f"network.{key}: is for a new VPC, and this one is its owner's."
    ]
    assert (
        found(network={**NEW, key: value} | ({"egress": "none"} if key == "egress" else {})) == []
    )


def test_an_existing_vpc_takes_endpoints_and_route_tables(found):
    vpc = {**VPC, "route_tables": ["rtb-0a1b2c3d"], "internet": True}
    assert found(network={"vpc": vpc, "endpoints": "none"}) == []
    assert found(network={"vpc": vpc, "endpoints": ["logs"]}) == []


@pytest.mark.parametrize(
    ("change", "mistake"),
    [
        ({"id": "subnet-0a1b2c3d"}, 'id: "subnet-0a1b2c3d" is not an id.'),
        ({"id": "vpc-0A1B2C3D"}, 'id: "vpc-0A1B2C3D" is not an id.'),
        (
            {"subnets": ["subnet-0a1b2c3d"]},
            'subnets: ["subnet-0a1b2c3d"] is too short: at least 2 needed.',
        ),
        ({"subnets": ["subnet-0a1b2c3d"] * 2}, "subnets: subnet-0a1b2c3d is here twice."),
        ({"subnets": ["subnet-0a1b2c3d", "x"]}, 'subnets[2]: "x" is not an id.'),
        ({"route_tables": ["vpc-0a1b2c3d"]}, 'route_tables[1]: "vpc-0a1b2c3d" is not an id.'),
    ],
)
def test_ids_are_those_of_ec2(found, change, mistake):
    assert found(network={"vpc": VPC | change}) == [f"network.vpc.{mistake}"]


def test_a_way_out_can_be_filtered(found):
    for by in ("dns", "firewall"):
        chosen = {"by": by, "domains": ["data.example.org", "*.example.net"]}
        assert found(network={**NEW, "filter": chosen}) == []
    assert found(network={**NEW, "filter": {"by": "proxy", "domains": ["data.example.org"]}}) == [
        'network.filter.by: "proxy" is not dns or firewall.'
    ]


def test_where_nothing_leads_out_there_is_nothing_to_filter(found):
    chosen = {"by": "dns", "domains": ["data.example.org"]}
    assert found(network={**NEW, "egress": "none", "filter": chosen}) == [
        "network.filter: has nothing to filter: egress is none."
    ]


@pytest.mark.parametrize(
    "domain",
    [
        "data",
        "https://data.example.org",
        "data.example.org/simple",
        "*",
        "a.*.org",
        "-a.org",
        "Data.example.org",
    ],
)
def test_what_is_no_domain_is_refused(found, domain):
    (mistake,) = found(network={**NEW, "filter": {"by": "dns", "domains": [domain]}})
    assert mistake == f'network.filter.domains[1]: "{domain}" is not a domain.'


def test_domains_are_named_once_and_there_is_one_at_least(found):
    assert found(network={**NEW, "filter": {"by": "dns", "domains": ["a.org", "a.org"]}}) == [
        "network.filter.domains: a.org is here twice."
    ]
    assert found(network={**NEW, "filter": {"by": "dns", "domains": []}}) == [
        "network.filter.domains: [] is too short: at least 1 needed."
    ]


def test_endpoints_are_what_is_needed_or_none_or_a_list(found):
    for chosen in ("needed", "none", [], ["logs", "secretsmanager"]):
        assert found(network={**NEW, "endpoints": chosen}) == []
    assert found(network={**NEW, "endpoints": "all"}) == [
        'network.endpoints: "all" is not needed or none, nor a list of services.'
    ]
    assert found(network={**NEW, "endpoints": ["logs", "logs"]}) == [
        "network.endpoints: logs is here twice."
    ]
    assert found(network={**NEW, "endpoints": ["logs", "sagemaker.apis", 3]}) == [
        'network.endpoints[2]: "sagemaker.apis" has no interface endpoint that is known here.',
        "network.endpoints[3]: 3 has no interface endpoint that is known here.",
    ]


def test_without_egress_no_needed_endpoint_may_be_left_out(found):
    closed = {**NEW, "egress": "none"}
    assert found(network={**closed, "endpoints": "none"}) == []
    wanted = needed([Use.JOBS, Use.SERVING, Use.BUILDS, Use.PACKAGES])
    assert found(models=[MODEL], network={**closed, "endpoints": wanted}) == []
    rest = [each for each in wanted if each not in {"kms", "sts"}]
    (mistake,) = found(models=[MODEL], network={**closed, "endpoints": rest})
    assert mistake.startswith("network.endpoints: without egress, kms, sts cannot be reached, ")
    (mistake,) = found(models=[MODEL], network={**closed, "endpoints": "none"})
    assert mistake.startswith("network.endpoints: without egress, codeartifact.api, ")


def test_a_missing_endpoint_is_told_with_the_mistakes_of_other_parts(found):
    mistakes = found(
        owner="me", models=[MODEL], network={**NEW, "egress": "none", "endpoints": "none"}
    )
    assert [mistake.partition(":")[0] for mistake in mistakes] == ["owner", "network.endpoints"]


def test_with_egress_or_in_a_vpc_that_is_there_endpoints_may_be_left_out(found):
    assert found(models=[MODEL], network={**NEW, "endpoints": "none"}) == []
    assert found(models=[MODEL], network={"vpc": VPC, "endpoints": "none"}) == []


def test_without_egress_builds_need_the_accounts_own_packages(found):
    closed = {**NEW, "egress": "none"}
    packages = {"packages": False}
    (mistake,) = found(models=[MODEL], network=closed, registry=packages)
    assert mistake.startswith("registry.packages: without egress, builds reach no other packages")
    still = {**MODEL, "delivery": {"start": "off"}}
    assert found(models=[still], network=closed, registry=packages) == []
    assert found(models=[MODEL], network=NEW, registry=packages) == []


def test_endpoints_follow_from_the_settings():
    assert endpoints() == []
    assert endpoints(models=[MODEL]) == needed([Use.JOBS, Use.SERVING, Use.BUILDS, Use.PACKAGES])
    assert endpoints(models=[{**MODEL, "delivery": {"start": "off"}}]) == needed(
        [Use.JOBS, Use.SERVING]
    )
    reading = {**MODEL, "features": ["visits"]}
    without = sorted(set(NEEDED) - {EXPERIMENTS, STUDIO})
    assert endpoints(models=[reading], features=[GROUP]) == without
    both = {
        "models": [reading],
        "features": [GROUP],
        "studio": {"teams": {"oncology": {"members": {"ada": "data-scientist"}}}},
    }
    assert endpoints(**both) == sorted(set(NEEDED) - {EXPERIMENTS})
    served = {**both, "experiments": {"kind": "tracking-server"}}
    assert endpoints(**served) == sorted(NEEDED)
    offline = endpoints(models=[reading], features=[{**GROUP, "online": False}])
    assert set(without) - set(offline) == {"sagemaker.featurestore-runtime"}


def test_chosen_endpoints_are_taken_as_they_are():
    assert endpoints(models=[MODEL], network={**NEW, "endpoints": ["logs"]}) == ["logs"]
    assert endpoints(models=[MODEL], network={**NEW, "endpoints": "none"}) == []


@pytest.mark.parametrize(
    ("zones", "mistake"),
    [
        (4, "network.zones: 4 is not 2 or 3."),
        (["eu-west-1a"], "network.zones: 1 zones are not 2 or 3."),
        (["a", "eu-west-1b"], 'network.zones[1]: "a" is no availability zone.'),
    ],
)
def test_zones_are_a_number_or_names(found, zones, mistake):
    assert found(network={"cidr": "10.10.0.0/16", "zones": zones}) == [mistake]
    assert found(network={"cidr": "10.10.0.0/16", "zones": ["eu-west-1a", "eu-west-1c"]}) == []
