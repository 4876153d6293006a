"""Puts what a training left where SageMaker would have put it.

`/opt/ml/model` becomes `<output>/<job>/output/model.tar.gz`, and `/opt/ml/output/data`, where there
is any, `output.tar.gz` beside it. The request is in the variable `REQUEST`.
https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-output.html
"""

import json
import os
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .fetch import OPT_ML
from .identity import session
from .training_message import artefact_of


def keep(request: Mapping[str, Any], root: Path, s3: Any) -> str:
    """Pack and upload; the S3 URI of the model. Raises what boto3 raises."""
    model = artefact_of(request)
    _upload(root / "model", model, request, s3)
    data = root / "output/data"
    if data.is_dir() and any(data.iterdir()):
        _upload(data, f"{model.rpartition('/')[0]}/output.tar.gz", request, s3)
    return model


def _upload(folder: Path, uri: str, request: Mapping[str, Any], s3: Any) -> None:
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    with tempfile.TemporaryDirectory() as made:
        archive = Path(made) / "archive.tar.gz"
        with tarfile.open(archive, "w:gz") as packed:
            for path in sorted(folder.iterdir()):
                packed.add(path, arcname=path.name)
        s3.upload_file(
            str(archive),
            bucket,
            key,
            ExtraArgs={
                "ServerSideEncryption": "aws:kms",
                "SSEKMSKeyId": request["OutputDataConfig"]["KmsKeyId"],
            },
        )


def main() -> None:
    """Do as the request says."""
    keep(json.loads(os.environ["REQUEST"]), OPT_ML, session().client("s3"))


if __name__ == "__main__":
    main()
