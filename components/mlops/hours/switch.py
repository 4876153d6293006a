"""What turns an endpoint off at the end of the hours, and on again when they begin."""

import pulumi

from components.common.args import DeadLetterArgs, LoggedArgs, PlacedArgs
from components.common.hours import HoursArgs, cron
from components.common.iam import Json, rendered
from components.common.scheduled_start import start_machine_on_schedule
from components.common.state_machine import logged_machine
from components.mlops.hours.machine import ScalingArgs, switch_machine, switch_policy


class SwitchArgs(PlacedArgs, LoggedArgs, DeadLetterArgs):
    """What the switch is made of."""

    hours: HoursArgs
    """When the endpoint serves."""
    endpoint_name: str
    """Name of the endpoint."""
    configuration_name: pulumi.Input[str]
    """Configuration that it is created with."""
    tags: dict[str, str]
    """Its tags."""
    scaling: pulumi.Input[ScalingArgs] | None
    """How it is scaled; None where it is not."""
    topic_arn: pulumi.Input[str]
    """Topic that is told why it could not be switched."""


class Switch(pulumi.ComponentResource):
    """A state machine for one endpoint, and the two schedules that start it.

    What is deployed meanwhile turns the endpoint on (`components.mlops.hours.turning_on`).
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: SwitchArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Switch", name, None, opts)
        hours = args["hours"]

        def definition(
            configuration_name: str, scaling: ScalingArgs | None, topic_arn: str
        ) -> Json:
            return switch_machine(
                {
                    "endpoint_name": args["endpoint_name"],
                    "configuration_name": configuration_name,
                    "tags": args["tags"],
                    "scaling": scaling,
                    "topic_arn": topic_arn,
                }
            )

        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=rendered(
                definition,
                configuration_name=args["configuration_name"],
                scaling=args["scaling"],
                topic_arn=args["topic_arn"],
            ),
            policy=rendered(
                switch_policy,
                endpoint_name=args["endpoint_name"],
                configuration_name=args["configuration_name"],
                topic_arn=args["topic_arn"],
                messages_key_arn=args["messages_key_arn"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            account_id=args["account_id"],
        )
        for word, on, minute in (("on", True, hours["start"]), ("off", False, hours["end"])):
            start_machine_on_schedule(
                f"{name}-{word}",
                args,
                parent=self,
                description=f"Turns {args['endpoint_name']} {word} by its hours",
                expression=cron(hours, minute),
                zone=hours["zone"],
                machine_arn=machine.arn,
                given={"on": on},
                account_id=args["account_id"],
            )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})
