"""Buckets as folders, for as long as a run of Spark reads and writes them.

Spark reaches S3 by a jar of a hundred megabytes that is in no Python package. So what is in the
buckets is laid into a folder, Hadoop is told to take the folder for them, and what a run has
changed there is put into the buckets afterwards: data first, and the markers that say it is whole
last.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

SCHEMES = ("s3", "s3a", "s3n")
OVERLOAD = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
"""Mounts folders in the place of another file system's paths.

https://hadoop.apache.org/docs/r3.3.4/hadoop-project-dist/hadoop-hdfs/ViewFsOverloadScheme.html
"""
LOCAL = "org.apache.hadoop.fs.RawLocalFileSystem"
"""Leaves no files of checksums beside those that it writes."""

State = dict[str, tuple[int, int]]
"""Size and time of change of each object, by its key."""


class Mirror:
    """The buckets of an account as folders below one."""

    def __init__(self, s3: Any, root: Path) -> None:
        """Lay all objects into `root`, by a boto3 client.

        Raises ValueError for a bucket in which an object is also the folder of others.
        """
        self._s3, self._root = s3, root
        self._before: dict[str, State] = {}
        for bucket in (one["Name"] for one in s3.list_buckets()["Buckets"]):
            (root / bucket).mkdir()
            for key in self._keys(bucket):
                self._lay(bucket, key)
            self._before[bucket] = _state(root / bucket)

    @property
    def settings(self) -> dict[str, str]:
        """The settings by which Spark takes the folders for the buckets."""
        told = {"fs.viewfs.overload.scheme.target.file.impl": LOCAL, "fs.file.impl": LOCAL}
        told |= {f"fs.{scheme}.impl": OVERLOAD for scheme in SCHEMES}
        for bucket in self._before:
            told[f"fs.viewfs.mounttable.{bucket}.linkFallback"] = (self._root / bucket).as_uri()
        return {f"spark.hadoop.{name}": value for name, value in told.items()}

    def put_back(self) -> None:
        """Put what has changed into the buckets, and delete what is gone."""
        for bucket, before in self._before.items():
            folder = self._root / bucket
            after = _state(folder)
            changed = [key for key, state in after.items() if before.get(key) != state]
            for key in sorted(changed, key=lambda key: (Path(key).name.startswith("_"), key)):
                with (folder / key).open("rb") as body:
                    self._s3.put_object(Bucket=bucket, Key=key, Body=body)
            for key in before.keys() - after.keys():
                self._s3.delete_object(Bucket=bucket, Key=key)

    def _keys(self, bucket: str) -> Iterator[str]:
        for page in self._s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for each in page.get("Contents", []):
                if not each["Key"].endswith("/"):  # a folder that a console has shown
                    yield each["Key"]

    def _lay(self, bucket: str, key: str) -> None:
        path = self._root / bucket / key
        if not path.resolve().is_relative_to(self._root / bucket):
            raise ValueError(f"s3://{bucket}/{key} is no path of a file.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self._s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise ValueError(
                f"s3://{bucket}/{key} is an object where there is a folder of others, or in one "
                "that is an object: Spark on this machine cannot read both."
            ) from error


def _state(folder: Path) -> State:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }
