"""Tags on snapshots, as PyIceberg and the embedded Athena then find them."""

import json

import pytest

from embedded.cloud import Cloud
from infra.errors import InputError, WorkError
from infra.features import tags
from infra.models import reports
from infra.models.place import Place
from infra.naming import Names
from infra.settings import from_config
from tests import athena
from tests.athena import BUCKET, DATABASE, rows

SETTINGS = {
    "owner": "ml@example.com",
    "cloud": "embedded",
    "network": {"cidr": "10.10.0.0/16"},
    "source": {"github": "example/platform"},
}


@pytest.fixture(scope="module")
def cloud():
    with Cloud("eu-west-1") as running:
        athena.begin(running)
        yield running


@pytest.fixture
def place(cloud):
    stack = from_config(SETTINGS, "eu-west-1", "dev")
    return Place(Names("maslow", "dev"), stack, cloud.client)


@pytest.fixture
def beds(cloud):
    """A table of Iceberg that was written twice, and its first snapshot."""
    rows(
        cloud,
        f"CREATE TABLE beds (id bigint) LOCATION 's3://{BUCKET}/beds/' "
        "TBLPROPERTIES ('table_type' = 'ICEBERG')",
    )
    rows(cloud, "INSERT INTO beds VALUES 1")
    ((first,),) = rows(cloud, 'SELECT snapshot_id FROM "beds$refs"')
    rows(cloud, "INSERT INTO beds VALUES 2")
    yield f"{DATABASE}.beds", int(first)
    rows(cloud, "DROP TABLE beds")


def location(cloud):
    table = cloud.client("glue").get_table(DatabaseName=DATABASE, Name="beds")["Table"]
    return table["Parameters"]["metadata_location"]


def refs(cloud):
    return dict(rows(cloud, 'SELECT name, CAST(snapshot_id AS varchar) FROM "beds$refs"'))


def test_a_tag_names_a_snapshot_and_the_table_goes_on(cloud, place, beds):
    table, first = beds
    before = location(cloud)
    tags.tag(place, table, first, "stay-v1")
    assert refs(cloud)["stay-v1"] == str(first)
    assert refs(cloud)["main"] != str(first)
    assert location(cloud) != before
    rows(cloud, "INSERT INTO beds VALUES 3")
    assert rows(cloud, "SELECT count(*) FROM beds") == [["3"]]
    assert rows(cloud, f"SELECT id FROM beds FOR VERSION AS OF {first}") == [["1"]]
    bucket, _, key = location(cloud).removeprefix("s3://").partition("/")
    written = json.load(cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"])
    assert before in [each["metadata-file"] for each in written["metadata-log"]]


def test_a_snapshot_with_a_tag_outlives_the_upkeep(cloud, place, beds):
    table, first = beds
    rows(cloud, "INSERT INTO beds VALUES 3")
    tags.tag(place, table, first, "stay-v1")
    cloud.advance(6 * 86400)
    rows(cloud, "VACUUM beds")
    left = {snapshot for (snapshot,) in rows(cloud, 'SELECT snapshot_id FROM "beds$snapshots"')}
    assert left == set(refs(cloud).values())
    assert str(first) in left


def test_a_tag_that_is_there_is_no_new_commit(cloud, place, beds):
    table, first = beds
    tags.tag(place, table, first, "stay-v1")
    before = location(cloud)
    tags.tag(place, table, first, "stay-v1")
    assert location(cloud) == before


def test_a_snapshot_that_is_forgotten_gets_no_tag(cloud, place, beds):
    before = location(cloud)
    with pytest.raises(WorkError, match=r"beds has forgotten its snapshot 7: there is none to tag"):
        tags.tag(place, beds[0], 7, "stay-v1")
    assert location(cloud) == before


def learned(monkeypatch, made_of):
    told = {"version": 4, "snapshot": {"made_of": made_of}}
    monkeypatch.setattr(reports, "why", lambda *_: told)


def test_the_snapshots_of_a_version_are_tagged_by_its_number(cloud, place, beds, monkeypatch):
    table, first = beds
    read = [{"table": "lake.others", "snapshot": None}, {"table": table, "snapshot": str(first)}]
    learned(monkeypatch, {"as_of": "", "query": "", "tables": read})
    assert tags.keep(place, "stay", None) == {
        "model": "stay",
        "version": 4,
        "tag": "stay-v4",
        "tables": {table: str(first)},
    }
    assert refs(cloud)["stay-v4"] == str(first)


@pytest.mark.parametrize(
    "made_of",
    [None, {"as_of": "", "query": "", "tables": [{"table": "lake.others", "snapshot": None}]}],
)
def test_a_version_that_names_no_snapshot_is_told(place, monkeypatch, made_of):
    learned(monkeypatch, made_of)
    with pytest.raises(InputError, match="Version 4 of stay names no snapshot"):
        tags.keep(place, "stay", 4)
