"""Scanning of images: what is scanned, and whose findings are told."""

import json

import pulumi
import pytest

from components.devops.registries.image_scanning import ImageScanning, Scanning, findings_pattern
from infra.graph import record

TOPIC = "arn:aws:sns:eu-west-1:123456789012:warnings"
CONFIGURATION = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"


def scanned(scanning):
    def program() -> None:
        ImageScanning(
            "scan",
            {
                "scanning": scanning,
                "repositories": "maslow-prod-",
                "scanned": "maslow-*",
                "alert_topic_arn": TOPIC,
            },
        )
        pulumi.export("done", True)

    return record(program)


def test_basic_scanning_leaves_the_registrys_own_setting_alone():
    assert scanned(Scanning.BASIC).of_type(CONFIGURATION) == []


def test_enhanced_scanning_goes_on_for_the_projects_repositories():
    configuration = scanned(Scanning.ENHANCED).one(CONFIGURATION).inputs
    assert configuration["scanType"] == "ENHANCED"
    assert configuration["rules"] == [
        {
            "scanFrequency": "CONTINUOUS_SCAN",
            "repositoryFilters": [{"filter": "maslow-*", "filterType": "WILDCARD"}],
        }
    ]


@pytest.mark.parametrize("scanning", Scanning)
def test_grave_findings_are_published(scanning):
    graph = scanned(scanning)
    rule = graph.one("aws:cloudwatch/eventRule:EventRule")
    pattern = findings_pattern(scanning, repositories="maslow-prod-")
    assert json.loads(rule.inputs["eventPattern"]) == pattern
    assert graph.one("aws:cloudwatch/eventTarget:EventTarget").inputs["arn"] == TOPIC


def test_a_basic_scan_is_told_of_for_critical_or_high_findings():
    detail = findings_pattern(Scanning.BASIC, repositories="maslow-prod-")["detail"]
    assert detail["repository-name"] == [{"prefix": "maslow-prod-"}]
    some = [{"numeric": [">", 0]}]
    assert detail["$or"] == [
        {"finding-severity-counts": {"CRITICAL": some}},
        {"finding-severity-counts": {"HIGH": some}},
    ]


def test_inspectors_findings_are_told_of_while_they_are_open():
    pattern = findings_pattern(Scanning.ENHANCED, repositories="maslow-prod-")
    assert pattern["source"] == ["aws.inspector2"]
    detail = pattern["detail"]
    assert (detail["severity"], detail["status"]) == (["CRITICAL", "HIGH"], ["ACTIVE"])
    image = detail["resources"]["details"]["awsEcrContainerImage"]
    assert image["repositoryName"] == [{"prefix": "maslow-prod-"}]
