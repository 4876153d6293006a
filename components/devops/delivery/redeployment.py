"""An approved model is delivered by itself: its approval starts the platform's delivery."""

import json
from typing import NotRequired

import pulumi

from components.common.args import AccountArgs, LoggedArgs
from components.common.event_start import start_on_event, starting_role
from components.common.iam import Document, allow, document, rendered
from components.common.log_group import deliver_logs
from components.common.state_machine import StateMachine, logged_machine
from components.devops.delivery.delivery_pipeline import DEPLOY
from components.devops.delivery.redeployment_machine import redeployment_machine
from components.devops.delivery.source import SourceArgs, revision_type
from components.devops.promotion.approval_events import approval_pattern


class RedeploymentArgs(AccountArgs, LoggedArgs):
    """What a redeployment is made of."""

    group_prefix: str
    """What the names of the environment's model package groups begin with."""
    pipeline_name: str
    """Name of the delivery pipeline."""
    pipeline_arn: pulumi.Input[str]
    """Its ARN."""
    source: SourceArgs
    """Where its revisions come from."""
    deploys_pushes: bool
    """Whether the pipeline deploys what is pushed, and so knows the deployed revision.

    If something else does, the tip of its branch is taken.
    """
    alert_topic_arn: pulumi.Input[str]
    """SNS topic notified of a delivery that could not be started."""
    alert_key_arn: pulumi.Input[str]
    """KMS key of that topic."""
    event_bus: NotRequired[pulumi.Input[str]]
    """Bus that tells of decisions, where they are made in another account; the account's own
    unless given."""


def starter_policy(*, pipeline_arn: str, alert_topic_arn: str, messages_key_arn: str) -> Document:
    """What the machine may do.

    It looks at the pipeline's executions first, tells a topic where it cannot start one, and keeps
    its log.
    """
    return document(
        allow(
            ["codepipeline:ListPipelineExecutions", "codepipeline:StartPipelineExecution"],
            [pipeline_arn],
        ),
        allow(["sns:Publish"], [alert_topic_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
        deliver_logs(),
    )


class Redeployment(pulumi.ComponentResource):
    """A rule on decisions about models, and the state machine that it starts.

    The delivery then asks its approvers, if it has any, as it does for every change.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine; another account's approvals may start it as well."""

    def __init__(
        self, name: str, args: RedeploymentArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Redeployment", name, None, opts)
        machine = self._machine(name, args)
        start_on_event(
            name,
            parent=self,
            description=f"Decisions about models start {args['pipeline_name']}",
            pattern=json.dumps(approval_pattern(args["group_prefix"])),
            machine_arn=machine.arn,
            role=starting_role(
                name, parent=self, machine_arn=machine.arn, account_id=args["account_id"]
            ),
            bus=args.get("event_bus"),
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})

    def _machine(self, name: str, args: RedeploymentArgs) -> StateMachine:
        definition = rendered(
            redeployment_machine,
            pipeline_name=args["pipeline_name"],
            stage=DEPLOY,
            revision_type=revision_type(args["source"]) if args["deploys_pushes"] else None,
            alert_topic_arn=args["alert_topic_arn"],
        )
        return logged_machine(
            name,
            args,
            parent=self,
            definition=definition,
            policy=rendered(
                starter_policy,
                pipeline_arn=args["pipeline_arn"],
                alert_topic_arn=args["alert_topic_arn"],
                messages_key_arn=args["alert_key_arn"],
            ),
            account_id=args["account_id"],
        )
