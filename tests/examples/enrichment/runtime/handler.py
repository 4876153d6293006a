"""The function: adds what is known of a ward to each record, and writes it to the lake."""

import csv
import json
import logging
import os
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

LOG = logging.getLogger(__name__)


def wards() -> dict[str, dict[str, Any]]:
    """What is known of each ward, by its code."""
    with Path(__file__).with_name("wards.csv").open(newline="", encoding="utf-8") as file:
        return {
            row["ward"]: {"specialty": row["specialty"], "beds": int(row["beds"])}
            for row in csv.DictReader(file)
        }


WARDS = wards()


def enriched(body: str) -> dict[str, Any]:
    """A message's record with its ward's specialty and beds.

    Raises ValueError for what is no JSON object, and LookupError for a ward that is not known.
    """
    record = json.loads(body)
    if not isinstance(record, dict):
        raise ValueError("the message is no JSON object")  # noqa: TRY004  # of its value
    return {**record, **WARDS[record["ward"]]}


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Write each record of a batch; the answer names the messages that SQS is to bring again.

    An object is named after its message, so that a message that comes twice is written once.
    https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html
    """
    s3 = boto3.client("s3")
    bucket, prefix = os.environ["ZONE_BUCKET"], os.environ["ZONE_PREFIX"]
    failed = []
    for message in event["Records"]:
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"{prefix}/{message['messageId']}.json",
                Body=json.dumps(enriched(message["body"])).encode(),
                ContentType="application/json",
            )
        except (ValueError, LookupError, BotoCoreError, ClientError):
            LOG.exception("message %s was not written", message["messageId"])
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}
