"""Channels of Amazon Q Developer in chat applications, formerly AWS Chatbot.

https://docs.aws.amazon.com/chatbot/latest/APIReference/
"""

from catalog.record import Call, Tags, Type

CONFIGURATION = {"ChatConfigurationArn": "{id}"}
CHANGED = (
    "guardrailPolicyArns",
    "iamRoleArn",
    "loggingLevel",
    "snsTopicArns",
    "userAuthorizationRequired",
)
TAGS = Tags(
    Call("TagResource", given={"ResourceARN": "{id}"}),
    Call("UntagResource", given={"ResourceARN": "{id}", "TagKeys": "{removed}"}),
)
NO_WAITING = {"timeouts": "the embedded AWS answers at once"}

TYPES = (
    Type(
        "aws:chatbot/slackChannelConfiguration:SlackChannelConfiguration",
        "chatbot",
        emulated=False,
        create=Call(
            "CreateSlackChannelConfiguration",
            outputs={"id": "ChannelConfiguration.ChatConfigurationArn"},
        ),
        read=Call(
            "DescribeSlackChannelConfigurations",
            given=CONFIGURATION,
            at="SlackChannelConfigurations[0]",
            outputs={
                "chatConfigurationArn": "ChatConfigurationArn",
                "slackChannelName": "SlackChannelName",
                "slackTeamName": "SlackTeamName",
            },
        ),
        update=(
            Call(
                "UpdateSlackChannelConfiguration",
                takes=("slackChannelId", *CHANGED),
                given=CONFIGURATION,
            ),
        ),
        delete=Call("DeleteSlackChannelConfiguration", given=CONFIGURATION),
        ignored=NO_WAITING,
        tags=TAGS,
    ),
    Type(
        "aws:chatbot/teamsChannelConfiguration:TeamsChannelConfiguration",
        "chatbot",
        emulated=False,
        create=Call(
            "CreateMicrosoftTeamsChannelConfiguration",
            outputs={"id": "ChannelConfiguration.ChatConfigurationArn"},
        ),
        read=Call(
            "GetMicrosoftTeamsChannelConfiguration",
            given=CONFIGURATION,
            at="ChannelConfiguration",
            outputs={
                "chatConfigurationArn": "ChatConfigurationArn",
                "channelName": "ChannelName",
                "teamName": "TeamName",
            },
        ),
        update=(
            Call(
                "UpdateMicrosoftTeamsChannelConfiguration",
                takes=("channelId", *CHANGED),
                given=CONFIGURATION,
            ),
        ),
        delete=Call("DeleteMicrosoftTeamsChannelConfiguration", given=CONFIGURATION),
        ignored=NO_WAITING,
        tags=TAGS,
    ),
)
