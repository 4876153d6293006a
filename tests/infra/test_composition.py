"""What each committed environment is made of."""

import json
from collections.abc import Callable
from typing import Any

from infra.graph import Graph, Resource
from infra.naming import cut
from infra.needs.model_context import NAME_LIMIT
from infra.offline import recorded
from infra.project import Project

NEEDS = ("foundation", "devops", "data", "platform", "mlops")
AWS_PROVIDER = "pulumi:providers:aws"

STATEFUL = {
    "aws:ecr/repository:Repository",
    "aws:glue/catalogDatabase:CatalogDatabase",
    "aws:kms/key:Key",
    "aws:s3/bucket:Bucket",
    "aws:sagemaker/featureGroup:FeatureGroup",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup",
}
PASSING = ("-lake-results-bucket",)
"""Ends of the names of what is stateful in kind, yet holds nothing that cannot be had again."""


def components(graph: Graph, kind: str) -> set[str]:
    return {resource.name for resource in graph.of_type(f"maslow:index:{kind}")}


def stateful(graph: Graph) -> list[Resource]:
    return [r for r in graph.resources if r.type in STATEFUL and not r.name.endswith(PASSING)]


def models(project: Project, graph: Graph) -> dict[str, Any]:
    """The environment's models by the name that their fixed-name resources bear."""
    settings = project.stack(graph.stack).platform.models
    return {f"{graph.project}-{graph.stack}-{model.name}": model for model in settings}


def test_the_needs_come_in_their_order_and_a_teams_own_after_them(
    project: Project, either_pass: Graph
) -> None:
    own = ["custom"] if project.stack(either_pass.stack).platform.custom else []
    needs = [need.name for need in either_pass.of_type("maslow:index:Need")]
    assert needs == [*NEEDS, *own]


def test_every_resource_belongs_to_a_need(either_pass: Graph) -> None:
    for resource in either_pass.resources:
        top = resource
        while top.parent in either_pass.by_urn:
            top = either_pass.by_urn[top.parent]
        assert top.type in {"maslow:index:Need", AWS_PROVIDER}, resource.urn


def trained(project: Project, graph: Graph) -> dict[str, Any]:
    """The models that the environment trains itself: all, or none where another one does."""
    return {} if project.stack(graph.stack).platform.origin else models(project, graph)


def fixed_names(graph: Graph, kind: str, key: str = "name") -> set[str]:
    """The names of SageMaker's resources of a kind."""
    return {resource.inputs[key] for resource in graph.of_type(f"aws:sagemaker/{kind}")}


def by_sagemaker(project: Project, graph: Graph) -> set[str]:
    """The models that SageMaker serves."""
    served = models(project, graph).items()
    return {name for name, model in served if model.serving.on == "sagemaker"}


def test_every_model_is_served_and_watched(project: Project, graph: Graph) -> None:
    names = by_sagemaker(project, graph)
    pods = [one for one in graph.objects if one.type.endswith(":InferenceService")]
    assert len(names) + len(pods) == len(models(project, graph))
    assert fixed_names(graph, "endpoint:Endpoint") == names
    watched = {cut(f"{name}-monitor", NAME_LIMIT) for name in models(project, graph)}
    assert {f"{name}-data" for name in watched} <= components(graph, "Monitor")


def test_a_monitor_turns_to_a_version_once_it_serves(graph: Graph) -> None:
    """One that is rolled back fails the endpoint's update, and the monitor's does not follow."""
    endpoints = {
        one.inputs["name"]: one.urn for one in graph.of_type("aws:sagemaker/endpoint:Endpoint")
    } | {
        one.name.removesuffix("-pods-inference"): one.urn
        for one in graph.objects
        if one.type.endswith(":InferenceService")
    }
    schedules = [
        one
        for one in graph.of_type("aws:scheduler/schedule:Schedule")
        if graph.by_urn[one.parent].type == "maslow:index:Monitor"
    ]
    assert schedules
    for schedule in schedules:
        (served,) = set(endpoints.values()) & set(schedule.dependencies)
        (name,) = (name for name, urn in endpoints.items() if urn == served)
        assert f"/{name}" in schedule.inputs["target"]["input"]


def test_every_model_is_registered_and_trained_where_no_other_environment_does(
    project: Project, graph: Graph
) -> None:
    names = set(trained(project, graph))
    groups = fixed_names(graph, "modelPackageGroup:ModelPackageGroup", key="modelPackageGroupName")
    assert groups == names
    assert fixed_names(graph, "pipeline:Pipeline", key="pipelineName") == names


def test_every_model_that_is_trained_here_has_a_loop(project: Project, graph: Graph) -> None:
    """Whatever starts it, a person can."""
    expected = {cut(f"{name}-loop", NAME_LIMIT) for name in trained(project, graph)}
    assert components(graph, "Loop") == expected


def test_models_are_trained_registered_and_retrained_in_one_environment_of_a_promotion(
    project: Project, every_graph: list[Graph]
) -> None:
    promoted = {graph.stack: project.stack(graph.stack).platform.promotion for graph in every_graph}
    training = {graph.stack for graph in every_graph if components(graph, "TrainingPipeline")}
    assert {stack for stack, promotion in promoted.items() if promotion} - training == {
        target for promotion in promoted.values() if promotion for target in promotion.to
    }


def test_before_anything_is_trained_there_is_all_that_training_needs_and_no_more(
    project: Project, first_pass: Graph
) -> None:
    names = set(trained(project, first_pass))
    assert components(first_pass, "TrainingPipeline") == {
        cut(f"{name}-training", NAME_LIMIT) for name in names
    }
    assert components(first_pass, "ModelGroup") == {
        cut(f"{name}-versions", NAME_LIMIT) for name in names
    }
    for kind in ("Endpoint", "Monitor", "MonitorCode", "SilenceWatch", "Loop"):
        assert components(first_pass, kind) == set()


def test_an_approved_model_only_adds(graph: Graph, first_pass: Graph) -> None:
    """A first approval must not touch what the model was trained by."""
    assert dict(graph.by_urn) | dict(first_pass.by_urn) == dict(graph.by_urn)


def test_what_holds_data_outlives_the_stack_as_the_stack_file_says(
    project: Project, either_pass: Graph
) -> None:
    expected = {
        "disposable": {},
        "keep": {"retainOnDelete": True},
        "protected": {"protect": True, "retainOnDelete": True},
    }[project.stack(either_pass.stack).platform.durability]
    for resource in stateful(either_pass):
        options = {k: v for k, v in resource.options.items() if k in {"protect", "retainOnDelete"}}
        assert options == expected, resource.urn


def test_a_destroy_of_local_leaves_nothing_but_superseded_code(recording: Any) -> None:
    kept = [r for r in recording("local", "second").resources if r.options.get("retainOnDelete")]
    assert {resource.type for resource in kept} <= {"aws:s3/bucketObjectv2:BucketObjectv2"}
    buckets = recording("local", "second").of_type("aws:s3/bucket:Bucket")
    assert all(bucket.inputs["forceDestroy"] for bucket in buckets)


def test_every_resource_bears_the_tags_of_its_environment(
    project: Project, either_pass: Graph
) -> None:
    provider = either_pass.one(AWS_PROVIDER)
    tags = json.loads(provider.inputs["defaultTags"])["tags"]
    assert tags == {
        "maslow:project": "maslow",
        "maslow:environment": either_pass.stack,
        "maslow:owner": project.stack(either_pass.stack).platform.owner,
        **project.stack(either_pass.stack).platform.tags,
    }
    for resource in either_pass.managed:
        assert resource.provider == provider.urn, resource.urn
    clusters = {one.urn for one in either_pass.of_type("pulumi:providers:kubernetes")}
    assert {one.provider for one in either_pass.objects} == clusters


def test_no_role_has_a_managed_policy_of_awss(either_pass: Graph) -> None:
    for role in either_pass.of_type("aws:iam/role:Role"):
        assert not {"managedPolicyArns", "inlinePolicies"} & role.inputs.keys(), role.urn
    for attachment in either_pass.resources:
        if "olicyAttachment" in attachment.type:
            assert attachment.inputs["policyArn"].split(":")[4] != "aws", attachment.urn


def test_there_is_a_way_out_to_the_internet_only_where_it_is_asked_for(
    project: Project, graph: Graph
) -> None:
    network = project.stack(graph.stack).platform.network
    gateways = {"none": 0, "single": 1, "per-zone": network.zones}[network.egress]
    if network.vpc:
        gateways = 0
    assert len(graph.of_type("aws:ec2/natGateway:NatGateway")) == gateways
    internet = graph.of_type("aws:ec2/internetGateway:InternetGateway")
    assert len(internet) == min(gateways, 1)
    open_to = [
        rule.inputs.get("cidrIpv4")
        for rule in graph.of_type("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule")
    ]
    assert "0.0.0.0/0" not in open_to


def test_two_recordings_are_byte_for_byte_the_same(
    project: Project, graph: Graph, services: Callable[[str], frozenset[str]]
) -> None:
    again = recorded(project, project.stack(graph.stack), services=services(graph.stack))
    assert again.to_json() == graph.to_json()
