"""Objects of JSON, where they can be had."""

import json
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError


def object_at(s3: Any, uri: str | None) -> dict[str, Any] | None:
    """The object of JSON at an S3 URI; None where it cannot be read: then it is unknown."""
    bucket, _, key = (uri or "").removeprefix("s3://").partition("/")
    if not bucket or not key:
        return None
    with suppress(ClientError):
        return object_of(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    return None


def object_of(text: str | bytes | None) -> dict[str, Any] | None:
    """The object that a text of JSON is; None for one that is none."""
    with suppress(ValueError):
        found = json.loads(text or "null")
        return found if isinstance(found, dict) else None
    return None
