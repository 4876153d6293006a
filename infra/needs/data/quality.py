"""The rules of the lake's tables, and which jobs have them evaluated."""

from collections.abc import Mapping

import pulumi

from components.data.jobs.args import JobCheckArgs
from components.data.lake.lake import Lake
from components.data.quality.results import QualityResults
from components.data.quality.table_quality import TableQuality
from infra.environment import Environment
from infra.needs.need import Need
from infra.settings import PlatformSettings
from infra.settings.data.jobs import Job
from infra.settings.data.quality import RESULTS

NAME_LIMIT = 40
RULESET_LIMIT = 255
KEPT = "_quality"
"""Where in a zone results and rows that fail are; queries pass over names with `_`."""
REJECTS = "rejects"
RESULTS_IN = f"{KEPT}/results"
"""Where the results of all tables are, in the zone of `RESULTS`."""


def declare_quality(
    settings: PlatformSettings,
    env: Environment,
    need: Need,
    lake: Lake,
    key_arn: pulumi.Input[str],
) -> dict[str, JobCheckArgs]:
    """Declare the rules of each table, and the table of what comes of them.

    Returns how rules are evaluated, by the place that holds the table's files: a zone and a prefix,
    as jobs write it, such as `curated.visits`.
    """
    checks: dict[str, JobCheckArgs] = {}
    results_zone, _, results_table = RESULTS.partition(".")
    if settings.lake.quality:
        results = env.component(QualityResults)(
            env.names("quality-results"),
            {
                "table_name": results_table,
                "database_name": lake.database_names[results_zone],
                "bucket": lake.zone_buckets[results_zone],
                "prefix": RESULTS_IN,
                "workgroup_name": lake.workgroup_name,
                "durability": env.durability,
            },
            need.child_options(),
        )
        pulumi.export("quality_results", results.table_name)
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
                "results_bucket": lake.zone_buckets[results_zone],
                "results_prefix": RESULTS_IN,
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
            "results_uri": pulumi.Output.concat(
                "s3://", lake.zone_buckets[results_zone], "/", RESULTS_IN
            ),
            "rejects_table": rejects,
            "rejects_uri": pulumi.Output.concat(where, f"/{REJECTS}"),
        }
    return checks


def checks_of(job: Job, checks: Mapping[str, JobCheckArgs]) -> list[JobCheckArgs]:
    """What is evaluated once a job has run: the tables whose files it writes."""
    return [checks[place] for place in job.writes if place in checks]
