"""Tables of the stack file beside what else lies in the lake."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infra.errors import InputError
from infra.graph import Graph
from infra.project import Project
from infra.settings import StackFile
from infra.settings.data.tables import Table

COLUMNS = {"id": {"type": "string"}}


@pytest.fixture
def declared(project: Project, record_like: Callable[[StackFile], Graph]) -> Callable[..., Graph]:
    """The graph of dev with these tables alone."""

    def declare(*tables: dict[str, Any]) -> Graph:
        stack = project.stack("dev")
        lake = stack.platform.lake.model_copy(
            update={
                "tables": tuple(Table.model_validate({"columns": COLUMNS, **t}) for t in tables)
            }
        )
        return record_like(
            replace(stack, platform=stack.platform.model_copy(update={"lake": lake}))
        )

    return declare


def test_a_job_tells_the_catalog_of_the_tables_that_it_fills(
    declared: Callable[..., Graph],
) -> None:
    graph = declared(
        {"name": "curated.cleaned", "prefix": "visits/2026"},
        {"name": "curated.others", "prefix": "others"},
    )
    (text,) = [
        each.inputs["policy"]
        for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if "job-visits" in each.name and "glue:CreateTable" in each.inputs["policy"]
    ]
    tables = {
        resource.rpartition("table/")[2]
        for statement in json.loads(text)["Statement"]
        if "glue:UpdateTable" in statement["Action"]
        for resource in statement["Resource"]
        if ":table/" in resource
    }
    assert tables == {"maslow_dev_curated/visits", "maslow_dev_curated/cleaned"}


@pytest.mark.parametrize("prefix", ["maslow-dev-ward-load-v1", "maslow-dev-ward-load-v1/a"])
def test_a_table_does_not_lie_where_a_feature_group_keeps_its_records(
    declared: Callable[..., Graph], prefix: str
) -> None:
    with pytest.raises(InputError, match=r"lake\.tables\[features\.wards\]\.prefix"):
        declared({"name": "features.wards", "prefix": prefix})


def test_a_table_may_lie_beside_the_records_of_feature_groups(
    declared: Callable[..., Graph],
) -> None:
    graph = declared({"name": "features.wards", "prefix": "maslow-dev-ward-load-v10"})
    made = graph.one("aws:glue/catalogTable:CatalogTable", "maslow-dev-table-features-wards-table")
    assert made.inputs["databaseName"] == "maslow_dev_features"
