"""Lay the code of a model project where the training of this very revision reads it.

Told by the environment: PROJECT (the project's folder), CODE_BUCKET, CODE_PREFIX, CODE_KEY_ARN and
REVISION. Exports CODE_URI, and DEFINITION: the hash of the compiled pipeline beside the code.
"""

import hashlib
import json
import os
import shlex
import sys
from pathlib import Path

import boto3

HASH_LENGTH = 16


def code_files(folder: Path) -> dict[str, Path]:
    """The files by their path within the folder, without hidden ones and Python's caches."""
    named = {path.relative_to(folder): path for path in sorted(folder.rglob("*"))}
    return {
        name.as_posix(): path
        for name, path in named.items()
        if path.is_file()
        and not any(part.startswith(".") or part == "__pycache__" for part in name.parts)
    }


def definition_hash(file: Path) -> str:
    """The hash of a compiled pipeline, whatever its spaces and the order of its keys."""
    text = json.dumps(json.loads(file.read_text()), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def main() -> None:
    """Publish, and export where and what."""
    told = os.environ
    project = Path(told["PROJECT"])
    prefix = f"{told['CODE_PREFIX']}/{told['REVISION']}"
    s3 = boto3.client("s3")
    files = code_files(project / "code")
    for name, path in files.items():
        s3.put_object(
            Bucket=told["CODE_BUCKET"],
            Key=f"{prefix}/{name}",
            Body=path.read_bytes(),
            ContentType="text/plain; charset=utf-8",
            ServerSideEncryption="aws:kms",
            SSEKMSKeyId=told["CODE_KEY_ARN"],
        )
    uri = f"s3://{told['CODE_BUCKET']}/{prefix}/"
    sys.stderr.write(f"{len(files)} files of {project} are at {uri}\n")
    found = {"CODE_URI": uri, "DEFINITION": definition_hash(project / "pipeline.json")}
    for name, value in found.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")


if __name__ == "__main__":
    main()
