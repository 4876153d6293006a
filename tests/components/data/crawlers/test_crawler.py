import json

import pytest

from components.data.crawlers.crawler import (
    Crawler,
    CrawlerArgs,
    CrawlerChanges,
    configuration,
    crawl_policy,
)
from infra.graph import Graph, record

GLUE = "arn:aws:glue:eu-west-1:123456789012"


def recorded(changes: CrawlerChanges = CrawlerChanges.LOG, **more: str) -> Graph:
    args: CrawlerArgs = {
        "crawler": "partners",
        "bucket": "the-raw",
        "prefix": "partners/files",
        "database_name": "maslow_dev_raw",
        "table_prefix": "partners_",
        "changes": changes,
        "key_arn": "arn:aws:kms:eu-west-1:123456789012:key/a",
        "topic_arn": "arn:aws:sns:eu-west-1:123456789012:warning",
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    return record(lambda: Crawler("partners", {**args, **more}))  # type: ignore[typeddict-item]


def test_it_looks_below_its_prefix_and_starts_only_when_it_is_told() -> None:
    crawler = recorded().one("aws:glue/crawler:Crawler").inputs
    assert crawler["s3Targets"] == [{"path": "s3://the-raw/partners/files/"}]
    assert crawler["tablePrefix"] == "partners_"
    assert "schedule" not in crawler
    by_time = recorded(schedule="cron(0 3 * * ? *)").one("aws:glue/crawler:Crawler").inputs
    assert by_time["schedule"] == "cron(0 3 * * ? *)"


@pytest.mark.parametrize(
    ("changes", "update", "delete", "merges"),
    [
        (CrawlerChanges.LOG, "LOG", "LOG", False),
        (CrawlerChanges.UPDATE, "UPDATE_IN_DATABASE", "DEPRECATE_IN_DATABASE", True),
    ],
)
def test_it_changes_tables_only_as_it_may(
    changes: CrawlerChanges, update: str, delete: str, merges: bool
) -> None:
    crawler = recorded(changes).one("aws:glue/crawler:Crawler").inputs
    assert crawler["schemaChangePolicy"] == {"updateBehavior": update, "deleteBehavior": delete}
    assert ("MergeNewColumns" in crawler["configuration"]) == merges
    assert json.loads(configuration(updates=merges))["Version"] == 1.0


def test_a_crawl_that_fails_is_told() -> None:
    graph = recorded()
    pattern = json.loads(graph.one("aws:cloudwatch/eventRule:EventRule").inputs["eventPattern"])
    name = graph.one("aws:glue/crawler:Crawler").outputs["name"]
    assert pattern["detail"] == {"state": ["Failed"], "crawlerName": [name]}


def test_its_role_reads_its_prefix_and_writes_its_tables_alone() -> None:
    policy = crawl_policy(
        bucket="the-raw",
        prefix="partners",
        database="maslow_dev_raw",
        table_prefix="partners_",
        key_arn="arn:aws:kms:eu-west-1:123456789012:key/a",
        account_id="123456789012",
        region="eu-west-1",
    )
    written, objects = set(), set()
    for statement in policy["Statement"]:
        if any("Create" in action or "Update" in action for action in statement["Action"]):
            written |= {each for each in statement["Resource"] if ":table/" in each}
        if "s3:GetObject" in statement["Action"]:
            objects |= set(statement["Resource"])
        assert not any(action.startswith(("s3:Put", "s3:Del")) for action in statement["Action"])
    assert written == {f"{GLUE}:table/maslow_dev_raw/partners_*"}
    assert objects == {"arn:aws:s3:::the-raw/partners/*"}
