"""The loop of a model: a state machine that retrains, compares and decides, and what starts it."""

from typing import Any

import pulumi

from components.common.args import LoggedArgs
from components.common.hours import HoursArgs
from components.common.iam import Json, rendered
from components.common.state_machine import logged_machine
from components.common.workload import WorkloadArgs, artifacts_prefix
from components.foundation.alerts.alerts import AlertTopics
from components.mlops.loop.budget import BudgetArgs
from components.mlops.loop.machine import MachineArgs, loop_machine
from components.mlops.loop.policy import loop_policy
from components.mlops.loop.starters import StartersArgs, declare_starters
from components.platform.instance_types import has_local_storage

JOB_NAME_LIMIT = 50
"""Characters of a job's name before the id of its run: 63 are all that it has."""


class LoopArgs(WorkloadArgs, LoggedArgs):
    """What the loop of a model is made of."""

    starters: StartersArgs
    """What starts it, beside a person."""
    pipeline_name: str
    """Name of the training pipeline."""
    pipeline_arn: pulumi.Input[str]
    """ARN of the training pipeline."""
    training_set_arn: pulumi.Input[str] | None
    """ARN of the machine that makes its training set; None where its data comes otherwise."""
    pipeline_role_arn: pulumi.Input[str]
    """ARN of the role of its jobs, which comparisons run by as well."""
    group_name: str
    """Model package group that it registers versions in."""
    code_hash: str
    """Hash of the deployed code, under which it lies in the artifacts bucket."""
    cooldown_hours: int
    """Hours, at least one, between two runs of the pipeline that no person starts."""
    training_hours: int
    """Hours that a run of the pipeline may take."""
    approve_when: str | None
    """JSONata by which a better version is approved; None where a person approves."""
    approve_because: str
    """JSONata of what such an approval says first; empty for nothing."""
    metric: str
    """Metric that versions are compared by; empty for the first of the model's kind."""
    job_name: str
    """What the names of comparing jobs begin with, at most 50 characters."""
    job_tags: dict[str, str]
    """Tags of these jobs, and of the training's that a budget counts."""
    instance_type: str
    """Instance type of the comparing jobs."""
    budget: BudgetArgs | None
    """What training may cost a month; None for no bound."""
    hours: HoursArgs | None
    """When training may begin but for a person; None for always."""
    alert_topics: AlertTopics
    """ARNs of the topics `info` and `warning`."""
    messages_key_arn: pulumi.Input[str]
    """Key of those topics."""


class Loop(pulumi.ComponentResource):
    """A standard state machine for one model, its log, and the rules that start it.

    Raises ValueError for a cool-down of less than one hour (in the machine's definition output),
    and for a job's name that is too long.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""

    def __init__(
        self, name: str, args: LoopArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Loop", name, None, opts)
        if len(args["job_name"]) > JOB_NAME_LIMIT:
            raise ValueError(f"{args['job_name']}: has more than {JOB_NAME_LIMIT} characters")
        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=self._definition(args),
            policy=self._policy(name, args),
            account_id=args["account_id"],
        )
        declare_starters(
            name,
            args["starters"],
            model=args["model"],
            machine_arn=machine.arn,
            account_id=args["account_id"],
            parent=self,
        )
        self.state_machine_arn = machine.arn
        self.register_outputs({"state_machine_arn": self.state_machine_arn})

    def _definition(self, args: LoopArgs) -> pulumi.Output[str]:
        def build(
            bucket: str,
            key_arn: str,
            role_arn: str,
            subnet_ids: list[str],
            security_group_id: str,
            alarms: dict[str, list[str]],
            topics: dict[str, str],
            training_set_arn: str | None,
        ) -> Json:
            keyless = has_local_storage(args["instance_type"])
            known: MachineArgs = {
                "model": args["model"],
                "pipeline_name": args["pipeline_name"],
                "group_name": args["group_name"],
                "bucket": bucket,
                "cooldown_hours": args["cooldown_hours"],
                "training_hours": args["training_hours"],
                "alarms": alarms,
                "approve_when": args["approve_when"],
                "approve_because": args["approve_because"],
                "topics": topics,
                "region": args["region"],
                "job": {
                    "name_prefix": args["job_name"],
                    "role_arn": role_arn,
                    "instance_type": args["instance_type"],
                    "volume_key_arn": None if keyless else key_arn,
                    "key_arn": key_arn,
                    "subnet_ids": subnet_ids,
                    "security_group_id": security_group_id,
                    "tags": args["job_tags"],
                    "code_uri": (
                        f"s3://{bucket}/{artifacts_prefix(args['model'])}/code/{args['code_hash']}/"
                    ),
                    "metric": args["metric"],
                },
                "training_set_arn": training_set_arn,
                "budget": args["budget"],
                "hours": args["hours"],
            }
            return loop_machine(known)

        return rendered(
            build,
            bucket=args["artifacts_bucket"],
            key_arn=args["artifacts_key_arn"],
            role_arn=args["pipeline_role_arn"],
            subnet_ids=args["subnet_ids"],
            security_group_id=args["security_group_id"],
            alarms=_alarms(args),
            topics=args["alert_topics"],
            training_set_arn=args["training_set_arn"],
        )

    def _policy(self, name: str, args: LoopArgs) -> pulumi.Output[str]:
        def build(alarms: dict[str, list[str]], topics: dict[str, str], **known: Any) -> Any:
            return loop_policy(
                alarm_names=[each for names in alarms.values() for each in names],
                topic_arns=[topics["info"], topics["warning"]],
                **known,
            )

        return rendered(
            build,
            model=args["model"],
            machine_prefix=f"{name}-machine",
            pipeline_arn=args["pipeline_arn"],
            training_set_arn=args["training_set_arn"],
            group_name=args["group_name"],
            job_prefix=args["job_name"],
            job_role_arn=args["pipeline_role_arn"],
            bucket=args["artifacts_bucket"],
            key_arn=args["artifacts_key_arn"],
            alarms=_alarms(args),
            topics=args["alert_topics"],
            messages_key_arn=args["messages_key_arn"],
            searches=args["budget"] is not None,
            account_id=args["account_id"],
            region=args["region"],
        )


def _alarms(args: LoopArgs) -> pulumi.Output[dict[str, list[str]]]:
    """The names of the alarms here by cause, once they are known."""
    names = {cause: pulumi.Output.all(*each) for cause, each in args["starters"]["alarms"].items()}
    return pulumi.Output.all(**names)
