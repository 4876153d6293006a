"""The jobs of data, and what they run on."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pulumi

from catalog.emr_instances import emr_instances
from components.data.jobs.application import SparkApplication, SparkApplicationArgs
from components.data.jobs.args import JobArgs
from components.data.jobs.cluster import ClusterArgs
from components.data.jobs.clusters import SparkClusters, SparkClustersArgs
from components.data.jobs.containers import ContainersArgs
from components.data.jobs.job import Job
from components.data.jobs.kept_tables import KeptTablesArgs
from components.data.lake.lake import Lake
from components.data.tables.table_bucket import TableBucket
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.errors import InputError
from infra.needs.data.containers import declare_namespaces
from infra.needs.data.features import versioned
from infra.needs.data.places import place
from infra.needs.data.quality import checks_of
from infra.needs.data.workflows import declare_workflows
from infra.needs.need import Need
from infra.needs.outputs import Cluster, Declared, Foundation
from infra.needs.tags import NEED
from infra.settings import PlatformSettings
from infra.settings.data.clusters import EMR
from infra.settings.data.containers import EKS
from infra.settings.data.features import group_of
from infra.settings.data.jobs import Job as JobSettings
from infra.settings.data.orchestration import SERVERLESS
from infra.settings.frequency import expression

NAME_LIMIT = 40
"""Leaves room for what a component adds to its own name within IAM's 64 characters for a role."""
HASH_LENGTH = 16


class Engines(NamedTuple):
    """What jobs run on, as far as any does."""

    application: SparkApplication | None
    """The application of EMR Serverless."""
    cluster: ClusterArgs | None
    """What clusters are made of."""
    namespaces: Mapping[str, ContainersArgs]
    """Namespaces of Kubernetes by team."""


def declare_jobs(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    declared: Declared,
    cluster: Cluster | None,
    root: Path,
) -> dict[str, Job]:
    """Declare each job, what those of EMR run on, and workflows where Airflow runs them.

    What is returned are the jobs by their names. Raises InputError for a script that is not there.
    """
    if not settings.jobs:
        return {}
    need, lake, bucket = declared.need, declared.lake, declared.bucket
    application = None
    if any(job.engine == "emr-serverless" for job in settings.jobs):
        application = _application(settings, env, foundation, need)
    engines = Engines(
        application,
        _clusters(settings, env, foundation, need),
        declare_namespaces(settings, env, need, cluster),
    )
    in_workflows = settings.orchestration == SERVERLESS
    made: dict[str, tuple[Job, JobArgs]] = {}
    machines: dict[str, pulumi.Output[str]] = {}
    for job in last_first(settings.jobs):
        job_args = _args(job, settings, env, foundation, lake, root)
        if bucket and (kept := _kept(job, bucket)):
            job_args["kept"] = kept
        if found := checks_of(job, declared.checks):
            job_args["checks"] = found
        filled = [group for one in job.fills if (group := group_of(one, settings.features))]
        if filled:
            job_args["group_arns"] = [declared.groups[versioned(group)].arn for group in filled]
            names = [env.names(versioned(group), limit=64) for group in filled]
            job_args["arguments"]["group"] = ",".join(names)
        _tell_engine(job_args, job, engines)
        if in_workflows:
            job_args["in_workflow"] = True
        else:
            following = [one.name for one in settings.jobs if one.on.after == job.name]
            job_args["starts"] = [machines[name] for name in following]
        name = env.names("job", job.name, limit=NAME_LIMIT)
        component = env.component(Job)(name, job_args, need.child_options())
        made[job.name] = component, job_args
        machines[job.name] = component.state_machine_arn
    jobs = {name: component for name, (component, _) in made.items()}
    if in_workflows:
        declare_workflows(settings, env, need, made, application, foundation.alerts.warning_arn)
        return jobs
    pulumi.export("jobs", {job.name: machines[job.name] for job in settings.jobs})
    return jobs


def _tell_engine(args: JobArgs, job: JobSettings, engines: Engines) -> None:
    """Tell a job of what runs it; Glue's version it knows."""
    if job.engine == "emr-serverless" and engines.application:
        args["application_id"] = engines.application.application_id
        args["application_arn"] = engines.application.arn
    elif job.engine == EMR and engines.cluster:
        args["cluster"] = engines.cluster
    elif job.engine == EKS and job.team:
        args["containers"] = engines.namespaces[job.team]


def _args(
    job: JobSettings,
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    lake: Lake,
    root: Path,
) -> JobArgs:
    """What a job is made of, as far as it takes no other component of this need."""
    script, zones = _script(job, root), settings.lake.zones.by_name

    def lies(name: str) -> bool:
        return name.partition(".")[0] in zones

    args: JobArgs = {
        "job": job.name,
        "script": script,
        "script_hash": hashlib.sha256(script.encode()).hexdigest()[:HASH_LENGTH],
        "reads": [place(each, lake, settings.lake.tables) for each in job.reads if lies(each)],
        "writes": [place(each, lake, settings.lake.tables) for each in job.writes if lies(each)],
        "arguments": {name: _text(value) for name, value in job.arguments.items()},
        "max_vcpu": job.size.max_vcpu,
        "max_minutes": job.max_minutes,
        "retries": job.retries,
        "artifacts_bucket": foundation.artifacts.bucket,
        "artifacts_key_arn": foundation.keys[DataClass.ARTIFACTS].arn,
        "data_key_arn": foundation.keys[DataClass.DATA].arn,
        "job_tags": {**env.tags, NEED: "data"},
        "starts": [],
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
        "account_id": env.account_id,
        "region": env.region,
    }
    if job.streaming:
        args["streaming"] = True
    if job.engine == "glue":
        args["glue_version"] = settings.spark.glue_version
    if job.on.arrival:
        args["arrival"] = place(job.on.arrival, lake, settings.lake.tables)
    if job.on.schedule:
        args["schedule"] = expression(job.on.schedule, env.names("job", job.name))
    return args


def _kept(job: JobSettings, bucket: TableBucket) -> KeptTablesArgs | None:
    """The tables of the table bucket that a job is for; None where it is for none."""
    arns = bucket.table_arns
    reads = {name: arns[name] for name in job.reads if name in arns}
    writes = {name: arns[name] for name in job.writes if name in arns}
    if not reads and not writes:
        return None
    return {"bucket_arn": bucket.arn, "reads": reads, "writes": writes}


def _application(
    settings: PlatformSettings, env: Environment, foundation: Foundation, need: Need
) -> SparkApplication:
    spark, network = settings.spark, foundation.network
    args: SparkApplicationArgs = {
        "application_name": env.names("spark", limit=64),
        "release": spark.release,
        "max_vcpu": spark.max_vcpu,
        "idle_minutes": spark.idle_minutes,
        "max_runs": spark.max_runs,
        "queue_minutes": spark.queue_minutes,
        "subnet_ids": network.private_subnet_ids,
        "security_group_id": network.workload_security_group_id,
    }
    if spark.warm:
        args["warm_workers"] = spark.warm.workers
    return env.component(SparkApplication)(env.names("spark"), args, need.child_options())


def _clusters(
    settings: PlatformSettings, env: Environment, foundation: Foundation, need: Need
) -> ClusterArgs | None:
    """Declare what clusters share, and tell what each is made of; None where no job has one."""
    if not any(job.engine == EMR for job in settings.jobs):
        return None
    spark, network = settings.spark, foundation.network
    args: SparkClustersArgs = {
        "configuration_name": env.names("clusters"),
        "vpc_id": network.vpc_id,
        "data_key_arn": foundation.keys[DataClass.DATA].arn,
        "access_log_bucket": foundation.access_logs.bucket,
        "durability": env.durability,
        "log_key_arn": foundation.keys[DataClass.LOGS].arn,
        "log_retention_days": env.log_retention_days,
        "account_id": env.account_id,
        "region": env.region,
    }
    shared = env.component(SparkClusters)(env.names("clusters"), args, need.child_options())
    return {
        "release": spark.release,
        "instances": {name: emr_instances().vcpu[name] for name in spark.clusters.instances},
        "spot_percent": spark.clusters.spot,
        "idle_minutes": spark.clusters.idle_minutes,
        "security_configuration": shared.security_configuration,
        "subnet_ids": network.private_subnet_ids,
        "nodes_group_id": shared.nodes_group_id,
        "service_group_id": shared.service_group_id,
        "workload_group_id": network.workload_security_group_id,
        "log_bucket": shared.log_bucket,
    }


def last_first(jobs: Sequence[JobSettings]) -> Iterator[JobSettings]:
    """The jobs, each behind all that it starts; settings have them start no circle."""
    for job in jobs:
        if job.on.after is None:
            yield from reversed([*_chain(job, jobs)])


def _chain(job: JobSettings, jobs: Sequence[JobSettings]) -> Iterator[JobSettings]:
    yield job
    for one in jobs:
        if one.on.after == job.name:
            yield from _chain(one, jobs)


def _text(value: str | float | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _script(job: JobSettings, root: Path) -> str:
    path = root / job.script
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"jobs[{job.name}].script: {path} cannot be read: {error}") from error
