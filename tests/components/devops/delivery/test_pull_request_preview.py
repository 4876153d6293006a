"""The preview of pull requests."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from components.devops.delivery.platform_builds import PlatformPipelineArgs
from components.devops.delivery.pull_request_preview import PullRequestPreview
from components.devops.delivery.source import Host, SourceArgs
from infra.graph import Graph, Resource, record

PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
POLICY = "aws:iam/rolePolicy:RolePolicy"
RULE = "aws:cloudwatch/eventRule:EventRule"
TOPIC = "arn:aws:sns:eu-west-1:123456789012:info"

Recorded = Callable[..., Graph]


@pytest.fixture(scope="module")
def recorded(common: Callable[[str], PlatformPipelineArgs]) -> Recorded:
    def of(**changes: Any) -> Graph:
        args: Any = {
            **common("maslow-dev-pull-requests"),
            "branch": "main",
            "topic_arn": TOPIC,
            **changes,
        }
        return record(lambda: PullRequestPreview("maslow-dev-pull-requests", args) and None)

    return of


@pytest.fixture(scope="module")
def graph(recorded: Recorded) -> Graph:
    return recorded()


def test_a_pull_request_is_validated_and_previewed_and_never_deployed(graph: Graph) -> None:
    stages = graph.one(PIPELINE).inputs["stages"]
    assert [stage["name"] for stage in stages] == ["Source", "Validate", "Preview"]
    commands = "".join(project.inputs["source"]["buildspec"] for project in graph.of_type(PROJECT))
    assert "maslow preview" in commands
    assert "maslow up" not in commands


def test_pull_requests_are_previewed_beside_each_other_as_far_as_the_account_lets(
    graph: Graph,
) -> None:
    assert graph.one(PIPELINE).inputs["executionMode"] == "PARALLEL"
    for project in graph.of_type(PROJECT):
        assert "concurrentBuildLimit" not in project.inputs


def test_code_that_nobody_has_read_leaves_nothing_behind(graph: Graph) -> None:
    for project in graph.of_type(PROJECT):
        assert "cache" not in project.inputs
        assert "cache" not in json.loads(project.inputs["source"]["buildspec"])
    of_builds = [p for p in graph.of_type(POLICY) if not p.name.endswith("-pipeline-stages")]
    assert of_builds
    for policy in of_builds:
        assert "s3:PutObject" not in policy.inputs["policy"]


def test_the_pipeline_is_one_that_codepipeline_takes(
    recorded: Recorded,
    sources: dict[Host, SourceArgs],
    refused_by_codepipeline: Callable[[Resource], list[str]],
) -> None:
    for host, source in sources.items():
        if host is not Host.S3:
            assert refused_by_codepipeline(recorded(source=source).one(PIPELINE)) == []


def test_codecommits_pull_requests_start_it_by_their_events_one_after_the_other(
    recorded: Recorded, sources: dict[Host, SourceArgs]
) -> None:
    graph = recorded(source=sources[Host.CODECOMMIT])
    pipeline = graph.one(PIPELINE)
    assert pipeline.inputs["executionMode"] == "QUEUED"
    target = graph.one("aws:cloudwatch/eventTarget:EventTarget", "maslow-dev-pull-requests-opened")
    assert target.inputs["arn"].endswith(f":{pipeline.inputs['name']}")
    transformed = target.inputs["inputTransformer"]
    assert transformed["inputPaths"] == {"revision": "$.detail.sourceCommit"}
    assert json.loads(transformed["inputTemplate"]) == {
        "sourceRevisions": [
            {
                "actionName": "Source",
                "revisionType": "COMMIT_ID",
                "revisionValue": "<revision>",
            }
        ]
    }


def test_the_topic_is_told_how_it_ended_and_where_to_read_it(graph: Graph) -> None:
    rule = graph.one(RULE)
    pattern = json.loads(rule.inputs["eventPattern"])
    assert pattern["detail"]["state"] == ["SUCCEEDED", "FAILED"]
    target = graph.one("aws:cloudwatch/eventTarget:EventTarget")
    assert (target.inputs["rule"], target.inputs["arn"]) == (rule.name, TOPIC)
    assert "/executions/<execution>/" in target.inputs["inputTransformer"]["inputTemplate"]


def test_a_connected_source_needs_no_event(graph: Graph) -> None:
    assert [rule.name for rule in graph.of_type(RULE)] == ["maslow-dev-pull-requests-outcome"]


def test_a_source_without_pull_requests_is_refused(
    recorded: Recorded, sources: dict[Host, SourceArgs]
) -> None:
    with pytest.raises(ValueError, match="S3 has no pull requests"):
        recorded(source=sources[Host.S3])
