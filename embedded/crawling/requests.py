"""What a request for a crawler may say: what AWS refuses, and what this machine does not do.

https://docs.aws.amazon.com/glue/latest/webapi/API_CreateCrawler.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from embedded.schedules import Cron, Invalid, parse

NAME = re.compile(r"[^\x00-\x1f]{1,255}")
NOT_DONE = {
    "Classifiers": "custom classifiers",
    "LakeFormationConfiguration": "credentials of Lake Formation",
}
UPDATES = ("LOG", "UPDATE_IN_DATABASE")
DELETES = ("LOG", "DELETE_FROM_DATABASE", "DEPRECATE_IN_DATABASE")
CONFIGURED = {"Version", "CrawlerOutput", "CreatePartitionIndex"}
OUTPUTS = {
    "Tables": "MergeNewColumns",
    "Partitions": "InheritFromTable",
}
"""The one AddOrUpdateBehavior of each part of a crawler's output."""


def wrong(asked: Mapping[str, Any]) -> Iterator[str]:
    """Why a request is refused, a sentence each."""
    if asked.get("Name") is not None and not NAME.fullmatch(asked["Name"]):
        yield "Crawler name must have 1 to 255 characters."
    for name, what in NOT_DONE.items():
        value = asked.get(name)
        if value and value != {"UseLakeFormationCredentials": False}:
            yield f"The embedded AWS crawls without {what}."
    yield from _targets(asked.get("Targets"))
    yield from _policies(asked)
    if asked.get("Schedule"):
        yield from wrong_schedule(asked["Schedule"])
    if asked.get("Configuration"):
        yield from _configuration(asked["Configuration"])


def wrong_schedule(expression: str) -> Iterator[str]:
    """Why a schedule is refused: it is a cron expression, and nothing else.

    https://docs.aws.amazon.com/glue/latest/dg/monitor-data-warehouse-schedule.html
    """
    try:
        if isinstance(parse(expression), Cron):
            return
        why = "it is not cron(…)"
    except Invalid as error:
        why = str(error)
    yield f"Schedule expression is invalid: {why}."


def merges(configuration: str | None) -> bool:
    """Whether a crawler's configuration has it only add columns."""
    told = json.loads(configuration) if configuration else {}
    tables = (told.get("CrawlerOutput") or {}).get("Tables") or {}
    return bool(tables.get("AddOrUpdateBehavior") == "MergeNewColumns")


def _targets(targets: Any) -> Iterator[str]:
    if targets is None:
        return
    told = {name: value for name, value in targets.items() if value}
    if not told:
        yield "At least one target must be specified."
    for name in told:
        if name != "S3Targets":
            yield f"The embedded AWS crawls S3Targets, and not {name}."
    for target in told.get("S3Targets") or []:
        if not re.fullmatch(r"s3://[a-z0-9.-]{3,63}(/.*)?", target.get("Path", "")):
            yield f"{target.get('Path')} is not the path of an S3 target: s3://bucket/prefix/."
        for name in ("ConnectionName", "EventQueueArn", "Exclusions"):
            if target.get(name):
                yield f"The embedded AWS crawls S3Targets without {name}."


def _policies(asked: Mapping[str, Any]) -> Iterator[str]:
    change = asked.get("SchemaChangePolicy") or {}
    for name, allowed in (("UpdateBehavior", UPDATES), ("DeleteBehavior", DELETES)):
        if change.get(name) not in (None, *allowed):
            yield f"{name} is {change[name]}, and not one of {', '.join(allowed)}."
    again = (asked.get("RecrawlPolicy") or {}).get("RecrawlBehavior")
    if again == "CRAWL_EVENT_MODE":
        yield "The embedded AWS does not crawl by events."
    if again == "CRAWL_NEW_FOLDERS_ONLY" and {*change.values()} != {"LOG"}:
        yield (
            "The SchemaChangePolicy for a crawler of CRAWL_NEW_FOLDERS_ONLY must have LOG as "
            "UpdateBehavior and as DeleteBehavior."
        )


def _configuration(text: str) -> Iterator[str]:
    try:
        told = json.loads(text)
    except ValueError:
        yield "Configuration is not JSON."
        return
    if told.get("Version") != 1.0:
        yield "Configuration must have the Version 1.0."
    for name in sorted(set(told) - CONFIGURED):
        yield f"The embedded AWS does not do {name} of a crawler's Configuration."
    for part, value in (told.get("CrawlerOutput") or {}).items():
        if value != {"AddOrUpdateBehavior": OUTPUTS.get(part)}:
            yield f"{json.dumps(value)} is no output of {part}."
