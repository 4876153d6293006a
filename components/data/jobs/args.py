"""What a job of data is made of."""

from collections.abc import Sequence
from typing import NotRequired, TypedDict

import pulumi

from components.common.args import LoggedArgs, PlacedArgs
from components.data.jobs.cluster import ClusterArgs
from components.data.jobs.containers import ContainersArgs
from components.data.jobs.kept_tables import KeptTablesArgs


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
    kept: NotRequired[KeptTablesArgs]
    """Tables of the table bucket that it reads and writes, which Glue alone does."""
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
    """Application of EMR Serverless that it runs on, unless something else runs it."""
    application_arn: NotRequired[pulumi.Input[str]]
    """Its ARN."""
    glue_version: NotRequired[str]
    """Version of Glue that runs it, such as `5.1`."""
    cluster: NotRequired[ClusterArgs]
    """Clusters of EMR that run it, one for each run."""
    containers: NotRequired[ContainersArgs]
    """Namespace of a cluster of EKS that EMR runs it in."""
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
    streaming: NotRequired[bool]
    """Whether a run goes on where the last one ended: it is told of a checkpoint."""
