"""What Lake Formation looks after of an environment's lake, and what each persona reads of it."""

from collections.abc import Mapping, Sequence

import pulumi

from components.data.crawlers.crawler import Crawler
from components.data.governance.expressions import seen_tables
from components.data.governance.lake_access import (
    GovernedTableArgs,
    LakeAccess,
    LakeAccessArgs,
    LakeSettingsArgs,
)
from components.data.governance.reader import FilterArgs, LakeReader, LakeReaderArgs
from components.data.governance.table_maker import TableMaker, TableMakerArgs
from components.data.jobs.args import JobCheckArgs
from components.data.jobs.job import Job
from components.data.lake.lake import Lake
from infra.environment import Environment
from infra.errors import InputError
from infra.lake_readers import columns_seen, readers
from infra.lake_settings import BY_IAM
from infra.needs.need import Need
from infra.needs.outputs import Data
from infra.settings import PlatformSettings
from infra.settings.data.readers import Reader
from infra.settings.data.tables import Table

MAKER = "data-engineer"
"""The persona that makes tables, in all zones but features."""
Maker = tuple[pulumi.Input[str], Sequence[str]]
"""Role of who makes tables, and the zones in which it does."""
Tables = Mapping[str, pulumi.Output[str]]
"""Database and table of each table, with a dot between them, by zone and name."""


def declare_access(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    tables: Tables,
    makers: Mapping[str, Maker],
    key_arn: pulumi.Input[str],
) -> LakeAccess | None:
    """Declare what Lake Formation looks after; None where it decides nothing.

    Raises InputError for an account whose new tables IAM gives to nobody.
    """
    wanted = settings.lake
    if not wanted.governed:
        return None
    known = env.live.lake_settings(not pulumi.runtime.is_dry_run())
    _require_hybrid(known)
    filtered = [persona for persona, told in readers(settings).items() if _filtered(told)]
    args: LakeAccessArgs = {
        "tag_prefix": env.names(""),
        "settings": known,
        "zones": {
            zone: {
                "bucket_arn": lake.zone_arns[zone],
                "database_name": lake.database_names[zone],
                "sensitivity": wanted.zone_sensitivity(zone),
            }
            for zone in wanted.zones.by_name
        },
        "tables": {_own(table): _table(table, settings, tables) for table in wanted.tables},
        "filtered": filtered,
        "key_arn": key_arn,
        "account_id": env.account_id,
        "region": env.region,
    }
    access = env.component(LakeAccess)(env.names("lake-access"), args, need.child_options())
    for name, (role_arn, zones) in makers.items():
        declare_maker(name, role_arn, zones, env, need, access)
    return access


def declare_people(
    settings: PlatformSettings,
    env: Environment,
    declared: Data,
    roles: Mapping[str, pulumi.Output[str]],
) -> None:
    """Declare what each persona reads by queries, and where it makes tables.

    `roles` are the personas' ARNs.

    Raises InputError for a table of which a persona would see no column.
    """
    lake, access, tables = settings.lake, declared.access, declared.tables
    if access is None:
        return
    if MAKER in roles:
        zones = [zone for zone in lake.zones.by_name if zone != "features"]
        declare_maker(MAKER, roles[MAKER], zones, env, declared.need, access)
    for persona, told in readers(settings).items():
        zones = told.reads([*lake.zones.by_name])
        filtered = [persona] if _filtered(told) else []
        args: LakeReaderArgs = {
            "role_arn": roles[persona],
            "filter_name": env.names(persona),
            "databases": {**access.database_names},
            "tag_keys": {**access.tag_keys},
            "seen": seen_tables(zones, told.sees, persona, filtered),
            "filters": {
                _own(table): _filter(table, persona, told, access, tables)
                for table in lake.tables
                if table.name in _filtered(told)
            },
            "account_id": env.account_id,
        }
        name = env.names("reads", persona)
        env.component(LakeReader)(name, args, declared.need.child_options())


def makers_of(
    settings: PlatformSettings,
    jobs: Mapping[str, Job],
    checks: Mapping[str, JobCheckArgs],
    crawlers: Mapping[str, Crawler],
) -> dict[str, Maker]:
    """Who makes tables: jobs where they write, rules of what they reject, crawlers what they find.

    A check is known by its place: a zone and a prefix.
    """
    makers: dict[str, Maker] = {}
    for job in settings.jobs:
        zones = sorted({place.partition(".")[0] for place in job.writes})
        if zones := [zone for zone in zones if zone in settings.lake.zones.by_name]:
            makers[f"job-{job.name}"] = jobs[job.name].role_arn, zones
    for place, check in checks.items():
        name = check["table"].replace(".", "-").replace("_", "-")
        makers[f"rules-of-{name}"] = check["role_arn"], [place.partition(".")[0]]
    for crawler in settings.lake.crawlers:
        zone = crawler.place.partition(".")[0]
        makers[f"crawl-{crawler.name}"] = crawlers[crawler.name].role_arn, [zone]
    return makers


def declare_maker(
    name: str,
    role_arn: pulumi.Input[str],
    zones: Sequence[str],
    env: Environment,
    need: Need,
    access: LakeAccess,
) -> None:
    """Let a role make tables of what it writes in zones of a governed lake."""
    args: TableMakerArgs = {
        "role_arn": role_arn,
        "place_arns": {zone: access.place_arns[zone] for zone in zones},
    }
    env.component(TableMaker)(env.names("tables-of", name), args, need.child_options())


def _require_hybrid(known: LakeSettingsArgs) -> None:
    """Raise InputError where jobs would be locked out of what is made from now on.

    In hybrid mode IAM decides of tables that the group IAMAllowedPrincipals has.
    https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html
    """
    for what, defaults in (
        ("databases", known["database_defaults"]),
        ("tables", known["table_defaults"]),
    ):
        if BY_IAM not in defaults:
            raise InputError(
                f"lake.governed: the account's Lake Formation gives new {what} to nobody by IAM, "
                "so that jobs would be locked out. Have its administrator put "
                "IAM_ALLOWED_PRINCIPALS with ALL back among the defaults (aws lakeformation "
                "put-data-lake-settings), or leave lake.governed out"
            )


def _filtered(told: Reader) -> set[str]:
    """Tables of which a persona sees a part by a filter."""
    return {*told.rows, *told.without}


def _table(table: Table, settings: PlatformSettings, tables: Tables) -> GovernedTableArgs:
    return {
        "zone": table.zone,
        "table_name": _name(tables[table.name]),
        "sensitivity": settings.lake.sensitivity(table),
        "personal": [*table.personal],
        "filtered": [
            persona for persona, told in readers(settings).items() if table.name in _filtered(told)
        ],
    }


def _filter(
    table: Table, persona: str, told: Reader, access: LakeAccess, tables: Tables
) -> FilterArgs:
    columns = columns_seen(table, told)
    if not columns:
        raise InputError(
            f"lake.readers.{persona}.without.{table.name}: no column is left to see. Leave one, or "
            "take the table's zone or sensitivity from what is read"
        )
    args: FilterArgs = {
        "database_name": access.database_names[table.zone],
        "table_name": _name(tables[table.name]),
        "columns": columns,
    }
    return {**args, "where": told.rows[table.name]} if table.name in told.rows else args


def _own(table: Table) -> str:
    return f"{table.zone}-{table.own_name.replace('_', '-')}"


def _name(table: pulumi.Output[str]) -> pulumi.Output[str]:
    return table.apply(lambda name: name.partition(".")[2])
