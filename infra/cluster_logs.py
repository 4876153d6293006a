"""What the runs of a job on clusters of EMR have printed: EMR puts it into S3, every five minutes.

https://docs.aws.amazon.com/emr/latest/ManagementGuide/emr-manage-view-web-log-files.html
"""

import gzip
import json
from typing import Any

from infra.models.place import Place
from infra.models.shapes import LogShape

PRINTED = ("stdout", "stderr")


def cluster_logs(place: Place, machine: str, limit: int) -> list[LogShape]:
    """The last lines of the newest step on the newest of a job's clusters; none where none is.

    `machine` is the ARN of the job's state machine, whose definition says where clusters put them.
    Raises botocore's errors.
    """
    described = place.client("stepfunctions").describe_state_machine(stateMachineArn=machine)
    start = json.loads(described["definition"])["States"]["StartRun"]["Arguments"]
    bucket, _, prefix = start["LogUri"].removeprefix("s3://").partition("/")
    s3 = place.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, Delimiter="/"
    )
    kept = {
        each["Prefix"].removeprefix(prefix).rstrip("/")
        for page in pages
        for each in page.get("CommonPrefixes", [])
    }
    found = _newest(place, kept)
    if found is None:
        return []
    cluster, step = found
    folder = f"{prefix}{cluster}/steps/{step}"
    return [
        {
            "source": stream,
            "job": f"{cluster}/{step}",
            "group": f"s3://{bucket}/{folder}/{stream}.gz",
            "lines": _lines(s3, bucket, f"{folder}/{stream}.gz")[-limit:],
        }
        for stream in PRINTED
    ]


def _newest(place: Place, clusters: set[str]) -> tuple[str, str] | None:
    """The newest step on the newest of these clusters; EMR forgets them after two months."""
    emr = place.client("emr")
    known = [
        cluster
        for page in emr.get_paginator("list_clusters").paginate()
        for cluster in page["Clusters"]
        if cluster["Id"] in clusters
    ]
    if not known:
        return None
    newest = max(known, key=lambda one: one["Status"]["Timeline"]["CreationDateTime"])["Id"]
    steps = emr.list_steps(ClusterId=newest)["Steps"]  # the newest first
    return (newest, steps[0]["Id"]) if steps else None


def _lines(s3: Any, bucket: str, key: str) -> list[str]:
    try:
        packed = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return []
    return gzip.decompress(packed).decode(errors="replace").splitlines()
