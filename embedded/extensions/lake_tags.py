"""Lake Formation's tags on databases, tables and columns: those below inherit what is above.

https://docs.aws.amazon.com/lake-formation/latest/dg/tag-based-access-control.html
"""

import json
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.glue.models import glue_backends
from moto.lakeformation.exceptions import AlreadyExists, EntityNotFound, InvalidInput
from moto.lakeformation.models import LakeFormationBackend
from moto.lakeformation.responses import LakeFormationResponse

from embedded.extensions.operations import add, kept

Place = tuple[str, ...]
"""Database; database and table; or database, table and column."""


def install() -> None:
    """Add the operations to moto's Lake Formation."""
    add(
        LakeFormationResponse,
        create_lf_tag,
        get_lf_tag,
        update_lf_tag,
        delete_lf_tag,
        list_lf_tags,
        add_lf_tags_to_resource,
        get_resource_lf_tags,
        remove_lf_tags_from_resource,
    )


def create_lf_tag(self: LakeFormationResponse) -> str:
    """CreateLFTag."""
    key = self._get_param("TagKey")
    if key in _tags(self.lakeformation_backend):
        raise AlreadyExists(f"Tag key {key} already exists.")
    _tags(self.lakeformation_backend)[key] = list(self._get_param("TagValues"))
    return "{}"


def get_lf_tag(self: LakeFormationResponse) -> str:
    """GetLFTag."""
    return json.dumps(_shown(self, self._get_param("TagKey"), _values(self)))


def update_lf_tag(self: LakeFormationResponse) -> str:
    """UpdateLFTag: values come and go, and one stays at least."""
    values = _values(self)
    gone = self._get_param("TagValuesToDelete") or []
    come = self._get_param("TagValuesToAdd") or []
    left = [each for each in values if each not in gone]
    left += [each for each in come if each not in left]
    if not left:
        raise InvalidInput("A tag has at least one value.")
    values[:] = left
    return "{}"


def delete_lf_tag(self: LakeFormationResponse) -> str:
    """DeleteLFTag: it goes from wherever it is."""
    _values(self)
    key = self._get_param("TagKey")
    del _tags(self.lakeformation_backend)[key]
    for assigned in _assigned(self.lakeformation_backend).values():
        assigned.pop(key, None)
    return "{}"


def list_lf_tags(self: LakeFormationResponse) -> str:
    """ListLFTags, all on one page."""
    known = _tags(self.lakeformation_backend)
    return json.dumps({"LFTags": [_shown(self, key, values) for key, values in known.items()]})


def add_lf_tags_to_resource(self: LakeFormationResponse) -> str:
    """AddLFTagsToResource: of a key, the new value takes the place of the old one."""
    failures = []
    places = list(_places(self))
    for tag in self._get_param("LFTags"):
        key, values = tag["TagKey"], tag["TagValues"]
        known = _tags(self.lakeformation_backend).get(key, [])
        if len(values) != 1 or values[0] not in known:
            error = {
                "ErrorCode": "EntityNotFoundException",
                "ErrorMessage": "Tag or tag value does not exist.",
            }
            failures.append({"LFTag": tag, "Error": error})
            continue
        for place in places:
            _assigned(self.lakeformation_backend).setdefault(place, {})[key] = values[0]
    return json.dumps({"Failures": failures})


def get_resource_lf_tags(self: LakeFormationResponse) -> str:
    """GetResourceLFTags, with what is inherited unless only what is assigned is asked for."""
    own = self._get_param("ShowAssignedLFTags")
    backend = self.lakeformation_backend

    def told(place: Place) -> list[dict[str, Any]]:
        found = _assigned(backend).get(place, {}) if own else tags_of(backend, place)
        return [_shown(self, key, [value]) for key, value in found.items()]

    places = list(_places(self))
    answer: dict[str, Any] = {"LFTagOnDatabase": told(places[0][:1])}
    if len(places[0]) > 1:
        answer["LFTagsOnTable"] = told(places[0][:2])
    columns = [place for place in places if len(place) == len(("database", "table", "column"))]
    if columns:
        answer["LFTagsOnColumns"] = [
            {"Name": place[-1], "LFTags": told(place)} for place in columns if told(place)
        ]
    return json.dumps({key: value for key, value in answer.items() if value})


def remove_lf_tags_from_resource(self: LakeFormationResponse) -> str:
    """RemoveLFTagsFromResource: the inherited value shows again."""
    failures = []
    for place in _places(self):
        assigned = _assigned(self.lakeformation_backend).get(place, {})
        for tag in self._get_param("LFTags"):
            if assigned.pop(tag["TagKey"], None) is None:
                error = {
                    "ErrorCode": "EntityNotFoundException",
                    "ErrorMessage": "Tag is not on it.",
                }
                failures.append({"LFTag": tag, "Error": error})
    return json.dumps({"Failures": failures})


def tags_of(backend: LakeFormationBackend, place: Place) -> dict[str, str]:
    """The tags of a database, a table or a column by their keys, inherited ones with them."""
    found: dict[str, str] = {}
    for depth in range(1, len(place) + 1):
        found |= _assigned(backend).get(place[:depth], {})
    return found


def has_value(backend: LakeFormationBackend, key: str, value: str) -> bool:
    """Whether there is a tag of that key with that value."""
    return value in _tags(backend).get(key, [])


def require_catalogued(backend: LakeFormationBackend, place: Place) -> None:
    """Raise EntityNotFound for a database, a table or a column that the data catalog lacks."""
    glue = glue_backends[backend.account_id][backend.region_name]
    try:
        glue.get_database(place[0])
        if len(place) > 1:
            columns = _columns(glue.get_table(place[0], place[1]).as_dict())
            if set(place[2:]) - columns:
                raise EntityNotFound
    except JsonRESTError as error:
        raise EntityNotFound from error


def _columns(table: dict[str, Any]) -> set[str]:
    stored = table.get("StorageDescriptor", {}).get("Columns", [])
    return {each["Name"] for each in (*stored, *table.get("PartitionKeys", []))}


def _places(response: LakeFormationResponse) -> Iterator[Place]:
    """What a request's Resource names; raises EntityNotFound for what is not there."""
    resource = response._get_param("Resource")  # noqa: SLF001  moto's responses use it so
    if database := resource.get("Database"):
        found: list[Place] = [(database["Name"],)]
    elif table := resource.get("Table"):
        found = [(table["DatabaseName"], table["Name"])]
    elif columns := resource.get("TableWithColumns"):
        at = (columns["DatabaseName"], columns["Name"])
        found = [(*at, name) for name in columns.get("ColumnNames", [])]
    else:
        found = []
    if not found:
        raise InvalidInput("Tags are on databases, tables and named columns.")
    for place in found:
        require_catalogued(response.lakeformation_backend, place)
        yield place


def _values(response: LakeFormationResponse) -> list[str]:
    key = response._get_param("TagKey")  # noqa: SLF001
    if key not in _tags(response.lakeformation_backend):
        raise EntityNotFound
    found: list[str] = _tags(response.lakeformation_backend)[key]
    return found


def _shown(response: LakeFormationResponse, key: str, values: list[str]) -> dict[str, Any]:
    return {"CatalogId": response.current_account, "TagKey": key, "TagValues": values}


def _tags(backend: LakeFormationBackend) -> dict[str, Any]:
    return kept(backend, "own_tags")


def _assigned(backend: LakeFormationBackend) -> dict[Any, dict[str, str]]:
    return kept(backend, "assigned_tags")
