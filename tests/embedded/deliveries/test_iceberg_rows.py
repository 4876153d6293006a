"""Records as rows of Iceberg: strictly by the names of columns, and times in microseconds."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.hive_types import parse
from embedded.deliveries.conversion import Malformed, Misfit
from embedded.deliveries.iceberg_rows import MissingColumn, row

TYPES = {
    "ward": parse("string"),
    "at": parse("timestamp"),
    "seen": parse("array<struct<at:timestamp,rate:int>>"),
}
NOON = 1_769_860_800_000_000
RECORD = {"ward": "icu", "at": NOON, "seen": [{"at": NOON + 250_000, "rate": 80}]}


def made(**changes: Any) -> dict[str, Any]:
    return row(json.dumps({**RECORD, **changes}).encode(), TYPES)


def test_times_are_microseconds_at_any_depth() -> None:
    noon = datetime(2026, 1, 31, 12, tzinfo=UTC)
    assert made() == {
        "ward": "icu",
        "at": noon,
        "seen": [{"at": noon.replace(microsecond=250_000), "rate": 80}],
    }


def test_a_field_of_no_column_is_left_out_and_null_is_a_value() -> None:
    assert made(other=1, at=None)["at"] is None
    assert "other" not in made(other=1)


@pytest.mark.parametrize("time", ["2026-01-31T12:00:00Z", 1.5, True, 2**70])
def test_a_time_of_another_form_does_not_fit(time: Any) -> None:
    with pytest.raises(Misfit, match="no number of microseconds"):
        made(at=time)


def test_a_column_that_is_missing_or_written_otherwise_is_told() -> None:
    with pytest.raises(MissingColumn, match="the record has no ward"):
        row(json.dumps({"Ward": "icu", "at": NOON, "seen": []}).encode(), TYPES)


@pytest.mark.parametrize(
    ("data", "error"), [(b"{", Malformed), (b"[1]", Misfit), (b'{"a": 1} {"a": 2}', Misfit)]
)
def test_a_record_is_one_object(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        row(data, TYPES)
