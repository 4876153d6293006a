"""What is said of a value of another kind than its setting takes."""

from typing import Any

import pytest

from infra.settings import SettingsError, from_config

SOUND: dict[str, Any] = {
    "owner": "ml@example.com",
    "network": {"cidr": "10.10.0.0/16"},
    "source": {"github": "example/platform"},
}


def told(**changes: Any) -> str:
    with pytest.raises(SettingsError) as caught:
        from_config(SOUND | changes, "eu-west-1", "dev")
    (mistake,) = caught.value.mistakes
    return f"{mistake.setting}: {mistake.message} {mistake.hint}".rstrip()


def model(**settings: Any) -> dict[str, Any]:
    return {"models": [{"name": "stay", "project": "templates/tabular", **settings}]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"alerts": {"email": "oncall@example.com"}},
            'alerts.email: "oncall@example.com" is not a list. Write [oncall@example.com].',
        ),
        (
            {"alerts": {"email": "a@example.com, b@example.com"}},
            (
                'alerts.email: "a@example.com, b@example.com" is not a list. '
                "Write [a@example.com, b@example.com]."
            ),
        ),
        (
            {"budget": {"monthly_usd": 5, "alert_at": 80}},
            "budget.alert_at: 80 is not a list. Write [80].",
        ),
        (
            model(features="ward: a"),
            'models[stay].features: "ward: a" is not a list. Write ["ward: a"].',
        ),
        (
            {"features": {"name": "visits"}},
            (
                'features: {"name": "visits"} is not a list. '
                "Write - name: a hyphen and a space begin each item of a list."
            ),
        ),
        (
            {"models": "stay"},
            (
                'models: "stay" is not a list. '
                "Write - name: a hyphen and a space begin each item of a list."
            ),
        ),
        (
            {"network": {"cidr": "10.10.0.0/16", "endpoints": "sts"}},
            'network.endpoints: "sts" is not needed or none, nor a list of services. Write [sts].',
        ),
    ],
)
def test_where_a_list_belongs_it_is_shown(changes: dict[str, Any], message: str) -> None:
    assert told(**changes) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"owner": ["ml@example.com"]},
            (
                'owner: ["ml@example.com"] is not text (put it in quotes if it is meant to be). '
                "Write ml@example.com."
            ),
        ),
        (
            {"owner": ["a@example.com", "b@example.com"]},
            (
                'owner: ["a@example.com", "b@example.com"] is not text (put it in quotes if it is '
                "meant to be). It takes one value, not a list."
            ),
        ),
        (
            {"durability": ["keep"]},
            'durability: ["keep"] is not disposable, keep or protected. Write keep.',
        ),
        (
            {"network": [{"cidr": "10.10.0.0/16"}]},
            (
                'network: [{"cidr": "10.10.0.0/16"}] is not a group of settings. '
                "It is one group, not a list: leave out its hyphens or square brackets."
            ),
        ),
    ],
)
def test_where_one_value_belongs_a_list_is_taken_apart(
    changes: dict[str, Any], message: str
) -> None:
    assert told(**changes) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            model(training={"volume_gb": "100"}),
            'models[stay].training.volume_gb: "100" is not a whole number. Write 100.',
        ),
        (
            model(training={"volume_gb": "2.5"}),
            'models[stay].training.volume_gb: "2.5" is not a whole number.',
        ),
        (
            model(accept={"auc": "0.9"}),
            'models[stay].accept.auc: "0.9" is not a number. Write 0.9.',
        ),
        (
            {"budget": {"monthly_usd": "$1,000"}},
            'budget.monthly_usd: "$1,000" is not a number. Write 1000.',
        ),
        ({"budget": {"monthly_usd": "lots"}}, 'budget.monthly_usd: "lots" is not a number.'),
        (
            {"delivery": {"pull_requests": "No"}},
            'delivery.pull_requests: "No" is neither true nor false. Write false.',
        ),
        (
            {"delivery": {"pull_requests": "often"}},
            'delivery.pull_requests: "often" is neither true nor false.',
        ),
        (
            {"network": {"cidr": "10.10.0.0/16", "zones": "2"}},
            'network.zones: "2" is not 2 or 3. Write 2.',
        ),
        (
            model(monitor={"capture": 50}),
            "models[stay].monitor.capture: 50 is not a percentage. Write 50%.",
        ),
    ],
)
def test_a_number_or_a_yes_in_quotes_is_written_out(changes: dict[str, Any], message: str) -> None:
    assert told(**changes) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": None}, "models: has no value. Write models: [], or leave the line out."),
        (
            {"alerts": {"email": None}},
            "alerts.email: has no value. Write email: [], or leave the line out.",
        ),
        ({"tags": None}, "tags: has no value. Write tags: {}, or leave the line out."),
        ({"logs": None}, "logs: has no value. Write logs: {}, or leave the line out."),
        (
            {"durability": None},
            (
                "durability: has no value. "
                "What a destroy does to data: takes it, leaves it in AWS, or is refused.\n"
                "Leave the line out if it is not needed."
            ),
        ),
        ({"network": None}, "network: has no value. The private network that everything runs in."),
    ],
)
def test_what_is_left_empty_is_told_how_to_be_empty(changes: dict[str, Any], message: str) -> None:
    assert told(**changes) == message


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"network": "cidr 10.10.0.0/16"},
            'network: "cidr 10.10.0.0/16" is not a group of settings. Write cidr: 10.10.0.0/16.',
        ),
        (
            {"network": {"cidr": "10.10.0.0/16", "zones:2": None}},
            (
                "network.zones:2: is not a setting here. Write zones: 2.\n"
                "Allowed here: cidr, egress, endpoints, filter, query_log, vpc, zones."
            ),
        ),
        (
            {"network": {"cidr": "10.10.0.0/16", "owner": "me"}},
            (
                "network.owner: is not a setting here. It belongs beside network.\n"
                "Allowed here: cidr, egress, endpoints, filter, query_log, vpc, zones."
            ),
        ),
    ],
)
def test_a_key_without_its_colon_or_in_another_place_is_told(
    changes: dict[str, Any], message: str
) -> None:
    assert told(**changes) == message


def test_a_key_that_is_a_level_too_high_is_told_where_it_belongs() -> None:
    assert "It belongs below training, processing or serving." in told(
        **model(instance="ml.m5.large")
    )
    assert "It belongs beside maslow:platform, below config." in told(**{"aws:region": "eu-west-1"})
