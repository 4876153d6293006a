"""What the engine makes of the word `on`, and what is made of that."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from infra.settings import from_config, load
from infra.settings.schema import platform_schema, resolved
from infra.settings.yamlwords import LISTS, with_words
from tests.conftest import ROOT

MODEL = {"name": "readmission", "project": "templates/tabular"}
BASE = {
    "owner": "ml@example.com",
    "network": {"cidr": "10.10.0.0/16"},
    "source": {"github": "example/platform"},
}


@pytest.mark.parametrize("key", ["true", True, "on"])
def test_the_word_is_a_word_again_where_a_setting_is_called_so(key: Any) -> None:
    job = {
        "name": "clean",
        "script": "templates/jobs/clean.py",
        "reads": ["raw.a"],
        "writes": ["curated.a"],
        key: {"schedule": "daily"},
    }
    model = {**MODEL, "retrain": {key: ["drift"]}, "monitor": {"bias": {key: ["sex"]}}}
    platform = from_config(BASE | {"models": [model], "jobs": [job]}, "eu-west-1", "dev").platform
    assert platform.models[0].retrain.on == ("drift",)
    assert platform.models[0].monitor.bias.on == ("sex",)
    assert platform.jobs[0].on.schedule == "daily"


def test_a_file_that_the_engine_has_rewritten_is_read_as_before(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "templates", tmp_path / "templates")
    path = tmp_path / "stacks" / "Pulumi.dev.yaml"
    path.parent.mkdir()
    text = (ROOT / "tests" / "stacks" / "Pulumi.dev.yaml").read_text()
    alone = re.sub(r"    (accounts|promotion): .*\n", "", text)
    path.write_text(alone.replace(" on: ", ' "true": '))
    assert load(path).platform.jobs[0].on.arrival == "raw.visits"


def test_a_key_of_a_users_own_stays_as_it_is() -> None:
    group = {"name": "a", "features": {"true": "string"}}
    assert with_words({"features": [group]}) == {"features": [group]}
    assert with_words({"models": ["malformed"], "jobs": None}) == {
        "models": ["malformed"],
        "jobs": None,
    }


def test_every_setting_that_is_called_so_is_known() -> None:
    def ways(node: Any, *path: str) -> list[tuple[str, ...]]:
        inner = resolved(node)
        found = [path] if "on" in inner.get("properties", {}) else []
        for key, below in inner.get("properties", {}).items():
            found += ways(below, *path, key)
        if "properties" in resolved(inner.get("items", {})):
            found += ways(inner["items"], *path)
        return found

    known = {(name, *way) for name, way in LISTS}
    assert set(ways(json.loads(json.dumps(platform_schema())))) == known
