"""The delivery pipeline."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from components.devops.delivery.delivery_pipeline import (
    Concurrency,
    DeliveryPipeline,
    DeliveryPipelineArgs,
)
from components.devops.delivery.failure_alert import execution_pattern
from components.devops.delivery.platform_builds import PlatformPipelineArgs
from components.devops.delivery.source import Host, SourceArgs
from components.devops.delivery.stages import OnFailure
from infra.graph import Graph, Resource, record

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
KEYS = {kind: ARN.format("kms", f"key/{kind}") for kind in ("artifacts", "logs", "messages")}
BUCKET = "maslow-dev-artifacts-1a2b3c4"
PIPELINE = "aws:codepipeline/pipeline:Pipeline"
PROJECT = "aws:codebuild/project:Project"
TOPICS = {severity: ARN.format("sns", severity) for severity in ("critical", "warning", "info")}
POLICY = "aws:iam/rolePolicy:RolePolicy"
ATTACHMENT = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
DEPLOY_POLICY = "arn:aws:iam::123456789012:policy/deploy"


Recorded = Callable[..., Graph]


@pytest.fixture(scope="module")
def recorded(common: Callable[[str], PlatformPipelineArgs]) -> Recorded:
    def arguments(**changes: Any) -> DeliveryPipelineArgs:
        args: DeliveryPipelineArgs = {
            **common("maslow-dev-delivery-of-the-platform"),
            "deploy_policy_arns": [DEPLOY_POLICY],
            "trigger": {"branch": "main"},
            "starts_on_push": True,
            "needs_approval": True,
            "concurrency": Concurrency.SUPERSEDED,
            "on_failure": OnFailure.ROLLBACK,
            "alert_topics": {
                "critical": TOPICS["critical"],
                "warning": TOPICS["warning"],
                "info": TOPICS["info"],
            },
            "alert_key_arn": KEYS["messages"],
        }
        args.update(changes)  # type: ignore[typeddict-item]
        return args

    return lambda **changes: record(
        lambda: DeliveryPipeline("maslow-dev-delivery", arguments(**changes)) and None
    )


@pytest.fixture(scope="module")
def graph(recorded: Recorded) -> Graph:
    return recorded()


def stage_names(graph: Graph) -> list[str]:
    return [stage["name"] for stage in graph.one(PIPELINE).inputs["stages"]]


def action(graph: Graph, stage: str) -> dict[str, Any]:
    (found,) = [s for s in graph.one(PIPELINE).inputs["stages"] if s["name"] == stage]
    (only,) = found["actions"]
    return dict(only)


def test_approval_adds_exactly_one_stage_and_it_stands_before_the_deployment(
    recorded: Recorded,
) -> None:
    without = ["Source", "Validate", "Preview", "Deploy"]
    assert stage_names(recorded(needs_approval=False)) == without
    assert stage_names(recorded(needs_approval=True)) == [*without[:3], "Approve", without[3]]


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


def test_a_tag_starts_the_pipeline_and_the_source_keeps_its_branch(recorded: Recorded) -> None:
    graph = recorded(trigger={"branch": "main", "tag": "v*"})
    (trigger,) = graph.one(PIPELINE).inputs["triggers"]
    assert trigger["gitConfiguration"]["pushes"] == [{"tags": {"includes": ["v*"]}}]
    assert action(graph, "Source")["configuration"]["BranchName"] == "main"


def test_where_ci_delivers_no_push_starts_the_pipeline(
    recorded: Recorded, source: SourceArgs
) -> None:
    graph = recorded(source=source, starts_on_push=False)
    assert not graph.one(PIPELINE).inputs.get("triggers")
    rules = [rule.name for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")]
    assert "maslow-dev-delivery-push" not in rules


def test_the_source_leaves_the_detection_of_changes_to_the_trigger(graph: Graph) -> None:
    configuration = action(graph, "Source")["configuration"]
    assert configuration["DetectChanges"] == "false"
    assert configuration["FullRepositoryId"] == "example/platform"


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
    attached = {a.inputs["role"]: a.inputs["policyArn"] for a in graph.of_type(ATTACHMENT)}
    assert attached == {
        "maslow-dev-delivery-preview-role": "arn:aws:iam::123456789012:policy/preview",
        "maslow-dev-delivery-deploy-role": DEPLOY_POLICY,
    }


def test_only_the_deployment_writes_the_state(graph: Graph) -> None:
    preview = graph.one(POLICY, "maslow-dev-delivery-preview-state").inputs["policy"]
    deploy = graph.one(POLICY, "maslow-dev-delivery-deploy-state").inputs["policy"]
    assert "s3:PutObject" not in preview
    assert "s3:PutObject" in deploy


def test_a_passphrase_is_looked_up_by_the_build_itself(recorded: Recorded) -> None:
    secret = ARN.format("secretsmanager", "secret:passphrase-a1b2c3")
    graph = recorded(state={"url": "s3://acme-state", "passphrase_secret_arn": secret})
    for stage in ("preview", "deploy"):
        project = graph.one(PROJECT, f"maslow-dev-delivery-{stage}-build")
        assert {
            "name": "PULUMI_CONFIG_PASSPHRASE",
            "type": "SECRETS_MANAGER",
            "value": secret,
        } in project.inputs["environment"]["environmentVariables"]


def test_builds_read_the_artifacts_of_their_own_pipeline_and_write_their_own_cache(
    graph: Graph,
) -> None:
    for stage in ("validate", "preview", "deploy"):
        name = f"maslow-dev-delivery-{stage}"
        policy = json.loads(graph.one(POLICY, f"{name}-build").inputs["policy"])
        objects = {
            action: statement["Resource"]
            for statement in policy["Statement"]
            for action in statement["Action"]
            if action in {"s3:GetObjectVersion", "s3:PutObject"}
        }
        assert objects == {
            "s3:GetObjectVersion": [f"arn:aws:s3:::{BUCKET}/maslow-dev-delivery-/*"],
            "s3:PutObject": [f"arn:aws:s3:::{BUCKET}/build-cache/{name}/*"],
        }
        cache = graph.one(PROJECT, f"{name}-build").inputs["cache"]
        assert cache == {"type": "S3", "location": f"{BUCKET}/build-cache/{name}"}


def test_a_failed_execution_is_a_warning_and_the_rest_worth_knowing(graph: Graph) -> None:
    rules = {
        rule.name: json.loads(rule.inputs["eventPattern"])
        for rule in graph.of_type("aws:cloudwatch/eventRule:EventRule")
    }
    name = graph.one(PIPELINE).inputs["name"]
    assert rules == {
        "maslow-dev-delivery-failed": execution_pattern(name, ["FAILED"]),
        "maslow-dev-delivery-progress": execution_pattern(name, ["STARTED", "SUCCEEDED"]),
    }
    targets = graph.of_type("aws:cloudwatch/eventTarget:EventTarget")
    assert {target.inputs["rule"]: target.inputs["arn"] for target in targets} == {
        "maslow-dev-delivery-failed": TOPICS["warning"],
        "maslow-dev-delivery-progress": TOPICS["info"],
    }


@pytest.mark.parametrize("concurrency", Concurrency)
def test_what_waits_is_overtaken_or_queued(recorded: Recorded, concurrency: Concurrency) -> None:
    pipeline = recorded(concurrency=concurrency).one(PIPELINE)
    assert pipeline.inputs["executionMode"] == concurrency.name


@pytest.mark.parametrize(
    ("on_failure", "expected"),
    [
        (OnFailure.STOP, None),
        (OnFailure.ROLLBACK, {"result": "ROLLBACK"}),
        (
            OnFailure.RETRY,
            {"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}},
        ),
    ],
)
def test_what_follows_a_failed_deployment_is_as_said(
    recorded: Recorded, on_failure: OnFailure, expected: dict[str, Any] | None
) -> None:
    stages = recorded(on_failure=on_failure).one(PIPELINE).inputs["stages"]
    follows = {stage["name"]: stage.get("onFailure") for stage in stages}
    retried = {"result": "RETRY", "retryConfiguration": {"retryMode": "FAILED_ACTIONS"}}
    assert follows == {
        "Source": None,
        "Validate": retried,
        "Preview": retried,
        "Approve": None,
        "Deploy": expected,
    }


def test_only_who_asks_for_approval_may_publish(recorded: Recorded, graph: Graph) -> None:
    for needs_approval in (True, False):
        role = recorded(needs_approval=needs_approval).one(
            POLICY, "maslow-dev-delivery-pipeline-stages"
        )
        assert ("sns:Publish" in role.inputs["policy"]) is needs_approval


def test_the_pipeline_waits_for_its_roles_policies(graph: Graph) -> None:
    dependencies = graph.one(PIPELINE).dependencies
    assert graph.one(POLICY, "maslow-dev-delivery-pipeline-stages").urn in dependencies


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"pipeline_name": "with a space"}, "pipeline_name"),
        ({"source": {"host": Host.GITHUB, "repository": "x", "arn": "arn"}}, "must be owner/name"),
        ({"state": {"url": "s3://acme-state"}}, "one of key_alias and passphrase_secret_arn"),
        (
            {"state": {"url": "https://api.pulumi.com", "key_alias": "alias/k"}},
            "must be s3://<bucket>",
        ),
    ],
)
def test_what_aws_would_refuse_is_refused_by_name(
    recorded: Recorded, wrong: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        recorded(**wrong)


@pytest.mark.parametrize("trigger", [{"branch": "main"}, {"branch": "main", "tag": "v*"}])
def test_the_pipeline_is_one_that_codepipeline_takes(
    recorded: Recorded,
    source: SourceArgs,
    trigger: dict[str, str],
    refused_by_codepipeline: Callable[[Resource], list[str]],
) -> None:
    graph = recorded(source=source, trigger=trigger)
    assert refused_by_codepipeline(graph.one(PIPELINE)) == []


def test_an_approver_is_told_a_revision_by_a_variable_that_the_source_has(
    recorded: Recorded,
    source: SourceArgs,
) -> None:
    text = action(recorded(source=source), "Approve")["configuration"]["CustomData"]
    (variable,) = re.findall(r"#\{Source\.(\w+)\}", text)
    assert variable == ("VersionId" if source["host"] is Host.S3 else "CommitId")
