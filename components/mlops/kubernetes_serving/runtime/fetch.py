"""Fetches a model's artefact and unpacks it, as SageMaker does before it starts a container.

Called with the S3 URI of `model.tar.gz` and the folder that it goes to.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

import sys
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

from .identity import session


class NotUnpacked(Exception):
    """What was fetched is no archive of files of its own folder."""


def fetch(uri: str, into: Path, s3: Any) -> None:
    """Fetch and unpack. Raises NotUnpacked, and what boto3 raises."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    with tempfile.TemporaryDirectory(dir=into) as folder:
        archive = Path(folder) / "model.tar.gz"
        s3.download_file(bucket, key, str(archive))
        unpack(archive, into)


def unpack(archive: Path, into: Path) -> None:
    """Unpack an archive. Raises NotUnpacked."""
    try:
        with tarfile.open(archive) as packed:
            for one in packed:
                path = PurePosixPath(one.name)
                if not (one.isfile() or one.isdir()) or path.is_absolute() or ".." in path.parts:
                    raise NotUnpacked(f"the archive holds {one.name}, which leads elsewhere")
                packed.extract(one, into)
    except (tarfile.TarError, OSError, EOFError) as error:
        raise NotUnpacked(f"what was fetched is no archive: {error}") from None


def main() -> None:
    """Do as the command line says."""
    uri, into = sys.argv[1:]
    fetch(uri, Path(into), session().client("s3"))


if __name__ == "__main__":
    main()
