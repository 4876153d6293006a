"""The kinds of source: what fetches a revision, and what the pipeline's role needs for it."""

from typing import Any

import pytest

from components.devops.delivery.source import (
    Host,
    SourceArgs,
    check_source,
    has_pull_requests,
    source_permissions,
    source_stage,
)
from components.devops.delivery.source_connection import SourceConnection
from infra.graph import record

CONNECTED = {Host.GITHUB, Host.GITLAB, Host.BITBUCKET}


def configuration(source: SourceArgs) -> tuple[str, dict[str, Any]]:
    (action,) = source_stage(source, branch="main")["actions"]
    return action["provider"], action["configuration"]


def permitted(source: SourceArgs) -> dict[str, list[str]]:
    return {
        action: list(statement["Resource"])
        for statement in source_permissions(dict(source))
        for action in statement["Action"]
    }


def test_a_connected_source_is_fetched_by_its_connection(
    sources: dict[Host, SourceArgs],
) -> None:
    for host in CONNECTED:
        provider, found = configuration(sources[host])
        assert provider == "CodeStarSourceConnection"
        assert found["ConnectionArn"] == sources[host]["arn"]
        assert found["FullRepositoryId"] == sources[host]["repository"]
        assert permitted(sources[host]) == {"codeconnections:UseConnection": [sources[host]["arn"]]}


def test_a_connection_of_the_services_older_name_is_used_by_that_name(
    sources: dict[Host, SourceArgs],
) -> None:
    older = "arn:aws:codestar-connections:eu-west-1:123456789012:connection/0a1b"
    source: SourceArgs = {**sources[Host.GITHUB], "arn": older}
    assert permitted(source) == {"codestar-connections:UseConnection": [older]}


def test_codecommit_is_read_by_the_pipelines_own_role(sources: dict[Host, SourceArgs]) -> None:
    source = sources[Host.CODECOMMIT]
    assert configuration(source) == (
        "CodeCommit",
        {
            "RepositoryName": "platform",
            "BranchName": "main",
            "OutputArtifactFormat": "CODE_ZIP",
            "PollForSourceChanges": "false",
        },
    )
    allowed = permitted(source)
    assert {"codecommit:GetBranch", "codecommit:GetCommit"} < allowed.keys()
    assert set(map(tuple, allowed.values())) == {(source["arn"],)}


def test_of_a_bucket_only_the_one_object_is_read(sources: dict[Host, SourceArgs]) -> None:
    source = sources[Host.S3]
    provider, found = configuration(source)
    assert provider == "S3"
    assert (found["S3Bucket"], found["S3ObjectKey"]) == ("acme-sources", "platform.zip")
    allowed = permitted(source)
    assert allowed["s3:GetObjectVersion"] == ["arn:aws:s3:::acme-sources/platform.zip"]
    assert allowed["s3:GetBucketVersioning"] == ["arn:aws:s3:::acme-sources"]
    assert allowed["kms:Decrypt"] == [source["kms_key_arn"]]


def test_a_bucket_without_a_key_of_its_own_needs_none(sources: dict[Host, SourceArgs]) -> None:
    plain: SourceArgs = {
        "host": Host.S3,
        "repository": "acme-sources",
        "arn": sources[Host.S3]["arn"],
        "key": "platform.zip",
    }
    assert "kms:Decrypt" not in permitted(plain)


def test_no_action_looks_for_changes_itself(source: SourceArgs) -> None:
    _, found = configuration(source)
    polls = {key: found[key] for key in ("DetectChanges", "PollForSourceChanges") if key in found}
    assert list(polls.values()) == ["false"]


def test_all_but_an_object_in_s3_have_pull_requests(sources: dict[Host, SourceArgs]) -> None:
    without = {host for host, source in sources.items() if not has_pull_requests(source)}
    assert without == {Host.S3}


def test_a_sound_source_is_taken(source: SourceArgs) -> None:
    check_source(source)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({"host": Host.GITHUB, "repository": "platform", "arn": "arn"}, "owner/name"),
        ({"host": Host.S3, "repository": "acme", "arn": "arn"}, "a source in S3 has one"),
        ({"host": Host.CODECOMMIT, "repository": "p", "arn": "arn", "key": "k"}, "no other"),
    ],
)
def test_an_unsound_source_is_refused(source: SourceArgs, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check_source(source)


@pytest.mark.parametrize("host", sorted(CONNECTED, key=lambda host: host.value))
def test_the_connection_is_to_the_repositorys_host(host: Host) -> None:
    graph = record(
        lambda: (
            SourceConnection("source", {"connection_name": "maslow-dev-source", "host": host})
            and None
        )
    )
    connection = graph.one("aws:codeconnections/connection:Connection")
    assert connection.inputs["providerType"] == host.value


@pytest.mark.parametrize(
    ("name", "host", "message"),
    [
        ("c" * 33, Host.GITHUB, "connection_name"),
        ("source", Host.S3, "S3 is reached without a connection"),
        ("source", Host.CODECOMMIT, "CodeCommit is reached without a connection"),
    ],
)
def test_a_connection_that_aws_would_refuse_is_refused(name: str, host: Host, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        record(lambda: SourceConnection("source", {"connection_name": name, "host": host}) and None)
