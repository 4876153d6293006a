from datetime import date, timedelta

import pytest

from catalog.kubernetes_versions import (
    Support,
    UnknownVersion,
    default_version,
    lifecycle_of,
    offered,
    support_of,
    version_of,
    versions,
)
from catalog.service_record import State

DAY = timedelta(days=1)


@pytest.mark.parametrize("name", versions())
def test_a_version_has_fourteen_months_and_then_a_year(name):
    one = version_of(name)
    assert timedelta(days=420) <= one.standard_ends - one.released <= timedelta(days=430)
    assert one.extended_ends == one.standard_ends.replace(year=one.standard_ends.year + 1)


def test_versions_are_told_from_the_newest_on_without_a_gap():
    minors = [each.minor for each in versions().values()]
    assert minors == [*range(minors[0], minors[0] - len(minors), -1)]


@pytest.mark.parametrize(
    ("day", "support"),
    [
        (date(2026, 12, 1), Support.STANDARD),
        (date(2026, 12, 2), Support.EXTENDED),
        (date(2027, 12, 1), Support.EXTENDED),
        (date(2027, 12, 2), Support.ENDED),
    ],
)
def test_support_changes_on_the_day_that_is_told(day, support):
    assert support_of("1.34", day) is support


def test_what_has_ended_is_not_offered():
    ends = version_of("1.31").extended_ends
    assert "1.31" in offered(ends - DAY)
    assert "1.31" not in offered(ends)


def test_the_default_is_in_standard_support_for_longest():
    assert default_version() == max(versions(), key=lambda name: version_of(name).standard_ends)


def test_what_is_next_in_a_versions_life_is_told():
    one = version_of("1.34")
    assert lifecycle_of("1.34", one.released).date == one.standard_ends
    late = lifecycle_of("1.34", one.standard_ends)
    assert (late.state, late.date) == (State.ENDS, one.extended_ends)
    assert lifecycle_of("1.34", one.extended_ends).state is State.ENDED


def test_an_unknown_version_is_refused_with_those_that_there_are():
    with pytest.raises(UnknownVersion, match=r"no Kubernetes 2\.0: it has 1\.36, 1\.35"):
        support_of("2.0", date(2026, 11, 28))
