"""One crawl at work: what it finds in S3, what it changes in the catalog, and whom it tells.

https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-glue.html
"""

import logging
from typing import Any

from botocore.exceptions import ClientError
from moto.glue.models import FakeCrawl, FakeCrawler, GlueBackend

from embedded import clock
from embedded.athena.catalog import data_below
from embedded.crawling.changes import Changes, Crawl, Policy
from embedded.crawling.folders import File, FoundTable, tables
from embedded.crawling.requests import merges
from embedded.crawling.schemas import Unclassified, schema_of
from embedded.extensions.athena_stores import Objects, Tables
from embedded.extensions.event_bus import emit
from embedded.extensions.run_logs import keep_lines

log = logging.getLogger(__name__)

LOGS = "/aws-glue/crawlers"


def crawl(crawler: FakeCrawler, made: FakeCrawl) -> None:
    """Look at the crawler's targets, and change the catalog as it may; its record tells how."""
    backend = crawler.backend
    try:
        changes = _looked(backend, crawler)
    except (Unclassified, ClientError, KeyError) as error:
        _failed(crawler, made, _why(error))
        return
    except Exception as error:
        log.exception("the crawl of %s broke", crawler.name)
        _failed(crawler, made, f"{type(error).__name__}: {error}")
        return
    made.status = "COMPLETED"
    vars(made)["changes"] = changes
    keep_lines(backend, LOGS, crawler.name, "\n".join(_lines(made, changes)))
    _tell(crawler, _succeeded(crawler, made, changes))


def began(crawler: FakeCrawler, made: FakeCrawl) -> None:
    """Tell that a crawl has begun."""
    _tell(
        crawler,
        {
            "state": "Started",
            "message": "Crawler Started",
            "startTime": f"{made.start_time:%Y-%m-%dT%H:%M:%SZ}",
        },
    )


def _looked(backend: GlueBackend, crawler: FakeCrawler) -> Changes:
    if not crawler.database_name:
        raise Unclassified("The crawler has no database")
    objects = Objects(backend.account_id, backend.region_name)
    catalog = Tables(backend.account_id, objects)
    if catalog.database(crawler.database_name) is None:
        raise Unclassified(f"Database {crawler.database_name} not found")
    found: list[FoundTable] = []
    for target in crawler.targets["S3Targets"]:
        location = target["Path"].rstrip("/") + "/"
        files = [
            File(each.uri, each.size, schema_of(objects.read(each.uri), each.uri))
            for each in data_below(objects, location)
        ]
        found += tables(location, files)
    policy = crawler.schema_change_policy or {}
    return Crawl(
        catalog,
        crawler.name,
        crawler.database_name,
        crawler.table_prefix or "",
        Policy(
            policy.get("UpdateBehavior", Policy.update),
            policy.get("DeleteBehavior", Policy.delete),
            merges(crawler.configuration),
        ),
        str(int(clock.now().timestamp() * 1000)),
    ).bring(found)


def _failed(crawler: FakeCrawler, made: FakeCrawl, why: str) -> None:
    made.status = "FAILED"
    vars(made)["error"] = why
    keep_lines(crawler.backend, LOGS, crawler.name, f"[{made.message_prefix}] ERROR : {why}")
    _tell(
        crawler,
        {
            "state": "Failed",
            "message": "Crawler Failed",
            "errorMessage": why,
            "cloudWatchLogLink": _link(crawler, made),
        },
    )


def _succeeded(crawler: FakeCrawler, made: FakeCrawl, changes: Changes) -> dict[str, Any]:
    now = clock.utcnow()
    return {
        "state": "Succeeded",
        "message": "Crawler Succeeded",
        "completionDate": f"{now:%Y-%m-%dT%H:%M:%SZ}",
        "runningTime (sec)": str(int((now - made.start_time).total_seconds())),
        "tablesCreated": str(changes.tables_created),
        "tablesUpdated": str(changes.tables_updated),
        "tablesDeleted": str(changes.tables_deleted),
        "partitionsCreated": str(changes.partitions_created),
        "partitionsUpdated": str(changes.partitions_updated),
        "partitionsDeleted": str(changes.partitions_deleted),
        "warningMessage": "; ".join(changes.told) or "N/A",
        "cloudWatchLogLink": _link(crawler, made),
    }


def _lines(made: FakeCrawl, changes: Changes) -> list[str]:
    """What AWS's log tells at the end, and what was only logged."""
    sums = (
        f"{what} created {getattr(changes, f'{what}_created')}, "
        f"updated {getattr(changes, f'{what}_updated')}, "
        f"deleted {getattr(changes, f'{what}_deleted')}"
        for what in ("tables", "partitions")
    )
    told = [*changes.told, *sums]
    return [f"[{made.message_prefix}] INFO : {line}" for line in told]


def _link(crawler: FakeCrawler, made: FakeCrawl) -> str:
    region = crawler.backend.region_name
    return (
        f"https://console.aws.amazon.com/cloudwatch/home?region={region}#logEventViewer:"
        f"group={LOGS};stream={crawler.name};filter={made.message_prefix}"
    )


def _tell(crawler: FakeCrawler, detail: dict[str, Any]) -> None:
    backend = crawler.backend
    emit(
        backend.account_id,
        backend.region_name,
        source="aws.glue",
        detail_type="Glue Crawler State Change",
        resources=[],
        detail={"accountId": backend.account_id, "crawlerName": crawler.name, **detail},
    )


def _why(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is not there"
    return str(error)
