import json

import pulumi_aws as aws
import pytest

from infra.graph import Graph, record
from policies.dashboard_metrics import dashboard_metrics, metrics_of

WORST = ["maslow/Monitors", "Worst", "Model", "readmission", "Monitor", "data", {"label": "data"}]
DASHBOARD = "aws:cloudwatch/dashboard:Dashboard"


def shown(*metrics: list[object]) -> Graph:
    def program() -> None:
        from tests.policies.conftest import monitor

        monitor()
        widgets = [
            {"type": "alarm", "properties": {"alarms": []}},
            {"type": "metric", "properties": {"metrics": list(metrics)}},
        ]
        body = json.dumps({"widgets": widgets})
        aws.cloudwatch.Dashboard("board", dashboard_name="board", dashboard_body=body)

    return record(program)


def test_dashboards_show_what_something_emits(either_pass: Graph) -> None:
    assert dashboard_metrics(either_pass) == []


def test_a_dashboard_shows_something(graph: Graph) -> None:
    for dashboard in graph.of_type(DASHBOARD):
        assert list(metrics_of(dashboard))


def test_what_a_monitor_emits_is_let_pass() -> None:
    assert dashboard_metrics(shown(WORST)) == []


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        (
            ["maslow/Monitors", "Worst", "Model", "readmission", "Monitor", "bias"],
            "nothing emits maslow/Monitors Worst of Model readmission, Monitor bias",
        ),
        (["maslow/Monitors", "Best"], "nothing emits maslow/Monitors Best of no dimension"),
        (["AWS/EC2", "CPU", "Id", "i"], "nothing emits AWS/EC2 CPU of Id i"),
    ],
)
def test_what_nothing_emits_is_found(metric: list[object], said: str) -> None:
    (finding,) = dashboard_metrics(shown(WORST, metric))
    assert (finding.rule, finding.resource, finding.message) == ("dashboard_metrics", "board", said)
