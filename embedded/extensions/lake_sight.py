"""What Lake Formation lets a principal see of a table, by what was granted to it.

It decides in hybrid mode alone: for principals that are opted in, of tables in registered places.
https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html
"""

from collections.abc import Iterator
from typing import Any

from moto.core.responses import BaseResponse
from moto.iam.models import iam_backends
from moto.lakeformation.models import LakeFormationBackend, lakeformation_backends
from moto.sts.models import sts_backends

from embedded.athena.catalog import Entity, columns, is_view, partition_keys
from embedded.athena.seen import Cells, Seen, Sight
from embedded.extensions.lake_filters import find_filter
from embedded.extensions.lake_grants import grants, opt_ins
from embedded.extensions.lake_locations import places
from embedded.extensions.lake_tags import Place, tags_of

READ = {"ALL", "SELECT"}


def caller(response: BaseResponse) -> str:
    """ARN of the role or user whose keys a request is signed with; empty for any other."""
    key, account = response.get_access_key(), response.current_account
    if session := sts_backends[account]["aws"].get_assumed_role_from_access_key(key):
        return str(session.role_arn)
    user = iam_backends[account]["aws"].get_user_from_access_key_id(key)
    return str(user.arn) if user else ""


def is_decided_for(principal: str, account: str, region: str) -> bool:
    """Whether the principal is opted in to anything."""
    backend = lakeformation_backends[account][region]
    return any(_of(each) == principal for each in opt_ins(backend))


def sight_of(principal: str, account: str, region: str) -> Sight:
    """What the principal sees of each table."""
    backend = lakeformation_backends[account][region]

    def sight(database: str, table: Entity) -> Seen | None:
        if not _decides(backend, principal, database, table):
            return None
        every = [each["Name"] for each in (*columns(table), *partition_keys(table))]
        return [*_granted(backend, principal, (database, table["Name"]), every)]

    return sight


def _decides(backend: LakeFormationBackend, principal: str, database: str, table: Entity) -> bool:
    location = table.get("StorageDescriptor", {}).get("Location", "")
    if not is_view(table) and not any(
        place.get("HybridAccessEnabled") and _lies_in(location, place["ResourceArn"])
        for place in places(backend).values()
    ):
        return False
    return any(
        _of(each) == principal and _is_of(each["Resource"].get("Table"), database, table["Name"])
        for each in opt_ins(backend)
    )


def _lies_in(location: str, arn: str) -> bool:
    place = arn.removeprefix("arn:aws:s3:::").rstrip("/")
    return f"{location.partition('://')[2].rstrip('/')}/".startswith(f"{place}/")


def _granted(
    backend: LakeFormationBackend, principal: str, at: Place, every: list[str]
) -> Iterator[Cells]:
    """What each grant to the principal lets it see of a table."""
    for grant in grants(backend):
        if _of(grant) != principal or not READ & set(grant["Permissions"]):
            continue
        ((kind, told),) = grant["Resource"].items()
        seen, rows = set[str](), ""
        if kind == "Table" and _is_of(told, *at):
            seen = set(every)
        elif kind == "TableWithColumns" and _is_of(told, *at):
            seen = set(_named(told, every))
        elif kind == "LFTagPolicy" and told["ResourceType"] == "TABLE":
            expression = {tag["TagKey"]: tag["TagValues"] for tag in told["Expression"]}
            seen = {name for name in every if _meets(tags_of(backend, (*at, name)), expression)}
        elif kind == "DataCellsFilter" and (told["DatabaseName"], told["TableName"]) == at:
            found = find_filter(backend, told)
            seen = set(_named(found, every))
            rows = found["RowFilter"].get("FilterExpression", "")
        if seen:
            yield Cells(frozenset(name.lower() for name in seen), rows)


def _meets(tags: dict[str, str], expression: dict[str, list[str]]) -> bool:
    return all(tags.get(key) in values for key, values in expression.items())


def _named(told: dict[str, Any], every: list[str]) -> list[str]:
    if told.get("ColumnNames"):
        return [name for name in every if name in told["ColumnNames"]]
    hidden = (told.get("ColumnWildcard") or {}).get("ExcludedColumnNames", [])
    return [name for name in every if name not in hidden]


def _is_of(told: dict[str, Any] | None, database: str, name: str) -> bool:
    """Whether a resource of the kind Table is a table, or all of its database's."""
    if told is None or told["DatabaseName"] != database:
        return False
    return bool(told.get("Name", name) == name)


def _of(each: dict[str, Any]) -> str:
    return str(each["Principal"]["DataLakePrincipalIdentifier"])
