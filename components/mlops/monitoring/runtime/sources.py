"""Where captured traffic and files lie: in a folder of this machine, or in S3.

Captured traffic is JSON lines below `<prefix>/<endpoint>/<variant>/yyyy/mm/dd/hh/`:
https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

HOUR = timedelta(hours=1)

_PLACE = re.compile(r"(?:([^/]+)/)?([^/]+)/(\d{4}/\d\d/\d\d/\d\d)/[^/]+$")
_HOUR = re.compile(r"(?:^|/)(\d{4}/\d\d/\d\d/\d\d)/[^/]+$")
_YEAR = re.compile(r"\d{4}")


class BadInput(Exception):
    """What was asked for does not fit, in a sentence for whoever asked."""


class Line(NamedTuple):
    """A line of captured traffic."""

    text: str | bytes
    source: str
    """Path or URI of its file."""
    number: int
    """In its file, from 1."""
    variant: str


class Window(NamedTuple):
    """From `start` until just before `end`, in UTC."""

    start: datetime
    end: datetime

    def hours(self) -> Iterator[datetime]:
        """The beginning of each hour that is in it, if only in part."""
        hour = self.start.replace(minute=0, second=0, microsecond=0)
        while hour < self.end:
            yield hour
            hour += HOUR


def captured(where: str, window: Window, s3: Any) -> Iterator[Line]:
    """The lines that an endpoint captured in a window, of all its variants.

    `where` is a file, a folder or an S3 URI: the folder of the endpoint, or one above it that is
    of no other endpoint. `s3` is a boto3 client, asked only for an S3 URI.

    Raises BadInput for a place that is not there, or is of several endpoints.
    """
    if where.startswith("s3://"):
        yield from _captured_s3(where, window, s3)
        return
    path = Path(where)
    if not path.exists():
        raise BadInput(f"there is no file or folder {where}")
    files = [path] if path.is_file() else sorted(path.rglob("*.jsonl"))
    hours = {f"{hour:%Y/%m/%d/%H}" for hour in window.hours()}
    places = {
        file: _PLACE.search(file.relative_to(path).as_posix() if path.is_dir() else str(file))
        for file in files
    }
    if path.is_dir():
        _check_one_endpoint(where, {place[1] for place in places.values() if place and place[1]})
    for file, place in places.items():
        if place is None or place[3] in hours:
            with file.open("rb") as opened:
                for number, text in enumerate(opened, start=1):
                    yield Line(text, str(file), number, place[2] if place else "")


def files(where: str, s3: Any) -> Iterator[tuple[str, Iterator[str], Iterator[str] | None]]:
    """Name, lines and, where they are beside it, answers of a file, or of each in a folder.

    `where` is a path or an S3 URI. Raises BadInput for a place that is not there.
    """
    if where.startswith("s3://"):
        bucket, prefix = _bucket_and_prefix(where)
        names = {f"s3://{bucket}/{key}": key for key in _below(s3, bucket, prefix)}
        for name, key in names.items():
            if not _answers_another(name, names):
                answers = names.get(f"{name}.out")
                yield (
                    name,
                    _decoded(s3, bucket, key),
                    _decoded(s3, bucket, answers) if answers else None,
                )
        return
    path = Path(where)
    if not path.exists():
        raise BadInput(f"there is no file or folder {where}")
    found = [path] if path.is_file() else sorted(each for each in path.rglob("*") if each.is_file())
    known = {str(each) for each in found}
    for file in found:
        if not _answers_another(str(file), known):
            beside = Path(f"{file}.out")
            yield str(file), _opened(file), _opened(beside) if beside.is_file() else None


def truths(where: str, window: Window | None, s3: Any) -> Iterator[tuple[str, Iterator[str]]]:
    """Name and lines of each file of ground truth: a file, or all below a folder or S3 URI.

    Of files below `yyyy/mm/dd/hh/`, those from the hour on in which the window begins. Raises
    BadInput for a folder that is not there; a prefix in S3 may be empty as yet.
    """
    first = f"{window.start:%Y/%m/%d/%H}" if window else ""
    if where.startswith("s3://"):
        bucket, prefix = _bucket_and_prefix(where)
        for key in _below(s3, bucket, prefix):
            if _since(key, first):
                yield f"s3://{bucket}/{key}", _decoded(s3, bucket, key)
        return
    path = Path(where)
    if not path.exists():
        raise BadInput(f"there is no file or folder {where}")
    for file in [path] if path.is_file() else sorted(path.rglob("*")):
        if file.is_file() and _since(str(file), first):
            yield str(file), _opened(file)


def _since(name: str, first: str) -> bool:
    hour = _HOUR.search(name)
    return not hour or hour[1] >= first


def _answers_another(name: str, known: Iterable[str]) -> bool:
    return name.endswith(".out") and name.removesuffix(".out") in known


def _captured_s3(where: str, window: Window, s3: Any) -> Iterator[Line]:
    bucket, prefix = _bucket_and_prefix(where)
    prefix = f"{prefix.rstrip('/')}/" if prefix else ""
    variants = list(_variants(s3, bucket, prefix, depth=2))
    above = {each.removeprefix(prefix).rpartition("/")[0] for each in variants}
    _check_one_endpoint(where, {each for each in above if each})
    for variant in variants:
        for hour in window.hours():
            for key in _keys(s3, bucket, f"{variant}/{hour:%Y/%m/%d/%H}/"):
                if key.endswith(".jsonl"):
                    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
                    for number, text in enumerate(body.iter_lines(), start=1):
                        name = variant.rpartition("/")[2]
                        yield Line(text, f"s3://{bucket}/{key}", number, name)


def _variants(s3: Any, bucket: str, prefix: str, depth: int) -> Iterator[str]:
    """The folders below a prefix that hold years, at most so many levels deep."""
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix=prefix, Delimiter="/"
    )
    below = [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]
    if any(_YEAR.fullmatch(each.rstrip("/").rpartition("/")[2]) for each in below):
        yield prefix.rstrip("/")
    elif depth:
        for each in below:
            yield from _variants(s3, bucket, each, depth - 1)


def _check_one_endpoint(where: str, endpoints: set[str]) -> None:
    if len(endpoints) > 1:
        some = sorted(endpoints)
        raise BadInput(
            f"{where} has captures of {len(some)} endpoints; name one of them: "
            f"{where.rstrip('/')}/{some[0]}"
        )


def _bucket_and_prefix(uri: str) -> tuple[str, str]:
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    if not bucket:
        raise BadInput(f"{uri} names no bucket; a place in S3 is s3://bucket/prefix")
    return bucket, prefix


def _below(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    """The object of that name, and those in the folder of it: `truth/a` is not `truth/ab/…`."""
    folder = f"{prefix.rstrip('/')}/" if prefix else ""
    for key in _keys(s3, bucket, prefix):
        if key == prefix or key.startswith(folder):
            yield key


def _keys(s3: Any, bucket: str, prefix: str) -> Iterator[str]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for each in page.get("Contents", []):
            yield each["Key"]


def _decoded(s3: Any, bucket: str, key: str) -> Iterator[str]:
    body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    for line in body.iter_lines(keepends=True):
        yield line.decode(errors="replace")


def _opened(path: Path) -> Iterator[str]:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        yield from file
