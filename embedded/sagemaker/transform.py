"""Batch transform: a data set in S3 is cut into requests to a model, whose answers go back to S3.

https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
"""

import gzip
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from embedded.sagemaker.data_processing import (
    CSV,
    FORMATS,
    JSON_LINES,
    Processing,
    Unfit,
    joined,
    parsed,
    processing,
    selected,
    written,
)
from embedded.sagemaker.jobs import JobFailed, split_uri, text_at
from embedded.sagemaker.serving import Answer

MEGABYTE = 1024 * 1024
PAYLOAD_MB = 6
"""MaxPayloadInMB where a request does not say it; 0 is no limit."""
MOST_MB = 100
NONE, LINE = "None", "Line"
SHOWN = 300

Ask = Callable[[bytes, str, str], Answer]
"""Has the model answer a body, of a content type, in the type that is accepted."""


@dataclass(frozen=True)
class Transform:
    """What a transform job is asked to do."""

    source: Mapping[str, Any]
    target: Mapping[str, Any]
    content_type: str
    accept: str
    split: str
    assemble: str
    is_single: bool
    most_bytes: int | None
    processing: Processing


def mistakes(asked: Mapping[str, Any]) -> Iterator[str]:
    """What AWS refuses in a CreateTransformJob, or nothing here does, each in a sentence."""
    source, target = asked["TransformInput"], asked["TransformOutput"]
    split, assemble = source.get("SplitType", NONE), target.get("AssembleWith", NONE)
    if split not in (NONE, LINE):
        yield f"The embedded AWS splits input by Line or None, and not by {split}."
    if asked.get("DataCaptureConfig"):
        yield "The embedded AWS does not capture the data of transform jobs."
    if "BatchStrategy" in asked and split == NONE:
        yield "BatchStrategy needs a SplitType that is not None."
    at_once = max(1, asked.get("MaxConcurrentTransforms", 1))
    if at_once * asked.get("MaxPayloadInMB", PAYLOAD_MB) > MOST_MB:
        yield f"MaxConcurrentTransforms times MaxPayloadInMB is more than {MOST_MB}."
    try:
        how = processing(asked.get("DataProcessing", {}))
    except Unfit as error:
        yield f"{error}."
        return
    if how.is_plain:
        return
    types = [source.get("ContentType", ""), target.get("Accept", "")]
    for name, kind in zip(("ContentType", "Accept"), types, strict=True):
        if kind not in FORMATS:
            yield f"DataProcessing needs {name} to be one of {', '.join(FORMATS)}, not {kind!r}."
    if CSV in types and (split, assemble) != (LINE, LINE):
        yield "DataProcessing of text/csv needs SplitType and AssembleWith to be Line."


def transform_of(asked: Mapping[str, Any]) -> Transform:
    """A request without mistakes, its defaults filled in."""
    source, target = asked["TransformInput"], asked["TransformOutput"]
    most = asked.get("MaxPayloadInMB", PAYLOAD_MB)
    return Transform(
        source=source,
        target=target,
        content_type=source.get("ContentType", ""),
        accept=target.get("Accept", ""),
        split=source.get("SplitType", NONE),
        assemble=target.get("AssembleWith", NONE),
        is_single=asked.get("BatchStrategy") == "SingleRecord",
        most_bytes=most * MEGABYTE or None,
        processing=processing(asked.get("DataProcessing", {})),
    )


def run(job: Transform, s3: Any, ask: Ask, go_on: Callable[[], None]) -> None:
    """Transform every object of the input; each becomes one with `.out` behind its name.

    Objects that fail are left out, and the job fails after the others. `go_on` is called before
    each request, and raises Stopped. Raises JobFailed.
    """
    failures = []
    for bucket, key, name in _objects(job.source["DataSource"]["S3DataSource"], s3):
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        try:
            if job.source.get("CompressionType") == "Gzip":
                body = gzip.decompress(body)
            result = transformed(job, body, ask, go_on)
        except (Unfit, UnicodeDecodeError, gzip.BadGzipFile) as error:
            failures.append(f"ClientError: s3://{bucket}/{key}: {error}")
            continue
        to_bucket, prefix = split_uri(job.target["S3OutputPath"])
        key_id = job.target.get("KmsKeyId")
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
        path = f"{prefix.rstrip('/')}/{name}.out".lstrip("/")
        s3.put_object(Bucket=to_bucket, Key=path, Body=result, **encryption)
    if failures:
        raise JobFailed("; ".join(failures))


def transformed(job: Transform, body: bytes, ask: Ask, go_on: Callable[[], None]) -> bytes:
    """The answers to one object, assembled. Raises Unfit."""
    answers = []
    for batch in batches(job, body):
        go_on()
        answers.extend(_answers(job, batch, ask))
    end = b"\n" if job.assemble == LINE else b""
    return b"".join(one.rstrip(b"\n") + end if end else one for one in answers)


def batches(job: Transform, body: bytes) -> Iterator[list[bytes]]:
    """The records of each request. Raises Unfit for one that is too large for any."""
    records = [body] if job.split == NONE else [one for one in body.splitlines() if one]
    batch: list[bytes] = []
    size = 0
    for record in records:
        if job.most_bytes and len(record) > job.most_bytes:
            raise Unfit(
                f"a record of {len(record)} bytes is more than MaxPayloadInMB lets, "
                f"{job.most_bytes} bytes"
            )
        full = job.most_bytes and size + len(record) + 1 > job.most_bytes
        if batch and (job.is_single or full):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record) + 1
    if batch:
        yield batch


def _answers(job: Transform, batch: Sequence[bytes], ask: Ask) -> list[bytes]:
    """What is kept of the model's answer to a request: a record each, where records are joined."""
    how = job.processing
    if how.is_plain:
        return [_said(job, b"\n".join(batch), ask)]
    given = [one.decode() for one in batch]
    if job.split == NONE and job.content_type == JSON_LINES:
        given = [line for text in given for line in text.splitlines() if line]
    records = [parsed(one, job.content_type) for one in given]
    asked = [written(selected(one, how.input_filter), job.content_type) for one in records]
    said = _said(job, "\n".join(asked).encode(), ask).decode()
    answers = _records(said, len(records), job.accept)
    kept = []
    for record, answer in zip(records, answers, strict=True):
        value = joined(record, answer, job.accept) if how.is_joined else answer
        kept.append(written(selected(value, how.output_filter), job.accept).encode())
    if job.split == NONE and job.assemble == NONE and len(kept) > 1:
        return [b"\n".join(kept)]
    return kept


def _records(said: str, count: int, kind: str) -> list[Any]:
    """An answer cut into one for each record. Raises Unfit where there are more or fewer."""
    if count == 1 and kind != CSV:
        return [parsed(said, kind)]
    lines = [line for line in said.splitlines() if line]
    if len(lines) != count:
        raise Unfit(
            f"the model answered {len(lines)} lines to {count} records, and each is to be joined "
            "with its own"
        )
    return [parsed(line, kind) for line in lines]


def _said(job: Transform, body: bytes, ask: Ask) -> bytes:
    answer = ask(body, job.content_type, job.accept)
    if answer.status >= HTTPStatus.BAD_REQUEST:
        message = answer.body.decode(errors="replace").strip()
        raise Unfit(f"the model answered {answer.status}: {message[-SHOWN:]}")
    return answer.body


def _objects(source: Mapping[str, str], s3: Any) -> Iterator[tuple[str, str, str]]:
    """Bucket, key and name under the output path of each object of the input."""
    uri = source["S3Uri"]
    if source["S3DataType"] == "ManifestFile":
        first, *names = json.loads(text_at(s3, uri))
        bucket, prefix = split_uri(first["prefix"])
        yield from ((bucket, f"{prefix}{name}", name) for name in names)
        return
    bucket, key = split_uri(uri)
    found = False
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key):
        for one in page.get("Contents", []):
            name = str(one["Key"])
            if not name.endswith("/"):
                found = True
                yield bucket, name, _below(name, key)
    if not found:
        raise JobFailed(f"ClientError: no S3 objects found under {uri}")


def _below(key: str, prefix: str) -> str:
    """What of a key is below its prefix, which may be a folder, or how names in one begin."""
    folder = f"{prefix.rstrip('/')}/"
    if not key.startswith(folder):
        folder = folder[: prefix.rfind("/") + 1]
    return key.removeprefix(folder)
