"""Retraining: drift alarms start the training pipeline, through a machine with a cool-down."""

import json
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.foundation.execution_role import ExecutionRole
from components.foundation.log_group import deliver_logs
from components.iam import Document, Json, allow, document, rendered
from components.mlops.cooldown_machine import cooldown_machine

RETRY_SECONDS = 3600


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


class RetrainingArgs(TypedDict):
    """What retraining is made of."""

    alarm_names: list[pulumi.Input[str]]
    """Names of the alarms that start it, at least one."""
    pipeline_name: str
    """Name of the training pipeline."""
    pipeline_arn: pulumi.Input[str]
    """ARN of the training pipeline."""
    cooldown_hours: int
    """Hours, at least one, between two runs of the pipeline."""
    alert_topic_arn: pulumi.Input[str]
    """Topic that hears of a pipeline that could not be started."""
    messages_key_arn: pulumi.Input[str]
    """Key of that topic."""
    log_key_arn: pulumi.Input[str]
    """Key of the machine's log group."""
    log_retention_days: int
    """Days that its log is kept."""
    account_id: pulumi.Input[str]
    """Account of all this."""
    elsewhere: NotRequired[list[ElsewhereArgs]]
    """Environments whose alarms start it as well."""


def machine_policy(*, pipeline_arn: str, alert_topic_arn: str, messages_key_arn: str) -> Document:
    """What the machine may do: list and start one pipeline, tell one topic, keep its log.

    https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
    """
    return document(
        allow(
            ["sagemaker:ListPipelineExecutions", "sagemaker:StartPipelineExecution"],
            [pipeline_arn],
        ),
        allow(["sns:Publish"], [alert_topic_arn]),
        allow(["kms:Decrypt", "kms:GenerateDataKey"], [messages_key_arn]),
        deliver_logs(),
    )


def start_policy(*, machine_arn: str) -> Document:
    """What EventBridge may do: start the machine."""
    return document(allow(["states:StartExecution"], [machine_arn]))


def drift_pattern(alarm_names: list[str]) -> Json:
    """The event pattern of these alarms going off.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    return {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": alarm_names, "state": {"value": ["ALARM"]}},
    }


def drift_elsewhere(*alarm_prefixes: str, account_id: str | None = None) -> Json:
    """The event pattern of alarms going off whose names begin so, in one account where it is given.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    names = [{"prefix": prefix} for prefix in alarm_prefixes]
    pattern: Json = {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": names, "state": {"value": ["ALARM"]}},
    }
    return {**pattern, "account": [account_id]} if account_id else pattern


class Retraining(pulumi.ComponentResource):
    """An EventBridge rule on alarms and the state machine that it starts.

    The machine is not traced by X-Ray: it makes two calls, and its log has every step of them.

    Raises ValueError without an alarm, and for a cool-down of less than one hour.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: RetrainingArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Retraining", name, None, opts)
        if not args["alarm_names"]:
            raise ValueError(f"{name}: retraining needs an alarm that starts it")
        machine = self._machine(name, args)
        self._rules(name, args, machine)
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})

    def _machine(self, name: str, args: RetrainingArgs) -> aws.sfn.StateMachine:
        # Log groups under this prefix share one permission for log delivery, of which a region has
        # little: https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        log = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"/aws/vendedlogs/states/{name}",
            kms_key_id=args["log_key_arn"],
            retention_in_days=args["log_retention_days"],
            opts=pulumi.ResourceOptions(parent=self),
        )
        role = ExecutionRole(
            f"{name}-role",
            {
                "service": "states.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "machine": rendered(
                        machine_policy,
                        pipeline_arn=args["pipeline_arn"],
                        alert_topic_arn=args["alert_topic_arn"],
                        messages_key_arn=args["messages_key_arn"],
                    )
                },
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        return aws.sfn.StateMachine(
            f"{name}-machine",
            type="STANDARD",
            definition=rendered(
                cooldown_machine,
                pipeline_name=args["pipeline_name"],
                cooldown_hours=args["cooldown_hours"],
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

    def _rules(self, name: str, args: RetrainingArgs, machine: aws.sfn.StateMachine) -> None:
        role = ExecutionRole(
            f"{name}-rule-role",
            {
                "service": "events.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {"start": rendered(start_policy, machine_arn=machine.arn)},
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

        def start(
            on: str,
            description: str,
            pattern: pulumi.Input[str],
            bus: pulumi.Input[str] | None = None,
        ) -> None:
            rule = aws.cloudwatch.EventRule(
                f"{name}-{on}rule",
                description=description,
                event_bus_name=bus,
                event_pattern=pattern,
                opts=pulumi.ResourceOptions(parent=self),
            )
            aws.cloudwatch.EventTarget(
                f"{name}-{on}target",
                rule=rule.name,
                event_bus_name=bus,
                arn=machine.arn,
                role_arn=role.arn,
                retry_policy={
                    "maximum_event_age_in_seconds": RETRY_SECONDS,
                    "maximum_retry_attempts": 10,
                },
                opts=pulumi.ResourceOptions(parent=self, depends_on=role.ready),
            )

        start(
            "",
            f"Drift starts {args['pipeline_name']}",
            pulumi.Output.all(*args["alarm_names"]).apply(
                lambda names: json.dumps(drift_pattern(names))
            ),
        )
        for place in args.get("elsewhere", []):
            environment = place["environment"]
            pattern = drift_elsewhere(place["alarm_prefix"], account_id=place.get("account_id"))
            start(
                f"{environment}-",
                f"Drift in {environment} starts {args['pipeline_name']}",
                json.dumps(pattern),
                place.get("event_bus"),
            )
