"""Topics, their policies and subscriptions.

https://docs.aws.amazon.com/sns/latest/api/
"""

import json

from catalog.record import Call, Iam, Tags, Type, arn_of

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


TOPIC = arn_of("sns", "{name}")

TYPES = (
    Type(
        "aws:sns/topic:Topic",
        "sns",
        cloudformation="AWS::SNS::Topic",
        id=TOPIC,
        outputs={"arn": "{id}"},
        name="name",
        limit=256,
        create=Call("CreateTopic", names=_in_map(TOPIC_ATTRIBUTES), outputs={"id": "TopicArn"}),
        read=Call(
            "GetTopicAttributes",
            given={"TopicArn": "{id}"},
            at="Attributes",
            outputs={"owner": "Owner"},
        ),
        update=_one_by_one("SetTopicAttributes", "TopicArn", TOPIC_ATTRIBUTES),
        replaces=("fifoTopic",),
        delete=Call("DeleteTopic", given={"TopicArn": "{id}"}),
        tags=Tags(
            Call("TagResource", given={"ResourceArn": "{id}"}),
            Call("UntagResource", given={"ResourceArn": "{id}", "TagKeys": "{removed}"}),
        ),
        holds_no_data="a topic passes messages on and keeps none",
        iam=Iam(on="{name}", read="ListTagsForResource"),
    ),
    Type(
        "aws:sns/topicPolicy:TopicPolicy",
        "sns",
        cloudformation="AWS::SNS::TopicPolicy",
        id="{arn}",
        outputs={"owner": "{account}"},
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
        holds_no_data="a policy is written anew from the program",
        iam=Iam(on="{name}"),
    ),
    Type(
        "aws:sns/topicSubscription:TopicSubscription",
        "sns",
        cloudformation="AWS::SNS::Subscription",
        id="{topic}:{uuid}",
        outputs={"arn": "{id}"},
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
        holds_no_data="a subscription passes messages on and keeps none",
        # A subscription has no ARN in IAM: what is done to it is allowed on its topic.
        # https://docs.aws.amazon.com/service-authorization/latest/reference/list_sns.html
        iam=Iam(on="{name}"),
    ),
)
