"""Retraining: drift alarms start the training pipeline, through a machine with a cool-down."""

import json
from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi

from components.common.args import AccountArgs, LoggedArgs
from components.common.event_start import start_on_event, starting_role
from components.common.iam import Json, rendered
from components.common.state_machine import StateMachine, pipeline_starter
from components.mlops.cooldown_machine import cooldown_machine


class ElsewhereArgs(TypedDict):
    """Alarms of another environment, which serves the same model."""

    environment: str
    """The environment."""
    alarm_prefix: str
    """What the names of its alarms on the model's drift begin with."""
    account_id: NotRequired[str]
    """Its account, unless it is in the same one."""
    event_bus: NotRequired[pulumi.Input[str]]
    """Bus that its account's events come by, unless it is in the same account."""


class RetrainingArgs(AccountArgs, LoggedArgs):
    """What retraining is made of."""

    alarm_names: list[pulumi.Input[str]]
    """Names of the alarms that start it; none where alarms elsewhere do."""
    pipeline_name: str
    """Name of the training pipeline."""
    pipeline_arn: pulumi.Input[str]
    """ARN of the training pipeline."""
    cooldown_hours: int
    """Hours, at least one, between two runs of the pipeline."""
    alert_topic_arn: pulumi.Input[str]
    """Topic notified of a pipeline that could not be started."""
    messages_key_arn: pulumi.Input[str]
    """Key of that topic."""
    elsewhere: NotRequired[list[ElsewhereArgs]]
    """Environments whose alarms start it as well."""


def drift_pattern(alarm_names: Sequence[str | Json]) -> Json:
    """The event pattern of alarms going off, given by their names or by tests of those.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": list(alarm_names), "state": {"value": ["ALARM"]}},
    }


def drift_elsewhere(*alarm_prefixes: str, account_id: str | None = None) -> Json:
    """The event pattern of alarms going off whose names begin so, in one account where it is given.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    pattern = drift_pattern([{"prefix": prefix} for prefix in alarm_prefixes])
    return {**pattern, "account": [account_id]} if account_id else pattern


class Retraining(pulumi.ComponentResource):
    """An EventBridge rule on alarms and the state machine that it starts.

    Raises ValueError without an alarm, and for a cool-down of less than one hour.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: RetrainingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Retraining", name, None, opts)
        if not args["alarm_names"] and not args.get("elsewhere"):
            raise ValueError(f"{name}: retraining needs an alarm that starts it")
        machine = self._machine(name, args)
        self._rules(name, args, machine.arn)
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})

    def _machine(self, name: str, args: RetrainingArgs) -> StateMachine:
        definition = rendered(
            cooldown_machine,
            pipeline_name=args["pipeline_name"],
            cooldown_hours=args["cooldown_hours"],
            alert_topic_arn=args["alert_topic_arn"],
        )
        return pipeline_starter(
            name,
            {
                "service": "sagemaker",
                "definition": definition,
                "pipeline_arn": args["pipeline_arn"],
                "alert_topic_arn": args["alert_topic_arn"],
                "messages_key_arn": args["messages_key_arn"],
                "log_key_arn": args["log_key_arn"],
                "log_retention_days": args["log_retention_days"],
                "account_id": args["account_id"],
            },
            parent=self,
        )

    def _rules(self, name: str, args: RetrainingArgs, machine_arn: pulumi.Output[str]) -> None:
        role = starting_role(
            name, parent=self, machine_arn=machine_arn, account_id=args["account_id"]
        )
        if args["alarm_names"]:
            start_on_event(
                name,
                parent=self,
                description=f"Drift starts {args['pipeline_name']}",
                pattern=pulumi.Output.all(*args["alarm_names"]).apply(
                    lambda names: json.dumps(drift_pattern(names))
                ),
                machine_arn=machine_arn,
                role=role,
            )
        for place in args.get("elsewhere", []):
            environment = place["environment"]
            pattern = drift_elsewhere(place["alarm_prefix"], account_id=place.get("account_id"))
            start_on_event(
                f"{name}-{environment}",
                parent=self,
                description=f"Drift in {environment} starts {args['pipeline_name']}",
                pattern=json.dumps(pattern),
                machine_arn=machine_arn,
                role=role,
                bus=place.get("event_bus"),
            )
