"""The crawlers of an environment's lake."""

import pulumi

from components.data.crawlers.crawler import LOG_GROUP as CRAWLS
from components.data.crawlers.crawler import Crawler, CrawlerArgs, CrawlerChanges
from components.data.crawlers.crawler_logs import CrawlerLogs
from components.data.lake.lake import Lake
from components.foundation.alerts.alerts import Severity
from components.foundation.keys.key import DataClass
from infra.environment import Environment
from infra.found import LOG_GROUP
from infra.needs.adoption import used
from infra.needs.need import Need
from infra.needs.outputs import Foundation
from infra.settings import PlatformSettings
from infra.settings.frequency import OFF, expression

NAME_LIMIT = 50


def declare_crawlers(
    settings: PlatformSettings,
    env: Environment,
    foundation: Foundation,
    need: Need,
    lake: Lake,
) -> dict[str, Crawler]:
    """Declare each crawler, and the log group of all; their names in Glue are exported."""
    if not settings.lake.crawlers:
        return {}
    logs = env.names("crawls")
    if not used(env, LOG_GROUP, f"{logs}-group", CRAWLS):
        env.component(CrawlerLogs)(
            logs,
            {
                "log_key_arn": foundation.keys[DataClass.LOGS].arn,
                "log_retention_days": env.log_retention_days,
            },
            need.child_options(),
        )
    crawlers: dict[str, Crawler] = {}
    for each in settings.lake.crawlers:
        zone, _, prefix = each.place.partition(".")
        args: CrawlerArgs = {
            "crawler": each.name,
            "bucket": lake.zone_buckets[zone],
            "prefix": prefix,
            "database_name": lake.database_names[zone],
            "table_prefix": each.table_prefix,
            "changes": CrawlerChanges(each.changes),
            "key_arn": foundation.keys[DataClass.DATA].arn,
            "topic_arn": foundation.alerts.arn_of(Severity.WARNING),
            "account_id": env.account_id,
            "region": env.region,
        }
        if each.schedule != OFF:
            args["schedule"] = expression(each.schedule, f"{env.names('crawl')}-{each.name}")
        name = env.names("crawl", each.name, limit=NAME_LIMIT)
        crawlers[each.name] = env.component(Crawler)(name, args, need.child_options())
    pulumi.export("crawlers", {name: each.crawler_name for name, each in crawlers.items()})
    return crawlers
