"""Shares: who takes their roles, and what these may do."""

import json
from typing import Any

import pytest

from components.data.shares.policy import UNITY_CATALOG
from components.data.shares.share import Share, ShareArgs
from infra.graph import Graph, record

ACCOUNT, OTHER, REGION = "123456789012", "444455556666", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/maslow-dev-share-x"


def place(name: str) -> Any:
    zone, _, prefix = name.partition(".")
    bucket, database = f"maslow-dev-lake-{zone}", f"maslow_dev_{zone}"
    return {"name": name, "bucket": bucket, "prefix": prefix, "database": database}


def recorded(**changes: Any) -> Graph:
    args: ShareArgs = {
        "role_name": "maslow-dev-share-x",
        "reads": [place("curated.visits")],
        "writes": [],
        "external_id": "0000",
        "key_arn": KEY,
        "account_id": ACCOUNT,
        "region": REGION,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: Share("maslow-dev-share-x", args) and None)


def trusted(graph: Graph) -> list[dict[str, Any]]:
    (role,) = graph.of_type("aws:iam/role:Role")
    found: list[dict[str, Any]] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
    return found


def allowed(graph: Graph) -> set[tuple[str, str]]:
    (policy,) = graph.of_type("aws:iam/rolePolicy:RolePolicy")
    return {
        (action, resource)
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
        for resource in statement["Resource"]
    }


def test_another_account_takes_the_role_by_its_external_id() -> None:
    (statement,) = trusted(recorded(other_account_id=OTHER, external_id="secret"))
    assert statement["Principal"] == {"AWS": f"arn:aws:iam::{OTHER}:root"}
    assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": "secret"}}


def test_another_account_reads_its_places_and_nothing_else() -> None:
    found = allowed(recorded(other_account_id=OTHER))
    assert ("s3:GetObject", "arn:aws:s3:::maslow-dev-lake-curated/visits/*") in found
    assert ("kms:Decrypt", KEY) in found
    writing = ("Put", "Delete", "Create", "Update", "Generate", "Assume")
    assert [action for action, _ in found if any(word in action for word in writing)] == []
    assert all(
        "visits" in resource
        for action, resource in found
        if action == "glue:GetTable" and ":table/" in resource
    )


def test_databricks_and_the_role_itself_take_the_role() -> None:
    graph = recorded(writes=[place("curated.scores")])
    unity, itself = trusted(graph)
    assert unity["Principal"] == {"AWS": UNITY_CATALOG}
    assert itself["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert itself["Condition"]["ArnEquals"] == {"aws:PrincipalArn": ROLE}
    for statement in (unity, itself):
        assert statement["Condition"]["StringEquals"] == {"sts:ExternalId": "0000"}
    found = allowed(graph)
    assert ("sts:AssumeRole", ROLE) in found
    assert ("s3:PutObject", "arn:aws:s3:::maslow-dev-lake-curated/scores/*") in found
    assert ("s3:PutObject", "arn:aws:s3:::maslow-dev-lake-curated/visits/*") not in found


def test_what_no_share_can_be_is_refused() -> None:
    with pytest.raises(ValueError, match="reads only"):
        recorded(other_account_id=OTHER, writes=[place("curated.scores")])
