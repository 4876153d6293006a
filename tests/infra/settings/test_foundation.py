import pytest

from components.common.durability import Durability
from infra.settings.root import PlatformSettings


@pytest.mark.parametrize("cidr", ["10.10.0.0/16", "172.20.0.0/18", "192.168.4.0/22"])
def test_a_private_range_with_room_for_subnets_is_taken(found, cidr):
    assert found(network={"cidr": cidr}) == []


@pytest.mark.parametrize(
    ("cidr", "message"),
    [
        ("10.10.0.0", "10.10.0.0 has the wrong size."),
        ("10.0.0.0/8", "10.0.0.0/8 has the wrong size."),
        ("10.10.0.0/23", "10.10.0.0/23 has the wrong size."),
        ("10.10.8.0/20", '"10.10.8.0/20" is not an IPv4 range.'),
        ("ten", '"ten" is not an IPv4 range.'),
        ("11.0.0.0/16", "11.0.0.0/16 is not private."),
        ("100.64.0.0/16", "100.64.0.0/16 is not private."),
        (
            "172.17.0.0/16",
            "172.17.0.0/16 overlaps 172.17.0.0/16, which Docker uses inside SageMaker.",
        ),
    ],
)
def test_a_range_that_a_vpc_should_not_have_is_refused(found, cidr, message):
    assert found(network={"cidr": cidr}) == [f"network.cidr: {message}"]


@pytest.mark.parametrize("zones", [2, 3])
def test_two_or_three_zones_are_taken(found, zones):
    assert found(network={"cidr": "10.10.0.0/16", "zones": zones}) == []


@pytest.mark.parametrize("zones", [1, 4, "2", True])
def test_other_numbers_of_zones_are_refused(found, zones):
    (mistake,) = found(network={"cidr": "10.10.0.0/16", "zones": zones})
    assert mistake.startswith("network.zones: ")
    assert mistake.endswith(" is not 2 or 3.")


def test_a_way_out_is_one_of_three(found):
    for egress in ("none", "single", "per-zone"):
        assert found(network={"cidr": "10.10.0.0/16", "egress": egress}) == []
    assert found(network={"cidr": "10.10.0.0/16", "egress": "nat"}) == [
        'network.egress: "nat" is not none, single or per-zone.'
    ]


def test_logs_are_kept_for_as_long_as_cloudwatch_offers(found):
    assert found(logs={"retention_days": 3653}) == []
    assert found(logs={"retention_days": 100}) == [
        "logs.retention_days: CloudWatch Logs cannot keep logs for 100 days."
    ]


def test_a_budget_is_money_and_shares_of_it(found):
    assert found(budget={"monthly_usd": 1500, "alert_at": [50, 120]}) == []
    assert found(budget={"monthly_usd": 0}) == [
        "budget.monthly_usd: 0 is too small: it must be more than 0."
    ]
    assert found(budget={"monthly_usd": 1500, "alert_at": [0]}) == [
        "budget.alert_at[1]: 0 is too small: at least 1."
    ]
    assert found(budget={"monthly_usd": 1500, "alert_at": [80, 80]}) == [
        "budget.alert_at: [80, 80] names a share twice."
    ]


def test_unusual_spending_is_told_from_some_dollars_on(found):
    monitor = "arn:aws:ce::123456789012:anomalymonitor/0a1b2c3d-default"
    for more in ({"anomaly_usd": 500}, {"anomaly_usd": 0.5, "anomaly_monitor": monitor}):
        assert found(budget={"monthly_usd": 1500, **more}) == []
    assert found(budget={"monthly_usd": 1500, "anomaly_usd": 0}) == [
        "budget.anomaly_usd: 0 is too small: it must be more than 0."
    ]
    assert found(budget={"monthly_usd": 1500, "anomaly_monitor": monitor}) == [
        "budget.anomaly_monitor: is of no use without anomaly_usd."
    ]
    assert found(budget={"monthly_usd": 1500, "anomaly_usd": 5, "anomaly_monitor": "default"}) == [
        'budget.anomaly_monitor: "default" is not the ARN of a monitor.'
    ]


def test_a_budget_covers_the_account_or_what_bears_the_environments_tag(found):
    for covers in ("account", "environment"):
        assert found(budget={"monthly_usd": 1500, "covers": covers}) == []
    assert found(budget={"monthly_usd": 1500, "covers": "tag"}) == [
        'budget.covers: "tag" is not account or environment.'
    ]


def test_a_model_has_a_budget_of_money_and_shares_of_it(found_in_model):
    assert found_in_model(budget={"monthly_usd": 400, "alert_at": [50, 100]}) == []
    assert found_in_model(budget={"monthly_usd": 400, "anomaly_usd": 10}) == [
        "budget.anomaly_usd: is not a setting here."
    ]


def test_a_budget_has_one_to_four_alerts(found):
    assert found(budget={"monthly_usd": 1500, "alert_at": [25, 50, 75, 100]}) == []
    assert found(budget={"monthly_usd": 1500, "alert_at": []}) == [
        "budget.alert_at: [] is too short: at least 1 needed."
    ]
    assert found(budget={"monthly_usd": 1500, "alert_at": [20, 40, 60, 80, 100]}) == [
        "budget.alert_at: [20, 40, 60, 80, 100] is too long: at most 4 allowed."
    ]


def test_people_have_e_mail_addresses(found):
    assert found(owner="ml-platform+prod@mail.example.com", alerts={"email": ["a@b.example"]}) == []
    assert found(owner="the team", alerts={"email": ["a@b.example", "oncall"]}) == [
        'owner: "the team" is not an e-mail address.',
        'alerts.email[2]: "oncall" is not an e-mail address.',
    ]


def test_the_words_for_durability_are_those_of_the_components(found):
    for durability in Durability:
        assert found(durability=durability.value) == []
    assert found(durability="protect") == [
        'durability: "protect" is not disposable, keep or protected.'
    ]


def test_an_environment_stands_in_aws_or_on_this_machine(found):
    assert found(cloud="embedded") == []
    assert found(cloud="azure") == ['cloud: "azure" is not aws or embedded.']


def test_the_defaults_are_safe():
    platform = PlatformSettings.model_validate_json(
        '{"owner": "a@b.example", "network": {"cidr": "10.10.0.0/16"}, "source": {"github": "a/b"}}'
    )
    assert (platform.durability, platform.cloud) == ("keep", "aws")
    assert platform.network.egress == "single"
    assert platform.network.zones == 2
    assert platform.logs.retention_days == 90
    assert platform.budget is None
    assert platform.delivery.trigger.branch == "main"
