"""What the tests of pipelines share: their arguments, and what CodePipeline takes."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.devops.delivery.platform_builds import PlatformPipelineArgs
from components.devops.delivery.source import Host, SourceArgs
from infra.graph import Resource

ARN = "arn:aws:{}:eu-west-1:123456789012:{}"
KEYS = {kind: ARN.format("kms", f"key/{kind}") for kind in ("artifacts", "logs", "messages")}
BUCKET = "maslow-dev-artifacts-1a2b3c4"
CONNECTION = ARN.format("codeconnections", "connection/0a1b2c3d")

SOURCES: dict[Host, SourceArgs] = {
    Host.GITHUB: {"host": Host.GITHUB, "repository": "example/platform", "arn": CONNECTION},
    Host.GITLAB: {"host": Host.GITLAB, "repository": "example/data/platform", "arn": CONNECTION},
    Host.BITBUCKET: {"host": Host.BITBUCKET, "repository": "example/platform", "arn": CONNECTION},
    Host.CODECOMMIT: {
        "host": Host.CODECOMMIT,
        "repository": "platform",
        "arn": ARN.format("codecommit", "platform"),
    },
    Host.S3: {
        "host": Host.S3,
        "repository": "acme-sources",
        "arn": "arn:aws:s3:::acme-sources",
        "key": "platform.zip",
        "kms_key_arn": ARN.format("kms", "key/sources"),
    },
}


@pytest.fixture(scope="session")
def sources() -> dict[Host, SourceArgs]:
    """A source of each kind."""
    return SOURCES


@pytest.fixture(params=Host, ids=lambda host: host.value)
def source(request: pytest.FixtureRequest) -> SourceArgs:
    """Each kind of source in turn."""
    host: Host = request.param
    return SOURCES[host]


@pytest.fixture(scope="session")
def common() -> Callable[[str], PlatformPipelineArgs]:
    """From a name to what every pipeline of the platform is told; the source is on GitHub."""
    return lambda pipeline_name: {
        "pipeline_name": pipeline_name,
        "source": SOURCES[Host.GITHUB],
        "environment": "dev",
        "preview_policy_arns": ["arn:aws:iam::123456789012:policy/preview"],
        "account_id": "123456789012",
        "region": "eu-west-1",
        "state": {"url": "s3://acme-state/maslow", "key_alias": "alias/maslow-dev-state"},
        "artifact_bucket": BUCKET,
        "artifact_bucket_arn": f"arn:aws:s3:::{BUCKET}",
        "artifact_key_arn": KEYS["artifacts"],
        "log_key_arn": KEYS["logs"],
        "log_retention_days": 30,
    }


@pytest.fixture(scope="session")
def refused_by_codepipeline() -> Callable[[Resource], list[str]]:
    """From a recorded pipeline to what CreatePipeline would not take of it."""
    return _refused_by_codepipeline


def _refused_by_codepipeline(pipeline: Resource) -> list[str]:
    request = {"pipeline": _request(pipeline.inputs)}
    shape = get_session().get_service_model("codepipeline").operation_model("CreatePipeline")
    report = ParamValidator().validate(request, shape.input_shape)
    if report.has_errors():
        return [report.generate_report()]
    return _refused(request, shape.input_shape)


def _request(inputs: dict[str, Any]) -> dict[str, Any]:
    """The recorded inputs in the form of the API."""
    (store,) = inputs["artifactStores"]
    request = {
        "name": inputs["name"],
        "roleArn": inputs["roleArn"],
        "pipelineType": inputs["pipelineType"],
        "executionMode": inputs["executionMode"],
        "artifactStore": store,
        "stages": [
            {**stage, "actions": [_action(action) for action in stage["actions"]]}
            for stage in inputs["stages"]
        ],
    }
    if inputs.get("triggers"):
        request["triggers"] = [_trigger(trigger) for trigger in inputs["triggers"]]
    return request


def _trigger(recorded: dict[str, Any]) -> dict[str, Any]:
    plural = {"pushes": "push", "pullRequests": "pullRequest"}
    git = {plural.get(key, key): value for key, value in recorded["gitConfiguration"].items()}
    return {"providerType": recorded["providerType"], "gitConfiguration": git}


def _action(recorded: dict[str, Any]) -> dict[str, Any]:
    kind = ("category", "owner", "provider", "version")
    action = {key: value for key, value in recorded.items() if key not in kind}
    action["actionTypeId"] = {key: recorded[key] for key in kind}
    for artifacts in ("inputArtifacts", "outputArtifacts"):
        if artifacts in action:
            action[artifacts] = [{"name": name} for name in action[artifacts]]
    return action


def _refused(value: Any, shape: Shape) -> list[str]:
    """The values that break an enumeration or a pattern, which botocore does not look at."""
    match shape:
        case StructureShape():
            return [w for key in value for w in _refused(value[key], shape.members[key])]
        case ListShape():
            return [w for item in value for w in _refused(item, shape.member)]
        case MapShape():
            return [w for item in value.values() for w in _refused(item, shape.value)]
        case StringShape() if shape.enum and value not in shape.enum:
            return [f"{shape.name}: {value}"]
    pattern = shape.metadata.get("pattern")
    if pattern and not re.fullmatch(pattern, value):
        return [f"{shape.name}: {value}"]
    return []
