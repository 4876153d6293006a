"""What starts a pipeline, tried with events such as AWS sends them."""

import json
from fnmatch import fnmatchcase
from typing import Any

import pytest
from moto.events.models import EventPattern

from components.devops.delivery.source import Host, SourceArgs
from components.devops.delivery.source_events import (
    TriggerArgs,
    pull_request_pattern,
    pull_request_triggers,
    push_pattern,
    push_triggers,
)

REPOSITORY = "arn:aws:codecommit:eu-west-1:123456789012:platform"
BUCKET = "arn:aws:s3:::acme-sources"
CANDIDATES: TriggerArgs = {"branch": "main", "tag": "v*-rc*"}
RELEASES: TriggerArgs = {"branch": "main", "tag": "v*", "excluding": "*-rc*"}


def starts(pattern: dict[str, Any], event: dict[str, Any]) -> bool:
    return bool(EventPattern.load(json.dumps(pattern)).matches_event(event))


def pushed(kind: str, name: str, *, change: str = "referenceUpdated") -> dict[str, Any]:
    return {
        "source": "aws.codecommit",
        "detail-type": "CodeCommit Repository State Change",
        "resources": [REPOSITORY],
        "detail": {
            "event": change,
            "repositoryName": "platform",
            "referenceType": kind,
            "referenceName": name,
            "referenceFullName": f"refs/{'tags' if kind == 'tag' else 'heads'}/{name}",
            "commitId": "b0a1",
        },
    }


def codecommit(trigger: TriggerArgs) -> dict[str, Any]:
    return push_pattern(host=Host.CODECOMMIT, arn=REPOSITORY, key=None, trigger=trigger)


def test_a_push_to_the_branch_starts_it_and_to_another_does_not() -> None:
    pattern = codecommit({"branch": "main"})
    assert starts(pattern, pushed("branch", "main"))
    assert not starts(pattern, pushed("branch", "side"))
    assert not starts(pattern, pushed("tag", "main"))
    assert not starts(pattern, pushed("branch", "main", change="referenceDeleted"))


@pytest.mark.parametrize(
    ("trigger", "tag"), [(CANDIDATES, "v1.2.0-rc1"), (RELEASES, "v1.2.0"), (RELEASES, "v2")]
)
def test_a_tag_of_its_kind_starts_it(trigger: TriggerArgs, tag: str) -> None:
    assert starts(codecommit(trigger), pushed("tag", tag, change="referenceCreated"))


@pytest.mark.parametrize(
    ("trigger", "tag"),
    [(CANDIDATES, "v1.2.0"), (RELEASES, "v1.2.0-rc1"), (RELEASES, "nightly")],
)
def test_a_tag_of_another_kind_does_not(trigger: TriggerArgs, tag: str) -> None:
    pattern = codecommit(trigger)
    # moto knows no anything-but of a wildcard, so that one is matched here.
    unless = pattern["detail"].pop("referenceFullName", [{"anything-but": {"wildcard": ""}}])
    excluded = fnmatchcase(f"refs/tags/{tag}", unless[0]["anything-but"]["wildcard"])
    assert excluded or not starts(pattern, pushed("tag", tag))


def test_a_new_version_of_the_object_starts_it_and_of_another_does_not() -> None:
    pattern = push_pattern(host=Host.S3, arn=BUCKET, key="platform.zip", trigger={"branch": "main"})

    def created(key: str) -> dict[str, Any]:
        return {
            "source": "aws.s3",
            "detail-type": "Object Created",
            "resources": [BUCKET],
            "detail": {
                "bucket": {"name": "acme-sources"},
                "object": {"key": key, "version-id": "3sL4kqtJlcpXroDTDmJ"},
            },
        }

    assert starts(pattern, created("platform.zip"))
    assert not starts(pattern, created("notes.txt"))


def test_a_pull_request_into_the_branch_starts_its_preview() -> None:
    pattern = pull_request_pattern(arn=REPOSITORY, branch="main")

    def changed(event: str, into: str) -> dict[str, Any]:
        return {
            "source": "aws.codecommit",
            "detail-type": "CodeCommit Pull Request State Change",
            "resources": [REPOSITORY],
            "detail": {
                "event": event,
                "destinationReference": f"refs/heads/{into}",
                "sourceCommit": "b0a1",
                "pullRequestId": "7",
            },
        }

    assert starts(pattern, changed("pullRequestCreated", "main"))
    assert starts(pattern, changed("pullRequestSourceBranchUpdated", "main"))
    assert not starts(pattern, changed("pullRequestCreated", "side"))
    assert not starts(pattern, changed("pullRequestStatusChanged", "main"))


def test_releases_are_told_from_their_candidates_by_what_a_trigger_excludes(
    sources: dict[Host, SourceArgs],
) -> None:
    (trigger,) = push_triggers(sources[Host.GITHUB], RELEASES)
    assert trigger["git_configuration"]["pushes"] == [
        {"tags": {"includes": ["v*"], "excludes": ["*-rc*"]}}
    ]


def test_a_push_may_be_asked_to_change_certain_files(sources: dict[Host, SourceArgs]) -> None:
    (trigger,) = push_triggers(
        sources[Host.GITLAB], {"branch": "main", "paths": ["models/readmission/**"]}
    )
    assert trigger["git_configuration"]["pushes"] == [
        {
            "branches": {"includes": ["main"]},
            "file_paths": {"includes": ["models/readmission/**"]},
        }
    ]


def test_a_pull_request_triggers_when_it_is_opened_and_when_it_grows(
    sources: dict[Host, SourceArgs],
) -> None:
    (trigger,) = pull_request_triggers(sources[Host.BITBUCKET], branch="main")
    assert trigger["git_configuration"]["pull_requests"] == [
        {"events": ["OPEN", "UPDATED"], "branches": {"includes": ["main"]}}
    ]


@pytest.mark.parametrize("host", [Host.CODECOMMIT, Host.S3])
def test_without_a_connection_there_is_no_trigger(
    host: Host, sources: dict[Host, SourceArgs]
) -> None:
    assert push_triggers(sources[host], {"branch": "main"}) == []
    assert pull_request_triggers(sources[host], branch="main") == []
