"""EMR Studio: who comes in, what its people and their notebooks may do, and what it stands on."""

import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.data.notebooks.studio import SparkStudio, SparkStudioArgs
from infra.graph import Graph, record

ACCOUNT, REGION = "123456789012", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/data"
APPLICATION = f"arn:aws:emr-serverless:{REGION}:{ACCOUNT}:/applications/00"
STUDIO = "aws:emr/studio:Studio"
MAPPING = "aws:emr/studioSessionMapping:StudioSessionMapping"


def place(name: str) -> Any:
    zone, _, prefix = name.partition(".")
    bucket, database = f"maslow-dev-lake-{zone}", f"maslow_dev_{zone}"
    return {"name": name, "bucket": bucket, "prefix": prefix, "database": database}


def persona(**changes: Any) -> Any:
    told = {"reads": [place("raw.visits")], "writes": [place("curated.visits")], "groups": []}
    return {**told, "role_name": "maslow-dev-data-engineer", **changes}


def recorded(**changes: Any) -> Graph:
    args: SparkStudioArgs = {
        "studio_name": "maslow-dev-notebooks",
        "by_name": False,
        "personas": {"data-engineer": persona()},
        "application_arn": APPLICATION,
        "vpc_id": "vpc-1",
        "subnet_ids": [f"subnet-{number}" for number in range(6)],
        "key_arn": KEY,
        "access_log_bucket": "maslow-dev-access-logs",
        "durability": Durability.KEEP,
        "account_id": ACCOUNT,
        "region": REGION,
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return record(lambda: SparkStudio("lake-notebooks", args) and None)


BY_GROUP = {
    "by_name": True,
    "personas": {
        "data-engineer": persona(groups=["engineers", "leads"]),
        "data-scientist": persona(groups=["scientists"], writes=[]),
    },
}


def studio(graph: Graph) -> dict[str, Any]:
    (found,) = graph.of_type(STUDIO)
    return dict(found.inputs)


def statements(graph: Graph, name: str) -> list[dict[str, Any]]:
    """The statements of the policy whose name ends so."""
    kinds = ("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")
    (found,) = (one for kind in kinds for one in graph.of_type(kind) if one.name.endswith(name))
    made: list[dict[str, Any]] = json.loads(found.inputs["policy"])["Statement"]
    return made


def resources(graph: Graph, name: str, action: str) -> list[str]:
    return [
        resource
        for one in statements(graph, name)
        if action in one["Action"]
        for resource in one["Resource"]
    ]


def test_workspaces_are_kept_in_a_bucket_of_their_own_under_the_key_of_data() -> None:
    inputs = studio(recorded())
    assert inputs["defaultS3Location"] == "s3://lake-notebooks-workspaces-bucket/workspaces"
    assert inputs["encryptionKeyArn"] == KEY


def test_the_service_reaches_nothing_but_workspaces() -> None:
    graph = recorded()
    found = statements(graph, "-service-work")
    (bucket,) = resources(graph, "-service-work", "s3:ListBucket")
    assert bucket == "arn:aws:s3:::lake-notebooks-workspaces-bucket"
    assert {resource for one in found for resource in one["Resource"]} == {
        bucket,
        f"{bucket}/workspaces/*",
        KEY,
    }


def test_a_studio_takes_five_subnets_of_six() -> None:
    assert studio(recorded())["subnetIds"] == [f"subnet-{number}" for number in range(5)]


def test_workspaces_reach_engines_on_one_port_and_nothing_else() -> None:
    graph = recorded()
    (out,) = graph.of_type("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule")
    (into,) = graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    workspace, engine = (
        studio(graph)[f"{kind}SecurityGroupId"] for kind in ("workspace", "engine")
    )
    assert workspace != engine
    for rule, of, to in ((out, workspace, engine), (into, engine, workspace)):
        assert (rule.inputs["securityGroupId"], rule.inputs["referencedSecurityGroupId"]) == (
            of,
            to,
        )
        assert (rule.inputs["fromPort"], rule.inputs["toPort"]) == (18888, 18888)


def test_by_iam_the_role_of_a_persona_opens_the_studio_and_no_other() -> None:
    graph = recorded()
    inputs = studio(graph)
    assert (inputs["authMode"], inputs.get("userRole")) == ("IAM", None)
    assert graph.of_type(MAPPING) == []
    (policy,) = (
        one
        for one in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if one.name.endswith("-notebooks")
    )
    assert policy.inputs["role"] == "maslow-dev-data-engineer"
    (opened,) = resources(graph, "-notebooks", "elasticmapreduce:CreateStudioPresignedUrl")
    assert opened.startswith(f"arn:aws:elasticmapreduce:{REGION}:{ACCOUNT}:studio/es-")


def test_people_work_in_workspaces_that_they_made_themselves() -> None:
    (own,) = (
        one
        for one in statements(recorded(), "-notebooks")
        if "elasticmapreduce:OpenEditorInConsole" in one["Action"]
    )
    assert own["Condition"] == {
        "StringEquals": {"elasticmapreduce:ResourceTag/creatorUserId": "${aws:userId}"}
    }
    assert "elasticmapreduce:DeleteEditor" in own["Action"]


def test_people_run_notebooks_on_one_application_as_the_role_of_their_persona() -> None:
    graph = recorded()
    (role,) = (
        one for one in graph.of_type("aws:iam/role:Role") if one.name.endswith("engineer-as-role")
    )
    attached = resources(graph, "-notebooks", "emr-serverless:AccessInteractiveEndpoints")
    assert attached == [APPLICATION]
    passed = [
        (one["Resource"], one["Condition"]["StringEquals"]["iam:PassedToService"])
        for one in statements(graph, "-notebooks")
        if one["Action"] == ["iam:PassRole"]
    ]
    assert len(passed) == 2
    assert ([role.outputs["arn"]], "emr-serverless.amazonaws.com") in passed


def test_notebooks_read_their_places_and_write_those_alone_that_are_to_be_written() -> None:
    graph = recorded()
    lake = "arn:aws:s3:::maslow-dev-lake"
    name = "data-engineer-as-work"
    assert resources(graph, name, "s3:GetObject") == [
        f"{lake}-raw/visits/*",
        f"{lake}-curated/visits/*",
    ]
    assert set(resources(graph, name, "s3:PutObject")) == {f"{lake}-curated/visits/*"}
    tables = resources(graph, name, "glue:UpdateTable")
    assert f"arn:aws:glue:{REGION}:{ACCOUNT}:table/maslow_dev_raw/visits" not in tables


def test_by_identity_center_each_group_has_the_session_policy_of_its_persona() -> None:
    graph = recorded(**BY_GROUP)
    inputs = studio(graph)
    assert inputs["authMode"] == "SSO"
    policies = {
        one.outputs["arn"]: one.name.rpartition("-session")[0]
        for one in graph.of_type("aws:iam/policy:Policy")
    }
    assert {
        (one.inputs["identityType"], one.inputs["identityName"]): policies[
            one.inputs["sessionPolicyArn"]
        ]
        for one in graph.of_type(MAPPING)
    } == {
        ("GROUP", "engineers"): "lake-notebooks-data-engineer",
        ("GROUP", "leads"): "lake-notebooks-data-engineer",
        ("GROUP", "scientists"): "lake-notebooks-data-scientist",
    }


def test_the_role_of_people_may_what_any_session_policy_allows_and_is_emrs_to_take() -> None:
    graph = recorded(**BY_GROUP)
    (people,) = (one for one in graph.of_type("aws:iam/role:Role") if one.name.endswith("people"))
    assert studio(graph)["userRole"] == people.outputs["arn"]
    (trusted,) = json.loads(people.inputs["assumeRolePolicy"])["Statement"]
    assert trusted["Principal"] == {"Service": "elasticmapreduce.amazonaws.com"}
    assert trusted["Action"] == ["sts:AssumeRole", "sts:SetContext"]
    attached = graph.of_type("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
    assert {one.inputs["policyArn"] for one in attached} == {
        one.outputs["arn"] for one in graph.of_type("aws:iam/policy:Policy")
    }
    assert "CreateStudioPresignedUrl" not in str(statements(graph, "engineer-session"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"personas": {}}, "nobody works in the studio"),
        ({"by_name": True}, "no group of Identity Center"),
        (
            {"personas": {"data-engineer": {"reads": [], "writes": [], "groups": []}}},
            "nobody signs in as the persona",
        ),
    ],
)
def test_a_studio_that_nobody_could_use_is_refused(changes: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        recorded(**changes)


def test_people_who_open_its_address_are_signed_in_by_their_own_page() -> None:
    inputs = studio(recorded(idp_url="https://idp.example.com", relay_state="TargetSource"))
    assert inputs["idpAuthUrl"] == "https://idp.example.com"
    assert inputs["idpRelayStateParameterName"] == "TargetSource"
