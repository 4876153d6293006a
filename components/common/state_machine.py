"""State machines, each with a role of its own and a log of all that it does."""

import pulumi
import pulumi_aws as aws

from components.common.args import AccountArgs, LoggedArgs
from components.common.execution_role import ExecutionRole
from components.common.log_group import encrypted_log_group


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


def logged_machine(
    name: str,
    args: LoggedArgs,
    *,
    parent: pulumi.Resource,
    definition: pulumi.Input[str],
    policy: pulumi.Input[str],
    account_id: pulumi.Input[str],
) -> StateMachine:
    """A machine and a log of its own, as children of `parent`.

    `definition` and `policy`, what it may do with its log included, are JSON. Raises ValueError for
    a retention that CloudWatch Logs does not offer.
    """
    log = machine_log_group(
        name,
        parent=parent,
        key_arn=args["log_key_arn"],
        retention_days=args["log_retention_days"],
    )
    return StateMachine(
        name,
        {
            "definition": definition,
            "policy": policy,
            "log_group_arn": log.arn,
            "account_id": account_id,
        },
        pulumi.ResourceOptions(parent=parent),
    )
