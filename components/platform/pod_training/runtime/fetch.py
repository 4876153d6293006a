"""Lays a training's files in place, as SageMaker does before it starts a container.

The request is in the variable `REQUEST`, in JSON and in the form of CreateTrainingJob. Each channel
has its objects as files, and the container finds what it is told in `/opt/ml/input/config`.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
"""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from .identity import session
from .training_message import PLACE

OPT_ML = Path("/opt/ml")
HOST, GROUP = "algo-1", "homogeneousCluster"
"""What SageMaker calls the first host of a job, and the group of hosts of one type."""
WRITTEN = ("checkpoints", "model", "output/data")
OPEN = 0o777
"""The training may be another user's than what lays its files."""


class NotFetched(Exception):
    """A channel has no objects, or one that would lie elsewhere."""


def lay(request: Mapping[str, Any], root: Path, s3: Any) -> None:
    """Fetch all channels below `root`, and write what the container is told.

    Raises NotFetched, and what boto3 raises.
    """
    channels = {each["ChannelName"]: each for each in request["InputDataConfig"]}
    for name, channel in channels.items():
        _fetch(channel["DataSource"]["S3DataSource"]["S3Uri"], root / "input/data" / name, s3)
    config = root / "input/config"
    config.mkdir(parents=True, exist_ok=True)
    for file, told in configuration(request).items():
        (config / file).write_text(json.dumps(told), encoding="utf-8")
    for written in WRITTEN:
        folder = root / written
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(OPEN)
    (root / "output").chmod(OPEN)


def configuration(request: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What each file of `/opt/ml/input/config` says."""
    return {
        "hyperparameters.json": dict(request["HyperParameters"]),
        "inputdataconfig.json": {
            each["ChannelName"]: {
                "ContentType": each.get("ContentType", ""),
                "TrainingInputMode": "File",
                "S3DistributionType": "FullyReplicated",
                "RecordWrapperType": "None",
            }
            for each in request["InputDataConfig"]
        },
        "resourceconfig.json": {
            "current_host": HOST,
            "current_instance_type": PLACE,
            "current_group_name": GROUP,
            "hosts": [HOST],
            "instance_groups": [
                {"instance_group_name": GROUP, "instance_type": PLACE, "hosts": [HOST]}
            ],
            "network_interface_name": "eth0",
        },
    }


def _fetch(uri: str, folder: Path, s3: Any) -> None:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    found = False
    folder.mkdir(parents=True, exist_ok=True)
    for one in _keys(s3, bucket, key):
        inner = one.removeprefix(key).lstrip("/") or PurePosixPath(one).name
        if ".." in PurePosixPath(inner).parts:
            raise NotFetched(f"s3://{bucket}/{one} would lie outside of its channel")
        path = folder / inner
        path.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(bucket, one, str(path))
        found = True
    if not found:
        raise NotFetched(f"there are no objects under {uri}")


def _keys(s3: Any, bucket: str, key: str) -> Iterator[str]:
    """The keys that are `key` or lie below it."""
    below = f"{key.rstrip('/')}/" if key else ""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for one in page.get("Contents", []):
            name = one["Key"]
            if not name.endswith("/") and (name == key or name.startswith(below)):
                yield name


def main() -> None:
    """Do as the request says."""
    lay(json.loads(os.environ["REQUEST"]), OPT_ML, session().client("s3"))


if __name__ == "__main__":
    main()
