"""GuardDuty: what in the account looks like an attack."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.alerts.alert_rule import Pattern, alert_on
from components.foundation.alerts.alerts import AlertTopics

FEATURES = {
    "S3_DATA_EVENTS": True,
    "EKS_AUDIT_LOGS": True,
    "EBS_MALWARE_PROTECTION": True,
    "LAMBDA_NETWORK_LOGS": False,
    "RDS_LOGIN_EVENTS": False,
    "RUNTIME_MONITORING": False,
}
"""Features of the detector, whether each is on. Calls, flow logs and DNS are watched in any case.

Off are those for what the platform does not have, and the monitoring of running machines, which
is paid by virtual CPU. Each is said, for AWS's own defaults change with time.

https://docs.aws.amazon.com/guardduty/latest/ug/guardduty-features-activation-model.html
"""
HIGH, MEDIUM = 7, 4
"""Least severities of findings that are high and medium.

https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings-severity.html
"""
ROOT_USED = "Policy:IAMUser/RootCredentialUsage"


def high_findings() -> Pattern:
    """The events that tell of findings of high severity, and of root's credentials in use."""
    return {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {
            "$or": [{"severity": [{"numeric": [">=", HIGH]}]}, {"type": [ROOT_USED]}],
        },
    }


def medium_findings() -> Pattern:
    """The events that tell of findings of medium severity."""
    return {
        "source": ["aws.guardduty"],
        "detail-type": ["GuardDuty Finding"],
        "detail": {"severity": [{"numeric": [">=", MEDIUM, "<", HIGH]}]},
    }


class ThreatDetectionArgs(TypedDict):
    """Whose findings are told, and to whom."""

    topics: AlertTopics
    """Topics by severity: high findings are critical, medium ones warnings."""
    detector_id: NotRequired[str]
    """The region's detector, with the features that its owner chose; without one it is made."""


class ThreatDetection(pulumi.ComponentResource):
    """Alerts on a detector's findings, and the detector unless there is one.

    An account has one in each region: a second one is refused by AWS.

    https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_findings_eventbridge.html
    """

    detector_id: pulumi.Output[str]
    """Id of the detector."""

    def __init__(
        self, name: str, args: ThreatDetectionArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:ThreatDetection", name, None, opts)
        if "detector_id" in args:
            self.detector_id = pulumi.Output.from_input(args["detector_id"])
        else:
            self.detector_id = self._detector(name)
        for severity, pattern, topic_arn in (
            ("high", high_findings(), args["topics"]["critical"]),
            ("medium", medium_findings(), args["topics"]["warning"]),
        ):
            alert_on(
                f"{name}-{severity}",
                pattern,
                parent=self,
                description=f"GuardDuty's findings of {severity} severity",
                topic_arn=topic_arn,
                says="GuardDuty: <title> (severity <severity>, account <account>, <region>)",
                paths={
                    "title": "$.detail.title",
                    "severity": "$.detail.severity",
                    "account": "$.account",
                    "region": "$.region",
                },
            )
        self.register_outputs({"detector_id": self.detector_id})

    def _detector(self, name: str) -> pulumi.Output[str]:
        detector = aws.guardduty.Detector(
            f"{name}-detector",
            enable=True,
            finding_publishing_frequency="FIFTEEN_MINUTES",
            opts=pulumi.ResourceOptions(parent=self),
        )
        last: pulumi.Resource = detector
        for feature, on in FEATURES.items():
            # GuardDuty refuses changes of one detector that meet, so they follow one another.
            last = aws.guardduty.DetectorFeature(
                f"{name}-{feature.lower().replace('_', '-')}",
                detector_id=detector.id,
                name=feature,
                status="ENABLED" if on else "DISABLED",
                opts=pulumi.ResourceOptions(parent=self, depends_on=[last]),
            )
        return detector.id
