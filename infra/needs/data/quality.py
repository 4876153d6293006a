"""The rules of the lake's tables, and which jobs have them evaluated."""

from collections.abc import Mapping

import pulumi

from components.data.jobs.job import JobCheckArgs
from components.data.lake.lake import Lake
from components.data.quality.table_quality import TableQuality
from infra.environment import Environment
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.data.jobs import Job

NAME_LIMIT = 40
RULESET_LIMIT = 255
KEPT = "_quality"
"""Where in a table's zone results and rows that fail are; queries pass over names with `_`."""
REJECTS = "rejects"


def declare_quality(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
) -> dict[str, JobCheckArgs]:
    """Declare the rules of each table; how they are evaluated, by the place that holds its files.

    A place is a zone and a prefix, as jobs write it: `curated.visits`.
    """
    checks: dict[str, JobCheckArgs] = {}
    places = {table.name: table.location for table in settings.lake.tables}
    for each in settings.lake.quality:
        zone, _, own = each.table.partition(".")
        prefix = places.get(each.table, own)
        kept = f"{KEPT}/{own}"
        rejects = f"{own}_{REJECTS}"
        made = env.component(TableQuality)(
            env.names("quality", zone, own.replace("_", "-"), limit=NAME_LIMIT),
            {
                "ruleset_name": env.names(zone, own, limit=RULESET_LIMIT),
                "ruleset": each.ruleset,
                "database_name": lake.database_names[zone],
                "table_name": own,
                "rejects_table": rejects,
                "bucket": lake.zone_buckets[zone],
                "prefix": prefix,
                "kept_bucket": lake.zone_buckets[zone],
                "kept_prefix": kept,
                "data_key_arn": key_arn,
                "account_id": env.account_id,
                "region": env.region,
            },
            need.child_options(),
        )
        where = pulumi.Output.concat("s3://", lake.zone_buckets[zone], "/", kept)
        checks[f"{zone}.{prefix}"] = {
            "table": each.table,
            "database": lake.database_names[zone],
            "table_name": own,
            "ruleset": made.ruleset_name,
            "role_arn": made.role_arn,
            "results_uri": pulumi.Output.concat(where, "/results"),
            "rejects_table": rejects,
            "rejects_uri": pulumi.Output.concat(where, f"/{REJECTS}"),
        }
    return checks


def checks_of(job: Job, checks: Mapping[str, JobCheckArgs]) -> list[JobCheckArgs]:
    """What is evaluated once a job has run: the tables whose files it writes."""
    return [checks[place] for place in job.writes if place in checks]
