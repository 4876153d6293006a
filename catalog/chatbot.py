"""Channels of Amazon Q Developer in chat applications, formerly AWS Chatbot.

https://docs.aws.amazon.com/chatbot/latest/APIReference/
"""

from catalog.record import Call, Conditions, Grant, Iam, Tags, Type, linked_role, listed

PROVIDER = "https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/chatbot/teams_channel_configuration.go"
"""Terraform's provider, which looks a channel up in the list of a team's."""

CHAT: Conditions = {
    "StringEquals": {
        "aws:RequestedRegion": ["ap-southeast-1", "eu-west-1", "us-east-2", "us-west-2"]
    }
}
"""Channels are of no region; these answer for them.

https://docs.aws.amazon.com/general/latest/gr/chatbot.html
"""

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
        id="arn:aws:chatbot::{account}:chat-configuration/slack-channel/{configurationName}",
        name="configurationName",
        autonamed=False,
        limit=128,
        cloudformation="AWS::Chatbot::SlackChannelConfiguration",
        outputs={"chatConfigurationArn": "{id}"},
        holds_no_data="a channel passes messages on and keeps none",
        iam=Iam(
            on="arn:aws:chatbot::{account}:chat-configuration/slack-channel/{name}",
            grants=(
                Grant(
                    "chatbot",
                    create="CreateSlackChannelConfiguration",
                    when=CHAT,
                    reason="a channel has no ARN before it exists",
                ),
                listed(
                    "chatbot", "DescribeSlackChannelConfigurations ListTagsForResource", when=CHAT
                ),
                linked_role("management.chatbot.amazonaws.com"),
            ),
        ),
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
        id="arn:aws:chatbot::{account}:chat-configuration/microsoft-teams-channel/{configurationName}",
        name="configurationName",
        autonamed=False,
        limit=128,
        cloudformation="AWS::Chatbot::MicrosoftTeamsChannelConfiguration",
        outputs={"chatConfigurationArn": "{id}"},
        holds_no_data="a channel passes messages on and keeps none",
        iam=Iam(
            on="arn:aws:chatbot::{account}:chat-configuration/microsoft-teams-channel/{name}",
            grants=(
                Grant(
                    "chatbot",
                    create="CreateMicrosoftTeamsChannelConfiguration",
                    when=CHAT,
                    reason="a channel has no ARN before it exists",
                ),
                listed(
                    "chatbot",
                    "GetMicrosoftTeamsChannelConfiguration "
                    "ListMicrosoftTeamsChannelConfigurations ListTagsForResource",
                    when=CHAT,
                    source=PROVIDER,
                ),
                linked_role("management.chatbot.amazonaws.com"),
            ),
        ),
    ),
)
