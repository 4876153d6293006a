"""What Lake Formation is told of prod's lake: who reads, and who makes tables where."""

from pathlib import Path
from typing import Any

import pytest

from infra.composition import declare
from infra.errors import InputError
from infra.graph import Graph, record
from infra.lake_settings import new_account
from infra.live import NOTHING, Live
from infra.settings import from_config
from infra.versions import none_yet

ROOT = Path(__file__).parents[3]
PERMISSIONS = "aws:lakeformation/permissions:Permissions"
USER = "arn:aws:iam::111111111111:user/someone"


@pytest.fixture(scope="module")
def prod(recording: Any) -> Graph:
    graph: Graph = recording("prod", "second")
    return graph


def test_all_that_make_tables_may_do_so_where_they_write(prod: Graph) -> None:
    makers = {
        each.name.removeprefix("maslow-prod-tables-of-")
        for each in prod.of_type(PERMISSIONS)
        if each.inputs["permissions"] == ["DATA_LOCATION_ACCESS"]
    }
    assert {
        "data-engineer-raw",
        "data-engineer-curated",
        "job-visits-curated",
        "job-latest-visits-features",
    } <= makers
    assert "data-engineer-features" not in makers


@pytest.mark.parametrize("persona", ["data-scientist", "ml-engineer"])
def test_a_reader_is_opted_in_by_its_role_to_each_database(prod: Graph, persona: str) -> None:
    role = f"arn:aws:iam::333333333333:role/maslow-prod-{persona}"
    opted = {
        told["database"]["name"]
        for each in prod.of_type("aws:lakeformation/optIn:OptIn")
        for told in each.inputs["resourceDatas"]
        if each.inputs["principals"] == [{"dataLakePrincipalIdentifier": role}]
        and "database" in told
    }
    assert {"maslow_prod_raw", "maslow_prod_curated", "maslow_prod_features"} <= opted


def test_the_key_of_data_is_closed_to_whom_the_lake_is(prod: Graph) -> None:
    (key,) = [each for each in prod.of_type("aws:kms/key:Key") if "-data-" in each.name]
    closed = key.inputs["policy"]
    assert "role/maslow-prod-auditor" in closed
    assert "role/maslow-prod-ml-engineer" not in closed


def declared(live: Live = NOTHING, **lake: Any) -> None:
    """Declare a small environment with a governed lake."""
    tables = [{"name": "curated.visits", "columns": {"id": "string"}}]
    values = {
        "owner": "ml@example.com",
        "network": {"cidr": "10.0.0.0/16"},
        "source": {"github": "example/platform"},
        "access": {"personas": {"data-scientist": [USER]}},
        "lake": {"governed": True, "tables": tables, **lake},
    }
    stack = from_config(values, "eu-west-1", "dev")
    record(lambda: declare(stack, none_yet, ROOT, services=frozenset(), live=live))


def test_a_table_keeps_a_column_to_see() -> None:
    readers = {"data-scientist": {"without": {"curated.visits": ["id"]}}}
    with pytest.raises(InputError, match=r"without\.curated\.visits: no column is left to see"):
        declared(readers=readers)


@pytest.mark.parametrize(
    ("key", "what"), [("database_defaults", "databases"), ("table_defaults", "tables")]
)
def test_an_account_in_which_jobs_would_be_locked_out_is_refused(key: str, what: str) -> None:
    emptied: Any = {**new_account(False), key: []}
    with pytest.raises(InputError, match=f"gives new {what} to nobody by IAM"):
        declared(Live(lake_settings=lambda _joins: emptied))
    declared()
