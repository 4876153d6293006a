"""Alerts in Slack or Microsoft Teams, by Amazon Q Developer in chat applications.

Somebody of the account authorizes the workspace or the team once, in that service's console, before
the first deployment, and in a private Slack channel invites its app (`/invite @Amazon Q`):
https://docs.aws.amazon.com/chatbot/latest/adminguide/slack-setup.html
https://docs.aws.amazon.com/chatbot/latest/adminguide/teams-setup.html
"""

import pulumi
import pulumi_aws as aws

from components.common.args import PlacedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, allow_everywhere, document, rendered

SERVICE = "chatbot.amazonaws.com"


def channel_policy(*, account_id: str, region: str) -> Document:
    """What a channel may do in the account: look at the region's alarms and draw their metrics.

    https://docs.aws.amazon.com/chatbot/latest/adminguide/understanding-permissions.html
    """
    return document(
        allow(
            ["cloudwatch:DescribeAlarmHistory", "cloudwatch:DescribeAlarms"],
            [f"arn:aws:cloudwatch:{region}:{account_id}:alarm:*"],
        ),
        allow_everywhere(
            [
                "cloudwatch:GetMetricData",
                "cloudwatch:GetMetricStatistics",
                "cloudwatch:GetMetricWidgetImage",
                "cloudwatch:ListMetrics",
            ],
            reason="a metric is no resource to IAM",
            when={"StringEquals": {"aws:RequestedRegion": region}},
        ),
    )


class ChatArgs(PlacedArgs):
    """What a channel of either application is made of."""

    configuration_name: str
    """Name within the account, of letters, digits, hyphens and underscores."""
    topic_arns: list[pulumi.Input[str]]
    """Topics whose messages the channel shows. SNS decrypts what it delivers: only those who
    publish need their key."""


class SlackChannelArgs(ChatArgs):
    """What a Slack channel is made of."""

    workspace: str
    """Id of the workspace, such as `T07EA123LEP`, which is authorized already."""
    channel: str
    """Id of the channel, such as `C07EZ1ABC23`."""


class TeamsChannelArgs(ChatArgs):
    """What a channel of Microsoft Teams is made of."""

    tenant: str
    """Id of the tenant, a UUID."""
    team: str
    """Id of the team, a UUID, which is authorized already."""
    channel: str
    """Id of the channel as its link has it: `19%3a…%40thread.tacv2`."""


class Permissions:
    """The role of a channel, and the policy that bounds whatever role its members choose.

    Without a policy of our own, AWS would bound them by AdministratorAccess.
    """

    def __init__(self, name: str, args: ChatArgs, parent: pulumi.Resource) -> None:
        policy = rendered(channel_policy, account_id=args["account_id"], region=args["region"])
        self.role = ExecutionRole(
            f"{name}-role",
            {
                "service": SERVICE,
                "account_id": args["account_id"],
                "policies": {"look": policy},
            },
            pulumi.ResourceOptions(parent=parent),
        )
        self.guardrail = aws.iam.Policy(
            f"{name}-guardrail",
            description=f"{name}: the most that members of the channel may do from it",
            policy=policy,
            opts=pulumi.ResourceOptions(parent=parent),
        )


class SlackChannel(pulumi.ComponentResource):
    """Alerts in a Slack channel, whose members may look at the alarms and no more."""

    configuration_arn: pulumi.Output[str]
    """ARN of the channel's configuration."""

    def __init__(
        self, name: str, args: SlackChannelArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SlackChannel", name, None, opts)
        permissions = Permissions(name, args, self)
        self.configuration_arn = aws.chatbot.SlackChannelConfiguration(
            f"{name}-channel",
            configuration_name=args["configuration_name"],
            slack_team_id=args["workspace"],
            slack_channel_id=args["channel"],
            sns_topic_arns=args["topic_arns"],
            iam_role_arn=permissions.role.arn,
            guardrail_policy_arns=[permissions.guardrail.arn],
            logging_level="NONE",  # its group would be in us-east-1, and be kept for ever
            opts=pulumi.ResourceOptions(parent=self, depends_on=permissions.role.ready),
        ).chat_configuration_arn
        self.register_outputs({"configuration_arn": self.configuration_arn})


class TeamsChannel(pulumi.ComponentResource):
    """Alerts in a channel of Teams, whose members may look at the alarms and no more."""

    configuration_arn: pulumi.Output[str]
    """ARN of the channel's configuration."""

    def __init__(
        self, name: str, args: TeamsChannelArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TeamsChannel", name, None, opts)
        permissions = Permissions(name, args, self)
        self.configuration_arn = aws.chatbot.TeamsChannelConfiguration(
            f"{name}-channel",
            configuration_name=args["configuration_name"],
            tenant_id=args["tenant"],
            team_id=args["team"],
            channel_id=args["channel"],
            sns_topic_arns=args["topic_arns"],
            iam_role_arn=permissions.role.arn,
            guardrail_policy_arns=[permissions.guardrail.arn],
            logging_level="NONE",  # its group would be in us-east-1, and be kept for ever
            opts=pulumi.ResourceOptions(parent=self, depends_on=permissions.role.ready),
        ).chat_configuration_arn
        self.register_outputs({"configuration_arn": self.configuration_arn})
