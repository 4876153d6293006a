"""Who hears of what: from settings to subscriptions, secrets included."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from catalog.wire import HIDDEN
from infra.errors import InputError
from infra.graph import Graph, Run, record
from infra.offline import recorded
from infra.project import Project
from infra.settings import StackFile
from infra.settings.foundation.alerts import Alerts, Slack, Teams
from infra.stack_secrets import in_config, require

SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription"
UUID = "12345678-1234-1234-1234-123456789abc"

PUBLISHERS = {
    "EventTarget *-watch-*": {"critical"},
    "EventTarget *-security-hub-critical": {"critical"},
    "EventTarget *-threats-high": {"critical"},
    "EventTarget *-macie-high": {"critical"},
    "EventTarget *-macie-medium": {"warning"},
    "EventTarget *-crawl-*-failed": {"warning"},
    "EventTarget *-zones-failed": {"warning"},
    "MetricAlarm *-endpoint-errors": {"critical"},
    "EventTarget *-endpoint-release": {"critical"},
    "MetricAlarm *-pods-away": {"critical"},
    "MetricAlarm *-pods-errors": {"critical"},
    "MetricAlarm *-pods-latency": {"warning"},
    "AnomalySubscription *": {"warning"},
    "EventTarget *-conformance-failed": {"warning"},
    "EventTarget *-delivery-failed": {"warning"},
    "EventTarget *-files-backup-failed": {"warning"},
    "MetricAlarm *-fast-files-*": {"warning"},
    "EventTarget *-image-scanning-findings": {"warning"},
    "EventTarget *-machines-failed": {"warning"},
    "EventTarget *-workflows-failed": {"warning"},
    "EventTarget *-model-deliveries": {"warning"},
    "EventTarget *-security-hub-high": {"warning"},
    "EventTarget *-threats-medium": {"warning"},
    "MetricAlarm *-endpoint-latency": {"warning"},
    "MetricAlarm *-trains-away": {"warning"},
    "MetricAlarm *-monitor-*-worst": {"warning"},
    "MetricAlarm *-monitor-*-silent": {"warning"},
    "EventTarget *-monitor-*-failed": {"warning"},
    "StateMachine *-redeployment-machine": {"warning"},
    "StateMachine *-trainings-machine": {"warning"},
    "StateMachine *-loop-machine": {"info", "warning"},
    "Budget *": {"warning", "info"},
    "EventTarget *-delivery-progress": {"info"},
    "MetricAlarm *-dead-letters-alarm": {"warning"},
    "MetricAlarm *-enrichment-*": {"warning"},
    "MetricAlarm *-queries*-scanned": {"warning"},
    "MetricAlarm *-stream-*": {"warning"},
    "MetricAlarm *-splunk-*": {"warning"},
    "MetricAlarm *-features-*-features-*": {"warning"},
    "MetricAlarm *-iceberg-*": {"warning"},
    "EventTarget *-stream-*-unparted": {"warning"},
    "EventTarget *-pull-requests-outcome": {"info"},
    "Pipeline *-delivery-pipeline": {"info"},
}
"""What tells of something, by kind and name, and how urgent that is.

A budget tells of shares that are reached and of its own excess; a pipeline asks for an approval.
"""

RECEIVING = {
    *("QueuePolicy", "RolePolicy", "TopicPolicy", "TopicSubscription"),
    *("SlackChannelConfiguration", "TeamsChannelConfiguration"),
}
"""Kinds that name a topic and publish nothing to it by themselves."""


def changed(project: Project, **alerts: Any) -> StackFile:
    """The dev stack with other receivers, without a file."""
    stack = project.stack("dev")
    platform = stack.platform.model_copy(update={"alerts": Alerts(**alerts)})
    return StackFile(stack.environment, stack.region, platform, None)


def heard(graph: Graph, protocol: str) -> set[str]:
    """The severities that reach a protocol."""
    return {
        subscription.inputs["topic"].rpartition("-topic")[0].rpartition("-")[2]
        for subscription in graph.of_type(SUBSCRIPTION)
        if subscription.inputs["protocol"] == protocol
    }


def publishers(graph: Graph) -> Iterator[tuple[str, set[str]]]:
    """What publishes to topics, by kind and name, and the severities of those."""
    for resource in graph.resources:
        kind = resource.type.rpartition(":")[2]
        told = set(re.findall(r"-alerts-(\w+)-topic", json.dumps(resource.inputs)))
        if told and kind not in RECEIVING:
            yield f"{kind} {resource.name}", told


def test_each_severity_hears_of_what_is_as_urgent_as_that(every_graph: list[Graph]) -> None:
    used = set()
    for name, told in (found for graph in every_graph for found in publishers(graph)):
        (pattern,) = [pattern for pattern in PUBLISHERS if fnmatchcase(name, pattern)]
        assert told == PUBLISHERS[pattern], name
        used.add(pattern)
    assert used == PUBLISHERS.keys()


def test_pagerduty_is_told_of_the_critical_alone_and_its_address_is_a_secret(
    project: Project,
) -> None:
    graph = recorded(project, changed(project, pagerduty="critical"))
    assert heard(graph, "https") == {"critical"}
    (page,) = [s for s in graph.of_type(SUBSCRIPTION) if s.inputs["protocol"] == "https"]
    assert page.inputs["endpoint"] == HIDDEN
    assert page.inputs["endpointAutoConfirms"]
    assert "rawMessageDelivery" not in page.inputs


def test_addresses_are_sent_from_the_severity_that_they_ask_for(project: Project) -> None:
    graph = recorded(project, changed(project, email=("a@b.example",), email_from="warning"))
    assert heard(graph, "email") == {"critical", "warning"}


def test_channels_show_the_topics_from_their_severity_up(project: Project) -> None:
    slack = Slack.model_validate({"workspace": "T0123", "channel": "C0456", "from": "warning"})
    teams = Teams(tenant=UUID, team=UUID, channel="19%3aab%40thread.tacv2")
    graph = recorded(project, changed(project, slack=slack, teams=teams))
    kinds = {
        "slackChannelConfiguration:SlackChannelConfiguration": 2,
        "teamsChannelConfiguration:TeamsChannelConfiguration": 3,
    }
    for kind, topics in kinds.items():
        made = graph.one(f"aws:chatbot/{kind}").inputs
        assert len(made["snsTopicArns"]) == topics
        assert made["configurationName"].startswith("maslow-dev-alerts-")


def of_config(config: dict[str, str]) -> list[Any]:
    read: list[Any] = []

    def program() -> None:
        in_config("pagerduty_url").apply(read.append)

    record(program, Run(config=config))
    return read


def test_a_deployment_takes_the_secret_from_the_engines_configuration() -> None:
    assert of_config({"maslow:pagerduty_url": "https://x"}) == ["https://x"]


def test_a_secret_that_is_not_set_is_an_error_that_says_how_to_set_it() -> None:
    with pytest.raises(InputError, match="pulumi config set --secret maslow:pagerduty_url"):
        of_config({})


def file(tmp_path: Path, project: Project, text: str) -> StackFile:
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text(text)
    stack = changed(project, pagerduty="critical")
    return StackFile(stack.environment, stack.region, stack.platform, path)


def test_a_deployment_without_its_secret_is_refused_before_the_engine_starts(
    tmp_path: Path, project: Project
) -> None:
    with pytest.raises(InputError, match="secret maslow:pagerduty_url is not set for dev"):
        require(file(tmp_path, project, "config: {}\n"))


@pytest.mark.parametrize(
    "text",
    [
        "config: {maslow:pagerduty_url: {secure: v1:abc}}\n",
        "environment: [paging]\nconfig: {}\n",
    ],
)
def test_a_secret_may_stand_in_the_file_or_in_an_environment_of_pulumi(
    tmp_path: Path, project: Project, text: str
) -> None:
    require(file(tmp_path, project, text))


def test_an_environment_that_pages_nobody_needs_no_secret(project: Project) -> None:
    require(project.stack("dev"))


def test_an_assumed_secret_stays_out_of_what_is_shown(project: Project) -> None:
    graph = recorded(project, changed(project, pagerduty="info"))
    assert "events.pagerduty.com" not in graph.to_json()
