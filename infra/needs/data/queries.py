"""How the lake is queried: teams' workgroups, and the SQL that is kept in the repository."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from components.data.lake.lake import Lake
from components.data.lake.zone import database_name
from components.data.queries.queries import Queries, QueriesArgs, StatementArgs
from components.data.queries.view import View
from components.foundation.alerts.alerts import Severity
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.errors import InputError
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.data.lake import BYTES_PER_GB

if TYPE_CHECKING:  # sqlglot takes half a second
    from infra.queries import QueryFile

NAME_LIMIT = 100
EVERYBODY = "everybody"
DEFAULT_ZONE = "curated"
"""Whose tables a saved query may name without the zone."""


def declare_queries(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
    root: Path,
) -> None:
    """Declare each team's workgroup, and in every workgroup what is kept for it.

    Raises InputError for a file that cannot be used.
    """
    queries = settings.queries
    databases = {
        zone: database_name(env.names.database_prefix, zone) for zone in settings.lake.zones.by_name
    }
    files = _files(settings, [*databases], root)
    topic = foundation.alerts.arn_of(Severity.WARNING)
    if files or queries.daily_gb is not None:
        args = _args(EVERYBODY, files, databases, topic)
        args["workgroup_name"] = lake.workgroup_name
        if queries.daily_gb is not None:
            args["daily_gb"] = queries.daily_gb
        env.component(Queries)(env.names("queries"), args, need.child_options())
    for file in files:
        if file.kind == "views":
            _declare_view(file, databases, lake, env, need)
    workgroups = {EVERYBODY: lake.workgroup_name}
    for team, own in queries.teams.items():
        args = _args(team, files, databases, topic)
        limit = own.scan_limit_gb
        args["own"] = {
            "results_bucket": lake.results_bucket,
            "results_prefix": f"{team}/",
            "scan_limit_bytes": settings.lake.scan_limit_bytes
            if limit is None
            else round(limit * BYTES_PER_GB),
            "key_arn": foundation.keys[DataClass.DATA].arn,
            "account_id": env.account_id,
            "durability": env.durability,
        }
        if own.daily_gb is not None:
            args["daily_gb"] = own.daily_gb
        workgroups[team] = env.component(Queries)(
            env.names("queries", team), args, need.child_options()
        ).workgroup_name
    pulumi.export("workgroups", workgroups)


def _declare_view(
    file: "QueryFile", databases: Mapping[str, str], lake: Lake, env: Environment, need: Need
) -> None:
    env.component(View)(
        env.names("view", file.within, file.name.replace("_", "-"), limit=NAME_LIMIT),
        {
            "view_name": file.name,
            "database_name": lake.database_names[file.within],
            "sql": file.placed(databases),
            "columns": [{"name": name, "type": type_} for name, type_ in file.columns],
            "description": file.description,
        },
        need.child_options(),
    )


def _files(settings: PlatformSettings, zones: Sequence[str], root: Path) -> "Sequence[QueryFile]":
    if settings.queries.folder is None:
        return []
    from infra.queries import QueryError, read

    try:
        return read(root / settings.queries.folder, zones, [*settings.queries.teams])
    except QueryError as error:
        raise InputError(f"queries.folder: {error}") from error


def _args(
    team: str,
    files: "Sequence[QueryFile]",
    databases: Mapping[str, str],
    topic: pulumi.Input[str],
) -> QueriesArgs:
    """What a workgroup has of the files: those of its team, and those that every one has."""
    kept: dict[str, list[StatementArgs]] = {"saved": [], "prepared": []}
    for each in files:
        if each.kind in kept and each.within in ("", team):
            kept[each.kind].append(
                {
                    "name": each.name,
                    "sql": each.placed(databases),
                    "description": each.description,
                }
            )
    return {
        "whose": team,
        "database": databases[DEFAULT_ZONE],
        "saved": kept["saved"],
        "prepared": kept["prepared"],
        "topic_arn": topic,
    }
