"""What makes a model's training set anew before it is trained."""

from collections.abc import Mapping, Sequence

import pulumi

from components.common.args import LoggedArgs, PlacedArgs
from components.common.iam import Json, rendered
from components.common.state_machine import logged_machine
from components.platform.training_set_machine import (
    Source,
    training_set_machine,
    training_set_policy,
)


class TrainingSetArgs(PlacedArgs, LoggedArgs):
    """What a training set is made from, and where it goes."""

    model: str
    """Name of the model."""
    query: str
    """Query of Athena, with `training_set_machine.AS_OF` for the time of writing."""
    sources: Sequence[Source]
    """The tables that it reads."""
    zone_buckets: Mapping[str, pulumi.Input[str]]
    """Bucket of each zone, by its name."""
    workgroup_name: pulumi.Input[str]
    """Workgroup of Athena that it runs in."""
    workgroup_arn: pulumi.Input[str]
    """Its ARN."""
    results_bucket: pulumi.Input[str]
    """Bucket that takes the workgroup's results."""
    data_bucket: pulumi.Input[str]
    """Bucket that the model's training reads."""
    data_prefix: str
    """Where in it, without a slash at its end."""
    data_key_arn: pulumi.Input[str]
    """Key of all these buckets."""


class TrainingSet(pulumi.ComponentResource):
    """A state machine that has Athena make the training set, with its role and its log.

    Raises ValueError for a retention that CloudWatch Logs does not offer.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: TrainingSetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:TrainingSet", name, None, opts)

        def definition(workgroup: str, bucket: str) -> Json:
            return training_set_machine(
                model=args["model"],
                query=args["query"],
                sources=args["sources"],
                workgroup=workgroup,
                bucket=bucket,
                prefix=args["data_prefix"],
            )

        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=rendered(
                definition, workgroup=args["workgroup_name"], bucket=args["data_bucket"]
            ),
            policy=rendered(
                training_set_policy,
                sources=args["sources"],
                zone_buckets=pulumi.Output.all(**args["zone_buckets"]),
                workgroup_arn=args["workgroup_arn"],
                results_bucket=args["results_bucket"],
                bucket=args["data_bucket"],
                prefix=args["data_prefix"],
                key_arn=args["data_key_arn"],
                account_id=args["account_id"],
                region=args["region"],
            ),
            account_id=args["account_id"],
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})
