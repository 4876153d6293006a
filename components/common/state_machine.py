"""State machines, each with a role of its own and a log of all that it does."""

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs, LoggedArgs
from components.common.execution_role import ExecutionRole
from components.common.iam import Document, allow, document, rendered
from components.common.log_group import deliver_logs, encrypted_log_group


def machine_log_group(
    name: str, *, parent: pulumi.Resource, key_arn: pulumi.Input[str], retention_days: int
) -> aws.cloudwatch.LogGroup:
    """A log group for state machines, as a child of `parent`.

    Those under this prefix share one permission for log delivery, of which a region has little.
    https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html

    Raises ValueError for a retention that CloudWatch Logs does not offer.
    """
    return encrypted_log_group(
        f"{name}-log",
        parent=parent,
        key_arn=key_arn,
        retention_days=retention_days,
        log_group_name=f"/aws/vendedlogs/states/{name}",
    )


def starter_policy(
    *, service: str, pipeline_arn: str, alert_topic_arn: str, messages_key_arn: str
) -> Document:
    """What a machine may do that starts one pipeline of `codepipeline` or `sagemaker`.

    It looks at the pipeline's executions first, tells a topic where it cannot start one, and keeps
    its log.
    """
    return document(
        allow(
            [f"{service}:ListPipelineExecutions", f"{service}:StartPipelineExecution"],
            [pipeline_arn],
        ),
        allow(["sns:Publish"], [alert_topic_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
        deliver_logs(),
    )


class StateMachineArgs(AccountArgs):
    """What a state machine needs to know."""

    definition: pulumi.Input[str]
    """Its definition, as JSON."""
    policy: pulumi.Input[str]
    """What it may do, writing its log included, as JSON."""
    log_group_arn: pulumi.Input[str]
    """ARN of its log group, made by `machine_log_group`."""


class StateMachine(pulumi.ComponentResource):
    """A standard state machine and its role.

    It is not traced by X-Ray: it makes few calls, and its log has every step of them.
    """

    arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: StateMachineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StateMachine", name, None, opts)
        role = ExecutionRole(
            name,
            {
                "service": "states.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"machine": args["policy"]},
            },
            pulumi.ResourceOptions(parent=self),
        )
        machine = aws.sfn.StateMachine(
            f"{name}-machine",
            type="STANDARD",
            definition=args["definition"],
            role_arn=role.arn,
            logging_configuration={
                "level": "ALL",
                "include_execution_data": True,
                "log_destination": pulumi.Output.concat(args["log_group_arn"], ":*"),
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
        )
        self.arn = machine.arn
        self.register_outputs({"arn": self.arn})


class StarterArgs(AccountArgs, LoggedArgs):
    """What a machine that starts one pipeline is made of."""

    service: str
    """Service of the pipeline, by its prefix in IAM: `codepipeline` or `sagemaker`."""
    definition: pulumi.Input[str]
    """The machine's definition, as JSON."""
    pipeline_arn: pulumi.Input[str]
    """ARN of the pipeline."""
    alert_topic_arn: pulumi.Input[str]
    """Topic notified of a pipeline that could not be started."""
    messages_key_arn: pulumi.Input[str]
    """Key of that topic."""


def pipeline_starter(name: str, args: StarterArgs, *, parent: pulumi.Resource) -> StateMachine:
    """A machine that starts one pipeline, and its log, as children of `parent`.

    Raises ValueError for a retention that CloudWatch Logs does not offer.
    """
    log = machine_log_group(
        name,
        parent=parent,
        key_arn=args["log_key_arn"],
        retention_days=args["log_retention_days"],
    )
    policy = rendered(
        starter_policy,
        service=args["service"],
        pipeline_arn=args["pipeline_arn"],
        alert_topic_arn=args["alert_topic_arn"],
        messages_key_arn=args["messages_key_arn"],
    )
    return StateMachine(
        name,
        {
            "definition": args["definition"],
            "policy": policy,
            "log_group_arn": log.arn,
            "account_id": args["account_id"],
        },
        pulumi.ResourceOptions(parent=parent),
    )
