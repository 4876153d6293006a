"""What watches over images: how the registry scans them, and who is notified of what it finds."""

import enum
import json
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

SEVERITIES = ("CRITICAL", "HIGH")
"""Findings that are told of at once."""


class Scanning(enum.Enum):
    """How images are scanned."""

    BASIC = "basic"
    """By ECR, when an image arrives."""
    ENHANCED = "enhanced"
    """By Amazon Inspector, when an image arrives and when a vulnerability becomes known."""


def findings_pattern(scanning: Scanning, *, repositories: str) -> dict[str, Any]:
    """The events that tell of grave findings in repositories whose names begin as given.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
    https://docs.aws.amazon.com/inspector/latest/user/eventbridge-integration.html
    """
    if scanning is Scanning.BASIC:
        return {
            "source": ["aws.ecr"],
            "detail-type": ["ECR Image Scan"],
            "detail": {
                "repository-name": [{"prefix": repositories}],
                "$or": [
                    {"finding-severity-counts": {severity: [{"numeric": [">", 0]}]}}
                    for severity in SEVERITIES
                ],
            },
        }
    image = {"awsEcrContainerImage": {"repositoryName": [{"prefix": repositories}]}}
    return {
        "source": ["aws.inspector2"],
        "detail-type": ["Inspector2 Finding"],
        "detail": {
            "severity": list(SEVERITIES),
            "status": ["ACTIVE"],
            "resources": {"details": image},
        },
    }


class ImageScanningArgs(TypedDict):
    """What the scanning of images needs to know."""

    scanning: Scanning
    """How images are scanned. The registry's setting for ENHANCED is one for account and region."""
    repositories: str
    """What the names of the environment's repositories begin with."""
    scanned: str
    """Pattern of the names of repositories that ENHANCED scans, with `*` for any part."""
    alert_topic_arn: pulumi.Input[str]
    """Topic notified of grave findings; its policy must let EventBridge publish."""


class ImageScanning(pulumi.ComponentResource):
    """The registry's scanning, and a rule that publishes its critical and high findings.

    Basic scanning as images arrive is a setting of each repository: nothing is set for it here.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-scanning.html
    """

    rule_name: pulumi.Output[str]
    """Name of the rule on findings."""

    def __init__(
        self, name: str, args: ImageScanningArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ImageScanning", name, None, opts)
        if args["scanning"] is Scanning.ENHANCED:
            aws.ecr.RegistryScanningConfiguration(
                f"{name}-scanning",
                scan_type="ENHANCED",
                rules=[
                    {
                        "scan_frequency": "CONTINUOUS_SCAN",
                        "repository_filters": [
                            {"filter": args["scanned"], "filter_type": "WILDCARD"}
                        ],
                    }
                ],
                opts=pulumi.ResourceOptions(parent=self),
            )
        rule = aws.cloudwatch.EventRule(
            f"{name}-findings",
            description=f"Grave findings in images of {args['repositories']}",
            event_pattern=json.dumps(
                findings_pattern(args["scanning"], repositories=args["repositories"])
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-findings",
            rule=rule.name,
            arn=args["alert_topic_arn"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.rule_name = rule.name
        self.register_outputs({"rule_name": self.rule_name})
