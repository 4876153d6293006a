"""The delivery pipeline."""

import json
import re
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.devops.delivery_pipeline import (
    DeliveryPipeline,
    DeliveryPipelineArgs,
    Host,
)
from components.devops.failure_alert import failure_pattern
from components.foundation.alerts import AlertTopics
from infra.graph import Graph, record

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
TOPICS: AlertTopics = {
    "critical": ARN.format("sns", "critical"),
    "warning": ARN.format("sns", "warning"),
    "info": ARN.format("sns", "info"),
}
KEYS = {kind: ARN.format("kms", f"key/{kind}") for kind in ("artifacts", "logs", "messages")}
BUCKET = "maslow-dev-artifacts-1a2b3c4"
PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
POLICY = "aws:iam/rolePolicy:RolePolicy"


def arguments(**changes: Any) -> DeliveryPipelineArgs:
    args: DeliveryPipelineArgs = {
        "pipeline_name": "maslow-dev-delivery-of-the-platform",
        "connection_name": "maslow-dev-source",
        "repository": "example/ml-platform",
        "host": Host.GITHUB,
        "trigger": {"branch": "main"},
        "approval": True,
        "project": "maslow",
        "environment": "dev",
        "account_id": "123456789012",
        "region": "eu-west-1",
        "state": {"url": "s3://acme-state/maslow", "key_alias": "alias/maslow-dev-state"},
        "artifact_bucket": BUCKET,
        "artifact_bucket_arn": f"arn:aws:s3:::{BUCKET}",
        "artifact_key_arn": KEYS["artifacts"],
        "log_key_arn": KEYS["logs"],
        "log_retention_days": 30,
        "alert_topics": TOPICS,
        "alert_key_arn": KEYS["messages"],
    }
    args.update(changes)  # type: ignore[typeddict-item]
    return args


def recorded(**changes: Any) -> Graph:
    return record(lambda: DeliveryPipeline("maslow-dev-delivery", arguments(**changes)) and None)


@pytest.fixture(scope="module")
def graph() -> Graph:
    return recorded()


def stage_names(graph: Graph) -> list[str]:
    return [stage["name"] for stage in graph.one(PIPELINE).inputs["stages"]]


def action(graph: Graph, stage: str) -> dict[str, Any]:
    (found,) = [s for s in graph.one(PIPELINE).inputs["stages"] if s["name"] == stage]
    (only,) = found["actions"]
    return dict(only)


def test_approval_adds_exactly_one_stage_and_it_stands_before_the_deployment() -> None:
    without = ["Source", "Validate", "Preview", "Deploy"]
    assert stage_names(recorded(approval=False)) == without
    assert stage_names(recorded(approval=True)) == [*without[:3], "Approve", without[3]]


def test_an_approver_is_called_and_shown_the_preview(graph: Graph) -> None:
    configuration = action(graph, "Approve")["configuration"]
    assert configuration["NotificationArn"] == TOPICS["info"]
    assert "#{Source.CommitId}" in configuration["CustomData"]
    assert "#{Preview.PREVIEW_URL}" in configuration["CustomData"]
    preview = graph.one(PROJECT, "maslow-dev-delivery-preview-build").inputs["source"]["buildspec"]
    assert json.loads(preview)["env"]["exported-variables"] == ["PREVIEW_URL"]


def test_a_branch_starts_the_pipeline_by_its_pushes(graph: Graph) -> None:
    (trigger,) = graph.one(PIPELINE).inputs["triggers"]
    assert trigger["gitConfiguration"]["sourceActionName"] == action(graph, "Source")["name"]
    assert trigger["gitConfiguration"]["pushes"] == [{"branches": {"includes": ["main"]}}]


def test_a_tag_starts_the_pipeline_and_the_source_keeps_its_branch() -> None:
    graph = recorded(trigger={"branch": "main", "tag": "v*"})
    (trigger,) = graph.one(PIPELINE).inputs["triggers"]
    assert trigger["gitConfiguration"]["pushes"] == [{"tags": {"includes": ["v*"]}}]
    assert action(graph, "Source")["configuration"]["BranchName"] == "main"


def test_the_source_leaves_the_detection_of_changes_to_the_trigger(graph: Graph) -> None:
    configuration = action(graph, "Source")["configuration"]
    assert configuration["DetectChanges"] == "false"
    assert configuration["FullRepositoryId"] == "example/ml-platform"


@pytest.mark.parametrize("host", Host)
def test_the_connection_is_to_the_repositorys_host(host: Host) -> None:
    connection = recorded(host=host).one("aws:codeconnections/connection:Connection")
    assert connection.inputs["providerType"] == host.value
    assert len(connection.inputs["name"]) <= 32


def test_each_build_stage_runs_its_own_project(graph: Graph) -> None:
    for stage in ("Validate", "Preview", "Deploy"):
        project = action(graph, stage)["configuration"]["ProjectName"]
        assert project == f"maslow-dev-delivery-{stage.lower()}-build"
    roles = {project.inputs["serviceRole"] for project in graph.of_type(PROJECT)}
    logs = {
        project.inputs["logsConfig"]["cloudwatchLogs"]["groupName"]
        for project in graph.of_type(PROJECT)
    }
    assert len(roles) == len(logs) == 3


def test_artifacts_and_logs_are_encrypted_by_the_given_keys(graph: Graph) -> None:
    (store,) = graph.one(PIPELINE).inputs["artifactStores"]
    assert store["encryptionKey"] == {"type": "KMS", "id": KEYS["artifacts"]}
    for project in graph.of_type(PROJECT):
        assert project.inputs["encryptionKey"] == KEYS["artifacts"]
    for group in graph.of_type("aws:cloudwatch/logGroup:LogGroup"):
        assert group.inputs["kmsKeyId"] == KEYS["logs"]
        assert group.inputs["retentionInDays"] == 30


def test_validation_reaches_neither_state_nor_platform(graph: Graph) -> None:
    validate = graph.one(PROJECT, "maslow-dev-delivery-validate-build")
    assert (
        "environmentVariables" not in validate.inputs["environment"]
        or not (validate.inputs["environment"]["environmentVariables"])
    )
    of_validate = [p for p in graph.of_type(POLICY) if "-validate-" in p.name]
    assert [p.name for p in of_validate] == ["maslow-dev-delivery-validate-build"]


def test_only_the_deployment_writes_the_state(graph: Graph) -> None:
    preview = graph.one(POLICY, "maslow-dev-delivery-preview-state").inputs["policy"]
    deploy = graph.one(POLICY, "maslow-dev-delivery-deploy-state").inputs["policy"]
    assert "s3:PutObject" not in preview
    assert "s3:PutObject" in deploy


def test_a_passphrase_is_looked_up_by_the_build_itself() -> None:
    secret = ARN.format("secretsmanager", "secret:passphrase-a1b2c3")
    graph = recorded(state={"url": "s3://acme-state", "passphrase_secret_arn": secret})
    for stage in ("preview", "deploy"):
        project = graph.one(PROJECT, f"maslow-dev-delivery-{stage}-build")
        assert {
            "name": "PULUMI_CONFIG_PASSPHRASE",
            "type": "SECRETS_MANAGER",
            "value": secret,
        } in project.inputs["environment"]["environmentVariables"]


def test_every_resource_of_a_role_was_created_or_passed_in(graph: Graph) -> None:
    created = [
        *(project_arn(graph, stage) for stage in ("validate", "preview", "deploy")),
        *(ARN.format("logs", f"log-group:{group.name}:*") for group in log_groups(graph)),
    ]
    passed = [TOPICS["info"], *KEYS.values(), f"arn:aws:s3:::{BUCKET}", "arn:aws:s3:::acme-state"]
    connection = ARN.format("codeconnections", "connection/")
    for policy in graph.of_type(POLICY):
        if policy.name.endswith("-platform"):
            continue
        for statement in json.loads(policy.inputs["policy"])["Statement"]:
            for resource in statement["Resource"]:
                known = resource in created or resource.startswith((*passed, connection))
                assert known or by_alias(statement), f"{policy.name}: {resource}"


def by_alias(statement: dict[str, Any]) -> bool:
    """Whether the statement's keys are those of the alias that was passed in."""
    aliased = {"ForAnyValue:StringEquals": {"kms:ResourceAliases": "alias/maslow-dev-state"}}
    return statement.get("Condition") == aliased


def project_arn(graph: Graph, stage: str) -> str:
    project = graph.one(PROJECT, f"maslow-dev-delivery-{stage}-build")
    return ARN.format("codebuild", f"project/{project.name}")


def log_groups(graph: Graph) -> list[Any]:
    return graph.of_type("aws:cloudwatch/logGroup:LogGroup")


def test_builds_read_the_artifacts_of_their_own_pipeline_only(graph: Graph) -> None:
    for stage in ("validate", "preview", "deploy"):
        policy = json.loads(
            graph.one(POLICY, f"maslow-dev-delivery-{stage}-build").inputs["policy"]
        )
        objects = [s["Resource"] for s in policy["Statement"] if "s3:GetObject" in s["Action"]]
        assert objects == [[f"arn:aws:s3:::{BUCKET}/maslow-dev-delivery-/*"]]


def test_the_policies_of_a_role_fit_what_iam_takes(graph: Graph) -> None:
    sizes: dict[str, int] = {}
    for policy in graph.of_type(POLICY):
        compact = json.dumps(json.loads(policy.inputs["policy"]), separators=(",", ":"))
        sizes[policy.inputs["role"]] = sizes.get(policy.inputs["role"], 0) + len(compact)
    assert max(sizes.values()) <= 10_240


def test_a_failed_execution_is_a_warning(graph: Graph) -> None:
    rule = graph.one("aws:cloudwatch/eventRule:EventRule")
    pattern = json.loads(rule.inputs["eventPattern"])
    assert pattern == failure_pattern(graph.one(PIPELINE).inputs["name"])
    assert pattern["detail"]["state"] == ["FAILED"]
    target = graph.one("aws:cloudwatch/eventTarget:EventTarget")
    assert target.inputs["arn"] == TOPICS["warning"]
    assert target.inputs["rule"] == rule.name


def test_the_pipeline_waits_for_its_roles_policies(graph: Graph) -> None:
    dependencies = graph.one(PIPELINE).dependencies
    assert graph.one(POLICY, "maslow-dev-delivery-pipeline-stages").urn in dependencies


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"connection_name": "c" * 33}, "connection_name"),
        ({"pipeline_name": "with a space"}, "pipeline_name"),
        ({"repository": "ml-platform"}, "must be owner/name"),
        ({"state": {"url": "s3://acme-state"}}, "one of key_alias and passphrase_secret_arn"),
        (
            {"state": {"url": "https://api.pulumi.com", "key_alias": "alias/k"}},
            "must be s3://<bucket>",
        ),
    ],
)
def test_what_aws_would_refuse_is_refused_by_name(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recorded(**wrong)


def test_a_repository_may_lie_in_groups() -> None:
    graph = recorded(host=Host.GITLAB, repository="example/data/ml-platform")
    assert action(graph, "Source")["configuration"]["FullRepositoryId"] == (
        "example/data/ml-platform"
    )


@pytest.mark.parametrize("trigger", [{"branch": "main"}, {"branch": "main", "tag": "v*"}])
def test_the_pipeline_is_one_that_codepipeline_takes(trigger: dict[str, str]) -> None:
    request = {"pipeline": as_api(recorded(trigger=trigger).one(PIPELINE).inputs)}
    shape = get_session().get_service_model("codepipeline").operation_model("CreatePipeline")
    report = ParamValidator().validate(request, shape.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert refused(request, shape.input_shape) == []


def as_api(inputs: dict[str, Any]) -> dict[str, Any]:
    """The recorded inputs in the form of the API."""
    (store,) = inputs["artifactStores"]
    return {
        "name": inputs["name"],
        "roleArn": inputs["roleArn"],
        "pipelineType": inputs["pipelineType"],
        "executionMode": inputs["executionMode"],
        "artifactStore": store,
        "stages": [
            {"name": stage["name"], "actions": [api_action(a) for a in stage["actions"]]}
            for stage in inputs["stages"]
        ],
        "triggers": [
            {
                "providerType": trigger["providerType"],
                "gitConfiguration": {
                    "sourceActionName": trigger["gitConfiguration"]["sourceActionName"],
                    "push": trigger["gitConfiguration"]["pushes"],
                },
            }
            for trigger in inputs["triggers"]
        ],
    }


def api_action(recorded_action: dict[str, Any]) -> dict[str, Any]:
    kind = ("category", "owner", "provider", "version")
    action = {key: value for key, value in recorded_action.items() if key not in kind}
    action["actionTypeId"] = {key: recorded_action[key] for key in kind}
    for artifacts in ("inputArtifacts", "outputArtifacts"):
        if artifacts in action:
            action[artifacts] = [{"name": name} for name in action[artifacts]]
    return action


def refused(value: Any, shape: Shape) -> list[str]:
    """The values that break an enumeration or a pattern, which botocore does not look at."""
    match shape:
        case StructureShape():
            return [w for key in value for w in refused(value[key], shape.members[key])]
        case ListShape():
            return [w for item in value for w in refused(item, shape.member)]
        case MapShape():
            return [w for item in value.values() for w in refused(item, shape.value)]
        case StringShape() if shape.enum and value not in shape.enum:
            return [f"{shape.name}: {value}"]
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        return [f"{shape.name}: {value}"]
    return []
