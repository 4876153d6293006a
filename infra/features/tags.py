"""Tags on the snapshots that a version was learned from, so that their tables do not forget them.

A tag of Iceberg names a snapshot, and what expires snapshots leaves those that have one. Athena's
SQL makes none; a tag is a commit like any other, and so it is made by one: the table's metadata are
written anew, and the data catalog is told where they are.

https://iceberg.apache.org/docs/latest/branching/
https://iceberg.apache.org/spec/#snapshot-references
"""

import gzip
import json
import re
import uuid
from typing import Any, TypedDict

from infra.errors import InputError, WorkError
from infra.models import reports
from infra.models.place import Place

LOCATION, PREVIOUS = "metadata_location", "previous_metadata_location"
COMPRESSED = ".gz.metadata.json"
NUMBERED = re.compile(r"(\d+)-.*\.metadata\.json")
LOG_LIMIT = 100
"""Metadata files that a table's log names unless its property says otherwise.

https://iceberg.apache.org/docs/latest/configuration/
"""
LOG_PROPERTY = "write.metadata.previous-versions-max"
INPUT = (
    *("Name", "Description", "Owner", "Retention", "StorageDescriptor", "PartitionKeys"),
    *("TableType", "Parameters"),
)
"""What of a table UpdateTable takes back.

https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
"""


class TaggedShape(TypedDict):
    """Snapshots that have a tag now."""

    model: str
    version: int
    tag: str
    tables: dict[str, str]
    """Snapshot by table."""


def keep(place: Place, model: str, number: int | None) -> TaggedShape:
    """Tag each snapshot that a version was learned from as `<model>-v<version>`.

    The version is the approved one, or else the newest, unless one is named. Those that have the
    tag already keep it. Raises InputError for a version whose training set names no snapshot, and
    WorkError for a snapshot that its table has forgotten, and for a table that others write just
    then; botocore's errors for the rest.
    """
    why = reports.why(place, model, number)
    made = why["snapshot"]["made_of"] if why["snapshot"] else None
    found = {
        each["table"]: each["snapshot"]
        for each in (made["tables"] if made else ())
        if each["snapshot"]
    }
    if not found:
        raise InputError(
            f"Version {why['version']} of {model} names no snapshot that it was learned from. "
            "The loop notes those of Iceberg tables where the model has labels and features."
        )
    name = f"{model}-v{why['version']}"
    for table, snapshot in found.items():
        tag(place, table, int(snapshot), name)
    return {"model": model, "version": why["version"], "tag": name, "tables": found}


def tag(place: Place, table: str, snapshot: int, name: str) -> None:
    """Tag a snapshot of a table, `<database>.<table>`; a tag that is there moves to it.

    Glue refuses the commit where the table has changed since it was read. Raises WorkError.
    https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
    """
    database, _, own = table.partition(".")
    glue = place.client("glue")
    there = glue.get_table(DatabaseName=database, Name=own)["Table"]
    location = there["Parameters"][LOCATION]
    metadata = _read(place, location)
    if snapshot not in [each["snapshot-id"] for each in metadata.get("snapshots", [])]:
        raise WorkError(f"{table} has forgotten its snapshot {snapshot}: there is none to tag.")
    wanted = {"snapshot-id": snapshot, "type": "tag"}
    if metadata.get("refs", {}).get(name) == wanted:
        return
    now = max(int(place.now().timestamp() * 1000), metadata["last-updated-ms"] + 1)
    written = _write(place, location, _tagged(metadata, location, name, wanted, now))
    parameters = {**there["Parameters"], LOCATION: written, PREVIOUS: location}
    told: dict[str, Any] = {key: there[key] for key in INPUT if key in there}
    version = {"VersionId": there["VersionId"]} if "VersionId" in there else {}
    try:
        glue.update_table(
            DatabaseName=database,
            TableInput={**told, "Parameters": parameters},
            SkipArchive=True,
            **version,
        )
    except glue.exceptions.ConcurrentModificationException as error:
        raise WorkError(f"{table} was written meanwhile: the tag is to be made again.") from error


def _tagged(
    metadata: dict[str, Any], location: str, name: str, wanted: dict[str, Any], now: int
) -> dict[str, Any]:
    """The metadata with the tag, and with the file that they come from in their log."""
    most = int(metadata.get("properties", {}).get(LOG_PROPERTY, LOG_LIMIT))
    before = {"timestamp-ms": metadata["last-updated-ms"], "metadata-file": location}
    return {
        **metadata,
        "last-updated-ms": now,
        "refs": {**metadata.get("refs", {}), name: wanted},
        "metadata-log": [*metadata.get("metadata-log", []), before][-most:],
    }


def _read(place: Place, location: str) -> dict[str, Any]:
    bucket, _, key = location.removeprefix("s3://").partition("/")
    body: bytes = place.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    text = gzip.decompress(body) if location.endswith(COMPRESSED) else body
    found: dict[str, Any] = json.loads(text)
    return found


def _write(place: Place, before: str, metadata: dict[str, Any]) -> str:
    """Write metadata beside those before them, under the next number; where they are."""
    folder, _, file = before.rpartition("/")
    numbered = NUMBERED.fullmatch(file)
    number = int(numbered[1]) + 1 if numbered else 1
    location = f"{folder}/{number:05d}-{uuid.uuid4()}.metadata.json"
    bucket, _, key = location.removeprefix("s3://").partition("/")
    place.client("s3").put_object(
        Bucket=bucket, Key=key, Body=json.dumps(metadata).encode(), ContentType="application/json"
    )
    return location
