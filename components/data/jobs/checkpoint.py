"""Where a streaming job keeps how far it has come: in the artifacts bucket, beside its script.

A run goes on where the one before it ended, and a run that failed is repeated from there.
https://spark.apache.org/docs/latest/structured-streaming-programming-guide.html
"""

from collections.abc import Mapping

PREFIX = "checkpoints"
ARGUMENT = "checkpoint"
"""What a script is told it by."""


def checkpoint_prefix(job: str) -> str:
    """Where in the artifacts bucket it is, without a slash at its end."""
    return f"{PREFIX}/{job}"


def told_arguments(
    arguments: Mapping[str, str], job: str, script_uri: str, *, streaming: bool
) -> dict[str, str]:
    """What a script is told beside its places; `script_uri` is an S3 URI in the same bucket."""
    if not streaming:
        return {**arguments}
    bucket = script_uri.removeprefix("s3://").partition("/")[0]
    return {**arguments, ARGUMENT: f"s3://{bucket}/{checkpoint_prefix(job)}/"}
