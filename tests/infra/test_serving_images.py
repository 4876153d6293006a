"""What a version is registered with, and its endpoint pulls, where a framework serves it."""

import json
from typing import Any

import pytest
from botocore.session import get_session
from botocore.validate import ParamValidator

from components.platform.training_definition import steps
from infra import offline
from infra.graph import Graph
from infra.offline import recorded
from infra.settings import StackFile, from_config
from infra.versions import ModelVersion

OWN = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/training"
HUB = "763104351884.dkr.ecr.eu-west-1.amazonaws.com"
NEURON = "huggingface-pytorch-inference-neuronx"
ASKED: dict[str, tuple[dict[str, Any], str]] = {
    "processors": (
        {"instance": "ml.c6i.large", "framework": {"pytorch": "2.6"}},
        "pytorch-inference:2.6.0-cpu-py312",
    ),
    "Arm": (
        {"instance": "ml.c7g.large", "framework": {"pytorch": "2.6"}},
        "pytorch-inference-arm64:2.6.0-cpu-py312-ubuntu22.04-sagemaker",
    ),
    "GPU": (
        {"instance": "ml.g5.xlarge", "framework": {"tensorflow": "2.19"}},
        "tensorflow-inference:2.19.0-gpu",
    ),
    "Inferentia2": (
        {"instance": "ml.inf2.xlarge", "framework": {"huggingface": "4.55"}},
        f"{NEURON}:2.8.0-transformers4.55.4-neuronx-py310-sdk2.26.0-ubuntu22.04",
    ),
}


def stack(serving: dict[str, Any]) -> StackFile:
    """An environment with one model that is served so."""
    model = {
        "name": "readmission",
        "project": "templates/tabular",
        "image": f"{OWN}:1.0",
        "serving": serving,
        "delivery": {"start": "off"},
    }
    values = {
        "owner": "ml-platform@example.com",
        "network": {"cidr": "10.10.0.0/16", "endpoints": "none"},
        "source": {"github": "example/platform"},
        "models": [model],
    }
    return from_config(values, "eu-west-1", "dev")


def registration(graph: Graph) -> dict[str, Any]:
    """The request by which a version is registered, with values for what steps tell."""
    definition = json.loads(
        graph.one("aws:sagemaker/pipeline:Pipeline").inputs["pipelineDefinition"]
    )
    defaults = {each["Name"]: each.get("DefaultValue") for each in definition["Parameters"]}
    (request,) = (
        step["Arguments"] for step in steps(definition) if step["Type"] == "RegisterModel"
    )

    def resolved(value: Any) -> Any:
        match value:
            case {"Get": str(what)}:
                return defaults.get(what.removeprefix("Parameters."), "s3://from-a-step/before")
            case {"Std:Join": {"On": on, "Values": values}}:
                return on.join(str(resolved(each)) for each in values)
            case dict():
                return {key: resolved(each) for key, each in value.items()}
            case list():
                return [resolved(each) for each in value]
        return value

    found: dict[str, Any] = resolved(request)
    return found


def pulled(graph: Graph, role: str) -> set[str]:
    """The repositories whose images a role may pull."""
    return {
        repository.partition("repository/")[2]
        for each in graph.of_type("aws:iam/rolePolicy:RolePolicy")
        if role in each.name
        for statement in json.loads(each.inputs["policy"])["Statement"]
        if "ecr:BatchGetImage" in statement["Action"]
        for repository in statement["Resource"]
    }


@pytest.mark.parametrize("asked", ASKED)
def test_a_version_is_registered_with_the_image_for_the_hardware_which_its_endpoint_may_pull(
    project, misfits, asked
) -> None:
    serving, image = ASKED[asked]
    graph = recorded(project, stack(serving), services=frozenset())
    request = registration(graph)
    shape = get_session().get_service_model("sagemaker").operation_model("CreateModelPackage")
    report = ParamValidator().validate(request, shape.input_shape).generate_report()
    assert not report
    assert list(misfits(shape.input_shape, request, "CreateModelPackage")) == []
    (container,) = request["InferenceSpecification"]["Containers"]
    assert container["Image"] == f"{HUB}/{image}"
    assert request["CustomerMetadataProperties"]["image"] == f"{OWN}:1.0"
    assert pulled(graph, "readmission-endpoint") == {image.partition(":")[0]}
    assert pulled(graph, "readmission-training") == {"training"}


def test_without_a_framework_the_image_of_the_jobs_serves(project) -> None:
    graph = recorded(project, stack({"instance": "ml.c6i.large"}), services=frozenset())
    request = registration(graph)
    (container,) = request["InferenceSpecification"]["Containers"]
    assert container["Image"] == f"{OWN}:1.0"
    assert "image" not in request["CustomerMetadataProperties"]
    assert pulled(graph, "readmission-endpoint") == {"training"}


@pytest.mark.parametrize(
    ("serving_image", "repository"),
    [(None, "training"), (f"{HUB}/pytorch-inference:2.5.1-cpu-py311", "pytorch-inference")],
)
def test_a_version_is_served_as_it_was_registered(
    project, monkeypatch, serving_image, repository
) -> None:
    arn = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/maslow-dev-readmission/1"
    version = ModelVersion(arn, None, f"{OWN}:1.0", "s3://b/model.tar.gz", serving_image)
    serving, _ = ASKED["GPU"]
    monkeypatch.setattr(offline, "assumed_versions", lambda *_: lambda _: version)
    graph = recorded(project, stack(serving), services=frozenset())
    assert pulled(graph, "readmission-endpoint") == {repository}
