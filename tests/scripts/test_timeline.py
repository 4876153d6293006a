import pytest

from infra.demo.timeline import Kind
from tests.infra.demo import told
from tests.scripts.test_console import printed, screen

__all__ = ["printed"]

TOLD = """
import sys
sys.path.insert(0, "tests/infra/demo")  # a package of others may be called tests
import told
from scripts.timeline import Teller
hand = told.Hand()
made = told.timeline(hand, on_event=Teller())
told.whole(made, hand)
"""


@pytest.fixture(scope="module")
def events():
    return told.document()["events"]


def test_a_pipe_gets_a_whole_line_for_each_event_and_no_colour(printed, events):
    text = printed(TOLD)
    day, *lines = text.splitlines()
    assert day == "Day 1"
    assert "\x1b" not in text
    assert [line.split()[0] for line in lines] == [one["at"][11:16] for one in events]
    for line, one in zip(lines, events, strict=True):
        assert line.endswith(f"  {one['text']}")
    assert lines[0] == "  06:00 Deploy          The platform stands: 291 resources."


@pytest.mark.parametrize("columns", [60, 100])
def test_in_a_terminal_a_long_line_goes_on_below_itself(printed, events, columns):
    text = printed(TOLD, columns=columns)
    lines, widest = screen(text)
    assert widest <= columns
    assert "\x1b[31m" in text  # red
    said, firsts = [], []
    for line in filter(str.strip, lines[1:]):
        label, rest = line[:24], line[24:].strip()
        assert line[22:24] == "  "
        if label.strip():
            firsts.append(label.split(maxsplit=1)[1].strip())
            said.append(rest)
        else:
            said[-1] += f" {rest}"
    assert said == [one["text"] for one in events]
    assert len(firsts) == len(events)
    assert {"Faulty version", "Alarm over"} <= set(firsts)
    assert (len(list(filter(str.strip, lines[1:]))) > len(events)) == (columns == 60)


def test_bad_news_is_red_and_good_news_is_green(printed):
    program = """
from infra.demo.timeline import Kind
from scripts.timeline import Teller
tell = Teller()
for kind in Kind:
    tell({"at": "2026-11-27T06:00:00Z", "kind": kind, "text": f"[b]{kind}[/b]", "numbers": {}})
"""
    _, *lines = printed(program, columns=100).splitlines()
    red = {kind for kind, line in zip(Kind, lines, strict=True) if "\x1b[31m" in line}
    green = {kind for kind, line in zip(Kind, lines, strict=True) if "\x1b[32m" in line}
    assert red == {Kind.DRIFT, Kind.ALARM, Kind.FAULT, Kind.ROLLBACK}
    assert green == {Kind.CALM, Kind.APPROVE, Kind.RELEASE}
    for kind, line in zip(Kind, lines, strict=True):
        assert f"[b]{kind}[/b]" in line


def test_each_day_of_the_story_has_a_heading(printed):
    program = """
from scripts.timeline import Teller
tell = Teller()
for day in (27, 27, 29):
    tell({"at": f"2026-11-{day}T06:00:00Z", "kind": "traffic", "text": "any", "numbers": {}})
"""
    lines = printed(program).splitlines()
    assert [line for line in lines if not line.startswith(" ")] == ["Day 1", "Day 2"]
