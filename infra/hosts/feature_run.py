"""The sample by way of the feature store: records are put, labelled, learned from and looked up.

Only AWS's own API is asked, as in an account; only that the embedded AWS writes its offline stores
at the clock's next tick, where AWS takes up to 15 minutes, is made use of.
"""

import csv
import io
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from embedded.cloud import Cloud
from infra.errors import WorkError
from infra.features.columns import groups_of, name_in_aws
from infra.features.lookup import RUNTIME, features_of_many
from infra.hosts.records import HELD_OUT_EVERY, Records, as_csv
from infra.models.place import Place, iso
from infra.settings.data.features import FeatureGroup
from infra.settings.mlops.labels import place_of
from infra.settings.mlops.model import ModelSettings

BATCH = 25
"""Entries of one BatchWriteRecord.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_BatchWriteRecord.html
"""
BEFORE = timedelta(hours=1)
"""How long before its label a record was measured."""
POLL_SECONDS = 0.1
LABELS_FILE = "sample.csv"


@dataclass(frozen=True)
class Stored:
    """Records that are in the feature store."""

    groups: list[str]
    """Feature groups that have them."""
    asked: list[dict[str, Any]]
    """What the online store tells of those that are held out, in their order."""
    learned: int
    """Records of the training set, each of which the online store tells the same of."""


def by_store(
    cloud: Cloud, place: Place, model: ModelSettings, outputs: Mapping[str, Any], records: Records
) -> Stored:
    """Put records and labels, have the training set made, and look all records up.

    Held-out records have no label, and so nothing is learned from them. Raises WorkError where
    something is not done, and where the training set is not what the online store tells.
    """
    now = place.now().replace(microsecond=0)
    ids = {f"s{number}": row for number, row in enumerate(records.rows)}
    for group in groups_of(place.stack, model):
        _put(place, group, records.header, ids, now - BEFORE)
    learned = [id_ for number, id_ in enumerate(ids) if number % HELD_OUT_EVERY]
    _label(place, model, outputs["zones"], learned, records, now)
    cloud.advance(1)
    rows = _made(cloud, outputs["models"][model.name]["training_set"])

    found = features_of_many(place, model, [*ids])
    known = dict(zip(learned, records.truth(records.training), strict=True))
    told = [_row({model.target: known[id_], **found[id_]}) for id_ in learned]
    if sorted(rows) != sorted(told):
        raise WorkError(
            f"The training set of {model.name} is not what the online store tells: it has "
            f"{len(rows)} rows, of which {len(set(rows) & set(told))} are among {len(told)}"
        )
    return Stored(
        [group.name for group in groups_of(place.stack, model)],
        [found[id_] for id_ in ids if id_ not in known],
        len(learned),
    )


def _put(
    place: Place,
    group: FeatureGroup,
    header: Sequence[str],
    ids: Mapping[str, Sequence[str]],
    at: datetime,
) -> None:
    """Put the features of one group that the records have. Raises WorkError for what is refused."""
    columns = {name: number for number, name in enumerate(header) if name in group.features}
    is_text = group.features[group.event_time] == "string"
    event_time = iso(at) if is_text else str(at.timestamp())
    entries = [
        {
            "FeatureGroupName": name_in_aws(place.names, group),
            "Record": [
                {"FeatureName": name, "ValueAsString": value}
                for name, value in (
                    (group.record_id, id_),
                    (group.event_time, event_time),
                    *((name, row[number]) for name, number in columns.items()),
                )
            ],
        }
        for id_, row in ids.items()
    ]
    runtime = place.client(RUNTIME)
    for start in range(0, len(entries), BATCH):
        answer = runtime.batch_write_record(Entries=entries[start : start + BATCH])
        if refused := answer["Errors"] or answer["UnprocessedEntries"]:
            raise WorkError(f"{group.name} does not take every record: {refused[0]}")


def _label(
    place: Place,
    model: ModelSettings,
    zones: Mapping[str, str],
    ids: Sequence[str],
    records: Records,
    at: datetime,
) -> None:
    """Lay the labels where their table lies, as CSV in the order of its columns."""
    labels, lake = model.labels, place.stack.platform.lake
    table = next((each for each in lake.tables if labels and each.name == labels.table), None)
    if labels is None or table is None or table.format != "csv":
        raise WorkError(f"The labels of {model.name} are no table of CSV under lake.tables.")
    known = {
        **{
            labels.ids.get(group.name, group.record_id): ids
            for group in groups_of(place.stack, model)
        },
        labels.time: [iso(at)] * len(ids),
        model.target: records.truth(records.training),
    }
    empty = [""] * len(ids)
    rows = zip(*(known.get(name, empty) for name in table.columns), strict=True)
    zone, prefix = place_of(labels, lake.tables)
    place.client("s3").put_object(
        Bucket=zones[zone],
        Key=f"{prefix}/{LABELS_FILE}",
        Body=as_csv([[*table.columns], *map(list, rows)]).encode(),
        ContentType="text/csv",
    )


def _made(cloud: Cloud, machine: str) -> list[tuple[str, ...]]:
    """The rows of a training set, once its machine has made it. Raises WorkError."""
    states = cloud.client("stepfunctions")
    run = states.start_execution(stateMachineArn=machine)["executionArn"]
    while (told := states.describe_execution(executionArn=run))["status"] == "RUNNING":
        time.sleep(POLL_SECONDS)
    if told["status"] != "SUCCEEDED":
        raise WorkError(f"The training set was not made: {told.get('cause', told['status'])}")
    bucket, _, key = json.loads(told["output"])["uri"].removeprefix("s3://").partition("/")
    body = cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    return [_row(row) for row in _table(body)]


def _table(text: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(text))


def _row(values: Mapping[str, Any]) -> tuple[str, ...]:
    """The values of a row by column, numbers written alike."""
    return tuple(f"{name}={_alike(value)}" for name, value in sorted(values.items()))


def _alike(value: Any) -> str:
    try:
        return repr(float(value))
    except (TypeError, ValueError):
        return str(value or "")
