"""Events that travel between the accounts of environments: decisions one way, drift the other.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
"""

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, Json, allow, document, rendered
from components.common.other_accounts import OtherRolesArgs, account, only

RETRY_SECONDS = 86400
MOST_TARGETS = 5


def bus_policy(*, bus_arn: str, senders: list[OtherRolesArgs]) -> Document:
    """Who may put events on the bus: the roles of the rules that forward to it, and no others.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-perms.html
    """
    return document(
        *(
            allow(
                ["events:PutEvents"],
                [bus_arn],
                principal=account(sender),
                when=only(sender),
                # EventBridge wants an id for each statement.
                sid=f"From{sender['account_id']}",
            )
            for sender in senders
        )
    )


def forward_policy(*, bus_arns: list[str]) -> Document:
    """What the role of a forwarding rule may do: put events on the other accounts' buses."""
    return document(allow(["events:PutEvents"], bus_arns))


class PromotionBusArgs(TypedDict):
    """What a bus for other accounts' events is made of."""

    bus_name: str
    """Name within the account and region; the senders know it."""
    senders: list[OtherRolesArgs]
    """Roles of the rules that may put events on it, an entry for each account, at least one."""
    key_arn: pulumi.Input[str]
    """KMS key of the bus; its policy must let EventBridge use it."""


class PromotionBus(pulumi.ComponentResource):
    """A bus that takes events of other accounts, so that the account's own stays closed to them.

    Raises ValueError for no sender, or for two entries of one account.
    """

    name: pulumi.Output[str]
    """Name of the bus."""
    arn: pulumi.Output[str]
    """ARN of the bus."""

    def __init__(
        self, name: str, args: PromotionBusArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:PromotionBus", name, None, opts)
        accounts = [sender["account_id"] for sender in args["senders"]]
        if not accounts or len(set(accounts)) < len(accounts):
            raise ValueError(f"{name}: a bus needs senders, of each account one entry")
        bus = aws.cloudwatch.EventBus(
            f"{name}-bus",
            name=args["bus_name"],
            description="Events of the project's other accounts",
            kms_key_identifier=args["key_arn"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventBusPolicy(
            f"{name}-policy",
            event_bus_name=bus.name,
            policy=rendered(bus_policy, bus_arn=bus.arn, senders=args["senders"]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = bus.name
        self.arn = bus.arn
        self.register_outputs({"name": self.name, "arn": self.arn})


class EventForwardingArgs(AccountArgs):
    """What a forwarding rule is made of."""

    description: str
    """What is forwarded, in the reader's words."""
    pattern: Json
    """Pattern of the events, on the account's own bus."""
    bus_arns: list[str]
    """ARNs of the buses in other accounts, one to five: an event of one rule goes to no more."""


class EventForwarding(pulumi.ComponentResource):
    """A rule that puts events on the buses of other accounts, by a role that they let in.

    Raises ValueError for no bus, and for more than five.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    """

    rule_name: pulumi.Output[str]
    """Name of the rule."""

    def __init__(
        self, name: str, args: EventForwardingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:EventForwarding", name, None, opts)
        if not 1 <= len(args["bus_arns"]) <= MOST_TARGETS:
            raise ValueError(f"{name}: a rule has 1 to {MOST_TARGETS} targets")
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            description=args["description"],
            event_pattern=json.dumps(args["pattern"]),
            opts=pulumi.ResourceOptions(parent=self),
        )
        role = ExecutionRole(
            name,
            {
                "service": "events.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"forward": rendered(forward_policy, bus_arns=args["bus_arns"])},
            },
            pulumi.ResourceOptions(parent=self),
        )
        for number, bus_arn in enumerate(args["bus_arns"], start=1):
            aws.cloudwatch.EventTarget(
                f"{name}-{number}",
                rule=rule.name,
                arn=bus_arn,
                role_arn=role.arn,
                retry_policy={
                    "maximum_event_age_in_seconds": RETRY_SECONDS,
                    "maximum_retry_attempts": 185,
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
            )
        self.rule_name = rule.name
        self.register_outputs({"rule_name": self.rule_name})
