"""What a model is asked with, looked up in the online store, and what it answers.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_GetRecord.html
https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypedDict

from infra.errors import InputError, WorkError
from infra.features.columns import Column, columns_of, groups_of, name_in_aws
from infra.models.place import Place
from infra.settings.data.features import FeatureGroup
from infra.settings.mlops.model import ModelSettings

RUNTIME = "sagemaker-featurestore-runtime"
BATCH = 100
"""Records of one group that BatchGetRecord takes."""
CONVERTED = {"integral": int, "fractional": float, "string": str}


class AnswerShape(TypedDict):
    """What a model was asked, and what it answered."""

    model: str
    records: dict[str, str]
    """Identifier of the record that was looked up, by feature group."""
    features: dict[str, Any]
    """The request: a value for each column, null where the record has none."""
    answer: Any
    """The endpoint's answer, of the one row."""


def features_of(place: Place, model: ModelSettings, records: Mapping[str, str]) -> dict[str, Any]:
    """The newest values of a model's columns, in their order; `records` are identifiers by group.

    A feature that its record has no value of is None. Raises InputError for a group without an
    online store, one of which no record is named, and a record that is not there; botocore's errors
    for the rest.
    """
    groups, columns = groups_of(place.stack, model), columns_of(place.stack, model)
    found = {group.name: _record(place, group, records, columns) for group in groups}
    return _converted(columns, found)


def features_of_many(
    place: Place, model: ModelSettings, ids: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """The newest values of a model's columns by identifier, which is one in all of its groups.

    A record that is not there has no values. Raises InputError for a group without an online store,
    and botocore's errors.
    https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_BatchGetRecord.html
    """
    groups, columns = groups_of(place.stack, model), columns_of(place.stack, model)
    texts: dict[str, dict[str, dict[str, str]]] = {}
    for group in groups:
        wanted = _asked_of(group, columns)
        texts[group.name] = found = {}
        for start in range(0, len(ids) if wanted else 0, BATCH):
            answer = place.client(RUNTIME).batch_get_record(
                Identifiers=[
                    {
                        "FeatureGroupName": name_in_aws(place.names, group),
                        "RecordIdentifiersValueAsString": ids[start : start + BATCH],
                        "FeatureNames": wanted,
                    }
                ]
            )
            for each in answer["Records"]:
                found[each["RecordIdentifierValueAsString"]] = _values(each)
    return {
        id_: _converted(columns, {name: found.get(id_, {}) for name, found in texts.items()})
        for id_ in ids
    }


def ask(place: Place, model: ModelSettings, records: Mapping[str, str]) -> AnswerShape:
    """Ask a model's endpoint about the records of these identifiers.

    Raises as `features_of` does, and WorkError where the endpoint refuses or is not there.
    """
    features = features_of(place, model, records)
    runtime = place.client("sagemaker-runtime")
    name = place.names(model.name)
    try:
        response = runtime.invoke_endpoint(
            EndpointName=name,
            ContentType="application/json",
            Accept="application/json",
            Body=json.dumps({"instances": [features]}),
        )
    except runtime.exceptions.ClientError as error:
        raise WorkError(f"{name} did not answer: {error.response['Error']['Message']}") from error
    told = json.loads(response["Body"].read())
    return {
        "model": model.name,
        "records": dict(records),
        "features": features,
        "answer": _only(told.get("predictions", told) if isinstance(told, dict) else told),
    }


def _record(
    place: Place, group: FeatureGroup, records: Mapping[str, str], columns: Sequence[Column]
) -> dict[str, str]:
    """The values of a group's record that are columns, by feature."""
    names = _asked_of(group, columns)
    if group.name not in records:
        raise InputError(f"Which record of {group.name}? --record {group.name}=ID names it.")
    if not names:
        return {}
    answer = place.client(RUNTIME).get_record(
        FeatureGroupName=name_in_aws(place.names, group),
        RecordIdentifierValueAsString=records[group.name],
        FeatureNames=names,
    )
    if "Record" not in answer:
        raise InputError(f"{group.name} has no record {records[group.name]}, or has it no longer.")
    return _values(answer)


def _asked_of(group: FeatureGroup, columns: Sequence[Column]) -> list[str]:
    """The features of a group that are columns. Raises InputError without an online store."""
    if not group.online:
        raise InputError(f"{group.name} has no online store: nothing is looked up in it.")
    return [column.feature for column in columns if column.group is group]


def _values(answer: Mapping[str, Any]) -> dict[str, str]:
    return {each["FeatureName"]: each["ValueAsString"] for each in answer["Record"]}


def _converted(columns: Sequence[Column], found: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """The values of columns, by their names, of texts by group and feature."""
    return {
        column.name: None
        if (text := found[column.group.name].get(column.feature)) is None
        else CONVERTED[column.type](text)
        for column in columns
    }


def _only(rows: Any) -> Any:
    return rows[0] if isinstance(rows, list) and len(rows) == 1 else rows
