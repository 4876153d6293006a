"""One stage of a pipeline that waits: a state machine with a role of its own."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.execution_role import ExecutionRole


class StageMachineArgs(TypedDict):
    """What a state machine of a pipeline needs to know."""

    definition: pulumi.Input[str]
    """Its definition, as JSON."""
    policy: pulumi.Input[str]
    """What it may do, writing its log included, as JSON."""
    log_group_arn: pulumi.Input[str]
    """Log group, below `/aws/vendedlogs/states/`."""
    account_id: pulumi.Input[str]
    """Account that it runs in."""


class StageMachine(pulumi.ComponentResource):
    """A standard state machine and its role."""

    arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: StageMachineArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:StageMachine", name, None, opts)
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
