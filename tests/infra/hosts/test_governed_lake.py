"""A governed lake on the embedded AWS: what the settings say, and what queries then show."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import boto3
import pytest

from embedded.cloud import Cloud
from embedded.resources import Resources
from infra.composition import declare
from infra.graph import Run
from infra.hosts.in_process import InProcessHost
from infra.live import in_account, state_of_stack
from infra.naming import Names
from infra.settings import from_config
from infra.versions import none_yet
from tests import athena

ROOT = Path(__file__).parents[3]
OWNER = "arn:aws:iam::123456789012:role/owner-of-another-lake"
PEOPLE = ("data-engineer", "data-scientist", "ml-engineer")
LAKE: dict[str, Any] = {
    "governed": True,
    "tables": [
        {
            "name": "curated.visits",
            "format": "csv",
            "columns": {"visit_id": "string", "patient": "string", "age": "int"},
            "personal": ["patient"],
        },
        {
            "name": "curated.wages",
            "format": "csv",
            "columns": {"ward": "string", "paid": "string"},
            "sensitivity": "confidential",
        },
        {"name": "raw.visits", "format": "csv", "columns": {"visit_id": "string"}},
    ],
    "readers": {
        "data-scientist": {"rows": {"curated.visits": "age >= 18"}},
        "ml-engineer": {"zones": ["curated"], "sees": ["internal", "personal"]},
    },
}
SETTINGS: dict[str, Any] = {
    "owner": "ml@example.com",
    "cloud": "embedded",
    "durability": "disposable",
    "network": {"cidr": "10.0.0.0/16", "endpoints": "none"},
    "source": {"github": "example/platform"},
    "audit": {"management_events": False},
    "registry": {"packages": False, "mirrors": []},
    "access": {"personas": {persona: ["arn:aws:iam::123456789012:root"] for persona in PEOPLE}},
    "lake": LAKE,
}


class Lake(NamedTuple):
    """What was brought up."""

    cloud: Cloud
    host: InProcessHost
    again: Any
    """Bring it up again; what changed then."""
    outputs: dict[str, Any]


class Reader:
    """A cloud whose Athena is asked by a persona."""

    def __init__(self, lake: Lake, persona: str) -> None:
        sts = lake.cloud.client("sts")
        arn = lake.outputs["personas"][persona]
        given = sts.assume_role(RoleArn=arn, RoleSessionName="any")["Credentials"]
        self._athena = boto3.client(
            "athena",
            region_name=lake.cloud.region,
            endpoint_url=lake.cloud.url,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def client(self, _service: str) -> Any:
        return self._athena


@pytest.fixture(scope="module")
def lake() -> Iterator[Lake]:
    stack = from_config(SETTINGS, "eu-west-1", "dev")
    with Cloud("eu-west-1") as cloud:
        client = cloud.client("lakeformation")
        settings = client.get_data_lake_settings()["DataLakeSettings"]
        settings["DataLakeAdmins"] = [{"DataLakePrincipalIdentifier": OWNER}]
        client.put_data_lake_settings(DataLakeSettings=settings)
        run = Run(project="maslow", stack="dev", region="eu-west-1")
        host = InProcessHost(Resources(cloud), run, cloud.environment)

        def program() -> None:
            live = in_account(cloud.client, Names("maslow", "dev"), state_of_stack)
            declare(stack, none_yet, ROOT, services=frozenset(), live=live)

        outputs = host.up(program).outputs
        for table, lines in {
            "curated.visits": "visit_id,patient,age\n1,ann,40\n2,bob,9\n",
            "curated.wages": "ward,paid\na,100\n",
            "raw.visits": "visit_id\n1\n",
        }.items():
            zone, _, name = table.partition(".")
            cloud.client("s3").put_object(
                Bucket=outputs["zones"][zone], Key=f"{name}/1.csv", Body=lines.encode()
            )
        yield Lake(cloud, host, lambda: host.up(program).changes, outputs)


def asked(lake: Lake) -> dict[str, Any]:
    return {"WorkGroup": lake.outputs["workgroups"]["everybody"], "ResultConfiguration": {}}


def rows(lake: Lake, persona: str, sql: str) -> Any:
    return athena.rows(Reader(lake, persona), sql, **asked(lake))  # type: ignore[arg-type]


def reason(lake: Lake, persona: str, sql: str) -> str:
    return athena.reason(Reader(lake, persona), sql, **asked(lake))  # type: ignore[arg-type]


VISITS, WAGES = "maslow_dev_curated.visits", "maslow_dev_curated.wages"


def test_a_scientist_sees_some_rows_and_nothing_personal(lake: Lake) -> None:
    assert rows(lake, "data-scientist", f"SELECT * FROM {VISITS}") == [["1", "40"]]
    told = reason(lake, "data-scientist", f"SELECT patient FROM {VISITS}")
    assert told.startswith("COLUMN_NOT_FOUND")


def test_who_sees_what_is_personal_sees_whom_it_is_about(lake: Lake) -> None:
    found = rows(lake, "ml-engineer", f"SELECT patient FROM {VISITS} ORDER BY 1")
    assert found == [["ann"], ["bob"]]


@pytest.mark.parametrize("persona", ["data-scientist", "ml-engineer"])
@pytest.mark.parametrize("table", [WAGES, "maslow_dev_raw.visits"])
def test_what_is_more_sensitive_or_elsewhere_is_refused(
    lake: Lake, persona: str, table: str
) -> None:
    told = reason(lake, persona, f"SELECT * FROM {table}")
    assert "Insufficient Lake Formation permission(s)" in told


def test_who_writes_the_files_goes_on_by_iam(lake: Lake) -> None:
    assert rows(lake, "data-engineer", f"SELECT * FROM {WAGES}") == [["a", "100"]]
    found = rows(lake, "data-engineer", f"SELECT patient FROM {VISITS} ORDER BY 1")
    assert found == [["ann"], ["bob"]]


def test_who_administers_other_lakes_stays(lake: Lake) -> None:
    told = lake.cloud.client("lakeformation").get_data_lake_settings()["DataLakeSettings"]
    assert told["DataLakeAdmins"] == [{"DataLakePrincipalIdentifier": OWNER}]


def test_a_second_deployment_changes_nothing(lake: Lake) -> None:
    changes = {str(kind): count for kind, count in lake.again().items() if count}
    assert set(changes) <= {"Operation.SAME", "same"}, changes


def test_a_destroy_leaves_who_administers_other_lakes(lake: Lake) -> None:
    lake.host.up(lambda: None)
    client = lake.cloud.client("lakeformation")
    told = client.get_data_lake_settings()["DataLakeSettings"]
    assert told["DataLakeAdmins"] == [{"DataLakePrincipalIdentifier": OWNER}]
    assert client.list_resources()["ResourceInfoList"] == []
    assert client.list_lake_formation_opt_ins()["LakeFormationOptInsInfoList"] == []
