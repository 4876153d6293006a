"""What comes of rules, on the embedded AWS: a job's gate runs, and Athena reads its results."""

import json
import time

import pytest
from click.testing import CliRunner
from moto.core.responses import ActionResult
from moto.emrserverless.responses import EMRServerlessResponse

from embedded.cloud import Cloud
from infra import athena
from infra.hosts.session import session
from infra.models.place import Place
from infra.naming import Names
from infra.queries import placed
from infra.settings import from_config
from scripts import quality as command
from scripts.maslow import main
from tests.embedded_settings import EMBEDDED

SECONDS = 60
ROWS = 120
RULES = ['IsComplete "visit_id"', 'ColumnValues "age" between 0 and 60']
SETTINGS = {
    **EMBEDDED,
    "lake": {
        "tables": [
            {
                "name": "curated.visits",
                "format": "json",
                "columns": {"visit_id": "string", "age": "int", "tags": "array<string>"},
                "partitions": {"day": {"from": "2026-01-01", "to": "2026-01-03"}},
            }
        ],
        "quality": [{"table": "curated.visits", "rules": RULES}],
    },
    "jobs": [
        {
            "name": "visits",
            "script": "templates/jobs/clean.py",
            "on": {"schedule": "daily"},
            "reads": ["raw.visits"],
            "writes": ["curated.visits"],
        }
    ],
}


class Lake:
    """An environment whose table of visits has rows, and whose job has run once."""

    def __init__(self, cloud, project):
        self.cloud = cloud
        names = Names(project.name, "dev")
        stack = from_config(SETTINGS, "eu-west-1", "dev")
        with session(project, stack, cloud, lambda _: None) as up:
            outputs = up(stack).outputs
        self.place = Place(names, stack, cloud.client)
        rows = [
            {"visit_id": f"v{number}", "age": 20 + number % 50, "tags": ["a"]}
            for number in range(ROWS)
        ]
        cloud.client("s3").put_object(
            Bucket=outputs["zones"]["curated"],
            Key="visits/day=2026-01-02/a.json",
            Body="\n".join(map(json.dumps, rows)).encode(),
        )
        self.over = self._run(outputs["jobs"]["visits"])

    def _run(self, machine):
        states = self.cloud.client("stepfunctions")
        asked = {"cause": "person", "reason": "any", "date": "2026-01-02"}
        execution = states.start_execution(stateMachineArn=machine, input=json.dumps(asked))
        began = time.monotonic()
        while True:
            found = states.describe_execution(executionArn=execution["executionArn"])
            if found["status"] != "RUNNING":
                return found
            assert time.monotonic() - began < SECONDS
            self.cloud.advance(60)
            time.sleep(0.05)

    def rows(self, sql):
        """The rows of a query that names tables by their zones."""
        return athena.answer(self.place, placed(sql, athena.databases(self.place)))["rows"]


@pytest.fixture(scope="module")
def lake(project):
    def start(response):
        del response
        return ActionResult({"applicationId": "a", "jobRunId": "0", "arn": "arn"})

    def look(response):
        del response
        return ActionResult({"jobRun": {"state": "SUCCESS", "stateDetails": ""}})

    with pytest.MonkeyPatch.context() as patch, Cloud("eu-west-1") as running:
        patch.setattr(EMRServerlessResponse, "start_job_run", start)
        patch.setattr(EMRServerlessResponse, "get_job_run", look)
        yield Lake(running, project)


def test_what_came_of_each_rule_is_a_row_that_athena_reads(lake):
    assert lake.over["error"] == "RulesFailed", lake.over.get("cause")
    found = lake.rows(
        "SELECT tablename, rule, outcome, failurereason, evaluatedmetrics, year, month, day, "
        "substr(evaluationstartedon, 1, 10) FROM curated.quality_results "
        f"WHERE year >= '{lake.place.now():%Y}' ORDER BY rule DESC"
    )
    assert [row[:3] for row in found] == [
        ["visits", RULES[0], "Passed"],
        ["visits", RULES[1], "Failed"],
    ]
    assert found[0][3] is None
    assert found[1][3].startswith("Value: 0.8")
    assert "Column.age.ColumnValues.Compliance" in found[1][4]
    for *_, year, month, day, began in found:
        assert began == f"{year}-{int(month):02}-{int(day):02}"


def test_the_saved_query_tells_how_rules_go_by_day(lake):
    (row,) = athena.answer(lake.place, athena.saved(lake.place, "quality_trend"))["rows"]
    assert row[:2] == ["maslow_dev_curated", "visits"]
    ((began,),) = lake.rows(
        "SELECT max(substr(evaluationstartedon, 1, 10)) FROM curated.quality_results"
    )
    assert row[2:] == [began, "1", "1", "1"]


@pytest.fixture
def suggested(lake, monkeypatch):
    """What `maslow quality suggest … -s dev` prints."""
    monkeypatch.setattr("scripts.quality_group.found", lambda _: (None, lake.place.stack))
    monkeypatch.setattr(command, "place_of", lambda *_: lake.place)

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["quality", "suggest", *arguments, "-s", "dev"])
        assert done.exit_code == status, done.output
        return done.output

    return run


def test_a_deployed_table_proposes_rules_of_what_its_rows_are(suggested):
    rules = [each["rule"] for each in json.loads(suggested("curated.visits", "--json"))]
    assert f"RowCount between {ROWS // 2 - 1} and {ROWS * 2 + 1}" in rules
    assert 'IsUnique "visit_id"' in rules
    assert any(rule.startswith('ColumnValues "age" <= ') for rule in rules)
    assert not any("tags" in rule or "day" in rule for rule in rules)


def test_rows_that_are_not_all_say_nothing_of_their_number(suggested):
    rules = [
        each["rule"] for each in json.loads(suggested("curated.visits", "--rows", "100", "--json"))
    ]
    assert 'IsComplete "visit_id"' in rules
    assert not any(rule.startswith("RowCount") for rule in rules)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["curatd.visits"], "as curated.visits is. Did you mean curated?"),
        (["visits"], "visits is not a zone and a table in it"),
        (["curated.visit"], "The catalog of dev has no table curated.visit."),
        (["curated.visits", "--data", "a.csv"], "--data goes neither with -s nor with --rows."),
    ],
)
def test_a_table_that_is_not_there_is_refused(suggested, arguments, said):
    assert said in suggested(*arguments, status=2)
