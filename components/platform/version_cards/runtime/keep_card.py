"""A function of Lambda: a version that was registered gets its card.

`said.json` beside it has who answers for the environment, and by package group what the project's
card.yaml says:

    {"owner": "ml@example.com", "models": {"maslow-dev-readmission": {"purpose": "To call back."}}}

A card that somebody has written stays as it is: the change that this function makes is told as an
event of its own, and a person's are, too.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateModelPackage.html
"""

import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import boto3

from .card import card_of, is_written
from .documents import object_at, object_of

DRAFT = "Draft"


def handler(event: dict[str, str], _context: object) -> dict[str, Any]:
    """Keep the card of the version `arn` of the group `group`; returns whether there was none yet.

    Raises botocore's errors.
    """
    package = client("sagemaker").describe_model_package(ModelPackageName=event["arn"])
    if is_written(object_of(package.get("ModelCard", {}).get("ModelCardContent")) or {}):
        return {"kept": False}
    told, read = said(), partial(object_at, client("s3"))
    card = card_of(package, read, told["models"].get(event["group"], {}), told["owner"])
    client("sagemaker").update_model_package(
        ModelPackageArn=event["arn"],
        ModelCard={"ModelCardContent": json.dumps(card), "ModelCardStatus": DRAFT},
    )
    return {"kept": True}


@cache
def said() -> Any:
    """What `said.json` says."""
    return json.loads(Path(__file__).with_name("said.json").read_text(encoding="utf-8"))


@cache
def client(service: str) -> Any:
    """boto3's client of a service, made once."""
    return boto3.client(service)
