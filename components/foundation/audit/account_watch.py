"""What nobody may do unseen: act as root, break the glass, endanger keys, switch auditing off."""

from typing import NamedTuple, NotRequired, TypedDict

import pulumi

from components.foundation.alerts.alert_rule import Pattern, alert_on


class Watched(NamedTuple):
    """What is watched, and how the alert says it."""

    pattern: Pattern
    description: str


def calls(*names: str) -> Pattern:
    """The pattern of API calls that a trail of management events records, by their names."""
    return {
        "detail-type": ["AWS API Call via CloudTrail"],
        "detail": {"eventName": list(names)},
    }


WATCHED = {
    "root": Watched(
        {
            "detail-type": [
                "AWS API Call via CloudTrail",
                "AWS Console Sign In via CloudTrail",
            ],
            "detail": {
                "userIdentity": {"type": ["Root"], "invokedBy": [{"exists": False}]},
                "eventType": [{"anything-but": "AwsServiceEvent"}],
            },
        },
        "Somebody acts as the account's root user",
    ),
    "keys": Watched(
        calls("DisableKey", "ScheduleKeyDeletion", "DeleteImportedKeyMaterial"),
        "An encryption key is switched off or will be deleted",
    ),
    "auditing": Watched(
        calls(
            "StopLogging",
            "DeleteTrail",
            "UpdateTrail",
            "PutEventSelectors",
            "StopConfigurationRecorder",
            "DeleteConfigurationRecorder",
            "DeleteDeliveryChannel",
            "DeleteDetector",
            "DisableSecurityHub",
        ),
        "The auditing of the account is changed or switched off",
    ),
}
"""After the alarms of the CIS AWS Foundations Benchmark that concern every account.

https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html
"""


def taken(role_name: str) -> Watched:
    """That somebody signs in as a role.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/cloudtrail-integration.html
    """
    return Watched(
        {
            "detail-type": ["AWS API Call via CloudTrail"],
            "detail": {
                "eventName": [{"prefix": "AssumeRole"}],
                "requestParameters": {"roleArn": [{"suffix": f":role/{role_name}"}]},
            },
        },
        f"Somebody takes the role {role_name}",
    )


class AccountWatchArgs(TypedDict):
    """What is watched, and who is notified of it."""

    topic_arn: pulumi.Input[str]
    """Topic that is notified at once."""
    break_glass: NotRequired[str]
    """Name of the role that changes how data is kept, where somebody is let in as it."""


class AccountWatch(pulumi.ComponentResource):
    """Alerts on what endangers the whole account, from the events of a trail of management events.

    They come from the trail's home region: calls of global services, such as IAM, and most
    sign-ins of root are events of us-east-1 and seen there only. GuardDuty tells of them in every
    region.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """

    def __init__(
        self, name: str, args: AccountWatchArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:AccountWatch", name, None, opts)
        every = dict(WATCHED)
        if "break_glass" in args:
            every["break-glass"] = taken(args["break_glass"])
        for what, watched in every.items():
            alert_on(
                f"{name}-{what}",
                watched.pattern,
                parent=self,
                description=watched.description,
                topic_arn=args["topic_arn"],
                says=f"{watched.description}: <event> by <who> in account <account>, <region>",
                paths={
                    "event": "$.detail.eventName",
                    "who": "$.detail.userIdentity.arn",
                    "account": "$.account",
                    "region": "$.region",
                },
            )
        self.register_outputs({})
