"""The conformance pack of the platform, and who is notified of the rules that fail."""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.alerts.alert_rule import Pattern, alert_on
from components.foundation.audit.config_rules import pack_template
from components.foundation.audit.recorder import Recorder, RecorderArgs


def failure_pattern(prefix: str) -> Pattern:
    """The events that tell of a resource that no longer keeps to one of the pack's rules.

    https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html
    """
    return {
        "source": ["aws.config"],
        "detail-type": ["Config Rules Compliance Change"],
        "detail": {
            "messageType": ["ComplianceChangeNotification"],
            "configRuleName": [{"prefix": f"{prefix}-"}],
            "newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]},
        },
    }


class ConformanceArgs(TypedDict):
    """What a conformance pack stands on, and whom it tells."""

    topic_arn: pulumi.Input[str]
    """Topic that is notified of what fails."""
    recorder: NotRequired[RecorderArgs]
    """The recorder to make; without it, the pack judges what the region's own one records."""


class Conformance(pulumi.ComponentResource):
    """AWS's managed rules that fit the platform as one pack, and alerts on what fails.

    One pack rather than rules on their own: it has a score, and nobody changes a rule of it by
    hand. Config makes the service-linked role that it needs.

    https://docs.aws.amazon.com/config/latest/developerguide/conformance-packs.html
    """

    arn: pulumi.Output[str]
    """ARN of the pack."""

    def __init__(
        self, name: str, args: ConformanceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Conformance", name, None, opts)
        recorders = []
        if "recorder" in args:
            opts = pulumi.ResourceOptions(parent=self)
            recorders.append(Recorder(f"{name}-recorder", args["recorder"], opts))
        pack = aws.cfg.ConformancePack(
            f"{name}-pack",
            template_body=pack_template(name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=recorders),
        )
        alert_on(
            f"{name}-failed",
            failure_pattern(name),
            parent=self,
            description="A resource keeps to the platform's rules no longer",
            topic_arn=args["topic_arn"],
            says="<resource> (<type>) breaks the rule <rule> in account <account>, <region>",
            paths={
                "resource": "$.detail.resourceId",
                "type": "$.detail.resourceType",
                "rule": "$.detail.configRuleName",
                "account": "$.account",
                "region": "$.region",
            },
        )
        self.arn = pack.arn
        self.register_outputs({"arn": self.arn})
