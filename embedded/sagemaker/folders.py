"""Folders in the place of S3 and CloudWatch Logs, for jobs that run without a cloud.

They answer what a job asks of those services (jobs.py), and no more: a bucket is a folder, an
object a file below it, and a log stream a file of lines.
"""

import io
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any


class OutsideError(ValueError):
    """A bucket that no folder stands for, or a key that leads out of its folder."""


class FolderStore:
    """S3, as far as jobs ask it: buckets that are folders of this machine."""

    def __init__(self, buckets: Mapping[str, Path]) -> None:
        """Take a folder for each bucket, by its name."""
        self._buckets = dict(buckets)

    def path(self, bucket: str, key: str) -> Path:
        """The file of a key. Raises OutsideError."""
        if bucket not in self._buckets or ".." in PurePosixPath(key).parts:
            raise OutsideError(f"s3://{bucket}/{key} is not one of this run's own folders")
        return self._buckets[bucket] / key.lstrip("/")

    def download_file(self, bucket: str, key: str, path: str) -> None:
        """Copy an object to a path."""
        shutil.copyfile(self.path(bucket, key), path)

    def upload_file(
        self,
        path: str,
        bucket: str,
        key: str,
        ExtraArgs: Mapping[str, str] | None = None,  # noqa: ARG002, N803  boto3's own; unencrypted
    ) -> None:
        """Copy a file to an object."""
        target = self.path(bucket, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)

    def get_object(self, **asked: str) -> dict[str, Any]:
        """An object by its Bucket and Key, with its `Body` to be read."""
        return {"Body": io.BytesIO(self.path(asked["Bucket"], asked["Key"]).read_bytes())}

    def get_paginator(self, operation: str) -> "_Listing":
        """What lists objects. Raises NotImplementedError for any other operation."""
        if operation != "list_objects_v2":
            raise NotImplementedError(f"folders have no {operation}")
        return _Listing(self)


class _Listing:
    """The paginator of ListObjectsV2."""

    def __init__(self, store: FolderStore) -> None:
        self._store = store

    def paginate(self, **asked: str) -> Iterator[dict[str, Any]]:
        """One page, of the files of a Bucket whose keys begin with the Prefix, sorted."""
        root = self._store.path(asked["Bucket"], "")
        keys = sorted(
            path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()
        )
        yield {"Contents": [{"Key": key} for key in keys if key.startswith(asked["Prefix"])]}


class FolderLogs:
    """CloudWatch Logs, as far as jobs ask it: a file for each job, named after it."""

    class exceptions:  # noqa: N801  boto3's own name
        """The errors of the service."""

        class ResourceAlreadyExistsException(Exception):
            """A log group that is there; folders have none that could be."""

    def __init__(self, folder: Path) -> None:
        """Take the folder of the files, which is made with the first."""
        self._folder = folder

    def create_log_group(self, **_: str) -> None:
        """Make nothing: the files of all groups lie in one folder."""

    def create_log_stream(self, **_: str) -> None:
        """Make the folder of the files."""
        self._folder.mkdir(parents=True, exist_ok=True)

    def put_log_events(self, **asked: Any) -> None:
        """Add the messages to the file of the job, whose name begins the stream's."""
        name = asked["logStreamName"].partition("/")[0]
        with (self._folder / f"{name}.log").open("a", encoding="utf-8") as file:
            file.writelines(f"{event['message']}\n" for event in asked["logEvents"])
