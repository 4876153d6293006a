import json
from itertools import pairwise
from typing import Any

import botocore.session
import pytest
from moto.events.models import EventPattern

from components.foundation.audit.account_watch import WATCHED, AccountWatch
from components.foundation.audit.security_hub import SecurityHub, new_findings
from components.foundation.audit.threat_detection import (
    FEATURES,
    ThreatDetection,
    high_findings,
    medium_findings,
)
from infra.graph import record

HERE = "arn:aws:sns:eu-west-1:123456789012"
TOPICS = {severity: f"{HERE}:{severity}" for severity in ("critical", "warning", "info")}
RULE = "aws:cloudwatch/eventRule:EventRule"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def matches(pattern: Any, event: dict[str, Any]) -> bool:
    return EventPattern.load(json.dumps(pattern)).matches_event(event)


def call(name: str, user: str = "AssumedRole", **identity: str) -> dict[str, Any]:
    return {
        "source": "aws.anything",
        "detail-type": "AWS API Call via CloudTrail",
        "detail": {
            "eventName": name,
            "eventType": "AwsApiCall",
            "userIdentity": {"type": user, **identity},
        },
    }


def finding(severity: float, type_: str = "Recon:EC2/PortProbe") -> dict[str, Any]:
    return {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Finding",
        "detail": {"severity": severity, "type": type_},
    }


def told(component, args):
    """Which severity's topic each of a component's rules tells."""

    def program():
        component("watch", args)

    graph = record(program)
    return graph, {
        target.name.removeprefix("watch-"): target.inputs["arn"].rpartition(":")[2]
        for target in graph.of_type(TARGET)
    }


@pytest.mark.parametrize(
    ("what", "event"),
    [
        ("root", call("CreateBucket", "Root")),
        ("keys", call("ScheduleKeyDeletion")),
        ("auditing", call("StopLogging")),
        ("auditing", call("DeleteDetector")),
    ],
)
def test_what_endangers_the_account_is_seen(what, event):
    assert matches(WATCHED[what].pattern, event)


@pytest.mark.parametrize(
    ("what", "event"),
    [
        ("root", call("CreateBucket")),
        ("root", call("CreateBucket", "Root", invokedBy="AWS Internal")),
        ("keys", call("CreateKey")),
        ("auditing", call("DescribeTrails")),
    ],
)
def test_what_is_done_every_day_is_not(what, event):
    assert not matches(WATCHED[what].pattern, event)


def test_every_watched_call_is_one_of_awss():
    session = botocore.session.get_session()
    known = {
        operation
        for service in ("cloudtrail", "config", "guardduty", "kms", "securityhub")
        for operation in session.get_service_model(service).operation_names
    }
    for what in ("keys", "auditing"):
        assert set(WATCHED[what].pattern["detail"]["eventName"]) <= known


def test_all_of_it_is_critical():
    _, severities = told(AccountWatch, {"topic_arn": TOPICS["critical"]})
    assert severities == dict.fromkeys(WATCHED, "critical")


def test_who_breaks_the_glass_is_seen_where_somebody_may():
    args = {"topic_arn": TOPICS["critical"], "break_glass": "maslow-prod-break-glass"}
    graph, severities = told(AccountWatch, args)
    assert severities == dict.fromkeys((*WATCHED, "break-glass"), "critical")
    (rule,) = [rule for rule in graph.of_type(RULE) if "break-glass" in rule.name]
    pattern = json.loads(rule.inputs["eventPattern"])
    for name, seen in (("maslow-prod-break-glass", True), ("maslow-prod-ci-deploy", False)):
        event = call("AssumeRole")
        event["detail"]["requestParameters"] = {"roleArn": f"arn:aws:iam::123456789012:role/{name}"}
        assert matches(pattern, event) is seen


def test_findings_are_told_by_their_severity():
    _, severities = told(ThreatDetection, {"topics": TOPICS})
    assert severities == {"high": "critical", "medium": "warning"}
    assert matches(medium_findings(), finding(4))
    assert matches(medium_findings(), finding(6.9))
    assert not matches(medium_findings(), finding(7))
    assert not matches(medium_findings(), finding(3.9))
    assert {"severity": [{"numeric": [">=", 7]}]} in high_findings()["detail"]["$or"]
    assert {"type": ["Policy:IAMUser/RootCredentialUsage"]} in high_findings()["detail"]["$or"]


def test_every_feature_is_switched_on_or_off_in_turn():
    graph, _ = told(ThreatDetection, {"topics": TOPICS})
    features = graph.of_type("aws:guardduty/detectorFeature:DetectorFeature")
    assert {each.inputs["name"]: each.inputs["status"] == "ENABLED" for each in features} == (
        FEATURES
    )
    by_name = {each.inputs["name"]: each for each in features}
    for earlier, later in pairwise(FEATURES):
        assert by_name[earlier].urn in by_name[later].dependencies


def test_the_hub_tells_of_new_findings_that_guardduty_does_not_tell_itself():
    _, severities = told(SecurityHub, {"region": "eu-west-1", "topics": TOPICS})
    assert severities == {"critical": "critical", "high": "warning"}
    pattern = new_findings("HIGH")["detail"]["findings"]
    assert pattern["Workflow"] == {"Status": ["NEW"]}
    assert pattern["ProductName"] == [{"anything-but": ["GuardDuty"]}]


def test_a_sentence_names_only_what_it_reads_from_the_event():
    for component, args in (
        (AccountWatch, {"topic_arn": TOPICS["critical"]}),
        (ThreatDetection, {"topics": TOPICS}),
        (SecurityHub, {"region": "eu-west-1", "topics": TOPICS}),
    ):
        graph, _ = told(component, args)
        for target in graph.of_type(TARGET):
            transformer = target.inputs["inputTransformer"]
            said = json.loads(transformer["inputTemplate"])["content"]["description"]
            for name in transformer["inputPaths"]:
                assert f"<{name}>" in said
            assert said.count("<") == len(transformer["inputPaths"])
