"""One job of data: its script in S3, its role, the machine that runs it, and what starts that."""

import json
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from components.common.args import LoggedArgs, PlacedArgs
from components.common.code_objects import code_objects
from components.common.event_start import arrived, start_on_event, starting_role
from components.common.execution_role import ExecutionRole
from components.common.iam import Json, Statement, rendered
from components.common.log_group import encrypted_log_group
from components.common.state_machine import logged_machine
from components.data.jobs.glue import glue_job, glue_machine, script_arguments
from components.data.jobs.machine import MachineArgs
from components.data.jobs.policy import (
    glue_runs,
    job_policy,
    machine_policy,
    serverless_runs,
)
from components.data.jobs.serverless import serverless_machine
from components.data.quality.gate import CheckArgs

GLUE_LOGS = "/aws-glue/jobs"
"""What the names of log groups of Glue's jobs begin with."""


class PlaceArgs(TypedDict):
    """A place of the lake."""

    name: str
    """Its zone and its prefix, such as `raw.visits`."""
    bucket: pulumi.Input[str]
    """Bucket of the zone."""
    prefix: str
    """Where in it, without a slash at its end."""
    database: pulumi.Input[str]
    """Glue database of the zone."""
    tables: NotRequired[list[str]]
    """Names of tables that lie there, beside the one that is called as the prefix is."""


class JobCheckArgs(TypedDict):
    """The members of CheckArgs, as far as they are known before the resources are there."""

    table: str
    """The table's zone and name, such as `curated.visits`."""
    database: pulumi.Input[str]
    """Glue database of its zone."""
    table_name: str
    """Its name in there."""
    ruleset: pulumi.Input[str]
    """Name of its ruleset."""
    role_arn: pulumi.Input[str]
    """Role that the evaluation runs as."""
    results_uri: pulumi.Input[str]
    """S3 URI below which results are kept, without a slash at its end."""
    rejects_table: str
    """Name of the table of rows that fail."""
    rejects_uri: pulumi.Input[str]
    """S3 URI of its files, without a slash at its end."""


class JobArgs(PlacedArgs, LoggedArgs):
    """What a job is made of."""

    job: str
    """Name of the job."""
    script: str
    """Text of its script."""
    script_hash: str
    """Hash of the script, which its place in the artifacts bucket ends with."""
    reads: Sequence[PlaceArgs]
    """What it reads."""
    writes: Sequence[PlaceArgs]
    """What it writes."""
    group_arns: NotRequired[Sequence[pulumi.Input[str]]]
    """ARNs of feature groups that it puts records into."""
    arguments: dict[str, str]
    """What the script is told beside its places, by name."""
    max_vcpu: int
    """Most vCPUs of one run."""
    max_minutes: int
    """Minutes after which a run is ended."""
    retries: int
    """How often a run that failed is tried again."""
    application_id: NotRequired[pulumi.Input[str]]
    """Application of EMR Serverless that it runs on, unless Glue runs it."""
    application_arn: NotRequired[pulumi.Input[str]]
    """Its ARN."""
    glue_version: NotRequired[str]
    """Version of Glue that runs it, such as `5.1`."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of the script."""
    artifacts_key_arn: pulumi.Input[str]
    """Key of that bucket."""
    data_key_arn: pulumi.Input[str]
    """Key of the lake and of the workers' disks."""
    job_tags: dict[str, str]
    """Tags of its runs."""
    arrival: NotRequired[PlaceArgs]
    """Where new objects start it; the bucket must send its events to EventBridge."""
    schedule: NotRequired[str]
    """When it starts by the calendar: an expression of EventBridge, in UTC."""
    starts: Sequence[pulumi.Input[str]]
    """ARNs of the machines of jobs that come after it."""
    in_workflow: NotRequired[bool]
    """Whether a workflow of Airflow runs it: then it has no machine, and nothing starts one."""
    checks: NotRequired[Sequence[JobCheckArgs]]
    """Tables that it writes whose rules must pass before what comes after it begins."""


class Job(pulumi.ComponentResource):
    """A script of Spark that reads and writes places of the lake, and sees no others.

    Its machine runs it once at a time. A run that fails fails the machine's execution, of which
    the environment's rule on executions tells.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the machine that runs it; empty where a workflow does."""
    role_arn: pulumi.Output[str]
    """ARN of the role that its runs have."""
    script_uri: pulumi.Output[str]
    """S3 URI of its script."""
    glue_job: pulumi.Output[str]
    """Name of the job in Glue; empty where EMR Serverless runs it."""
    log_group: pulumi.Output[str]
    """Name of the log group of what its runs print."""

    def __init__(
        self, name: str, args: JobArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("maslow:index:Job", name, None, opts)
        prefix = f"jobs/{args['job']}/{args['script_hash']}"
        (script,) = code_objects(
            name,
            {"main.py": args["script"]},
            parent=self,
            bucket=args["artifacts_bucket"],
            prefix=prefix,
            key_arn=args["artifacts_key_arn"],
        )
        by_glue = "glue_version" in args
        logs = [
            encrypted_log_group(
                f"{name}-{suffix}",
                parent=self,
                key_arn=args["log_key_arn"],
                retention_days=args["log_retention_days"],
                log_group_name=log_group_name,
            )
            for suffix, log_group_name in (_glue_logs(name) if by_glue else {"runs": None}).items()
        ]
        keys = [args["artifacts_key_arn"], args["data_key_arn"], args["log_key_arn"]]
        role = ExecutionRole(
            f"{name}-as",
            {
                "service": f"{'glue' if by_glue else 'emr-serverless'}.amazonaws.com",
                "account_id": args["account_id"],
                "policies": {
                    "job": rendered(
                        job_policy,
                        reads=pulumi.Output.all(*args["reads"]),
                        writes=pulumi.Output.all(*args["writes"]),
                        script_bucket=args["artifacts_bucket"],
                        script_prefix=prefix,
                        group_arns=pulumi.Output.all(*args.get("group_arns", [])),
                        key_arns=pulumi.Output.all(*keys).apply(lambda arns: sorted(set(arns))),
                        log_groups=pulumi.Output.all(*[log.name for log in logs]),
                        account_id=args["account_id"],
                        region=args["region"],
                    )
                },
            },
            pulumi.ResourceOptions(parent=self),
        )
        script_uri = pulumi.Output.concat("s3://", args["artifacts_bucket"], "/", script.key)
        made = _glue(self, name, args, script_uri, role) if by_glue else None
        self.role_arn, self.script_uri, self.log_group = role.arn, script_uri, logs[0].name
        self.glue_job = made.name if made else pulumi.Output.from_input("")
        self.state_machine_arn = (
            pulumi.Output.from_input("")
            if args.get("in_workflow")
            else self._machine(name, args, made)
        )
        self.register_outputs(
            {
                "state_machine_arn": self.state_machine_arn,
                "role_arn": self.role_arn,
                "script_uri": self.script_uri,
                "glue_job": self.glue_job,
                "log_group": self.log_group,
            }
        )

    def _machine(self, name: str, args: JobArgs, made: aws.glue.Job | None) -> pulumi.Output[str]:
        """The machine that runs it, and what starts that; its ARN."""
        definition, runs = _by_glue(args, made) if made else _by_emr(self, args)
        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=definition,
            policy=rendered(
                machine_policy,
                machine_prefix=f"{name}-machine",
                runs=runs,
                checks=_checks(args),
                starts=pulumi.Output.all(*args["starts"]),
                account_id=args["account_id"],
                region=args["region"],
            ),
            account_id=args["account_id"],
        )
        self._start(name, args, machine.arn)
        return machine.arn

    def _start(self, name: str, args: JobArgs, machine_arn: pulumi.Output[str]) -> None:
        arrival, schedule = args.get("arrival"), args.get("schedule")
        if not (arrival or schedule):
            return
        role = starting_role(
            name, parent=self, machine_arn=machine_arn, account_id=args["account_id"]
        )
        if arrival:
            prefix = arrival["prefix"]
            start_on_event(
                f"{name}-arrival",
                parent=self,
                description=f"New objects below {arrival['name']} start {args['job']}",
                machine_arn=machine_arn,
                role=role,
                pattern=pulumi.Output.from_input(arrival["bucket"]).apply(
                    lambda bucket: json.dumps(arrived(bucket, prefix))
                ),
                given={"cause": "arrival", "reason": f"objects arrived in {arrival['name']}"},
            )
        if schedule:
            start_on_event(
                f"{name}-schedule",
                parent=self,
                description=f"The calendar starts {args['job']}",
                machine_arn=machine_arn,
                role=role,
                schedule=schedule,
                given={"cause": "schedule", "reason": schedule},
            )


_Work = tuple[pulumi.Output[str], pulumi.Output[list[Statement]]]
"""The definition of a job's machine, and what that machine may do to run it."""


def _by_emr(job: Job, args: JobArgs) -> _Work:
    def build(
        application_id: str,
        role_arn: str,
        script_uri: str,
        inputs: dict[str, str],
        outputs: dict[str, str],
        log_group: str,
        log_key_arn: str,
        disk_key_arn: str,
        starts: list[str],
        checks: list[CheckArgs],
    ) -> Json:
        return serverless_machine(
            {
                **_machine(args, starts, checks),
                "application_id": application_id,
                "role_arn": role_arn,
                "script_uri": script_uri,
                "inputs": inputs,
                "outputs": outputs,
                "arguments": args["arguments"],
                "max_vcpu": args["max_vcpu"],
                "log_group": log_group,
                "log_key_arn": log_key_arn,
                "disk_key_arn": disk_key_arn,
                "tags": args["job_tags"],
            }
        )

    definition = rendered(
        build,
        application_id=args["application_id"],
        role_arn=job.role_arn,
        script_uri=job.script_uri,
        inputs=place_uris(args["reads"]),
        outputs=place_uris(args["writes"]),
        log_group=job.log_group,
        log_key_arn=args["log_key_arn"],
        disk_key_arn=args["data_key_arn"],
        starts=pulumi.Output.all(*args["starts"]),
        checks=_checks(args),
    )
    runs = pulumi.Output.all(args["application_arn"], job.role_arn).apply(
        lambda known: serverless_runs(*known)
    )
    return definition, runs


def _glue(
    job: Job,
    name: str,
    args: JobArgs,
    script_uri: pulumi.Output[str],
    role: ExecutionRole,
) -> aws.glue.Job:
    return glue_job(
        name,
        parent=job,
        description=f"Runs the job {args['job']}",
        version=args["glue_version"],
        role=role,
        script_uri=script_uri,
        told=pulumi.Output.all(place_uris(args["reads"]), place_uris(args["writes"])).apply(
            lambda uris: script_arguments(uris[0], uris[1], args["arguments"])
        ),
        log_prefix=f"{GLUE_LOGS}/{name}",
        key_arn=args["data_key_arn"],
        max_vcpu=args["max_vcpu"],
        max_minutes=args["max_minutes"],
    )


def _by_glue(args: JobArgs, made: aws.glue.Job) -> _Work:
    definition = rendered(
        lambda glue_job, starts, checks: glue_machine(
            {**_machine(args, starts, checks), "glue_job": glue_job}
        ),
        glue_job=made.name,
        starts=pulumi.Output.all(*args["starts"]),
        checks=_checks(args),
    )
    return definition, made.arn.apply(glue_runs)


def _checks(args: JobArgs) -> pulumi.Output[list[CheckArgs]]:
    return pulumi.Output.all(*args.get("checks", []))


def _machine(args: JobArgs, starts: Sequence[str], checks: Sequence[CheckArgs]) -> MachineArgs:
    return {
        "job": args["job"],
        "max_minutes": args["max_minutes"],
        "retries": args["retries"],
        "starts": starts,
        "checks": checks,
    }


def _glue_logs(name: str) -> Mapping[str, str | None]:
    """The log groups that Glue looks for, by what follows the name of their resources."""
    return {kind: f"{GLUE_LOGS}/{name}/{kind}" for kind in ("output", "error")}


def place_uris(places: Sequence[PlaceArgs]) -> pulumi.Output[dict[str, str]]:
    """The S3 URIs of places by their names, each with a slash at its end."""
    if not places:  # of nothing, Output.all makes a list
        return pulumi.Output.from_input({})
    return pulumi.Output.all(
        **{
            place["name"]: pulumi.Output.concat("s3://", place["bucket"], "/", place["prefix"], "/")
            for place in places
        }
    )
