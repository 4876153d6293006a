"""All rules together, as they are asked of what a team adds."""

from collections.abc import Callable

import pulumi_aws as aws

from infra.graph import Graph, record
from policies import findings, rules

Recording = Callable[[str, str], Graph]


def test_every_module_of_a_rule_has_its_rule_found() -> None:
    assert [rule.__name__ for rule in rules()] == [
        "alarm_actions",
        "alarm_dimensions",
        "alarm_meaning",
        "alarm_period",
        "dashboard_metrics",
        "followed",
        "logs",
        "retries",
        "role_policies",
        "scaling",
        "time_limits",
    ]


def test_a_teams_own_package_keeps_to_all_of_them(recording: Recording) -> None:
    assert findings(recording("custom", "second")) == []


def test_what_breaks_one_is_found() -> None:
    graph = record(lambda: aws.sqs.Queue("orders") and None)
    assert [(finding.rule, finding.resource) for finding in findings(graph)] == [("logs", "orders")]
