"""Tags: whatever can be tagged is, so that cost is told apart by environment, need and model."""

import inspect
import json
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.graph import Graph, Resource, record
from infra.needs.need import Need
from infra.needs.tags import MODEL, NEED, OTHERWISE_TAGGED, UNTAGGED
from infra.project import Project

ENVIRONMENT = {"maslow:project", "maslow:environment", "maslow:owner"}


def takes_tags(type_: str) -> bool:
    """Whether the type has the input `tags` in pulumi-aws."""
    module, _, name = type_.removeprefix("aws:").partition("/")
    package = f"{module}_" if iskeyword(module) else module
    class_ = getattr(import_module(f"pulumi_aws.{package}"), name.partition(":")[2])
    return "tags" in inspect.signature(class_._internal_init).parameters


def taggable(graph: Graph) -> list[Resource]:
    custom = [r for r in graph.resources if r.custom and r.type.startswith("aws:")]
    return [r for r in custom if takes_tags(r.type)]


def need_of(graph: Graph, resource: Resource) -> str:
    while resource.type != "maslow:index:Need":
        resource = graph.by_urn[resource.parent]
    return resource.name


def model_of(graph: Graph, resource: Resource, models: list[str]) -> str | None:
    """The model that the resource is named after."""
    own = resource.name.removeprefix(f"{graph.project}-{graph.stack}-")
    return next((model for model in models if own.startswith(f"{model}-")), None)


def everything(program: Any) -> Graph:
    """The graph of a program that is given one need."""
    return record(lambda: program(Need("mlops", aws.Provider("aws", region="eu-west-1"))))


def tags_of(graph: Graph, name: str) -> Mapping[str, str]:
    (resource,) = [r for r in graph.resources if r.name == name]
    tags: Mapping[str, str] = resource.inputs["tags"]
    return tags


def test_the_provider_tags_all_with_project_environment_owner_and_the_teams_own(
    project: Project, either_pass: Graph
) -> None:
    tags = json.loads(either_pass.one("pulumi:providers:aws").inputs["defaultTags"])["tags"]
    own = project.stack(either_pass.stack).platform.tags
    assert tags.keys() == ENVIRONMENT | own.keys()
    assert {key: tags[key] for key in own} == own


def test_everything_that_can_be_tagged_bears_its_need(either_pass: Graph) -> None:
    for resource in taggable(either_pass):
        if resource.type not in UNTAGGED | OTHERWISE_TAGGED:
            need = need_of(either_pass, resource)
            assert resource.inputs.get("tags", {}).get(NEED) == need, resource.urn


def test_everything_of_a_model_that_can_be_tagged_bears_the_model_and_nothing_else_does(
    project: Project, either_pass: Graph
) -> None:
    models = [model.name for model in project.stack(either_pass.stack).platform.models]
    for resource in taggable(either_pass):
        if resource.type not in UNTAGGED | OTHERWISE_TAGGED:
            model = model_of(either_pass, resource, models)
            assert resource.inputs["tags"].get(MODEL) == model, resource.urn


def test_the_jobs_of_a_training_pipeline_bear_all_tags_of_their_model(
    project: Project, graph: Graph
) -> None:
    defaults = json.loads(graph.one("pulumi:providers:aws").inputs["defaultTags"])["tags"]
    for pipeline in graph.of_type("aws:sagemaker/pipeline:Pipeline"):
        steps = json.loads(pipeline.inputs["pipelineDefinition"])["Steps"]
        jobs = [step for step in steps if step["Type"] in {"Training", "Processing"}]
        assert jobs
        for job in jobs:
            tags = {tag["Key"]: tag["Value"] for tag in job["Arguments"]["Tags"]}
            assert tags == {**defaults, **pipeline.inputs["tags"]}, job["Name"]


def test_an_object_bears_none_not_even_the_environments() -> None:
    def program(need: Need) -> None:
        aws.s3.BucketObjectv2("code", bucket="b", key="k", opts=need.child_options("readmission"))

    made = everything(program).one("aws:s3/bucketObjectv2:BucketObjectv2").inputs
    assert "tags" not in made
    assert made["overrideProvider"] == {"defaultTags": {"tags": {}}}


def test_tags_of_a_resource_win_over_those_of_its_need() -> None:
    def program(need: Need) -> None:
        own = {NEED: "another", "team": "oncology"}
        aws.sns.Topic("topic", tags=own, opts=need.child_options("readmission"))

    assert tags_of(everything(program), "topic") == {
        NEED: "another",
        "team": "oncology",
        MODEL: "readmission",
    }


def test_tags_reach_the_children_of_a_component() -> None:
    def program(need: Need) -> None:
        component = pulumi.ComponentResource(
            "maslow:index:Any", "any", None, need.child_options("stay")
        )
        aws.sns.Topic("topic", opts=pulumi.ResourceOptions(parent=component))
        aws.sns.Topic("beside", opts=need.child_options())

    graph = everything(program)
    assert tags_of(graph, "topic") == {NEED: "mlops", MODEL: "stay"}
    assert tags_of(graph, "beside") == {NEED: "mlops"}


def test_what_takes_no_tags_or_other_ones_stays_as_it_was() -> None:
    def program(need: Need) -> None:
        aws.sns.TopicPolicy("policy", arn="arn:topic", policy="{}", opts=need.child_options())

    (policy,) = everything(program).of_type("aws:sns/topicPolicy:TopicPolicy")
    assert policy.inputs == {"arn": "arn:topic", "policy": "{}"}
