"""A team in Studio: its roles by persona, its profiles and its first spaces."""

import json
from typing import Any

import pytest

from components.common.durability import Durability
from components.platform.studio.team import (
    MemberArgs,
    StudioTeam,
    StudioTeamArgs,
    Worker,
    team_policy,
)
from embedded.cloud import Cloud
from infra.graph import Graph, record

KEY = "arn:aws:kms:eu-west-1:123456789012:key/data"
PROFILE = "aws:sagemaker/userProfile:UserProfile"
SPACE = "aws:sagemaker/space:Space"
SAGEMAKER = "arn:aws:sagemaker:eu-west-1:123456789012"
PEOPLE: list[MemberArgs] = [
    {"profile": "ana", "person": "ana@example.com", "persona": Worker.DATA_SCIENTIST},
    {"profile": "ben", "person": "ben@example.com", "persona": Worker.ML_ENGINEER},
    {"profile": "cleo", "person": "cleo@example.com", "persona": Worker.DATA_SCIENTIST},
]


def place(name: str) -> Any:
    zone, _, prefix = name.partition(".")
    return {"name": name, "bucket": f"{zone}-1a2b", "prefix": prefix, "database": f"dev_{zone}"}


def arguments(**changes: Any) -> StudioTeamArgs:
    args: StudioTeamArgs = {
        "team": "oncology",
        "domain_id": "d-1",
        "by_name": False,
        "members": PEOPLE,
        "security_group_id": "sg-workloads",
        "instances": ["ml.t3.medium", "ml.g5.xlarge"],
        "idle_minutes": 60,
        "disk_gb": 40,
        "repositories": ["https://github.com/example/notebooks.git"],
        "models": {"readmission": "maslow-dev-readmission"},
        "groups": ["maslow-dev-visits-v1"],
        "features_bucket": "features-1a2b",
        "features_database": "dev_features",
        "reads": [place("curated.visits")],
        "writes": [place("curated.oncology")],
        "workgroup": "maslow-dev-queries-oncology-*",
        "results_bucket": "results-1a2b",
        "key_arn": KEY,
        "artifacts_bucket": "artifacts-1a2b",
        "artifacts_key_arn": "arn:aws:kms:eu-west-1:123456789012:key/artifacts",
        "makes_log_groups": False,
        "durability": Durability.KEEP,
        "account_id": "123456789012",
        "region": "eu-west-1",
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return args


def recorded(**changes: Any) -> Graph:
    return record(lambda: StudioTeam("maslow-dev-oncology", arguments(**changes)) and None)


def profiles(graph: Graph) -> dict[str, Any]:
    return {one.inputs["userProfileName"]: one for one in graph.of_type(PROFILE)}


def test_people_of_one_persona_share_its_role() -> None:
    graph = recorded()
    found = {
        name: one.inputs["userSettings"]["executionRole"] for name, one in profiles(graph).items()
    }
    assert len(graph.of_type("aws:iam/role:Role")) == 2
    assert found["ana"] == found["cleo"] != found["ben"]


def test_a_profile_says_who_it_is_of_and_waits_for_the_rights_of_its_role() -> None:
    graph = recorded()
    ana = profiles(graph)["ana"]
    assert ana.inputs["tags"] == {
        "maslow:member": "ana@example.com",
        "maslow:persona": "data-scientist",
    }
    assert ana.inputs["userSettings"]["securityGroups"] == ["sg-workloads"]
    assert ana.inputs["userSettings"]["jupyterLabAppSettings"]["codeRepositories"] == [
        {"repositoryUrl": "https://github.com/example/notebooks.git"}
    ]
    (policy,) = (
        one
        for one in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if "data-scientist" in one.name
    )
    assert policy.urn in ana.dependencies


def test_only_identity_center_is_told_of_names() -> None:
    assert "singleSignOnUserValue" not in profiles(recorded())["ana"].inputs
    inputs = profiles(recorded(by_name=True))["ana"].inputs
    assert inputs["singleSignOnUserIdentifier"] == "UserName"
    assert inputs["singleSignOnUserValue"] == "ana@example.com"


def test_a_first_space_is_private_and_for_what_the_persona_works_with() -> None:
    assert recorded().of_type(SPACE) == []
    spaces = {one.inputs["spaceName"]: one.inputs for one in recorded(space_gb=20).of_type(SPACE)}
    assert {name: one["spaceSettings"]["appType"] for name, one in spaces.items()} == {
        "ana": "JupyterLab",
        "ben": "CodeEditor",
        "cleo": "JupyterLab",
    }
    assert spaces["ana"]["ownershipSettings"] == {"ownerUserProfileName": "ana"}
    assert spaces["ana"]["spaceSharingSettings"] == {"sharingType": "Private"}


def test_a_team_has_people_who_share_no_profile() -> None:
    with pytest.raises(ValueError, match="oncology: nobody is in the team"):
        recorded(members=[])
    with pytest.raises(ValueError, match="oncology: ana is the profile of two people"):
        recorded(members=[PEOPLE[0], {**PEOPLE[1], "profile": "ana"}])


@pytest.fixture(scope="module")
def may() -> Any:
    """Whether a persona of the team may do something, by IAM's simulator."""

    def policy(worker: Worker) -> str:
        args: Any = {"image_uris": {}, **arguments()}
        given = {
            key: args[key]
            for key in team_policy.__annotations__
            if key not in ("persona", "return")
        }
        return json.dumps(team_policy(persona=worker.value, **given))

    with Cloud("eu-west-1") as cloud:
        iam = cloud.client("iam")

        def asked(worker: Worker, action: str, resource: str, **context: list[str]) -> bool:
            entries = [
                {
                    "ContextKeyName": key.replace("__", ":"),
                    "ContextKeyType": "stringList" if key == INSTANCES else "string",
                    "ContextKeyValues": values,
                }
                for key, values in context.items()
            ]
            (result,) = iam.simulate_custom_policy(
                PolicyInputList=[policy(worker)],
                ActionNames=[action],
                ResourceArns=[resource],
                ContextEntries=entries,
            )["EvaluationResults"]
            return bool(result["EvalDecision"] == "allowed")

        yield asked


INSTANCES = "sagemaker__InstanceTypes"
OWN = {
    "sagemaker__UserProfileName": ["ana"],
    "sagemaker__OwnerUserProfileArn": [f"{SAGEMAKER}:user-profile/d-1/ana"],
    "sagemaker__SpaceSharingType": ["Private"],
}
APP = f"{SAGEMAKER}:app/d-1/work/JupyterLab/default"


@pytest.mark.parametrize(
    ("worker", "model", "allowed"),
    [
        (Worker.DATA_SCIENTIST, "readmission", True),
        (Worker.ML_ENGINEER, "readmission", True),
        (Worker.DATA_ENGINEER, "readmission", False),
        (Worker.DATA_SCIENTIST, "length-of-stay", False),
        (Worker.DATA_SCIENTIST, "readmission-2", False),
    ],
)
def test_a_notebook_starts_exactly_the_pipelines_of_its_team(
    may: Any, worker: Worker, model: str, allowed: bool
) -> None:
    pipeline = f"{SAGEMAKER}:pipeline/maslow-dev-{model}"
    assert may(worker, "sagemaker:StartPipelineExecution", pipeline) is allowed


@pytest.mark.parametrize(
    ("types", "allowed"),
    [
        (["ml.t3.medium"], True),
        (["ml.g5.xlarge"], True),
        (["ml.p5.48xlarge"], False),
        (["ml.t3.medium", "ml.p5.48xlarge"], False),
    ],
)
def test_an_app_starts_on_an_instance_of_the_team(
    may: Any, types: list[str], allowed: bool
) -> None:
    context = {**OWN, INSTANCES: types}
    assert may(Worker.DATA_SCIENTIST, "sagemaker:CreateApp", APP, **context) is allowed


def test_nobody_touches_the_space_of_another(may: Any) -> None:
    space = f"{SAGEMAKER}:space/d-1/work"
    for action in ("CreateSpace", "UpdateSpace", "DeleteSpace"):
        asked = (Worker.DATA_SCIENTIST, f"sagemaker:{action}", space)
        assert may(*asked, **OWN)
        assert not may(*asked, **{**OWN, "sagemaker__UserProfileName": ["cleo"]})
        assert not may(*asked, **{**OWN, "sagemaker__SpaceSharingType": ["Shared"]})


def test_apps_of_other_kinds_and_in_other_domains_are_not_started(may: Any) -> None:
    for app in ("app/d-1/work/KernelGateway/default", "app/d-2/work/JupyterLab/default"):
        asked = (Worker.DATA_SCIENTIST, "sagemaker:CreateApp", f"{SAGEMAKER}:{app}")
        assert not may(*asked, **OWN)


@pytest.mark.parametrize(
    ("worker", "action", "thing", "allowed"),
    [
        (Worker.DATA_SCIENTIST, "s3:GetObject", "arn:aws:s3:::curated-1a2b/visits/1.csv", True),
        (Worker.DATA_SCIENTIST, "s3:PutObject", "arn:aws:s3:::curated-1a2b/visits/1.csv", False),
        (Worker.DATA_ENGINEER, "s3:PutObject", "arn:aws:s3:::curated-1a2b/oncology/1.csv", True),
        (Worker.DATA_ENGINEER, "s3:GetObject", "arn:aws:s3:::curated-1a2b/wards/1.csv", False),
        (Worker.ML_ENGINEER, "s3:GetObject", "arn:aws:s3:::curated-1a2b/visits/1.csv", False),
        (Worker.DATA_SCIENTIST, "s3:GetObject", "arn:aws:s3:::results-1a2b/oncology/1.csv", True),
        (Worker.DATA_SCIENTIST, "s3:GetObject", "arn:aws:s3:::results-1a2b/cardiology/1", False),
        (
            Worker.DATA_SCIENTIST,
            "sagemaker:GetRecord",
            f"{SAGEMAKER}:feature-group/maslow-dev-visits-v1",
            True,
        ),
        (
            Worker.DATA_SCIENTIST,
            "sagemaker:GetRecord",
            f"{SAGEMAKER}:feature-group/maslow-dev-visits-v2",
            False,
        ),
        (
            Worker.DATA_ENGINEER,
            "sagemaker:GetRecord",
            f"{SAGEMAKER}:feature-group/maslow-dev-visits-v1",
            False,
        ),
        (
            Worker.DATA_SCIENTIST,
            "s3:GetObject",
            "arn:aws:s3:::features-1a2b/maslow-dev-visits-v1/123456789012/x.parquet",
            True,
        ),
    ],
)
def test_data_is_read_and_written_where_it_is_the_teams_and_the_personas(
    may: Any, worker: Worker, action: str, thing: str, allowed: bool
) -> None:
    assert may(worker, action, thing) is allowed
