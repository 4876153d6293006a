"""Crawlers on the embedded AWS: files that others lay into the lake become tables."""

import json

import pytest

from embedded.cloud import Cloud
from infra import athena
from infra.hosts.session import session
from infra.models.place import Place
from infra.naming import Names
from infra.queries import placed
from infra.settings import from_config
from tests.embedded_settings import EMBEDDED

SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "lake": {
        "crawlers": [
            {"name": "partners", "place": "raw.partners"},
            {"name": "others", "place": "raw.others", "schedule": "off"},
        ]
    },
}


class Lake:
    """An environment with two crawlers, a day after files have arrived for both."""

    def __init__(self, cloud, project):
        self.cloud, self.glue = cloud, cloud.client("glue")
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        with session(project, stack, cloud, lambda _: None) as up:
            outputs = up(stack).outputs
        self.place = Place(Names(project.name, "dev"), stack, cloud.client)
        self.crawlers = outputs["crawlers"]
        for day in (1, 2):
            lines = [json.dumps({"ward": f"w{number}", "beds": number}) for number in range(3)]
            self.put(outputs, f"partners/visits/day={day}/a.json", "\n".join(lines))
        self.put(outputs, "others/a.orc", "ORC and more")
        cloud.advance(25 * 3600)

    def put(self, outputs, key, body):
        self.cloud.client("s3").put_object(
            Bucket=outputs["zones"]["raw"], Key=key, Body=body.encode()
        )

    def rows(self, sql):
        """The rows of a query that names tables by their zones."""
        return athena.answer(self.place, placed(sql, athena.databases(self.place)))["rows"]


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        yield Lake(running, project)


def test_files_that_have_arrived_are_a_table_by_the_next_day(lake):
    found = lake.rows(
        "SELECT day, sum(beds) FROM raw.partners_partners WHERE partition_0 = 'visits' "
        "GROUP BY day ORDER BY day"
    )
    assert found == [["1", "3"], ["2", "3"]]


def test_a_crawl_that_fails_is_told_by_mail(lake):
    name = lake.crawlers["others"]
    assert "LastCrawl" not in lake.glue.get_crawler(Name=name)["Crawler"]
    lake.glue.start_crawler(Name=name)
    lake.cloud.advance(180)
    assert lake.glue.get_crawler(Name=name)["Crawler"]["LastCrawl"]["Status"] == "FAILED"
    mails = [one["message"] for one in lake.cloud.outbox()["sent"] if "others" in one["message"]]
    (mail,) = [one for one in mails if "does not crawl files of orc" in one]
    assert "console.aws.amazon.com/glue" in mail
