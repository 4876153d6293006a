"""Logs, alarms, events, topics and channels of chats.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awschatbot.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
"""

from components.common.iam import Conditions
from components.devops.actions.grant import Grant, Table, linked_role, listed

CHAT: Conditions = {
    "StringEquals": {
        "aws:RequestedRegion": ["ap-southeast-1", "eu-west-1", "us-east-2", "us-west-2"]
    }
}
"""Channels are of no region; these answer for them.

https://docs.aws.amazon.com/general/latest/gr/chatbot.html
"""


def _channel(noun: str, kind: str, read: str) -> tuple[Grant, ...]:
    return (
        Grant(
            "chatbot",
            create=f"Create{noun}",
            when=CHAT,
            reason="a channel has no ARN before it exists",
        ),
        listed("chatbot", f"{read} ListTagsForResource", when=CHAT),
        Grant(
            "chatbot",
            f"arn:aws:chatbot::{{account}}:chat-configuration/{kind}/{{name}}",
            update=f"Update{noun} TagResource UntagResource",
            delete=f"Delete{noun}",
        ),
        linked_role("management.chatbot.amazonaws.com"),
    )


TABLE: Table = {
    "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration": _channel(
        "SlackChannelConfiguration", "slack-channel", "DescribeSlackChannelConfigurations"
    ),
    "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration": _channel(
        "MicrosoftTeamsChannelConfiguration",
        "microsoft-teams-channel",
        "GetMicrosoftTeamsChannelConfiguration",
    ),
    "aws:cloudwatch/eventBus:EventBus": (
        Grant(
            "events",
            "event-bus/{name}",
            create="CreateEventBus",
            read="DescribeEventBus ListTagsForResource",
            update="UpdateEventBus TagResource UntagResource",
            delete="DeleteEventBus",
        ),
    ),
    "aws:cloudwatch/eventBusPolicy:EventBusPolicy": (
        Grant(
            "events",
            create="PutPermission",
            delete="RemovePermission",
            reason="AWS offers no resource to narrow the opening of a bus to",
        ),
        Grant("events", "event-bus/{name}", read="DescribeEventBus"),
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": (
        Grant(
            "logs",
            create="PutResourcePolicy",
            delete="DeleteResourcePolicy",
            reason="a resource policy of logs has no ARN",
        ),
        listed("logs", "DescribeResourcePolicies"),
    ),
    "aws:cloudwatch/eventRule:EventRule": (
        Grant(
            "events",
            "rule/{name}",
            create="PutRule",
            read="DescribeRule ListTagsForResource",
            update="EnableRule DisableRule TagResource UntagResource",
            delete="DeleteRule",
        ),
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (
        Grant(
            "events",
            "rule/{name}",
            create="PutTargets",
            read="ListTargetsByRule",
            delete="RemoveTargets",
        ),
    ),
    "aws:cloudwatch/logGroup:LogGroup": (
        Grant(
            "logs",
            # What a service keeps its logs under comes before the name.
            "log-group:{name} log-group:/aws/*/{name}",
            create="CreateLogGroup PutRetentionPolicy",
            read="ListTagsForResource",
            update="AssociateKmsKey DeleteRetentionPolicy TagResource UntagResource",
            delete="DeleteLogGroup",
        ),
        listed("logs", "DescribeLogGroups"),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        Grant(
            "cloudwatch",
            "alarm:{name}",
            create="PutMetricAlarm",
            read="ListTagsForResource",
            update="TagResource UntagResource",
            delete="DeleteAlarms",
        ),
        listed("cloudwatch", "DescribeAlarms"),
    ),
    "aws:sns/topic:Topic": (
        Grant(
            "sns",
            "{name}",
            create="CreateTopic",
            read="GetTopicAttributes ListTagsForResource",
            update="SetTopicAttributes TagResource UntagResource",
            delete="DeleteTopic",
        ),
    ),
    "aws:sns/topicPolicy:TopicPolicy": (
        Grant("sns", "{name}", create="SetTopicAttributes", read="GetTopicAttributes"),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        Grant(
            "sns",
            "{name}",
            create="Subscribe",
            update="SetSubscriptionAttributes",
            delete="Unsubscribe",
        ),
        listed("sns", "GetSubscriptionAttributes"),
    ),
}
