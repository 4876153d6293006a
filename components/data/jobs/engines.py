"""What runs a job: EMR, without servers, on a cluster for each run or on EKS, or Glue."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

import pulumi
import pulumi_aws as aws

from catalog.emr_service_accounts import PODS, service_accounts
from components.common.execution_role import ExecutionRole
from components.common.iam import Json, Statement, rendered
from components.data.jobs.args import JobArgs, PlaceArgs
from components.data.jobs.checkpoint import told_arguments
from components.data.jobs.cluster import ClusterRunArgs, cluster_machine
from components.data.jobs.cluster_policy import SERVICE, cluster_runs, service_policy
from components.data.jobs.containers import ContainerRunArgs, container_machine, container_runs
from components.data.jobs.glue import glue_job, glue_machine, script_arguments
from components.data.jobs.kept_tables import glue_settings, spark_names
from components.data.jobs.machine import MachineArgs
from components.data.jobs.policy import glue_runs, serverless_runs
from components.data.jobs.serverless import serverless_machine
from components.data.quality.gate import CheckArgs

GLUE_LOGS = "/aws-glue/jobs"
"""What the names of log groups of Glue's jobs begin with."""


class Parts(NamedTuple):
    """What a job has by the time that its machine is made."""

    role: ExecutionRole
    """Role of its runs."""
    script_uri: pulumi.Output[str]
    """S3 URI of its script."""
    log_group: pulumi.Output[str]
    """Log group of what its runs print."""
    glue_job: aws.glue.Job | None
    """The job in Glue, where Glue runs it."""


_Work = tuple[pulumi.Output[str], pulumi.Output[list[Statement]]]
"""The definition of a job's machine, and what that machine may do to run it."""


def _by_serverless(_: pulumi.Resource, __: str, args: JobArgs, parts: Parts) -> _Work:
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
                "arguments": _arguments(args, script_uri),
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
        role_arn=parts.role.arn,
        script_uri=parts.script_uri,
        inputs=place_uris(args["reads"]),
        outputs=place_uris(args["writes"]),
        log_group=parts.log_group,
        log_key_arn=args["log_key_arn"],
        disk_key_arn=args["data_key_arn"],
        starts=pulumi.Output.all(*args["starts"]),
        checks=checks_of(args),
    )
    runs = pulumi.Output.all(args["application_arn"], parts.role.arn).apply(
        lambda known: serverless_runs(*known)
    )
    return definition, runs


def glue(
    job: pulumi.Resource,
    name: str,
    args: JobArgs,
    script_uri: pulumi.Output[str],
    role: ExecutionRole,
) -> aws.glue.Job:
    """The job in Glue."""
    kept = args.get("kept")
    told = pulumi.Output.all(
        place_uris(args["reads"]), place_uris(args["writes"]), script_uri
    ).apply(
        lambda uris: script_arguments(
            {**uris[0], **spark_names(kept["reads"] if kept else {})},
            {**uris[1], **spark_names(kept["writes"] if kept else {})},
            _arguments(args, uris[2]),
        )
    )
    if kept:
        told = pulumi.Output.all(told, kept["bucket_arn"]).apply(
            lambda known: {**known[0], **glue_settings(known[1], args["region"])}
        )
    return glue_job(
        name,
        parent=job,
        description=f"Runs the job {args['job']}",
        version=args["glue_version"],
        role=role,
        script_uri=script_uri,
        told=told,
        log_prefix=f"{GLUE_LOGS}/{name}",
        key_arn=args["data_key_arn"],
        max_vcpu=args["max_vcpu"],
        max_minutes=args["max_minutes"],
    )


def _by_glue(_: pulumi.Resource, __: str, args: JobArgs, parts: Parts) -> _Work:
    if parts.glue_job is None:
        raise ValueError(f"{args['job']}: there is no job in Glue")
    made = parts.glue_job
    definition = rendered(
        lambda glue_job, starts, checks: glue_machine(
            {**_machine(args, starts, checks), "glue_job": glue_job}
        ),
        glue_job=made.name,
        starts=pulumi.Output.all(*args["starts"]),
        checks=checks_of(args),
    )
    return definition, made.arn.apply(glue_runs)


def _by_cluster(job: pulumi.Resource, name: str, args: JobArgs, parts: Parts) -> _Work:
    profile = aws.iam.InstanceProfile(
        f"{name}-nodes",
        role=parts.role.name,
        opts=pulumi.ResourceOptions(parent=job, depends_on=parts.role.ready),
    )
    cluster = args["cluster"]
    groups = [
        cluster["nodes_group_id"],
        cluster["service_group_id"],
        cluster["workload_group_id"],
    ]
    service = ExecutionRole(
        f"{name}-emr",
        {
            "service": SERVICE,
            "account_id": args["account_id"],
            "policies": {
                "nodes": rendered(
                    service_policy,
                    name=name,
                    job_role_arn=parts.role.arn,
                    subnet_ids=cluster["subnet_ids"],
                    group_ids=groups,
                    key_arn=args["data_key_arn"],
                    account_id=args["account_id"],
                    region=args["region"],
                )
            },
        },
        pulumi.ResourceOptions(parent=job),
    )
    definition = rendered(
        lambda starts, checks, cluster, **known: cluster_machine(
            cast(
                "ClusterRunArgs",
                {
                    **_machine(args, starts, checks),
                    **cluster,
                    **known,
                    "name": name,
                    "arguments": _arguments(args, known["script_uri"]),
                    "max_vcpu": args["max_vcpu"],
                    "tags": args["job_tags"],
                },
            )
        ),
        cluster=cluster,
        service_role_arn=service.arn,
        instance_profile=profile.name,
        log_uri=pulumi.Output.concat("s3://", cluster["log_bucket"], f"/{name}/"),
        log_key_arn=args["log_key_arn"],
        script_uri=parts.script_uri,
        inputs=place_uris(args["reads"]),
        outputs=place_uris(args["writes"]),
        starts=pulumi.Output.all(*args["starts"]),
        checks=checks_of(args),
    )
    runs = pulumi.Output.all(
        job_role_arn=parts.role.arn,
        service_role_arn=service.arn,
        account_id=args["account_id"],
    ).apply(lambda known: cluster_runs(name=name, region=args["region"], **known))
    return definition, runs


def _by_containers(job: pulumi.Resource, name: str, args: JobArgs, parts: Parts) -> _Work:
    place = args["containers"]
    accounts = pulumi.Output.all(args["account_id"], parts.role.name).apply(
        lambda known: service_accounts(*known)
    )
    for number, pod in enumerate(PODS):
        aws.eks.PodIdentityAssociation(
            f"{name}-{pod}",
            cluster_name=place["cluster"],
            namespace=place["namespace"],
            service_account=accounts[number],
            role_arn=parts.role.arn,
            opts=pulumi.ResourceOptions(parent=job, depends_on=parts.role.ready),
        )
    definition = rendered(
        lambda starts, checks, **known: container_machine(
            cast(
                "ContainerRunArgs",
                {
                    **_machine(args, starts, checks),
                    **known,
                    "release": place["release"],
                    "arguments": _arguments(args, known["script_uri"]),
                    "max_vcpu": args["max_vcpu"],
                    "tags": args["job_tags"],
                },
            )
        ),
        virtual_cluster_id=place["virtual_cluster_id"],
        role_arn=parts.role.arn,
        script_uri=parts.script_uri,
        inputs=place_uris(args["reads"]),
        outputs=place_uris(args["writes"]),
        log_group=parts.log_group,
        starts=pulumi.Output.all(*args["starts"]),
        checks=checks_of(args),
    )
    runs = pulumi.Output.all(place["virtual_cluster_arn"], parts.role.arn).apply(
        lambda known: container_runs(*known)
    )
    return definition, runs


class Engine(NamedTuple):
    """What runs a job, and what it needs for that."""

    service: str
    """Which service assumes the job's role, without its domain."""
    log_groups: Callable[[str], Mapping[str, str | None]]
    """The log groups that it writes to, by what follows the name of their resources."""
    work: Callable[[pulumi.Resource, str, JobArgs, Parts], _Work]
    """Makes, below a job, what its runs need, and tells the machine that runs them."""


def engine_of(args: JobArgs) -> Engine:
    """What runs a job."""
    if "glue_version" in args:
        return Engine("glue", _glue_logs, _by_glue)
    if "cluster" in args:
        return Engine("ec2", lambda _: {}, _by_cluster)
    if "containers" in args:
        return Engine("pods.eks", lambda _: {"runs": None}, _by_containers)
    return Engine("emr-serverless", lambda _: {"runs": None}, _by_serverless)


def checks_of(args: JobArgs) -> pulumi.Output[list[CheckArgs]]:
    """The rules that are evaluated once a run has written, as far as they are known by then."""
    return pulumi.Output.all(*args.get("checks", []))


def _arguments(args: JobArgs, script_uri: str) -> dict[str, str]:
    streaming = args.get("streaming", False)
    return told_arguments(args["arguments"], args["job"], script_uri, streaming=streaming)


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
