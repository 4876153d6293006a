"""Data capture: what an endpoint was asked and answered, in S3, as Model Monitor reads it.

https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
"""

import base64
import json
import logging
import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

log = logging.getLogger(__name__)

ALL_PERCENT = 100
_chance = random.SystemRandom()


@dataclass(frozen=True)
class Exchange:
    """One request to a variant and its answer."""

    endpoint: str
    variant: str
    request: bytes
    request_type: str
    answer: bytes
    answer_type: str
    inference_id: str | None
    at: datetime


def sampled(config: dict[str, Any]) -> bool:
    """Whether this request falls within the configuration's sampling percentage."""
    if not config.get("EnableCapture"):
        return False
    return bool(_chance.uniform(0, ALL_PERCENT) < config["InitialSamplingPercentage"])


def record(exchange: Exchange, config: dict[str, Any], event_id: str) -> dict[str, Any]:
    """The captured event: request, answer or both, by the configuration's CaptureOptions."""
    modes = {option["CaptureMode"] for option in config["CaptureOptions"]}
    types = config.get("CaptureContentTypeHeader", {})
    data = {}
    if modes & {"Input", "InputAndOutput"}:
        data["endpointInput"] = _side(exchange.request, exchange.request_type, "INPUT", types)
    if modes & {"Output", "InputAndOutput"}:
        data["endpointOutput"] = _side(exchange.answer, exchange.answer_type, "OUTPUT", types)
    metadata = {"eventId": event_id, "inferenceTime": f"{exchange.at:%Y-%m-%dT%H:%M:%SZ}"}
    if exchange.inference_id:
        metadata["inferenceId"] = exchange.inference_id
    return {"captureData": data, "eventMetadata": metadata, "eventVersion": "0"}


def location(exchange: Exchange, destination: str, event_id: str) -> tuple[str, str]:
    """Bucket and key of an event below the destination, an S3 URI: one file per event."""
    bucket, _, prefix = destination.removeprefix("s3://").partition("/")
    at = exchange.at
    name = f"{at:%M-%S}-{at.microsecond // 1000:03d}-{event_id}.jsonl"
    parts = (prefix.strip("/"), exchange.endpoint, exchange.variant, f"{at:%Y/%m/%d/%H}", name)
    return bucket, "/".join(part for part in parts if part)


def write(exchange: Exchange, config: dict[str, Any], account_id: str, region: str) -> None:
    """Write the event to S3; a capture that fails does not fail the request, as on AWS."""
    event_id = str(uuid4())
    bucket, key = location(exchange, config["DestinationS3Uri"], event_id)
    line = json.dumps(record(exchange, config, event_id)) + "\n"
    key_id = config.get("KmsKeyId")
    try:
        s3_backends[account_id][get_partition(region)].put_object(
            bucket,
            key,
            line.encode(),
            encryption="aws:kms" if key_id else None,
            kms_key_id=key_id,
        )
    except ServiceException as error:
        log.warning("endpoint %s: data capture failed: %s", exchange.endpoint, error)


def _side(data: bytes, content_type: str, mode: str, types: dict[str, list[str]]) -> dict[str, str]:
    """One half of the event; a content type that the configuration does not name is Base64."""
    media_type = content_type.partition(";")[0].strip()
    if media_type in types.get("CsvContentTypes", []):
        encoding, text = "CSV", data.decode()
    elif media_type in types.get("JsonContentTypes", []):
        encoding, text = "JSON", data.decode()
    else:
        encoding, text = "BASE64", base64.b64encode(data).decode()
    return {"observedContentType": content_type, "mode": mode, "data": text, "encoding": encoding}
