"""A build: what it may do, where it runs, and what it keeps."""

import json
from typing import Any

import pytest

from components.devops.delivery.stage_build import StageBuild, StageBuildArgs
from infra.graph import Graph, record

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
PROJECT = "aws:codebuild/project:Project"
POLICY = "aws:iam/rolePolicy:RolePolicy"
SUBNETS = ["subnet-0a", "subnet-0b"]
NETWORK = {
    "vpc_id": "vpc-0a",
    "subnet_ids": SUBNETS,
    "security_group_id": "sg-0a",
    "region": "eu-west-1",
}


def recorded(**changes: Any) -> Graph:
    args: StageBuildArgs = {
        "buildspec": {"version": 0.2, "phases": {"build": {"commands": ["make"]}}},
        "minutes": 30,
        "description": "Builds",
        "pipeline_name": "maslow-dev-delivery",
        "policies": {},
        "variables": [],
        "account_id": "123456789012",
        "artifact_bucket_arn": "arn:aws:s3:::artifacts",
        "artifact_key_arn": ARN.format("kms", "key/artifacts"),
        "log_key_arn": ARN.format("kms", "key/logs"),
        "log_retention_days": 30,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: StageBuild("maslow-dev-build", args) and None)


def allowed(graph: Graph) -> dict[str, list[str]]:
    """The resources of each allowed action."""
    found: dict[str, list[str]] = {}
    for policy in graph.of_type(POLICY):
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            for action in statement["Action"]:
                found.setdefault(action, []).extend(statement["Resource"])
    return found


def test_unless_said_a_build_is_alone_unprivileged_and_keeps_nothing() -> None:
    graph = recorded()
    project = graph.one(PROJECT).inputs
    assert project["environment"]["privilegedMode"] is False
    assert project["concurrentBuildLimit"] == 1
    assert {"cache", "vpcConfig"} & project.keys() == set()
    assert "s3:PutObject" not in allowed(graph)


def test_builds_beside_each_other_are_bounded_by_the_account_alone() -> None:
    project = recorded(concurrent=True).one(PROJECT).inputs
    assert "concurrentBuildLimit" not in project


def test_docker_makes_it_privileged() -> None:
    assert recorded(docker=True).one(PROJECT).inputs["environment"]["privilegedMode"] is True


def test_what_hands_artifacts_on_may_write_those_of_its_pipeline() -> None:
    assert allowed(recorded(puts_artifacts=True))["s3:PutObject"] == [
        "arn:aws:s3:::artifacts/maslow-dev-delivery/*"
    ]


def test_a_cache_is_the_builds_own() -> None:
    graph = recorded(cache=True)
    assert (
        graph.one(PROJECT).inputs["cache"]["location"] == "artifacts/build-cache/maslow-dev-build"
    )
    assert allowed(graph)["s3:PutObject"] == [
        "arn:aws:s3:::artifacts/build-cache/maslow-dev-build/*"
    ]


def test_in_a_network_it_may_have_interfaces_in_its_subnets_alone() -> None:
    graph = recorded(network=NETWORK)
    assert graph.one(PROJECT).inputs["vpcConfig"] == {
        "vpcId": "vpc-0a",
        "subnets": SUBNETS,
        "securityGroupIds": ["sg-0a"],
    }
    actions = allowed(graph)
    assert [arn for arn in actions["ec2:CreateNetworkInterface"] if ":subnet/" in arn] == [
        ARN.format("ec2", f"subnet/{subnet}") for subnet in SUBNETS
    ]
    policy = json.loads(graph.one(POLICY, "maslow-dev-build-network").inputs["policy"])
    (hands_over,) = [
        s for s in policy["Statement"] if s["Action"] == ["ec2:CreateNetworkInterfacePermission"]
    ]
    assert hands_over["Condition"]["StringEquals"] == {
        "ec2:AuthorizedService": "codebuild.amazonaws.com"
    }


def test_outside_of_a_network_it_asks_nothing_of_one() -> None:
    assert not any(action.startswith("ec2:") for action in allowed(recorded()))


@pytest.mark.parametrize("secret", [True, False])
def test_a_secret_is_named_and_never_written_out(secret: bool) -> None:
    variable = {"name": "TOKEN", "value": "arn-or-text", "secret": secret}
    (found,) = (
        recorded(variables=[variable]).one(PROJECT).inputs["environment"]["environmentVariables"]
    )
    assert found["type"] == ("SECRETS_MANAGER" if secret else "PLAINTEXT")


def test_managed_policies_are_attached_before_the_project_is_there() -> None:
    graph = recorded(policy_arns=["arn:aws:iam::123456789012:policy/preview"])
    attachment = graph.one("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert attachment.inputs["role"] == "maslow-dev-build-role"
    assert attachment.urn in graph.one(PROJECT).dependencies
