"""One job of data: its script in S3, its role, the machine that runs it, and what starts that."""

import json

import pulumi

from catalog.emr_service_accounts import HEAD
from components.common.code_objects import code_objects
from components.common.event_start import arrived, start_on_event, starting_role
from components.common.execution_role import ExecutionRole, ExecutionRoleArgs
from components.common.iam import Statement, rendered
from components.common.log_group import encrypted_log_group
from components.common.pod_identity import pod_trust
from components.common.state_machine import logged_machine
from components.data.jobs.args import JobArgs
from components.data.jobs.checkpoint import checkpoint_prefix
from components.data.jobs.containers import ContainersArgs
from components.data.jobs.engines import Parts, checks_of, engine_of, glue
from components.data.jobs.kept_tables import names_known, use_tables
from components.data.jobs.policy import job_policy, machine_policy


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
    """Name of the job in Glue; empty where EMR runs it."""
    log_group: pulumi.Output[str]
    """Name of the log group of what its runs print; empty where clusters put it into a bucket."""

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
        service, groups = engine_of(args).service, engine_of(args).log_groups(name)
        logs = [
            encrypted_log_group(
                f"{name}-{suffix}",
                parent=self,
                key_arn=args["log_key_arn"],
                retention_days=args["log_retention_days"],
                log_group_name=log_group_name,
            ).name
            for suffix, log_group_name in groups.items()
        ]
        log_bucket = args["cluster"]["log_bucket"] if "cluster" in args else None
        keys = [args["artifacts_key_arn"], args["data_key_arn"], args["log_key_arn"]]
        runs: ExecutionRoleArgs = {
            "service": f"{service}.amazonaws.com",
            "account_id": args["account_id"],
            "policies": {
                "job": rendered(
                    job_policy,
                    reads=pulumi.Output.all(*args["reads"]),
                    writes=pulumi.Output.all(*args["writes"]),
                    script_bucket=args["artifacts_bucket"],
                    script_prefix=prefix,
                    checkpoint=(checkpoint_prefix(args["job"]) if args.get("streaming") else None),
                    group_arns=pulumi.Output.all(*args.get("group_arns", [])),
                    kept=_kept(args),
                    key_arns=pulumi.Output.all(*keys).apply(lambda arns: sorted(set(arns))),
                    log_groups=pulumi.Output.all(*logs),
                    log_bucket=log_bucket,
                    log_prefix=name,
                    account_id=args["account_id"],
                    region=args["region"],
                )
            },
        }
        if "containers" in args:
            runs["trust"] = _trust(args["containers"])
        role = ExecutionRole(f"{name}-as", runs, pulumi.ResourceOptions(parent=self))
        self.role_arn = role.arn
        self.script_uri = pulumi.Output.concat("s3://", args["artifacts_bucket"], "/", script.key)
        self.log_group = logs[0] if logs else pulumi.Output.from_input("")
        made = glue(self, name, args, self.script_uri, role) if "glue_version" in args else None
        self.glue_job = made.name if made else pulumi.Output.from_input("")
        self.state_machine_arn = (
            pulumi.Output.from_input("")
            if args.get("in_workflow")
            else self._machine(name, args, Parts(role, self.script_uri, self.log_group, made))
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

    def _machine(self, name: str, args: JobArgs, parts: Parts) -> pulumi.Output[str]:
        """The machine that runs it, and what starts that; its ARN."""
        definition, runs = engine_of(args).work(self, name, args, parts)
        machine = logged_machine(
            name,
            args,
            parent=self,
            definition=definition,
            policy=rendered(
                machine_policy,
                machine_prefix=f"{name}-machine",
                runs=runs,
                checks=checks_of(args),
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


def _trust(place: ContainersArgs) -> pulumi.Output[str]:
    """Who assumes the role where pods do: EMR's service accounts of one namespace."""
    return rendered(
        pod_trust,
        cluster_arn=place["cluster_arn"],
        namespace=place["namespace"],
        service_accounts=[f"{HEAD}*"],
    )


def _kept(args: JobArgs) -> pulumi.Output[list[Statement]]:
    """What it takes to use tables of the table bucket, as far as it does."""
    kept = args.get("kept")
    if kept is None:
        return pulumi.Output.from_input([])
    if "glue_version" not in args:
        raise ValueError(f"{args['job']}: only Glue's Spark has the table bucket as a catalog")
    return pulumi.Output.all(
        kept["bucket_arn"], names_known(kept["reads"]), names_known(kept["writes"])
    ).apply(lambda known: use_tables(*known))
