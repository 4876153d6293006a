"""Filters of a table's rows and columns in Lake Formation, which moto lists and cannot make.

https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering.html
"""

import json
from typing import Any

from moto.lakeformation import urls
from moto.lakeformation.exceptions import AlreadyExists, EntityNotFound, InvalidInput
from moto.lakeformation.models import LakeFormationBackend
from moto.lakeformation.responses import LakeFormationResponse

from embedded.extensions.lake_tags import require_catalogued
from embedded.extensions.operations import add, kept

Values = dict[str, Any]


def install() -> None:
    """Add the operations to moto's Lake Formation."""
    add(
        LakeFormationResponse,
        create_data_cells_filter,
        get_data_cells_filter,
        update_data_cells_filter,
        delete_data_cells_filter,
        list_data_cells_filter,
    )
    for verb in ("Create", "Get", "Update", "Delete"):
        urls.url_paths[f"{{0}}/{verb}DataCellsFilter$"] = LakeFormationResponse.dispatch


def create_data_cells_filter(self: LakeFormationResponse) -> str:
    """CreateDataCellsFilter: some or all columns of a table, and some or all of its rows."""
    data = self._get_param("TableData")
    _require_whole(self, data)
    if _key(data) in _filters(self.lakeformation_backend):
        raise AlreadyExists(f"Data cells filter {data['Name']} already exists.")
    _filters(self.lakeformation_backend)[_key(data)] = data
    return "{}"


def get_data_cells_filter(self: LakeFormationResponse) -> str:
    """GetDataCellsFilter."""
    return json.dumps({"DataCellsFilter": find_filter(self.lakeformation_backend, _asked(self))})


def update_data_cells_filter(self: LakeFormationResponse) -> str:
    """UpdateDataCellsFilter: it is written whole."""
    data = self._get_param("TableData")
    find_filter(self.lakeformation_backend, data)
    _require_whole(self, data)
    _filters(self.lakeformation_backend)[_key(data)] = data
    return "{}"


def delete_data_cells_filter(self: LakeFormationResponse) -> str:
    """DeleteDataCellsFilter."""
    find_filter(self.lakeformation_backend, _asked(self))
    del _filters(self.lakeformation_backend)[_key(_asked(self))]
    return "{}"


def list_data_cells_filter(self: LakeFormationResponse) -> str:
    """ListDataCellsFilter of a table, or all, on one page."""
    table = self._get_param("Table")
    wanted = (table["DatabaseName"], table["Name"]) if table else None
    found = [
        each
        for each in _filters(self.lakeformation_backend).values()
        if wanted in (None, (each["DatabaseName"], each["TableName"]))
    ]
    return json.dumps({"DataCellsFilters": found})


def find_filter(backend: LakeFormationBackend, named: Values) -> Values:
    """A filter by its DatabaseName, TableName and Name. Raises EntityNotFound."""
    key = _key(named)
    if key not in _filters(backend):
        raise EntityNotFound
    found: Values = _filters(backend)[key]
    return found


def _require_whole(response: LakeFormationResponse, data: Values) -> None:
    """Refuse a filter of no table, of no column that is there, or that does not say its rows."""
    at = (data["DatabaseName"], data["TableName"])
    named = data.get("ColumnNames")
    wildcard = data.get("ColumnWildcard")
    for name in (*(named or ()), *(wildcard or {}).get("ExcludedColumnNames", ())):
        require_catalogued(response.lakeformation_backend, (*at, name))
    require_catalogued(response.lakeformation_backend, at)
    if (named is None) is (wildcard is None):
        raise InvalidInput("A filter has either ColumnNames or a ColumnWildcard.")
    rows = data.get("RowFilter") or {}
    if ("FilterExpression" in rows) is ("AllRowsWildcard" in rows):
        raise InvalidInput("A filter has either a FilterExpression or an AllRowsWildcard.")


def _asked(response: LakeFormationResponse) -> Values:
    named = ("DatabaseName", "TableName", "Name")
    return {each: response._get_param(each) for each in named}  # noqa: SLF001  as moto does


def _key(named: Values) -> str:
    return json.dumps([named[each] for each in ("DatabaseName", "TableName", "Name")])


def _filters(backend: LakeFormationBackend) -> dict[str, Any]:
    return kept(backend, "filters")
