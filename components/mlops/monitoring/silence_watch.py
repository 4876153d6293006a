"""The watch over monitors that run too rarely for an alarm on their own silence."""

import json

import pulumi

from components.common.args import DeadLetterArgs, LoggedArgs, PlacedArgs
from components.common.scheduled_start import start_machine_on_schedule
from components.common.state_machine import logged_machine
from components.mlops.monitoring.silence_machine import (
    RareMonitor,
    silence_machine,
    silence_policy,
)


class SilenceWatchArgs(PlacedArgs, LoggedArgs, DeadLetterArgs):
    """What the watch is made of."""

    monitors: list[RareMonitor]
    """The monitors that it looks after, at most 500."""
    schedule: str
    """When it looks, each day: an expression of EventBridge Scheduler, in UTC."""


class SilenceWatch(pulumi.ComponentResource):
    """A state machine that says each day which monitors are alive, and the schedule that starts it.

    The alarms are the monitors' own.

    Raises ValueError for no monitor and for more than 500.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: SilenceWatchArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:SilenceWatch", name, None, opts)
        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=json.dumps(silence_machine(args["monitors"])),
            policy=json.dumps(silence_policy(region=args["region"])),
            account_id=args["account_id"],
        )
        start_machine_on_schedule(
            name,
            args,
            parent=self,
            description="Looks which of the monitors that run less than each day are alive",
            expression=args["schedule"],
            machine_arn=machine.arn,
            given={},
            account_id=args["account_id"],
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})
