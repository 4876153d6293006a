"""Lake Formation's grants and opt-ins, each refused where AWS would refuse it.

https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
"""

import json
from collections.abc import Iterator
from typing import Any

from moto.lakeformation import urls
from moto.lakeformation.exceptions import AlreadyExists, EntityNotFound, InvalidInput
from moto.lakeformation.models import LakeFormationBackend
from moto.lakeformation.responses import LakeFormationResponse

from embedded.extensions.lake_filters import find_filter
from embedded.extensions.lake_tags import has_value, require_catalogued
from embedded.extensions.operations import add, kept

Values = dict[str, Any]

ON_DATABASES = ("ALL", "ALTER", "CREATE_TABLE", "DESCRIBE", "DROP")
ON_TABLES = ("ALL", "ALTER", "DELETE", "DESCRIBE", "DROP", "INSERT", "SELECT")
ALLOWED = {
    "Catalog": ("CREATE_DATABASE", "CREATE_LF_TAG"),
    "Database": ON_DATABASES,
    "Table": ON_TABLES,
    "TableWithColumns": ("SELECT",),
    "DataLocation": ("DATA_LOCATION_ACCESS",),
    "DataCellsFilter": ("SELECT",),
    "LFTag": ("ASSOCIATE", "DESCRIBE"),
}
"""What can be granted on what."""


def install() -> None:
    """Add the operations to moto's Lake Formation."""
    add(
        LakeFormationResponse,
        grant_permissions,
        revoke_permissions,
        list_permissions,
        batch_grant_permissions,
        batch_revoke_permissions,
        create_lake_formation_opt_in,
        delete_lake_formation_opt_in,
        list_lake_formation_opt_ins,
    )
    for path in (
        "CreateLakeFormationOptIn",
        "DeleteLakeFormationOptIn",
        "ListLakeFormationOptIns",
    ):
        urls.url_paths[f"{{0}}/{path}$"] = LakeFormationResponse.dispatch


def grant_permissions(self: LakeFormationResponse) -> str:
    """GrantPermissions: it adds to what the principal has on the resource."""
    _grant(self.lakeformation_backend, _request(self))
    return "{}"


def revoke_permissions(self: LakeFormationResponse) -> str:
    """RevokePermissions of what was granted."""
    _revoke(self.lakeformation_backend, _request(self))
    return "{}"


def batch_grant_permissions(self: LakeFormationResponse) -> str:
    """BatchGrantPermissions; the first that is refused ends it."""
    for entry in self._get_param("Entries"):
        _grant(self.lakeformation_backend, entry)
    return json.dumps({"Failures": []})


def batch_revoke_permissions(self: LakeFormationResponse) -> str:
    """BatchRevokePermissions; the first that is refused ends it."""
    for entry in self._get_param("Entries"):
        _revoke(self.lakeformation_backend, entry)
    return json.dumps({"Failures": []})


def list_permissions(self: LakeFormationResponse) -> str:
    """ListPermissions of a principal, of a resource, or all, on one page."""
    principal, resource = self._get_param("Principal"), self._get_param("Resource")
    if principal and not resource:
        raise InvalidInput("Resource is mandatory if Principal is set in the input.")
    found = [
        grant
        for grant in grants(self.lakeformation_backend)
        if principal in (None, grant["Principal"])
        and (resource is None or _plain(resource) == grant["Resource"])
    ]
    return json.dumps({"PrincipalResourcePermissions": found})


def create_lake_formation_opt_in(self: LakeFormationResponse) -> str:
    """CreateLakeFormationOptIn: from now on Lake Formation decides for this principal there."""
    key = _key(_request(self))
    _require_there(self.lakeformation_backend, _plain(self._get_param("Resource")))
    if key in _opt_ins(self.lakeformation_backend):
        raise AlreadyExists("The principal is opted in already.")
    _opt_ins(self.lakeformation_backend)[key] = {
        "Principal": self._get_param("Principal"),
        "Resource": _plain(self._get_param("Resource")),
    }
    return "{}"


def delete_lake_formation_opt_in(self: LakeFormationResponse) -> str:
    """DeleteLakeFormationOptIn."""
    if _opt_ins(self.lakeformation_backend).pop(_key(_request(self)), None) is None:
        raise EntityNotFound
    return "{}"


def list_lake_formation_opt_ins(self: LakeFormationResponse) -> str:
    """ListLakeFormationOptIns of a principal, of a resource, or all, on one page."""
    principal, resource = self._get_param("Principal"), self._get_param("Resource")
    found = [
        each
        for each in opt_ins(self.lakeformation_backend)
        if principal in (None, each["Principal"])
        and (resource is None or _plain(resource) == each["Resource"])
    ]
    return json.dumps({"LakeFormationOptInsInfoList": found})


def grants(backend: LakeFormationBackend) -> list[Values]:
    """All grants: Principal, Resource, Permissions and PermissionsWithGrantOption."""
    return [
        {
            **each,
            "Permissions": sorted(each["Permissions"]),
            "PermissionsWithGrantOption": sorted(each["PermissionsWithGrantOption"]),
        }
        for each in _grants(backend).values()
    ]


def opt_ins(backend: LakeFormationBackend) -> list[Values]:
    """All opt-ins: Principal and Resource."""
    return [*_opt_ins(backend).values()]


def _request(response: LakeFormationResponse) -> Values:
    named = ("Principal", "Resource", "Permissions", "PermissionsWithGrantOption")
    return {each: response._get_param(each) for each in named}  # noqa: SLF001  as moto does


def _grant(backend: LakeFormationBackend, request: Values) -> None:
    resource = _plain(request["Resource"])
    _require_there(backend, resource)
    allowed = _allowed(resource)
    given = {*request["Permissions"], *(request.get("PermissionsWithGrantOption") or [])}
    if wrong := sorted(given - set(allowed)):
        raise InvalidInput(f"{', '.join(wrong)} cannot be granted on it: {', '.join(allowed)}.")
    grant = _grants(backend).setdefault(
        _key(request),
        {
            "Principal": request["Principal"],
            "Resource": resource,
            "Permissions": set(),
            "PermissionsWithGrantOption": set(),
        },
    )
    grant["Permissions"] |= set(request["Permissions"])
    grant["PermissionsWithGrantOption"] |= set(request.get("PermissionsWithGrantOption") or [])


def _revoke(backend: LakeFormationBackend, request: Values) -> None:
    grant = _grants(backend).get(_key(request))
    gone = set(request["Permissions"])
    if grant is None or not gone <= grant["Permissions"]:
        raise InvalidInput("No permissions revoked. Grantee does not have them.")
    grant["Permissions"] -= gone
    grant["PermissionsWithGrantOption"] -= set(request.get("PermissionsWithGrantOption") or [])
    if not grant["Permissions"]:
        del _grants(backend)[_key(request)]


def _allowed(resource: Values) -> tuple[str, ...]:
    (kind,) = resource
    if kind == "LFTagPolicy":
        return ON_DATABASES if resource[kind]["ResourceType"] == "DATABASE" else ON_TABLES
    return ALLOWED[kind]


def _require_there(backend: LakeFormationBackend, resource: Values) -> None:
    """Raise EntityNotFound for what the catalog, or Lake Formation itself, does not have."""
    for place in _catalogued(resource):
        require_catalogued(backend, place)
    if filter_ := resource.get("DataCellsFilter"):
        find_filter(backend, filter_)
    if policy := resource.get("LFTagPolicy"):
        for tag in policy["Expression"]:
            for value in tag["TagValues"]:
                if not has_value(backend, tag["TagKey"], value):
                    raise EntityNotFound


def _catalogued(resource: Values) -> Iterator[tuple[str, ...]]:
    if database := resource.get("Database"):
        yield (database["Name"],)
    if table := resource.get("Table"):
        yield (
            (table["DatabaseName"], table["Name"]) if "Name" in table else (table["DatabaseName"],)
        )
    if columns := resource.get("TableWithColumns"):
        at = (columns["DatabaseName"], columns["Name"])
        yield at
        wildcard = columns.get("ColumnWildcard") or {}
        for name in (*columns.get("ColumnNames", ()), *wildcard.get("ExcludedColumnNames", ())):
            yield (*at, name)


def _plain(resource: Values) -> Values:
    """A resource without the catalog's id, which is the account's own throughout."""
    if len(resource) != 1:
        raise InvalidInput("A resource is of one kind.")
    ((kind, told),) = resource.items()
    return {kind: {key: value for key, value in told.items() if key != "CatalogId"}}


def _key(request: Values) -> str:
    return json.dumps([request["Principal"], _plain(request["Resource"])], sort_keys=True)


def _grants(backend: LakeFormationBackend) -> dict[str, Values]:
    return kept(backend, "own_grants")


def _opt_ins(backend: LakeFormationBackend) -> dict[str, Values]:
    return kept(backend, "opt_ins")
