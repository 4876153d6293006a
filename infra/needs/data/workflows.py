"""The workflows of Airflow that run the jobs of data, where the environment has it run them."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from components.data.jobs.application import SparkApplication
from components.data.jobs.args import JobArgs
from components.data.jobs.engines import place_uris
from components.data.jobs.job import Job
from components.data.jobs.workflow import ChainedJobArgs, Workflow, WorkflowArgs
from components.data.jobs.workflow_alerts import alert_on_workflows
from infra.environment import Environment
from infra.naming import Names
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.data.jobs import Job as JobSettings
from infra.settings.frequency import expression, five_fields

NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within IAM's 64 characters for a role."""


def declare_workflows(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    made: Mapping[str, tuple[Job, JobArgs]],
    application: SparkApplication | None,
    topic_arn: pulumi.Input[str],
) -> None:
    """Declare a workflow for each job that comes after none, with all that come after it.

    `made` are the jobs, and what they were made of, by their names. The topic is told of failures.
    """
    alert_on_workflows(env.names("workflows-failed"), parent=need, topic_arn=topic_arn)
    names: dict[str, pulumi.Output[str]] = {}
    for first in settings.jobs:
        if first.on.after is not None:
            continue
        chain = [*chain_of(first, settings.jobs)]
        own = made[first.name][1]
        args: WorkflowArgs = {
            "workflow_name": workflow_name(env.names, first.name),
            "jobs": [_chained(job, *made[job.name]) for job in chain],
            "artifacts_bucket": own["artifacts_bucket"],
            "artifacts_key_arn": own["artifacts_key_arn"],
            "data_key_arn": own["data_key_arn"],
            "job_tags": own["job_tags"],
            "log_key_arn": own["log_key_arn"],
            "log_retention_days": own["log_retention_days"],
            "account_id": own["account_id"],
            "region": own["region"],
        }
        if application and any(job.engine == "emr-serverless" for job in chain):
            args["application_id"] = application.application_id
            args["application_arn"] = application.arn
        if first.on.schedule:
            at = expression(first.on.schedule, env.names("job", first.name))
            args["schedule"] = five_fields(at)
        name = env.names("workflow", first.name, limit=NAME_LIMIT)
        workflow = env.component(Workflow)(name, args, need.child_options())
        for job in chain:
            names[job.name] = workflow.workflow_name
    pulumi.export("workflows", names)


def chain_of(first: JobSettings, jobs: Sequence[JobSettings]) -> Iterator[JobSettings]:
    """A job and all that come after it, each behind the one that starts it."""
    yield first
    for job in jobs:
        if job.on.after == first.name:
            yield from chain_of(job, jobs)


def first_of(job: JobSettings, jobs: Sequence[JobSettings]) -> JobSettings:
    """The job that begins the chain of a job: itself where it comes after none."""
    by_name = {one.name: one for one in jobs}
    while job.on.after is not None:
        job = by_name[job.on.after]
    return job


def workflow_name(names: Names, first: str) -> str:
    """The name in AWS of the workflow that begins with a job."""
    return names("workflow", first, limit=NAME_LIMIT)


def _chained(job: JobSettings, component: Job, args: JobArgs) -> ChainedJobArgs:
    chained: ChainedJobArgs = {
        "job": job.name,
        "role_arn": component.role_arn,
        "script_uri": component.script_uri,
        "inputs": place_uris(args["reads"]),
        "outputs": place_uris(args["writes"]),
        "arguments": args["arguments"],
        "max_vcpu": args["max_vcpu"],
        "max_minutes": args["max_minutes"],
        "retries": args["retries"],
        "log_group": component.log_group,
        "checks": args.get("checks", []),
    }
    if job.on.after:
        chained["after"] = job.on.after
    if job.streaming:
        chained["streaming"] = True
    if job.engine == "glue":
        chained["glue_job"] = component.glue_job
    return chained
