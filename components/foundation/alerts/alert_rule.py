"""Rules of EventBridge that publish what they see to a topic of alerts."""

import json
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws

from components.common.message import chat_message

Pattern = Mapping[str, object]
"""An event pattern: the fields of an event, each with the values or tests that it must meet.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
"""


def alert_on(
    name: str,
    pattern: pulumi.Input[Pattern],
    *,
    parent: pulumi.Resource,
    description: str,
    topic_arn: pulumi.Input[str],
    says: str,
    paths: Mapping[str, str],
) -> None:
    """A rule, child of `parent`, that publishes a sentence on each event of the pattern.

    The message's title is the rule's description. In `says`, the sentence, `<name>` stands for what
    is at the JSON path `paths[name]` of the event. The topic's policy must let EventBridge publish.
    """
    rule = aws.cloudwatch.EventRule(
        name,
        description=description,
        event_pattern=(
            pattern.apply(json.dumps) if isinstance(pattern, pulumi.Output) else json.dumps(pattern)
        ),
        opts=pulumi.ResourceOptions(parent=parent),
    )
    aws.cloudwatch.EventTarget(
        name,
        rule=rule.name,
        arn=topic_arn,
        input_transformer={
            "input_paths": dict(paths),
            "input_template": json.dumps(chat_message(description, says)),
        },
        opts=pulumi.ResourceOptions(parent=parent),
    )
