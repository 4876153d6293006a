"""What each committed environment records of who did what."""

import json
from typing import Any

from catalog.answers import ACCOUNT
from infra.graph import Graph
from infra.project import Project
from infra.settings.foundation.audit import Audit

TRAIL = "aws:cloudtrail/trail:Trail"
BUCKET = "aws:s3/bucket:Bucket"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"
LOCK = "aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration"
KEPT_FOR_AUDIT = ("-access-logs-", "-trails-", "-config-history-")


def audit(project: Project, graph: Graph) -> Audit:
    return project.stack(graph.stack).platform.audit


def watched(graph: Graph) -> set[str]:
    """What the ARNs of recorded objects begin with."""
    return {
        beginning
        for trail in graph.of_type(TRAIL)
        for selector in trail.inputs["advancedEventSelectors"]
        if any(each.get("equals") == ["AWS::S3::Object"] for each in selector["fieldSelectors"])
        for each in selector["fieldSelectors"]
        for beginning in each.get("startsWiths", ())
    }


def policy_of(graph: Graph, name: str) -> list[dict[str, Any]]:
    (found,) = [
        resource
        for resource in graph.of_type("aws:s3/bucketPolicy:BucketPolicy")
        if resource.name.endswith(name)
    ]
    statements: list[dict[str, Any]] = json.loads(found.inputs["policy"])["Statement"]
    return statements


def test_the_objects_of_every_zone_and_all_artifacts_are_recorded_where_asked(
    project: Project, graph: Graph
) -> None:
    buckets = {bucket.name: f"arn:aws:s3:::{bucket.name}/" for bucket in graph.of_type(BUCKET)}
    zones = {
        beginning
        for name, beginning in buckets.items()
        if "-lake-" in name and not name.endswith(("-results-bucket", "-workspaces-bucket"))
    }
    artifacts = {
        beginning for name, beginning in buckets.items() if name.endswith("-artifacts-bucket")
    }
    assert len(zones) == 3
    assert len(artifacts) == 1
    assert watched(graph) == (zones | artifacts if audit(project, graph).data_events else set())


def test_the_trails_that_there_are_and_no_others_deliver(project: Project, graph: Graph) -> None:
    account = project.stack(graph.stack).account or ACCOUNT
    trails = [
        f"arn:aws:cloudtrail:eu-west-1:{account}:trail/{trail.inputs['name']}"
        for trail in graph.of_type(TRAIL)
    ]
    delivering = [
        statement["Condition"]["StringEquals"]["aws:SourceArn"]
        for statement in policy_of(graph, "-trails-policy")
        if statement["Effect"] == "Allow"
    ]
    assert delivering == [trails, trails]


def test_what_is_kept_for_audit_is_kept_as_long_as_the_file_says(
    project: Project, graph: Graph
) -> None:
    kept = {
        resource.name: resource.inputs["rules"][0]["expiration"]
        for resource in graph.of_type(LIFECYCLE)
        if any(part in resource.name for part in KEPT_FOR_AUDIT)
    }
    days = {"days": audit(project, graph).retention_days}
    assert len(kept) == 2 + audit(project, graph).config_rules
    assert kept == dict.fromkeys(kept, days)


def test_where_logs_are_locked_none_is_deleted_before_its_time(
    project: Project, graph: Graph
) -> None:
    locked = audit(project, graph).object_lock is not None
    assert [lock.name.endswith("-trails-lock") for lock in graph.of_type(LOCK)] == [True] * locked
    by_policy = ["-access-logs-policy"]
    if audit(project, graph).config_rules:
        by_policy.append("-config-history-policy")
    for name in by_policy:
        sids = {statement.get("Sid") for statement in policy_of(graph, name)}
        assert ("NeverDeleted" in sids) is locked


def test_what_an_account_has_once_is_there_as_the_file_says(project: Project, graph: Graph) -> None:
    wanted = audit(project, graph)
    for type_, on in (
        ("aws:cfg/recorder:Recorder", wanted.config_rules),
        ("aws:cfg/conformancePack:ConformancePack", wanted.config_rules),
        ("aws:guardduty/detector:Detector", wanted.guardduty),
        ("aws:securityhub/account:Account", wanted.security_hub),
    ):
        assert len(graph.of_type(type_)) == on, type_


def test_production_keeps_seven_years_under_lock_and_hears_of_everything(
    project: Project, recording: Any
) -> None:
    graph = recording("prod", "second")
    (lock,) = graph.of_type(LOCK)
    assert lock.inputs["rule"] == {"defaultRetention": {"mode": "GOVERNANCE", "days": 2555}}
    rules = {
        rule.name.removeprefix("maslow-prod-")
        for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")
    }
    assert {
        "watch-root",
        "watch-keys",
        "watch-auditing",
        "conformance-failed",
        "threats-high",
        "threats-medium",
        "security-hub-critical",
        "security-hub-high",
    } <= rules
