"""Hours in which an environment works, against Python's own knowledge of time zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import jsonata
import pytest

from components.common.hours import DAYS, closed, cron, longest_pause_hours, offsets, share
from embedded.schedules import parse


def hours(days="mon tue wed thu fri", start=7 * 60, end=19 * 60, zone="Europe/Vienna"):
    return {"days": days.split(), "start": start, "end": end, "zone": zone}


@pytest.mark.parametrize("zone", ["Europe/Vienna", "America/New_York", "Asia/Kolkata", "UTC"])
def test_a_machine_knows_all_year_whether_they_are_over(zone):
    office = hours(zone=zone)
    told = jsonata.Jsonata(closed(office).replace("$millis()", "$at"))
    at = datetime(2027, 1, 1, 0, 10, tzinfo=UTC)
    while at < datetime(2028, 1, 1, tzinfo=UTC):
        local = at.astimezone(ZoneInfo(zone))
        works = local.weekday() < 5 and 7 <= local.hour < 19
        told.assign("at", int(at.timestamp() * 1000))
        assert told.evaluate({}) is not works, local
        at += timedelta(minutes=97)


def test_hours_of_the_whole_week_are_never_over():
    assert closed(hours(" ".join(DAYS), 0, 24 * 60)) == "false"


@pytest.mark.parametrize(
    ("minute", "due"), [(7 * 60 + 30, "Fri 07:30"), (24 * 60, "Sat 00:00"), (0, "Fri 00:00")]
)
def test_a_minute_of_a_day_is_a_time_of_that_day_or_the_beginning_of_the_next(minute, due):
    zone = ZoneInfo("Europe/Vienna")
    expression = cron(hours("fri"), minute)
    following = parse(expression).next(datetime(2027, 7, 1, tzinfo=UTC), zone)
    assert f"{following.astimezone(zone):%a %H:%M}" == due


@pytest.mark.parametrize(
    ("days", "least"),
    [("mon tue wed thu fri", 60), ("mon wed", 5 * 24 - 12), ("sun", 7 * 24 - 12), ("mon tue", 132)],
)
def test_the_longest_pause_is_told_with_the_hour_of_the_clocks_change(days, least):
    assert longest_pause_hours(hours(days)) == least + 1


def test_the_part_of_a_week_is_that_of_its_minutes():
    assert share(hours()) == 60 / 168
    assert share(hours(" ".join(DAYS), 0, 24 * 60)) == 1


def test_a_zone_that_never_changes_has_one_offset():
    assert offsets("Asia/Kolkata") == [(0, 330)]


def test_the_clocks_of_a_zone_change_when_they_do():
    changes = offsets("Europe/Vienna")
    spring = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert changes[:2] == [(0, 60), (int(spring.timestamp() * 1000), 120)]
    assert len(changes) == 1 + 2 * 20
