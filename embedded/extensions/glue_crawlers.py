"""Crawlers of Glue: they look at files of S3, and tell the data catalog what is in them.

A crawl takes as long as AWS's take at least, by the cloud's clock. Its crawler is RUNNING, then
STOPPING, then READY again.

https://docs.aws.amazon.com/glue/latest/dg/add-crawler.html
https://docs.aws.amazon.com/glue/latest/webapi/API_Crawler.html
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import camelcase_to_underscores
from moto.glue.exceptions import (
    CrawlerNotRunningException,
    CrawlerRunningException,
    EntityNotFoundException,
    GlueClientError,
    InvalidInputException,
)
from moto.glue.models import FakeCrawl, FakeCrawler, GlueBackend, glue_backends
from moto.glue.responses import GlueResponse

from embedded import clock
from embedded.crawling.requests import wrong, wrong_schedule
from embedded.extensions.crawls import began, crawl
from embedded.extensions.operations import add, paged
from embedded.schedules import Cron, parse

RUN_SECONDS, STOP_SECONDS = 60, 15
"""How long a crawl looks, and how long it then takes to end."""
UPDATED = (
    *("Role", "DatabaseName", "Description", "Targets", "Schedule", "Classifiers", "TablePrefix"),
    *("SchemaChangePolicy", "RecrawlPolicy", "LineageConfiguration", "Configuration"),
    "CrawlerSecurityConfiguration",
)
"""Members of UpdateCrawler that are kept; what is left out stays as it is."""

_as_dict = FakeCrawler.as_dict  # replaced below
_create_crawler = GlueResponse.create_crawler


class _Crawlers:
    """The schedules of all crawlers, and the crawls that go on."""

    def next(self, after: datetime) -> datetime | None:
        """When the first is due."""
        return min((due for crawler in _all() if (due := _due(crawler, after))), default=None)

    def fire(self, at: datetime) -> int:
        """Start, end, and make ready what is due."""
        before = at - timedelta(microseconds=1)
        due = [crawler for crawler in _all() if _due(crawler, before) == at]
        for crawler in due:
            if _state(crawler) == "READY":
                _start(crawler)
            elif _state(crawler) == "RUNNING":
                crawl(crawler, crawler.crawls[-1])
                vars(crawler)["ready_at"] = at + timedelta(seconds=STOP_SECONDS)
            else:
                _end(crawler, at)
        return len(due)


def install() -> None:
    """Add the operations to moto's Glue, and have crawlers go by the clock."""
    add(GlueResponse, create_crawler, update_crawler, start_crawler, stop_crawler, delete_crawler)
    add(GlueResponse, get_crawler_metrics, start_crawler_schedule, stop_crawler_schedule)
    add(GlueResponse, update_crawler_schedule)
    FakeCrawler.as_dict = as_dict  # type: ignore[method-assign]
    FakeCrawler.status = property(_state)  # type: ignore[method-assign, assignment]
    clock.current().add(_Crawlers())


def create_crawler(self: GlueResponse) -> ActionResult:
    """CreateCrawler, checked."""
    asked = self.parameters
    _refuse("CreateCrawler", asked)
    answer = _create_crawler(self)
    crawler = _named(self)
    crawler.schema_change_policy = {
        "UpdateBehavior": "UPDATE_IN_DATABASE",
        "DeleteBehavior": "DEPRECATE_IN_DATABASE",
        **(asked.get("SchemaChangePolicy") or {}),
    }
    crawler.recrawl_policy = asked.get("RecrawlPolicy") or {"RecrawlBehavior": "CRAWL_EVERYTHING"}
    return answer


def update_crawler(self: GlueResponse) -> ActionResult:
    """UpdateCrawler: not while it runs."""
    crawler = _ready(self)
    _refuse("UpdateCrawler", self.parameters)
    for name in UPDATED:
        if name in self.parameters:
            setattr(crawler, camelcase_to_underscores(name), self.parameters[name])
    crawler.version += 1
    crawler.last_updated = clock.utcnow()
    return EmptyResult()


def start_crawler(self: GlueResponse) -> ActionResult:
    """StartCrawler."""
    _start(_ready(self))
    return EmptyResult()


def stop_crawler(self: GlueResponse) -> ActionResult:
    """StopCrawler: nothing is changed in the catalog."""
    crawler = _named(self)
    if _state(crawler) != "RUNNING":
        raise CrawlerNotRunningException(f"Crawler with name {crawler.name} isn't running")
    last = crawler.crawls[-1]
    last.status = "STOPPED"
    vars(crawler)["ready_at"] = clock.now() + timedelta(seconds=STOP_SECONDS)
    return EmptyResult()


def delete_crawler(self: GlueResponse) -> ActionResult:
    """DeleteCrawler: not while it runs."""
    self.glue_backend.delete_crawler(_ready(self).name)
    return EmptyResult()


def get_crawler_metrics(self: GlueResponse) -> ActionResult:
    """GetCrawlerMetrics."""
    names = self._get_param("CrawlerNameList")
    found = [each for each in self.glue_backend.get_crawlers() if not names or each.name in names]
    return paged(self, "CrawlerMetricsList", [_metrics(each) for each in found], "CrawlerName")


def start_crawler_schedule(self: GlueResponse) -> ActionResult:
    """StartCrawlerSchedule."""
    crawler = _named(self, "CrawlerName")
    _require_schedule(crawler)
    if not vars(crawler).get("paused"):
        raise _error("SchedulerRunningException", f"The schedule of {crawler.name} is running.")
    vars(crawler)["paused"] = False
    return EmptyResult()


def stop_crawler_schedule(self: GlueResponse) -> ActionResult:
    """StopCrawlerSchedule."""
    crawler = _named(self, "CrawlerName")
    if not crawler.schedule or vars(crawler).get("paused"):
        told = f"The schedule of {crawler.name} is not running."
        raise _error("SchedulerNotRunningException", told)
    vars(crawler)["paused"] = True
    return EmptyResult()


def update_crawler_schedule(self: GlueResponse) -> ActionResult:
    """UpdateCrawlerSchedule."""
    crawler, expression = _named(self, "CrawlerName"), self._get_param("Schedule")
    for reason in wrong_schedule(expression or ""):
        raise InvalidInputException("UpdateCrawlerSchedule", reason)
    crawler.schedule = expression
    crawler.version += 1
    return EmptyResult()


def as_dict(self: FakeCrawler) -> dict[str, Any]:
    """A crawler as GetCrawler tells it, with how the last crawl that has ended went."""
    told = {name: value for name, value in _as_dict(self).items() if value is not None}
    told.pop("LastCrawl", None)
    if "Schedule" in told and vars(self).get("paused"):
        told["Schedule"]["State"] = "NOT_SCHEDULED"
    if _state(self) != "READY":
        since = clock.utcnow() - self.crawls[-1].start_time
        told["CrawlElapsedTime"] = int(since.total_seconds() * 1000)
    ended = [each for each in self.crawls if each.end_time]
    if ended:
        last = ended[-1]
        status = {"COMPLETED": "SUCCEEDED", "STOPPED": "CANCELLED"}.get(str(last.status), "FAILED")
        told["LastCrawl"] = {
            "Status": status,
            "LogGroup": last.log_group,
            "LogStream": last.log_stream,
            "MessagePrefix": last.message_prefix,
            "StartTime": last.start_time,
            **({"ErrorMessage": vars(last)["error"]} if vars(last).get("error") else {}),
        }
    return told


def _start(crawler: FakeCrawler) -> None:
    made = FakeCrawl(crawler.name)
    made._transitions = []  # noqa: SLF001  moto's crawls go on by being looked at
    made.status, made.start_time = "RUNNING", clock.utcnow()
    crawler.crawls.append(made)
    vars(crawler)["ready_at"] = None
    began(crawler, made)


def _end(crawler: FakeCrawler, at: datetime) -> None:
    crawler.crawls[-1].end_time = at.replace(tzinfo=None)
    vars(crawler)["ready_at"] = None


def _state(crawler: FakeCrawler) -> str:
    """READY, RUNNING or STOPPING."""
    if not crawler.crawls or crawler.crawls[-1].end_time:
        return "READY"
    return "STOPPING" if vars(crawler).get("ready_at") else "RUNNING"


def _due(crawler: FakeCrawler, after: datetime) -> datetime | None:
    """When it next starts, has looked, or is ready again."""
    state = _state(crawler)
    if state == "READY":
        if not crawler.schedule or vars(crawler).get("paused"):
            return None
        schedule = parse(crawler.schedule)
        return schedule.next(after) if isinstance(schedule, Cron) else None
    if state == "STOPPING":
        at: datetime = vars(crawler)["ready_at"]
    else:
        began: datetime = crawler.crawls[-1].start_time
        at = began.replace(tzinfo=UTC) + timedelta(seconds=RUN_SECONDS)
    # What is overdue is due at once.
    return max(at, after + timedelta(microseconds=1))


def _metrics(crawler: FakeCrawler) -> dict[str, Any]:
    ended = [each for each in crawler.crawls if each.end_time]
    took = [(each.end_time - each.start_time).total_seconds() for each in ended if each.end_time]
    last = vars(ended[-1]).get("changes") if ended else None
    running = _state(crawler) == "RUNNING"
    return {
        "CrawlerName": crawler.name,
        "TimeLeftSeconds": float(RUN_SECONDS if running else 0),
        "StillEstimating": running and not ended,
        "LastRuntimeSeconds": took[-1] if took else 0.0,
        "MedianRuntimeSeconds": median(took) if took else 0.0,
        "TablesCreated": last.tables_created if last else 0,
        "TablesUpdated": last.tables_updated if last else 0,
        "TablesDeleted": last.tables_deleted if last else 0,
    }


def _ready(response: GlueResponse) -> FakeCrawler:
    """The crawler of a request, unless it runs."""
    crawler = _named(response)
    if _state(crawler) != "READY":
        raise CrawlerRunningException(f"Crawler with name {crawler.name} has already started")
    return crawler


def _named(response: GlueResponse, parameter: str = "Name") -> FakeCrawler:
    name = response._get_param(parameter)  # noqa: SLF001  moto's responses use it so
    found = response.glue_backend.crawlers.get(name)
    if found is None:
        raise EntityNotFoundException(f"Crawler {name} not found.")
    return found


def _require_schedule(crawler: FakeCrawler) -> None:
    if not crawler.schedule:
        raise _error("NoScheduleException", f"Crawler {crawler.name} has no schedule.")


def _error(kind: str, message: str) -> GlueClientError:
    return GlueClientError(kind, message)


def _refuse(operation: str, asked: dict[str, Any]) -> None:
    for reason in wrong(asked):
        raise InvalidInputException(operation, reason)


def _all() -> Iterator[FakeCrawler]:
    for account in list(glue_backends.values()):
        for backend in list(account.values()):
            yield from list(_of(backend))


def _of(backend: GlueBackend) -> list[FakeCrawler]:
    return list(backend.crawlers.values())
