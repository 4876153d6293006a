import json
import signal
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from infra.demo import page, timeline
from infra.demo.timeline import Kind
from scripts import demo
from scripts.maslow import main
from tests.infra.demo import told
from tests.infra.demo.browser import measured, needs_browser

SCHEMA = json.loads(Path(timeline.__file__).with_name("timeline.schema.json").read_text())
STORY = [
    *("deploy", "train", "approve", "release", "monitor"),
    *("drift", "alarm", "loop", "compare", "approve", "canary", "release", "monitor", "calm"),
    *("fault", "approve", "canary", "rollback", "reject", "monitor"),
]
"""What must come, in this order, whatever else there is."""
MAIL = ("ALARM: ", "a better version awaits approval", "does not come to what it was to serve")


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """The one whole run: its record and its page."""
    into = tmp_path_factory.mktemp("demo") / "demo.html"
    done = CliRunner().invoke(main, ["demo", "--page", str(into), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), into.read_text()


def test_drift_leads_to_a_better_version_and_a_faulty_one_is_taken_back(played):
    document, _ = played
    jsonschema.validate(document, SCHEMA, jsonschema.Draft202012Validator)
    kinds = iter(one["kind"] for one in document["events"])
    assert [kind for kind in STORY if kind not in kinds] == []
    mail = [one["text"] for one in document["events"] if one["kind"] == Kind.TOLD]
    assert all(any(about in one for one in mail) for about in MAIL)

    found = {one["at"]: one["worst"] for one in document["drift"]}
    calm, shifted, *after = found.values()
    assert calm < 1
    assert shifted > 3
    assert max(after) < 1
    assert [one["version"] for one in document["drift"]] == [1, 1, 2, 2]
    assert page.verdict(document)[0]
    assert document["not_emulated"]


def test_the_better_version_answers_both_clinics_as_well_as_the_first_one_did(played):
    document, _ = played
    first, shifted, *better = (
        [one["value"] for one in document["quality"][begin : begin + 4]]
        for begin in range(0, len(document["quality"]), 4)
    )
    assert max(shifted) < min(first)
    assert all(min(day) > max(shifted) for day in better)
    assert {one["version"] for one in document["quality"]} == {1, 2}


def test_a_quarter_goes_first_and_the_faulty_version_never_gets_more(played):
    document, _ = played
    shares = [(one["version"], one["share"], one["phase"]) for one in document["served"]]
    assert shares == [
        (1, 1, "live"),
        (1, 0.75, "live"),
        (2, 0.25, "canary"),
        (2, 1, "live"),
        (2, 0.75, "live"),
        (3, 0.25, "canary"),
        (2, 1, "live"),
    ]
    failed = [one for one in document["traffic"] if one["errors"]]
    (faulty,) = (one for one in document["served"] if one["version"] == 3)
    assert failed
    assert all(faulty["at"] <= one["since"] <= faulty["until"] for one in failed)
    assert sorted({one["name"] for one in document["alarms"]}) == [
        "endpoint-errors",
        "monitor-data-worst",
    ]


def test_its_hours_are_priced_and_those_of_jobs_are_unknown(played):
    document, _ = played
    endpoint, *jobs = document["costs"]
    began, ended = (timeline.moment(document[name]) for name in ("began", "ended"))
    assert 0 < endpoint["hours"] <= 4 * (ended - began).total_seconds() / 3600
    assert endpoint["usd"] == pytest.approx(endpoint["hours"] * endpoint["usd_per_hour"])
    assert [one["usd"] for one in jobs] == [None, None]
    assert jobs[0]["what"] == "2 training jobs"


@needs_browser
@pytest.mark.parametrize("width", [375, 1280])
def test_its_page_can_be_read_in_a_browser(played, tmp_path, width):
    _, text = played
    found = measured(tmp_path, text, width)
    assert found["letters"] > 3000
    assert found["cut"] == []
    assert found["overlaps"] == []
    assert found["width"] <= found["screen"]


def test_an_interruption_leaves_nothing_and_no_page(project, start, tmp_path):
    into = tmp_path / "demo.html"
    running = start(project.root, "demo", "--page", str(into), stack="platform")
    running.until_said("Day 1")
    running.process.send_signal(signal.SIGINT)
    assert running.ended(20) == 130, running.said
    assert running.said.endswith("\nInterrupted.\n")
    assert "Traceback" not in running.said
    assert running.left() == []
    assert not into.exists()


@pytest.fixture
def quick(monkeypatch):
    """The story is told already."""
    monkeypatch.setattr(demo, "_played", lambda *_, **__: told.document())
    monkeypatch.setattr(demo, "bound", lambda *_: None)


def run(*arguments):
    return CliRunner().invoke(main, ["demo", *map(str, arguments)])


def test_it_ends_by_what_came_of_it_and_where_the_page_is(quick, tmp_path):
    into = tmp_path / "demo.html"
    done = run("--page", into)
    assert done.exit_code == 0, done.output
    assert page.verdict(told.document())[1].split()[0] in done.stdout
    assert done.stdout.endswith(f"The page of it: {into}\n")
    assert into.read_text() == page.page(told.document())


def test_a_page_that_cannot_be_written_is_refused_before_anything_is_done(tmp_path):
    done = run("--page", tmp_path)
    assert (done.exit_code, done.stderr) == (
        2,
        f"--page {tmp_path}: is a folder. Give a file, such as {tmp_path}/maslow-demo.html.\n",
    )
    done = run("--page", tmp_path / "none" / "demo.html")
    assert done.exit_code == 2
    assert done.stderr == f"--page {tmp_path}/none/demo.html: there is no folder {tmp_path}/none.\n"


def test_a_story_that_does_not_go_as_it_should_fails_and_writes_no_page(monkeypatch, tmp_path):
    def fails(*_, **__):
        raise demo.WorkError("The alarm did not start the loop.")

    monkeypatch.setattr(demo, "_played", fails)
    monkeypatch.setattr(demo, "bound", lambda *_: None)
    done = run("--page", tmp_path / "demo.html")
    assert (done.exit_code, done.stderr) == (1, "The alarm did not start the loop.\n")
    assert list(tmp_path.iterdir()) == []
