"""A job of data on the embedded AWS: objects arrive, Spark runs, and what comes of it is there."""

import csv
import io
import json
import time
from dataclasses import replace

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from embedded.cloud import Cloud
from infra import jobs
from infra.errors import InputError
from infra.hosts import sample
from infra.hosts.session import session
from infra.models.place import Place
from infra.naming import Names
from infra.settings import from_config
from scripts import jobs as command
from scripts.maslow import main
from tests.embedded_settings import EMBEDDED
from tests.json_shapes import misfits

SECONDS = 180
ID, TIME = "sample_id", "measured_at"
CLEAN = {"script": "templates/jobs/clean.py", "arguments": {"id": ID, "event-time": TIME}}
SETTINGS = {
    **EMBEDDED,
    "alerts": {"email": ["ml@example.com"]},
    "jobs": [
        {
            **CLEAN,
            "name": "tumours",
            "on": {"arrival": "raw.tumours"},
            "reads": ["raw.tumours"],
            "writes": ["curated.tumours"],
            "retries": 0,
        },
        {
            "name": "counts",
            "script": "templates/jobs/clean.py",
            "on": {"after": "tumours"},
            "reads": ["raw.tumours"],
            "writes": ["features.tumours"],
            "arguments": {"id": "none", "event-time": TIME},
            "retries": 0,
        },
    ],
}


class Lake:
    """An environment of two jobs, of which the second asks for a column that is not there."""

    def __init__(self, cloud, project):
        self.cloud, self.s3 = cloud, cloud.client("s3")
        self.states = cloud.client("stepfunctions")
        self.names = Names(project.name, "dev")
        self.stack = stack = from_config(SETTINGS, "eu-west-1", "dev")
        self.place = Place(self.names, stack, cloud.client)
        with session(project, stack, cloud, lambda _: None) as up:
            self.outputs = up(stack).outputs
        self.zones, self.jobs = self.outputs["zones"], self.outputs["jobs"]

    def arrives(self):
        records = sample.load()
        rows = [
            [f"s{number}", f"2026-01-0{1 + number % 3}T06:00:00Z", *row]
            for number, row in enumerate(records.rows)
        ]
        text = io.StringIO()
        csv.writer(text).writerows([[ID, TIME, *records.header], *rows, rows[0]])
        self.s3.put_object(Bucket=self.zones["raw"], Key="tumours/1.csv", Body=text.getvalue())

    def execution(self, job):
        """The one execution of a job, once it has ended."""
        waited = time.monotonic()
        while time.monotonic() - waited < SECONDS:
            found = self.states.list_executions(stateMachineArn=self.jobs[job])["executions"]
            if found and found[0]["status"] != "RUNNING":
                return self.states.describe_execution(executionArn=found[0]["executionArn"])
            self.cloud.advance(20)
            time.sleep(0.1)
        raise AssertionError(f"{job} does not end")

    def cleaned(self):
        keys = self.s3.list_objects_v2(Bucket=self.zones["curated"], Prefix="tumours/")["Contents"]
        return [
            row
            for key in (one["Key"] for one in keys)
            if key.endswith(".parquet")
            for row in pyarrow.parquet.read_table(
                io.BytesIO(self.s3.get_object(Bucket=self.zones["curated"], Key=key)["Body"].read())
            ).to_pylist()
        ]


@pytest.fixture(scope="module")
def lake(project):
    with Cloud("eu-west-1") as running:
        lake = Lake(running, project)
        lake.arrives()
        yield lake


def test_what_arrives_is_cleaned_and_the_next_job_starts_then(lake):
    told = lake.execution("tumours")
    assert told["status"] == "SUCCEEDED", told.get("cause")
    assert json.loads(told["input"])["cause"] == "arrival"
    rows = lake.cleaned()
    assert len(rows) == len({row[ID] for row in rows}) == 569

    after = lake.execution("counts")
    began = f"{told['startDate']:%Y-%m-%d}"
    assert json.loads(after["input"]) == {
        "cause": "job",
        "reason": "tumours has run",
        "date": began,
    }


def test_a_run_that_fails_is_told_once_with_its_reason(lake):
    told = lake.execution("counts")
    assert (told["status"], told["error"]) == ("FAILED", "RunFailed")
    assert "Job failed: " in told["cause"]
    assert "none" in told["cause"]
    lake.cloud.advance(60)
    mails = [one for one in lake.cloud.outbox()["sent"] if "RunFailed" in one["message"]]
    assert len(mails) == 1
    assert "console.aws.amazon.com" in mails[0]["message"]


def test_what_a_run_prints_is_in_the_log_group_of_its_job(lake):
    lake.execution("tumours")
    logs = lake.cloud.client("logs")
    head = lake.names("job", "tumours")
    (group,) = (
        one["logGroupName"]
        for one in logs.describe_log_groups()["logGroups"]
        if one["logGroupName"].startswith(f"{head}-runs")
    )
    (stream,) = (
        one["logStreamName"]
        for one in logs.describe_log_streams(logGroupName=group)["logStreams"]
        if one["logStreamName"].endswith("/stdout")
    )
    events = logs.get_log_events(logGroupName=group, logStreamName=stream)["events"]
    assert [one["message"] for one in events] == ["569 records in 3 days, 0 set aside"]


@pytest.fixture
def told(lake, monkeypatch):
    """What `maslow job …` prints of the environment."""
    monkeypatch.setattr("scripts.job_group.found", lambda _: (None, lake.stack))
    monkeypatch.setattr(command, "place_of", lambda *_: lake.place)

    def run(*arguments, status=0):
        done = CliRunner().invoke(main, ["job", *arguments])
        assert done.exit_code == status, done.output
        return done.output

    return run


def test_the_list_tells_how_the_last_runs_ended(lake, told):
    lake.execution("counts")
    found = json.loads(told("list", "--json"))
    assert misfits(found, list[jobs.JobShape]) == []
    assert [(one["job"], one["runs"][-1]["status"]) for one in found] == [
        ("tumours", "SUCCEEDED"),
        ("counts", "FAILED"),
    ]
    lines = told("list").splitlines()
    assert "raw.tumours to curated.tumours, succeeded 20" in lines[0]
    assert "failed 20" in lines[1]
    assert "RunFailed: the run " in lines[1]


def test_what_the_newest_run_printed_is_told(lake, told):
    lake.execution("tumours")
    (out, error) = json.loads(told("logs", "tumours", "--json"))
    assert (out["source"], out["lines"]) == ("stdout", ["569 records in 3 days, 0 set aside"])
    assert error["source"] == "stderr"
    assert "  569 records in 3 days, 0 set aside\n" in told("logs", "tumours", "--lines", "1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["tumour"], "dev has no job tumour. Did you mean tumours?"),
        (["tumours", "--date", "today"], "--date today: is no day. Example: 2026-01-31."),
        (
            ["tumours", "--from", "2026-01-02"],
            "A range has both: --from 2026-01-01 --to 2026-01-31.",
        ),
        (
            ["tumours", "--from", "2026-01-02", "--to", "2026-01-01"],
            "--from 2026-01-02 --to 2026-01-01: give 1 to 366 days, in their order.",
        ),
        (
            ["tumours", "--from", "2026-01-01", "--to", "2026-01-02", "--no-wait"],
            "--from and --to go neither with --date nor with --no-wait.",
        ),
    ],
)
def test_what_cannot_be_run_is_refused(told, options, said):
    assert told("run", *options, status=2) == f"{said}\n"


def test_a_job_that_is_not_there_yet_is_told(lake):
    (first, *_) = lake.stack.platform.jobs
    platform = lake.stack.platform.model_copy(
        update={"jobs": (first.model_copy(update={"name": "new"}),)}
    )
    place = replace(lake.place, stack=replace(lake.stack, platform=platform))
    assert jobs.listed(place)[0]["runs"] == []
    with pytest.raises(InputError, match="new is not there yet: `maslow up -s dev` makes it"):
        jobs.start(place, "new", "any", None)
    assert jobs.logs(place, "new", 10) == []


def test_a_range_has_each_of_its_days():
    found = [day.isoformat() for day in jobs.days("2026-02-27", "2026-03-01")]
    assert found == ["2026-02-27", "2026-02-28", "2026-03-01"]


def test_a_person_runs_a_job_for_a_day(lake, told):
    lake.execution("counts")
    said = told("run", "tumours", "--date", "2026-01-02", "--reason", "late records", "--no-wait")
    execution = said.splitlines()[0].split()[1]
    asked = json.loads(lake.states.describe_execution(executionArn=execution)["input"])
    assert (asked["cause"], asked["date"]) == ("person", "2026-01-02")
    assert asked["reason"].endswith(": late records")
