"""An approved model is delivered by itself: its approval starts the platform's delivery."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.devops.approval_events import approval_pattern
from components.devops.delivery_pipeline import DEPLOY
from components.devops.redeployment_machine import redeployment_machine
from components.devops.source import SourceArgs, revision_type
from components.foundation.execution_role import ExecutionRole
from components.foundation.log_group import deliver_logs, encrypted_log_group
from components.iam import Document, allow, document, rendered

RETRY_SECONDS = 3600


class RedeploymentArgs(TypedDict):
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
    """SNS topic that hears of a delivery that could not be started."""
    alert_key_arn: pulumi.Input[str]
    """KMS key of that topic."""
    log_key_arn: pulumi.Input[str]
    """KMS key of the machine's log group."""
    log_retention_days: int
    """Days that its log is kept."""
    account_id: pulumi.Input[str]
    """Account of all this."""
    event_bus: NotRequired[pulumi.Input[str]]
    """Bus that tells of decisions, where they are made in another account; the account's own
    unless given."""


def machine_permissions(*, pipeline_arn: str, alert_topic_arn: str, alert_key_arn: str) -> Document:
    """What the machine may do: list and start one pipeline's executions, tell a topic, log.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
    """
    return document(
        allow(
            ["codepipeline:ListPipelineExecutions", "codepipeline:StartPipelineExecution"],
            [pipeline_arn],
        ),
        allow(["sns:Publish"], [alert_topic_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [alert_key_arn]),
        deliver_logs(),
    )


def start_permissions(*, machine_arn: str) -> Document:
    """What EventBridge may do: start the machine."""
    return document(allow(["states:StartExecution"], [machine_arn]))


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
        self._rule(name, args, machine)
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})

    def _machine(self, name: str, args: RedeploymentArgs) -> aws.sfn.StateMachine:
        # Log groups under this prefix share one permission for log delivery, of which a region has
        # little: https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        log = encrypted_log_group(
            f"{name}-log",
            parent=self,
            key_arn=args["log_key_arn"],
            retention_days=args["log_retention_days"],
            log_group_name=f"/aws/vendedlogs/states/{name}",
        )
        role = ExecutionRole(
            f"{name}-role",
            {
                "service": "states.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "machine": rendered(
                        machine_permissions,
                        pipeline_arn=args["pipeline_arn"],
                        alert_topic_arn=args["alert_topic_arn"],
                        alert_key_arn=args["alert_key_arn"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        return aws.sfn.StateMachine(
            f"{name}-machine",
            type="STANDARD",
            definition=rendered(
                redeployment_machine,
                pipeline_name=args["pipeline_name"],
                stage=DEPLOY,
                revision_type=revision_type(args["source"]) if args["deploys_pushes"] else None,
                alert_topic_arn=args["alert_topic_arn"],
            ),
            role_arn=role.arn,
            logging_configuration={
                "level": "ALL",
                "include_execution_data": True,
                "log_destination": pulumi.Output.concat(log.arn, ":*"),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )

    def _rule(self, name: str, args: RedeploymentArgs, machine: aws.sfn.StateMachine) -> None:
        rule = aws.cloudwatch.EventRule(
            f"{name}-rule",
            description=f"Decisions about models start {args['pipeline_name']}",
            event_bus_name=args.get("event_bus"),
            event_pattern=json.dumps(approval_pattern(args["group_prefix"])),
            opts=pulumi.ResourceOptions(parent=self),
        )
        role = ExecutionRole(
            f"{name}-rule-role",
            {
                "service": "events.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"start": rendered(start_permissions, machine_arn=machine.arn)},
            },
            pulumi.ResourceOptions(parent=self),
        )
        aws.cloudwatch.EventTarget(
            f"{name}-target",
            rule=rule.name,
            event_bus_name=args.get("event_bus"),
            arn=machine.arn,
            role_arn=role.arn,
            retry_policy={
                "maximum_event_age_in_seconds": RETRY_SECONDS,
                "maximum_retry_attempts": 10,
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
