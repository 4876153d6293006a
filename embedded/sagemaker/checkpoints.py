"""Checkpoints of a training job: a folder of its container that is in S3 as well.

SageMaker copies what is written while the training runs; here it is copied when its process ends or
is interrupted, and so what a process writes until then is kept.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from embedded.sagemaker.container import Container
from embedded.sagemaker.isolation import OPT_ML
from embedded.workplace import is_closed

FOLDER = f"{OPT_ML}/checkpoints"
"""Where they are, unless the job names another folder."""


class Checkpoints:
    """The checkpoints of one host of a job; none where its request asks for none."""

    def __init__(self, arguments: Mapping[str, Any], container: Container, s3: Any) -> None:
        """Raises ValueError for a folder that is not below /opt/ml."""
        asked = arguments.get("CheckpointConfig")
        self._uri: str = asked["S3Uri"].rstrip("/") if asked else ""
        self._folder = container.path(asked.get("LocalPath", FOLDER) if asked else FOLDER)
        self._key_id = arguments.get("OutputDataConfig", {}).get("KmsKeyId")
        self._s3 = s3

    def fetch(self, copy: Callable[[Any, str, Path], bool]) -> None:
        """Put what is in S3 into the folder: what an interrupted training has left."""
        if self._uri:
            copy(self._s3, f"{self._uri}/", self._folder)

    def keep(self, upload: Callable[[Any, Path, str, str | None], None]) -> None:
        """Put what is in the folder into S3."""
        if not self._uri or is_closed():
            return
        for path in sorted(one for one in self._folder.rglob("*") if one.is_file()):
            uri = f"{self._uri}/{path.relative_to(self._folder).as_posix()}"
            upload(self._s3, path, uri, self._key_id)
