"""From a CSV in the lake to an answer of Athena and a record of the feature store."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from embedded.cloud import Cloud
from infra import athena
from infra.hosts.session import session
from infra.models.place import Place
from infra.naming import Names
from infra.queries import placed
from infra.settings import from_config

ROOT = Path(__file__).parents[2]
GROUP = "maslow-local-tumours-v1"


@pytest.fixture(scope="module")
def place(project):
    """The lake and the features of the local environment, after the walk's script."""
    settings = dict(project.stack("local").platform.model_dump(by_alias=True, mode="json"))
    stack = from_config(
        {
            key: settings[key]
            for key in ("owner", "cloud", "durability", "network", "source", "lake", "features")
        },
        "eu-west-1",
        "local",
    )
    with Cloud("eu-west-1") as cloud:
        with session(project, stack, cloud, lambda _: None) as up:
            up(stack)
        environment = os.environ | cloud.environment
        command = [sys.executable, str(ROOT / "templates" / "walk.py")]
        told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert told.stdout.splitlines()[1] == f"s17 in {GROUP}"
        yield Place(Names(project.name, "local"), stack, cloud.client)


def test_athena_answers_about_the_csv(place):
    sql = "SELECT count(*), round(avg(mean_radius), 2), min(sample_id) FROM raw.tumours"
    told = athena.answer(place, placed(sql, athena.databases(place)))
    assert told["rows"] == [["569", "14.13", "s0"]]
    assert told["scanned_bytes"] > 0


def test_the_record_is_looked_up_as_it_is_in_the_csv(place):
    runtime = place.client("sagemaker-featurestore-runtime")
    found = runtime.get_record(FeatureGroupName=GROUP, RecordIdentifierValueAsString="s17")
    values = {each["FeatureName"]: each["ValueAsString"] for each in found["Record"]}
    sql = "SELECT mean_radius FROM raw.tumours WHERE sample_id = 's17'"
    (row,) = athena.answer(place, placed(sql, athena.databases(place)))["rows"]
    assert row == [values["mean_radius"]]
