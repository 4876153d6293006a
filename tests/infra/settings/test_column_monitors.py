from pathlib import Path

import pytest

from infra.models.new_project import KINDS, lay_out
from infra.settings.column_monitors import check_column_monitors

TEMPLATES = Path(__file__).resolve().parents[3] / "templates"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = tmp_path_factory.mktemp("kinds")
    for kind in KINDS:
        lay_out(TEMPLATES, kind, root / kind)
    return root


def found(root, kind, monitor):
    model = {"project": kind, "monitor": monitor}
    return {".".join(each.path): each.message for each in check_column_monitors(model, root)}


ALL = {
    "bias": {"on": ["sex"]},
    "explain": "weekly",
    "quality": {"every": "daily", "by": ["ward"]},
    "data": "hourly",
}


@pytest.mark.parametrize("kind", ["text", "vision"])
def test_what_is_of_columns_is_refused_where_requests_have_none(root, kind):
    why = f"requests to {kind} are {kind}, as its pipeline.json says, and have no columns."
    assert found(root, kind, ALL) == {
        "monitor.bias": f"would measure nothing: {why}",
        "monitor.explain": f"would measure nothing: {why}",
        "monitor.quality.by": f"would tell nothing apart: {why}",
    }


@pytest.mark.parametrize(
    "monitor",
    [
        {},
        {"data": "hourly", "quality": "daily"},
        {"bias": "off", "explain": "off"},
        {"bias": {"every": "off"}, "explain": {"every": "off"}, "quality": {"every": "daily"}},
    ],
)
def test_what_is_of_answers_is_watched_whatever_requests_are(root, monitor):
    for kind in KINDS:
        assert found(root, kind, monitor) == {}


@pytest.mark.parametrize("explain", [{"threshold": 0.2}, {"every": "cron(0 3 * * ? *)"}])
def test_a_monitor_is_on_unless_it_is_off(root, explain):
    assert [*found(root, "text", {"explain": explain})] == ["monitor.explain"]


def test_requests_have_columns_unless_a_project_says_otherwise(root):
    assert found(root, "tabular", ALL) == {}
