"""Topics, their policies and subscriptions.

https://docs.aws.amazon.com/sns/latest/api/
"""

import json

from catalog.record import Call, Tags, Type

TOPIC_ATTRIBUTES = (
    "archivePolicy",
    "contentBasedDeduplication",
    "deliveryPolicy",
    "displayName",
    "fifoThroughputScope",
    "fifoTopic",
    "kmsMasterKeyId",
    "policy",
    "signatureVersion",
    "tracingConfig",
)
SUBSCRIPTION_ATTRIBUTES = (
    "deliveryPolicy",
    "filterPolicy",
    "filterPolicyScope",
    "rawMessageDelivery",
    "redrivePolicy",
    "replayPolicy",
    "subscriptionRoleArn",
)
OWNERS_POLICY = json.dumps(
    {
        "Version": "2008-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "*"},
                "Action": "SNS:Publish",
                "Resource": "*",
                "Condition": {"StringEquals": {"AWS:SourceOwner": "123456789012"}},
            }
        ],
    }
)
"""Like the policy that AWS gives a new topic: its owner may publish."""


def _pascal(name: str) -> str:
    return f"{name[0].upper()}{name[1:]}"


def _in_map(names: tuple[str, ...]) -> dict[str, str]:
    return {name: f"Attributes.{_pascal(name)}" for name in names}


def _one_by_one(operation: str, parameter: str, names: tuple[str, ...]) -> tuple[Call, ...]:
    """SNS sets one attribute in a call, named in a parameter."""
    return tuple(
        Call(
            operation,
            takes=(name,),
            names={name: "AttributeValue"},
            given={parameter: "{id}", "AttributeName": _pascal(name)},
        )
        for name in names
    )


TYPES = (
    Type(
        "aws:sns/topic:Topic",
        "sns",
        name="name",
        limit=256,
        create=Call("CreateTopic", names=_in_map(TOPIC_ATTRIBUTES), outputs={"id": "TopicArn"}),
        read=Call(
            "GetTopicAttributes",
            given={"TopicArn": "{id}"},
            at="Attributes",
            outputs={"arn": "TopicArn", "owner": "Owner"},
        ),
        update=_one_by_one("SetTopicAttributes", "TopicArn", TOPIC_ATTRIBUTES),
        replaces=("fifoTopic",),
        delete=Call("DeleteTopic", given={"TopicArn": "{id}"}),
        tags=Tags(
            Call("TagResource", given={"ResourceArn": "{id}"}),
            Call("UntagResource", given={"ResourceArn": "{id}", "TagKeys": "{removed}"}),
        ),
    ),
    Type(
        "aws:sns/topicPolicy:TopicPolicy",
        "sns",
        id="{arn}",
        create=Call(
            "SetTopicAttributes",
            names={"arn": "TopicArn", "policy": "AttributeValue"},
            given={"AttributeName": "Policy"},
        ),
        read=Call(
            "GetTopicAttributes",
            given={"TopicArn": "{id}"},
            at="Attributes",
            outputs={"owner": "Owner"},
        ),
        update=(
            Call(
                "SetTopicAttributes",
                takes=("policy",),
                names={"policy": "AttributeValue"},
                given={"TopicArn": "{id}", "AttributeName": "Policy"},
            ),
        ),
        delete=Call(
            "SetTopicAttributes",
            given={"TopicArn": "{id}", "AttributeName": "Policy", "AttributeValue": OWNERS_POLICY},
        ),
    ),
    Type(
        "aws:sns/topicSubscription:TopicSubscription",
        "sns",
        create=Call(
            "Subscribe",
            names={"topic": "TopicArn", **_in_map(SUBSCRIPTION_ATTRIBUTES)},
            given={"ReturnSubscriptionArn": True},
            outputs={"id": "SubscriptionArn"},
        ),
        read=Call(
            "GetSubscriptionAttributes",
            given={"SubscriptionArn": "{id}"},
            at="Attributes",
            outputs={
                "arn": "SubscriptionArn",
                "ownerId": "Owner",
                "pendingConfirmation": "PendingConfirmation == 'true'",
            },
        ),
        update=_one_by_one("SetSubscriptionAttributes", "SubscriptionArn", SUBSCRIPTION_ATTRIBUTES),
        delete=Call("Unsubscribe", given={"SubscriptionArn": "{id}"}),
        ignored={
            "confirmationTimeoutInMinutes": "the embedded AWS confirms at once",
            "endpointAutoConfirms": "the embedded AWS confirms at once",
        },
    ),
)
