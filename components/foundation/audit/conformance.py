"""The conformance pack of the platform, and who is notified of the rules that fail."""

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


class ConformanceArgs(RecorderArgs):
    """What a conformance pack and the recorder under it are made of."""

    topic_arn: pulumi.Input[str]
    """Topic that is notified of what fails."""


class Conformance(pulumi.ComponentResource):
    """A recorder, AWS's managed rules that fit the platform as one pack, and alerts on what fails.

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
        recorder = Recorder(
            f"{name}-recorder",
            {
                "bucket": args["bucket"],
                "key_arn": args["key_arn"],
                "all_types": args["all_types"],
                "account_id": args["account_id"],
                "region": args["region"],
            },
            pulumi.ResourceOptions(parent=self),
        )
        pack = aws.cfg.ConformancePack(
            f"{name}-pack",
            template_body=pack_template(name),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[recorder]),
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
