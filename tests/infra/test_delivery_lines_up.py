"""From a push at the source to the deployment: what starts, and whether each part may do its part.

The statements' conditions are passed over here: they narrow what the statements allow.
"""

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from catalog import entry_of
from catalog.answers import ACCOUNT, outputs
from infra.graph import Graph, Resource
from infra.project import Project

REGION = "eu-west-1"
PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"
ROLE = "aws:iam/role:Role"
MACHINE = "aws:sfn/stateMachine:StateMachine"
MODEL = "aws:sagemaker/modelPackageGroup:ModelPackageGroup"

Event = dict[str, str]
Statement = dict[str, Any]

EVENTS: list[tuple[Event, set[str]]] = [
    ({"kind": "branches", "name": "main"}, {"dev", "local"}),
    ({"kind": "branches", "name": "side"}, set()),
    ({"kind": "tags", "name": "v1.2.0-rc1"}, {"staging"}),
    ({"kind": "tags", "name": "v1.2.0"}, {"prod"}),
    ({"kind": "tags", "name": "nightly"}, set()),
]
"""What is pushed, and the committed stacks whose platform it is delivered to."""


def arn_of(graph: Graph, resource: Resource) -> str:
    """The ARN of a resource, in the only account that the provider may work in if it says one."""
    allowed = graph.one("pulumi:providers:aws").inputs.get("allowedAccountIds")
    (account,) = json.loads(allowed) if allowed else [ACCOUNT]
    _, answered = outputs(
        entry_of(resource.type), resource.name, resource.urn, resource.inputs, REGION, account
    )
    return str(answered["arn"])


def matches(patterns: dict[str, list[str]], name: str) -> bool:
    """Whether CodePipeline lets a name through: it is included, and nothing excludes it."""

    def any_of(kind: str) -> bool:
        return any(fnmatchcase(name, pattern) for pattern in patterns.get(kind, []))

    return any_of("includes") and not any_of("excludes")


def starts(pipeline: Resource, event: Event) -> bool:
    """Whether one of the pipeline's triggers takes a push."""
    return any(
        event["kind"] in push and matches(push[event["kind"]], event["name"])
        for trigger in pipeline.inputs.get("triggers", [])
        for push in trigger["gitConfiguration"].get("pushes", [])
    )


def previews(pipeline: Resource, branch: str) -> bool:
    """Whether one of the pipeline's triggers takes a pull request into the branch."""
    return any(
        matches(request["branches"], branch) and {"OPEN", "UPDATED"} <= set(request["events"])
        for trigger in pipeline.inputs.get("triggers", [])
        for request in trigger["gitConfiguration"].get("pullRequests", [])
    )


def actions(pipeline: Resource, provider: str) -> Iterator[dict[str, Any]]:
    for stage in pipeline.inputs["stages"]:
        for action in stage["actions"]:
            if action["provider"] == provider:
                yield action


class Roles:
    """What the roles of a graph are allowed."""

    def __init__(self, graph: Graph) -> None:
        self.by_arn = {arn_of(graph, role): role for role in graph.of_type(ROLE)}
        self.statements: dict[str, list[Statement]] = {}
        for policy in graph.of_type("aws:iam/rolePolicy:RolePolicy"):
            document = json.loads(policy.inputs["policy"])
            self.statements.setdefault(policy.inputs["role"], []).extend(document["Statement"])

    def may(self, role_arn: str, action: str, resource: str) -> bool:
        """Whether a role of the graph is allowed an action on a resource by its own policies."""
        role = self.by_arn[role_arn]
        name = role.inputs.get("name", role.name)
        return any(
            statement["Effect"] == "Allow"
            and any(fnmatchcase(action, allowed) for allowed in statement["Action"])
            and any(fnmatchcase(resource, allowed) for allowed in statement["Resource"])
            for statement in self.statements.get(name, [])
        )

    def serves(self, role_arn: str, service: str) -> bool:
        """Whether the service is the one that may assume the role."""
        trust = json.loads(self.by_arn[role_arn].inputs["assumeRolePolicy"])
        return [s["Principal"] for s in trust["Statement"]] == [{"Service": service}]


@pytest.fixture(scope="module")
def committed(project: Project, every_graph: list[Graph]) -> list[Graph]:
    names = {path.stem.removeprefix("Pulumi.") for path in (project.root / "stacks").iterdir()}
    return [graph for graph in every_graph if graph.stack in names]


@pytest.fixture(scope="module")
def roles(graph: Graph) -> Roles:
    return Roles(graph)


@pytest.fixture(scope="module")
def pipelines(graph: Graph) -> list[Resource]:
    return graph.of_type(PIPELINE)


def delivery(graph: Graph) -> Resource:
    """The pipeline that deploys the platform."""
    return graph.one(PIPELINE, f"maslow-{graph.stack}-delivery-pipeline")


def project_of(graph: Graph, action: dict[str, Any]) -> Resource:
    name = action["configuration"]["ProjectName"]
    return next(p for p in graph.of_type(PROJECT) if p.inputs.get("name", p.name) == name)


@pytest.mark.parametrize(
    ("event", "environments"),
    EVENTS,
    ids=lambda value: value["name"] if isinstance(value, dict) else "",
)
def test_a_push_is_delivered_to_its_environments_and_no_others(
    committed: list[Graph], event: Event, environments: set[str]
) -> None:
    started = {graph.stack for graph in committed if starts(delivery(graph), event)}
    assert started == environments


def test_a_pull_request_is_previewed_where_its_branch_is_delivered(
    committed: list[Graph],
) -> None:
    previewed = {
        graph.stack: [p.name for p in graph.of_type(PIPELINE) if previews(p, "main")]
        for graph in committed
    }
    assert {stack for stack, found in previewed.items() if found} == {"dev", "local"}
    assert all(len(found) <= 1 for found in previewed.values())


def test_a_trigger_belongs_to_the_action_that_fetches(pipelines: list[Resource]) -> None:
    for pipeline in pipelines:
        fetching = [action["name"] for action in pipeline.inputs["stages"][0]["actions"]]
        for trigger in pipeline.inputs.get("triggers", []):
            assert [trigger["gitConfiguration"]["sourceActionName"]] == fetching


def test_each_pipeline_may_fetch_from_its_source(
    graph: Graph, pipelines: list[Resource], roles: Roles
) -> None:
    made = {arn_of(graph, c) for c in graph.of_type("aws:codeconnections/connection:Connection")}
    for pipeline in pipelines:
        role = pipeline.inputs["roleArn"]
        assert roles.serves(role, "codepipeline.amazonaws.com")
        for action in actions(pipeline, "CodeStarSourceConnection"):
            connection = action["configuration"]["ConnectionArn"]
            assert made == {connection}
            assert roles.may(role, "codeconnections:UseConnection", connection)
        for action in actions(pipeline, "CodeCommit"):
            repository = action["configuration"]["RepositoryName"]
            arn = f"arn:aws:codecommit:{REGION}:{role.split(':')[4]}:{repository}"
            assert roles.may(role, "codecommit:UploadArchive", arn)


def test_the_platforms_pipelines_are_started_by_a_trigger_or_by_a_rule(
    project: Project, graph: Graph, pipelines: list[Resource]
) -> None:
    by_rule = {target.inputs["arn"] for target in graph.of_type(TARGET)}
    settings = project.stack(graph.stack).platform.delivery
    previewing = [p for p in pipelines if p.name.endswith("-pull-requests-pipeline")]
    assert len(previewing) == settings.previews_pull_requests
    for pipeline in [*previewing, *([delivery(graph)] if settings.by == "pipeline" else [])]:
        assert pipeline.inputs.get("triggers") or arn_of(graph, pipeline) in by_rule, pipeline.name


def test_each_pipeline_may_keep_its_own_artifacts_and_no_others(
    pipelines: list[Resource], roles: Roles
) -> None:
    for pipeline in pipelines:
        (store,) = pipeline.inputs["artifactStores"]
        bucket, role = f"arn:aws:s3:::{store['location']}", pipeline.inputs["roleArn"]
        own = f"{bucket}/{pipeline.inputs['name'][:20]}/Revision/a1b2c3"
        # A connection uploads with an access control list.
        connected = [*actions(pipeline, "CodeStarSourceConnection")]
        acl = ["s3:PutObjectAcl"] if connected else []
        for action in ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", *acl):
            assert roles.may(role, action, own), (pipeline.name, action)
            assert not roles.may(role, action, f"{bucket}/another-pipeline/Revision/a1b2c3")
        for action in ("kms:Decrypt", "kms:GenerateDataKey"):
            assert roles.may(role, action, store["encryptionKey"]["id"])


def test_each_pipeline_may_start_its_builds_and_each_build_be_what_it_is(
    graph: Graph, pipelines: list[Resource], roles: Roles
) -> None:
    for pipeline in pipelines:
        for action in actions(pipeline, "CodeBuild"):
            project = project_of(graph, action)
            for start in ("codebuild:StartBuild", "codebuild:BatchGetBuilds"):
                assert roles.may(pipeline.inputs["roleArn"], start, arn_of(graph, project))
            (store,) = pipeline.inputs["artifactStores"]
            assert_build_works(project, pipeline, store, roles)


def assert_build_works(
    project: Resource, pipeline: Resource, store: dict[str, Any], roles: Roles
) -> None:
    """The build reads its pipeline's artifacts, decrypts them, and writes its own log."""
    role = project.inputs["serviceRole"]
    assert roles.serves(role, "codebuild.amazonaws.com")
    artifacts = f"arn:aws:s3:::{store['location']}/{pipeline.inputs['name'][:20]}"
    assert roles.may(role, "s3:GetObject", f"{artifacts}/Revision/a1b2c3"), project.name
    assert project.inputs["encryptionKey"] == store["encryptionKey"]["id"]
    assert roles.may(role, "kms:Decrypt", store["encryptionKey"]["id"])
    group = project.inputs["logsConfig"]["cloudwatchLogs"]["groupName"]
    account = role.split(":")[4]
    stream = f"arn:aws:logs:{REGION}:{account}:log-group:{group}:log-stream:a1b2c3"
    for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
        assert roles.may(role, action, stream), project.name
        assert not roles.may(role, action, stream.replace(group, "another"))
    cache = project.inputs.get("cache")
    if cache:
        assert roles.may(role, "s3:PutObject", f"arn:aws:s3:::{cache['location']}/pip")


def test_who_waits_for_a_scan_may_ask_whoever_scans(graph: Graph, roles: Roles) -> None:
    """ECR asks Inspector in the name of its own caller."""
    enhanced = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"
    for project in graph.of_type(PROJECT):
        if "describe_image_scan_findings" in project.inputs["source"]["buildspec"]:
            may = roles.may(project.inputs["serviceRole"], "inspector2:ListFindings", "*")
            assert may == bool(graph.of_type(enhanced)), project.name


def test_whoever_builds_images_may_pull_through_every_mirror(graph: Graph, roles: Roles) -> None:
    """The first to ask for an image has ECR fetch it and make its repository."""
    rules = graph.of_type("aws:ecr/pullThroughCacheRule:PullThroughCacheRule")
    for project in graph.of_type(PROJECT):
        if not project.inputs["environment"].get("privilegedMode"):
            continue
        role = project.inputs["serviceRole"]
        for rule in rules:
            prefix = rule.inputs["ecrRepositoryPrefix"]
            image = f"arn:aws:ecr:{REGION}:{role.split(':')[4]}:repository/{prefix}/python"
            for action in ("BatchImportUpstreamImage", "CreateRepository", "BatchGetImage"):
                assert roles.may(role, f"ecr:{action}", image), (project.name, prefix)


def test_every_artifact_that_an_action_takes_was_put_out_before_it(
    pipelines: list[Resource],
) -> None:
    for pipeline in pipelines:
        there: set[str] = set()
        for stage in pipeline.inputs["stages"]:
            for action in stage["actions"]:
                assert set(action.get("inputArtifacts", [])) <= there, action["name"]
            for action in stage["actions"]:
                there |= set(action.get("outputArtifacts", []))


def test_whoever_asks_for_approval_may_publish_to_the_topic(
    graph: Graph, pipelines: list[Resource], roles: Roles
) -> None:
    topics = {arn_of(graph, topic): topic for topic in graph.of_type("aws:sns/topic:Topic")}
    for pipeline in pipelines:
        for action in actions(pipeline, "Manual"):
            topic = action["configuration"]["NotificationArn"]
            role = pipeline.inputs["roleArn"]
            assert roles.may(role, "sns:Publish", topic)
            assert roles.may(role, "kms:Decrypt", topics[topic].inputs["kmsMasterKeyId"])


def test_only_image_builds_are_privileged_and_every_build_is_bounded(graph: Graph) -> None:
    for project in graph.of_type(PROJECT):
        if project.inputs["environment"].get("privilegedMode"):
            assert "docker" in project.inputs["source"]["buildspec"], project.name
        assert project.inputs["buildTimeout"] <= 480, project.name
        assert project.inputs["queuedTimeout"] <= 60, project.name
        # A new account builds one at a time, and takes no project that is to build more.
        assert project.inputs.get("concurrentBuildLimit", 1) == 1, project.name
        assert project.inputs["environment"]["image"].rpartition(":")[2] not in {"", "latest"}


def test_every_rules_target_may_be_started_by_the_role_that_it_is_given(
    graph: Graph, roles: Roles
) -> None:
    starting = {
        "states": "states:StartExecution",
        "codepipeline": "codepipeline:StartPipelineExecution",
        "sagemaker": "sagemaker:StartPipelineExecution",
        "events": "events:PutEvents",
    }
    for target in graph.of_type(TARGET):
        service = target.inputs["arn"].split(":")[2]
        if service == "sns":
            assert "roleArn" not in target.inputs
            continue
        role = target.inputs["roleArn"]
        assert roles.serves(role, "events.amazonaws.com")
        assert roles.may(role, starting[service], target.inputs["arn"]), target.name


def test_an_approved_model_starts_the_delivery_of_its_environment(
    project: Project, graph: Graph, roles: Roles
) -> None:
    settings, name = project.stack(graph.stack).platform, f"maslow-{graph.stack}-redeployment"
    machines = [m for m in graph.of_type(MACHINE) if m.name == f"{name}-machine"]
    # The tip of the branch, which is all that is left to take, is not what CI deploys by tags.
    by_tags = settings.delivery.by == "ci" and settings.delivery.trigger.tag
    assert len(machines) == (1 if settings.models and not by_tags else 0)
    for machine in machines:
        pipeline = delivery(graph)
        definition = json.loads(machine.inputs["definition"])["States"]
        assert definition["Deliver"]["Arguments"]["Name"] == pipeline.inputs["name"]
        for action in ("ListPipelineExecutions", "StartPipelineExecution"):
            assert roles.may(
                machine.inputs["roleArn"], f"codepipeline:{action}", arn_of(graph, pipeline)
            )
        assert graph.one(TARGET, f"{name}-target").inputs["arn"] == arn_of(graph, machine)
        rule = graph.one("aws:cloudwatch/eventRule:EventRule", f"{name}-rule")
        (prefix,) = json.loads(rule.inputs["eventPattern"])["detail"]["ModelPackageGroupName"]
        groups = {group.inputs["modelPackageGroupName"] for group in graph.of_type(MODEL)}
        assert all(group.startswith(prefix["prefix"]) for group in groups)


def test_what_a_trigger_leaves_out_would_be_seen() -> None:
    releases = {"includes": ["v*"], "excludes": ["*-rc*"]}
    assert matches(releases, "v1.2.0")
    assert not matches(releases, "v1.2.0-rc1")
    assert not matches(releases, "nightly")
